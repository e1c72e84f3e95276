import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';

import { ProgressSignal } from '../../../src/projections/projector/progress-signal.js';
import { digestRows } from '../../../src/projections/shared/digest-rows.js';
import type { RowChange, RowData } from '../../../src/projections/shared/row-change.js';
import { InvalidCursor, InvalidLimit } from '../../../src/projections/shared/row-reader.port.js';
import type { Condition, Order, RowPage } from '../../../src/projections/shared/row-reader.port.js';
import { ALL_GONE, ROW, STATES, flagged, someChanges, specimen } from './specimen.js';
import { openMemory, openPostgres } from './stores.js';
import type { OpenStore, ReadModelStore } from './stores.js';
import { Writer, keyOf } from './writer.js';

async function listOf<Row>(scan: AsyncIterable<Row>): Promise<readonly Row[]> {
  const all: Row[] = [];
  for await (const row of scan) all.push(row);
  return all;
}

describe.each<[string, OpenStore]>([
  ['memory', openMemory],
  ['postgres', openPostgres],
])('read models in %s', (_, open) => {
  let store: ReadModelStore;

  beforeAll(async () => {
    store = await open([specimen, flagged]);
  });
  afterAll(() => store.close());

  describe('a batch', () => {
    it('comes to the same rows as its changes one by one', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(someChanges, { maxLength: 4 }), async (batches) => {
          const reference = await openMemory([specimen]);
          const writers = [store, reference].map(
            (each) => new Writer(each.sink(specimen), keyOf(specimen)),
          );
          await writers[0]?.write([...ALL_GONE]);
          for (const batch of batches) {
            await writers[0]?.write(batch);
            for (const change of batch) await writers[1]?.write([change]);
          }
          const written = await listOf(store.reader.scan(specimen));
          expect(written).toEqual(await listOf(reference.reader.scan(specimen)));
        }),
        { numRuns: 200 },
      );
    });

    it('changes nothing when another process has taken over', async () => {
      const sink = store.sink(specimen);
      const key = { ...keyOf(specimen), version: 7 };
      const old = await sink.acquire(key, 'a', 0);
      const successor = await sink.acquire(key, 'b', 60_000);
      if (old === null || successor === null) throw new TypeError('not acquired');
      const row = { ...ROW, a: 'never' };
      const late = { changes: [{ kind: 'insert', row } as const], position: 9n, leaseMs: 60_000 };
      await expect(sink.commit(key, old, late)).resolves.toBe('lost');
      await expect(store.reader.find(specimen, { a: 'never', b: 0 })).resolves.toBeNull();
      await expect(sink.acquire(key, 'c', 60_000)).resolves.toBeNull();
      await sink.release(key, successor);
      await expect(sink.acquire(key, 'c', 60_000)).resolves.toMatchObject({ position: 0n });
    });
  });

  describe('a page', () => {
    const filled = async (): Promise<void> => {
      const changes = Array.from({ length: 25 }, (__, index): RowChange => ({
        kind: 'insert',
        row: {
          ...ROW,
          a: index % 2 === 0 ? 'even' : 'odd',
          b: index,
          count: index % 4,
          state: STATES[index % 3] ?? 'new',
        },
      }));
      await new Writer(store.sink(specimen), keyOf(specimen)).write([...ALL_GONE, ...changes]);
    };

    it.each<[string, readonly Order<RowData>[]]>([
      ['the key', []],
      ['one column', [{ by: 'count', direction: 'desc' }]],
      [
        'columns of either direction',
        [
          { by: 'state', direction: 'asc' },
          { by: 'count', direction: 'desc' },
        ],
      ],
    ])('follows the page before without gap or repeat, ordered by %s', async (__, order) => {
      await filled();
      const seen: RowData[] = [];
      let after: string | null = null;
      do {
        const page: RowPage<RowData> = await store.reader.page(specimen, {
          where: [],
          order,
          limit: 4,
          after,
        });
        seen.push(...page.rows);
        after = page.next;
      } while (after !== null);
      const all = await store.reader.page(specimen, { where: [], order, limit: 100 });
      expect(seen).toHaveLength(25);
      expect(all.next).toBeNull();
      expect(seen).toEqual(all.rows);
    });

    it.each<[string, readonly Condition<RowData>[], number]>([
      ['a value', [{ column: 'a', is: 'odd' }], 12],
      ['no value', [{ column: 'seenAt', is: null }], 25],
      ['one of some', [{ column: 'state', in: ['new', 'gone'] }], 17],
      [
        'from and before',
        [
          { column: 'b', from: 5 },
          { column: 'b', before: 8 },
        ],
        3,
      ],
      [
        'a row of another read model',
        [
          {
            column: 'b',
            among: { model: specimen, column: 'count', where: [{ column: 'a', is: 'odd' }] },
          },
        ],
        2,
      ],
    ])('holds only rows that have %s', async (__, where, count) => {
      await filled();
      const { rows: found } = await store.reader.page(specimen, { where, order: [], limit: 100 });
      expect(found).toHaveLength(count);
      await expect(store.reader.count(specimen, where)).resolves.toBe(count);
    });

    it('refuses cursors of other lists, and no limit or a large one', async () => {
      await filled();
      const list = { where: [], order: [], limit: 4 };
      const { next } = await store.reader.page(specimen, list);
      const elsewhere = { ...list, where: [{ column: 'a', is: 'odd' }], after: next };
      await expect(store.reader.page(specimen, elsewhere)).rejects.toBeInstanceOf(InvalidCursor);
      const forged = { ...list, after: 'bm9uc2Vuc2U' };
      await expect(store.reader.page(specimen, forged)).rejects.toBeInstanceOf(InvalidCursor);
      const [of] = JSON.parse(Buffer.from(next ?? '', 'base64url').toString()) as unknown[];
      for (const place of [[], ['odd'], ['odd', 'seven'], [7, 7], ['a\u0000', 7], ['odd', 1.5]]) {
        const after = Buffer.from(JSON.stringify([of, ...place])).toString('base64url');
        const page = store.reader.page(specimen, { ...list, after });
        await expect(page).rejects.toBeInstanceOf(InvalidCursor);
      }
      for (const limit of [0, 101]) {
        const page = store.reader.page(specimen, { ...list, limit });
        await expect(page).rejects.toBeInstanceOf(InvalidLimit);
      }
    });
  });

  it('measure the time between two instants of a row', async () => {
    const spans = [10, 20, 30, 40].map((ms, index): RowData => ({
      ...ROW,
      a: 'span',
      b: index,
      seenAt: new Date(1_000_000).toISOString(),
      doneAt: new Date(1_000_000 + ms).toISOString(),
    }));
    const open = { ...ROW, a: 'span', b: 9, seenAt: new Date(0).toISOString() };
    await new Writer(store.sink(specimen), keyOf(specimen)).write([
      ...ALL_GONE,
      ...[...spans, open].map((row): RowChange => ({ kind: 'insert', row })),
    ]);
    const span = { from: 'seenAt', to: 'doneAt' };
    const measured = await store.reader.spans(specimen, [{ column: 'a', is: 'span' }], span);
    expect(measured).toEqual({ count: 4, p50: 20, p95: 40, p99: 40, max: 40 });
    const none = await store.reader.spans(specimen, [{ column: 'a', is: 'nowhere' }], span);
    expect(none).toEqual({ count: 0, p50: null, p95: null, p99: null, max: null });
  });

  describe('flags', () => {
    const ids = [1, 2, 3].map((n) => `00000000-0000-5000-8000-00000000000${String(n)}`);
    const letters = ids.map((dispatchId, index): RowChange => ({
      kind: 'insert',
      row: {
        dispatchId,
        owner: 'ann',
        sentAt: index === 2 ? null : `2030-01-01T00:00:0${String(index)}.000Z`,
      },
    }));

    it('stay when their rows are thrown away and built again, and are in no digest', async () => {
      const writer = new Writer(store.sink(flagged), keyOf(flagged));
      await writer.write(letters);
      const before = await digestRows(store.reader.scan(flagged));
      const mine = [
        { column: 'owner', is: 'ann' },
        { column: 'dispatchId', in: ids },
      ];
      await expect(store.flags.raise(flagged, 'readAt' as never, mine)).resolves.toBe(2);
      await expect(store.flags.raise(flagged, 'readAt' as never, mine)).resolves.toBe(0);
      await expect(digestRows(store.reader.scan(flagged))).resolves.toEqual(before);
      await writer.write(
        ids.map((dispatchId): RowChange => ({ kind: 'remove', key: { dispatchId } })),
      );
      await writer.write(letters);
      const { rows: shown } = await store.reader.page(flagged, {
        where: [],
        order: [],
        limit: 100,
      });
      expect(shown).toMatchObject([
        { dispatchId: ids[0], isRead: true, isDismissed: false, dismissedAt: null },
        { dispatchId: ids[1], isRead: true },
      ]);
    });
  });

  it('let readers wait for a position', async () => {
    const signal = new ProgressSignal();
    const progress = store.progress([specimen], signal);
    const writer = new Writer(store.sink(specimen), keyOf(specimen));
    await writer.write([]);
    const at = writer.position;
    await expect(progress.waitUntil(at, 20_000)).resolves.toBe(true);
    await expect(progress.waitUntil(at + 1n, 1)).resolves.toBe(false);
    const waiting = progress.waitUntil(at + 2n, 20_000);
    await writer.write([]);
    signal.moved();
    await writer.write([]);
    signal.moved();
    await expect(waiting).resolves.toBe(true);
  });
});
