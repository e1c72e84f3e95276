import * as fc from 'fast-check';

import type { ReadModel } from '../../../src/projections/shared/read-model.js';
import type { RowChange, RowData } from '../../../src/projections/shared/row-change.js';

/** Every kind of column, so that a store that bends a value is found out. */
export const specimen: ReadModel = {
  name: 'specimen',
  version: 1,
  table: {
    columns: {
      a: 'text',
      b: 'integer',
      state: 'text',
      count: 'integer',
      place: 'position',
      seenAt: 'instant',
      doneAt: 'instant',
      isOn: 'boolean',
      detail: 'json',
    },
    key: ['a', 'b'],
    indexes: [{ on: ['state', 'a', 'b'] }, { on: ['seenAt', 'a', 'b'], whereSet: 'seenAt' }],
  },
  project: () => [],
};

export const flagged: ReadModel = {
  name: 'letters',
  version: 1,
  table: {
    columns: { dispatchId: 'uuid', owner: 'text', sentAt: 'instant' },
    key: ['dispatchId'],
    indexes: [],
    shownFrom: 'sentAt',
    flags: { table: 'inbox_flags', columns: ['readAt', 'dismissedAt'] as never },
  },
  project: () => [],
};

export const STATES = ['new', 'old', 'gone'];
const instants = fc
  .integer({ min: 0, max: 4_000_000_000_000 })
  .map((epochMs) => new Date(epochMs).toISOString());
const values = {
  state: fc.constantFrom(...STATES),
  count: fc.integer({ min: -1_000, max: 9_007_199_254_740 }),
  place: fc.bigInt({ min: 0n, max: 9_223_372_036_854_775_807n }).map(String),
  seenAt: fc.option(instants),
  doneAt: fc.option(instants),
  isOn: fc.boolean(),
  detail: fc.option(
    fc.record({ zz: fc.string({ unit: 'grapheme' }), b: fc.array(fc.integer(), { maxLength: 3 }) }),
  ),
};
const keys = fc.record({ a: fc.constantFrom('x', 'y', 'ä"\\'), b: fc.integer({ min: 0, max: 3 }) });
const rows: fc.Arbitrary<RowData> = fc
  .tuple(keys, fc.record(values))
  .map(([key, rest]) => ({ ...key, ...rest }));
const patches = fc.record(values, { requiredKeys: [] });
const matches = fc.oneof(
  fc.record({ a: fc.constantFrom('x', 'y'), state: values.state }),
  fc.record({ a: fc.constantFrom('x', 'y') }),
  fc.record({ b: fc.integer({ min: 0, max: 3 }), state: values.state }),
  fc.record({ state: values.state }),
  keys,
);
export const someChanges: fc.Arbitrary<readonly RowChange[]> = fc.array(
  fc.oneof<fc.Arbitrary<RowChange>[]>(
    rows.map((row) => ({ kind: 'insert', row })),
    rows.map((row) => ({ kind: 'ensure', row })),
    fc.tuple(keys, patches).map(([key, set]) => ({ kind: 'patch', key, set })),
    fc
      .tuple(keys, fc.integer({ min: -9, max: 9 }))
      .map(([key, count]) => ({ kind: 'add', key, add: { count } })),
    fc
      .tuple(matches, fc.record({ state: values.state, isOn: values.isOn }, { requiredKeys: [] }))
      .filter(([, set]) => Object.keys(set).length > 0)
      .map(([match, set]) => ({ kind: 'patchWhere', match, set })),
    matches.map((match) => ({ kind: 'removeWhere', match })),
    keys.map((key) => ({ kind: 'remove', key })),
  ),
  { minLength: 1, maxLength: 40 },
);

export const ROW: RowData = {
  a: 'a',
  b: 0,
  state: 'new',
  count: 0,
  place: '1',
  seenAt: null,
  doneAt: null,
  isOn: false,
  detail: null,
};

export const ALL_GONE: readonly RowChange[] = [...STATES].map((state) => ({
  kind: 'removeWhere',
  match: { state },
}));
