/* eslint-disable jest/no-export -- The suite is run by the spec of every adapter. */
import { randomUUID } from 'node:crypto';

import { describe, expect, it } from '@jest/globals';

import type { Subject } from './event-store.conformance.js';
import { sampleAppend, sampleEvent, sampleEvents } from './sample-events.js';

export function describeIdempotency({ store, anyStore }: Subject): void {
  describe('idempotency by event ids', () => {
    it.each(['any', 'no_stream', -1, 'stream_exists', 7] as const)(
      'answers an append that is recorded with its place, whatever it expects now: %s',
      async (expected) => {
        const append = sampleAppend(randomUUID(), 'any', sampleEvents(3));
        const first = await store().append(append);
        await store().append(sampleAppend(append.streamId, 'any', sampleEvents(2)));

        const again = await store().append({ ...append, expected });

        expect(again).toEqual({ ...first, kind: 'duplicate' });
        expect((await store().readStream(append.streamId)).version).toBe(4);
      },
    );

    it('records an append once when many send it at the same time', async () => {
      const append = sampleAppend(randomUUID(), 'any', sampleEvents(2));

      const results = await Promise.all(
        Array.from({ length: 30 }, (_, turn) => anyStore(turn).append(append)),
      );

      expect(results.filter(({ kind }) => kind === 'appended')).toHaveLength(1);
      expect(results.filter(({ kind }) => kind === 'duplicate')).toHaveLength(29);
      expect((await store().readStream(append.streamId)).version).toBe(1);
    });

    it('answers a duplicate with the last of the given ids, also for a part of an earlier append', async () => {
      const streamId = randomUUID();
      const events = sampleEvents(3);
      await store().append(sampleAppend(streamId, 'any', events));

      const again = await store().append(sampleAppend(streamId, 0, events.slice(0, 2)));

      expect(again).toMatchObject({ kind: 'duplicate', version: 1 });
    });

    it('refuses ids of which only some are recorded, and writes none', async () => {
      const streamId = randomUUID();
      const [known, fresh] = [sampleEvent(), sampleEvent()];
      await store().append(sampleAppend(streamId, 'any', [known]));

      const result = await store().append(sampleAppend(streamId, 'any', [known, fresh]));

      expect(result).toEqual({ kind: 'conflict', actualVersion: 0 });
      expect(await store().findEvent(fresh.id)).toBeNull();
    });

    it('refuses ids that another stream holds', async () => {
      const event = sampleEvent();
      const other = randomUUID();
      await store().append(sampleAppend(randomUUID(), 'any', [event]));

      const result = await store().append(sampleAppend(other, 'any', [event]));

      expect(result).toEqual({ kind: 'conflict', actualVersion: -1 });
      expect((await store().readStream(other)).version).toBe(-1);
    });

    it('lets one stream have an id that many try to record at the same time', async () => {
      const event = sampleEvent();

      const results = await Promise.all(
        Array.from({ length: 12 }, (_, turn) =>
          anyStore(turn).append(sampleAppend(randomUUID(), 'no_stream', [event])),
        ),
      );

      expect(results.filter(({ kind }) => kind === 'appended')).toHaveLength(1);
      expect(results.filter(({ kind }) => kind === 'conflict')).toHaveLength(11);
    });

    it('finds an event by its id and nothing by another', async () => {
      const append = sampleAppend(randomUUID(), 'any', sampleEvents(2));
      await store().append(append);

      const found = await store().findEvent(append.events[1]?.id ?? '');

      expect(found).toEqual((await store().readStream(append.streamId)).events[1]);
      expect(await store().findEvent(randomUUID())).toBeNull();
      expect(await store().findEvent('not-a-uuid')).toBeNull();
    });
  });
}
