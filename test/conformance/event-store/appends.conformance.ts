/* eslint-disable jest/no-export -- The suite is run by the spec of every adapter. */
import { randomUUID } from 'node:crypto';

import { describe, expect, it } from '@jest/globals';

import {
  AppendTooLarge,
  BYTES_PER_APPEND_MAX,
  MalformedAppend,
} from '../../../src/application/ports/event-store.port.js';
import type {
  AppendResult,
  ExpectedVersion,
} from '../../../src/application/ports/event-store.port.js';
import type { Subject } from './event-store.conformance.js';
import { sampleAppend, sampleEvent, sampleEvents } from './sample-events.js';

const RACERS = 40;

export function describeAppends({ store, anyStore }: Subject): void {
  const kindsOf = (results: readonly AppendResult[], kind: AppendResult['kind']) =>
    results.filter((result) => result.kind === kind).length;

  const race = (streamId: string, expected: ExpectedVersion) =>
    Promise.all(
      Array.from({ length: RACERS }, (_, turn) =>
        anyStore(turn).append(sampleAppend(streamId, expected)),
      ),
    );

  describe('expected versions', () => {
    it.each([
      ['any', 'appended'],
      ['no_stream', 'appended'],
      [-1, 'appended'],
      ['stream_exists', 'conflict'],
      [0, 'conflict'],
    ] as const)('on a stream without events %s is %s', async (expected, kind) => {
      const streamId = randomUUID();

      const result = await store().append(sampleAppend(streamId, expected));

      expect(result).toMatchObject(
        kind === 'appended' ? { kind, version: 0 } : { kind, actualVersion: -1 },
      );
      expect((await store().readStream(streamId)).version).toBe(kind === 'appended' ? 0 : -1);
    });

    it.each([
      ['any', 'appended'],
      ['stream_exists', 'appended'],
      [2, 'appended'],
      ['no_stream', 'conflict'],
      [-1, 'conflict'],
      [1, 'conflict'],
      [3, 'conflict'],
    ] as const)('on a stream at version 2, %s is %s', async (expected, kind) => {
      const streamId = randomUUID();
      await store().append(sampleAppend(streamId, 'no_stream', sampleEvents(3)));

      const result = await store().append(sampleAppend(streamId, expected, sampleEvents(2)));

      expect(result).toMatchObject(
        kind === 'appended' ? { kind, version: 4 } : { kind, actualVersion: 2 },
      );
      expect((await store().readStream(streamId)).version).toBe(kind === 'appended' ? 4 : 2);
    });

    it('lets exactly one of many racing appends win with no_stream', async () => {
      const results = await race(randomUUID(), 'no_stream');

      expect(kindsOf(results, 'appended')).toBe(1);
      expect(kindsOf(results, 'conflict')).toBe(RACERS - 1);
    });

    it('lets exactly one of many racing appends win with an exact version', async () => {
      const streamId = randomUUID();
      await store().append(sampleAppend(streamId));

      const results = await race(streamId, 0);

      expect(kindsOf(results, 'appended')).toBe(1);
      expect(results.filter(({ kind }) => kind === 'conflict')).toEqual(
        Array.from({ length: RACERS - 1 }, () => ({ kind: 'conflict', actualVersion: 1 })),
      );
    });

    it.each(['any', 'stream_exists'] as const)(
      'lets all of many racing appends in with %s, one version each',
      async (expected) => {
        const streamId = randomUUID();
        await store().append(sampleAppend(streamId));

        const results = await race(streamId, expected);

        const versions = results.map((result) => 'version' in result && result.version);
        expect(new Set(versions)).toEqual(new Set(Array.from({ length: RACERS }, (_, i) => i + 1)));
      },
    );
  });

  describe('atomicity and limits', () => {
    it('gives the events of one append following versions and growing positions', async () => {
      const streamId = randomUUID();
      const events = sampleEvents(5);

      const result = await store().append(sampleAppend(streamId, 'no_stream', events));

      const slice = await store().readStream(streamId);
      expect(slice.events.map(({ id }) => id)).toEqual(events.map(({ id }) => id));
      expect(slice.events.map(({ version }) => version)).toEqual([0, 1, 2, 3, 4]);
      const positions = slice.events.map(({ position }) => position);
      expect(positions).toEqual(positions.toSorted((a, b) => Number(a - b)));
      expect(result).toEqual({ kind: 'appended', version: 4, position: positions.at(-1) });
    });

    it('takes 500 events and refuses 501 whole', async () => {
      const full = randomUUID();
      const over = randomUUID();

      const result = await store().append(sampleAppend(full, 'no_stream', sampleEvents(500)));
      const refused = store().append(sampleAppend(over, 'no_stream', sampleEvents(501)));

      expect(result).toMatchObject({ kind: 'appended', version: 499 });
      await expect(refused).rejects.toThrow(AppendTooLarge);
      expect((await store().readStream(over)).version).toBe(-1);
    });

    it('refuses more bytes than an append may have', async () => {
      const streamId = randomUUID();
      const huge = sampleEvent({ text: 'x'.repeat(BYTES_PER_APPEND_MAX) });

      const refused = store().append(sampleAppend(streamId, 'any', [huge]));

      await expect(refused).rejects.toThrow(AppendTooLarge);
      expect((await store().readStream(streamId)).version).toBe(-1);
    });

    it('refuses what can mean nothing: no events, no UUID, an id twice, a target both ways', async () => {
      const event = sampleEvent();
      const appends = [
        sampleAppend('s', 'any', []),
        sampleAppend('s', 'any', [{ ...event, id: 'not-a-uuid' }]),
        sampleAppend('s', 'any', [event, event]),
        sampleAppend('', 'any'),
        sampleAppend('s', 1.5),
        { ...sampleAppend('s'), reserve: ['t'], release: ['t'] },
      ];

      const results = await Promise.allSettled(appends.map((append) => store().append(append)));

      expect(results).toEqual(
        appends.map(() => ({ status: 'rejected', reason: expect.any(MalformedAppend) })),
      );
    });

    it('gives back data as it was, whatever JSON can hold', async () => {
      const streamId = randomUUID();
      const data = {
        text: 'Grüße 👋 "quoted" \\ {braces},\n\u0000\u001e\ud800',
        nested: [null, 1.5, -0.1, true, { deep: [] }],
        big: Number.MAX_SAFE_INTEGER,
      };
      const event = { ...sampleEvent(data), type: 'Ünusual "Type"', schema: 7 };

      await store().append(sampleAppend(streamId, 'any', [event]));

      const [recorded] = (await store().readStream(streamId)).events;
      expect(recorded).toEqual({
        ...event,
        streamId,
        version: 0,
        position: expect.any(BigInt),
        recordedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      });
    });
  });
}
