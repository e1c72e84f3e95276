import fs from 'node:fs';

import { describe, expect, it } from '@jest/globals';

import { decodeEvent } from '../../../src/application/shared/decode-event.js';
import { UndecodableEvent } from '../../../src/application/shared/undecodable-event.js';
import { CURRENT_SCHEMAS } from '../../../src/domain/upcasters/current-schemas.js';
import { upcast } from '../../../src/domain/upcasters/upcast.js';
import type { StoredEvent } from '../../../src/domain/upcasters/upcast.js';
import { recordedEvent } from '../../support/recorded-events.js';

const FIXTURES = new URL('./fixtures/', import.meta.url);

interface Fixture {
  readonly recorded: StoredEvent;
  readonly current: unknown;
}

const readFixture = (file: string): Fixture =>
  JSON.parse(fs.readFileSync(new URL(file, FIXTURES), 'utf8')) as Fixture;

/** Every shape that was ever written: `<type>.v<schema>.json`. */
const everWritten = Object.entries(CURRENT_SCHEMAS).flatMap(([type, current]) =>
  Array.from({ length: current }, (_, index) => `${type}.v${String(index + 1)}.json`),
);

describe('stored events', () => {
  it('have a frozen fixture for every shape that was ever written (O5)', () => {
    expect(fs.readdirSync(FIXTURES).sort()).toEqual([...everWritten].sort());
  });

  it.each(everWritten)('decode from %s to what is written today (O5)', (file) => {
    const { recorded, current } = readFixture(file);
    expect(`${recorded.type}.v${String(recorded.schema)}.json`).toBe(file);
    expect(upcast(recorded)).toEqual({ ok: true, event: { type: recorded.type, data: current } });
  });

  it('of an older shape are lifted step by step', () => {
    const registry = {
      schemas: { Renamed: 3 },
      upcasters: {
        'Renamed/1': (data: unknown) => ({ ...(data as object), second: true }),
        'Renamed/2': (data: unknown) => ({ ...(data as object), third: true }),
      },
    };
    const decode = (schema: number) => upcast({ type: 'Renamed', schema, data: {} }, registry);
    expect(decode(1)).toMatchObject({ event: { data: { second: true, third: true } } });
    expect(decode(2)).toMatchObject({ event: { data: { third: true } } });
    expect(decode(3)).toMatchObject({ event: { data: {} } });
  });

  it.each([
    ['an unknown type', { type: 'Unheard', schema: 1 }, 'unknown_type'],
    ['a type that only looks known', { type: 'toString', schema: 1 }, 'unknown_type'],
    ['a later schema', { type: 'ActionPaused', schema: 99 }, 'unknown_schema'],
    ['a schema that never was', { type: 'ActionPaused', schema: 0 }, 'unknown_schema'],
  ])('of %s stop their reader, which names stream and position (O5)', (_, stored, problem) => {
    const recorded = { ...recordedEvent({ type: 'ActionPaused', data: {} }), ...stored };
    const decode = () => decodeEvent({ ...recorded, streamId: 'action-7', position: 4711n });
    expect(decode).toThrow(UndecodableEvent);
    expect(decode).toThrow(/stream action-7, at position 4711/);
    expect(upcast({ ...stored, data: {} })).toEqual({ ok: false, problem });
  });
});
