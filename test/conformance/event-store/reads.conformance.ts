/* eslint-disable jest/no-export -- The suite is run by the spec of every adapter. */
import { randomUUID } from 'node:crypto';

import { describe, expect, it } from '@jest/globals';

import type { EventStore, RecordedEvent } from '../../../src/application/ports/event-store.port.js';
import type { Subject } from './event-store.conformance.js';
import { sampleAppend, sampleEvents } from './sample-events.js';

/** Pages to the end of the log. */
export async function readToEnd(
  store: EventStore,
  after: bigint,
  limit = 100,
): Promise<RecordedEvent[]> {
  const read: RecordedEvent[] = [];
  for (let position = after; ;) {
    const page = await store.readAll(position, limit);
    read.push(...page.events);
    if (page.position === position) {
      return read;
    }
    ({ position } = page);
  }
}

export function describeReads({ store, anyStore }: Subject): void {
  describe('reading a stream', () => {
    it('slices at any version, and always says where the stream ends', async () => {
      const streamId = randomUUID();
      await store().append(sampleAppend(streamId, 'no_stream', sampleEvents(10)));
      const versionsOf = async (options: { fromVersion?: number; limit?: number }) => {
        const slice = await store().readStream(streamId, options);
        expect(slice.version).toBe(9);
        return slice.events.map(({ version }) => version);
      };

      expect(await versionsOf({})).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
      expect(await versionsOf({ fromVersion: 7 })).toEqual([7, 8, 9]);
      expect(await versionsOf({ fromVersion: 3, limit: 2 })).toEqual([3, 4]);
      expect(await versionsOf({ limit: 1 })).toEqual([0]);
      expect(await versionsOf({ fromVersion: 9 })).toEqual([9]);
      expect(await versionsOf({ fromVersion: 10 })).toEqual([]);
      expect(await versionsOf({ fromVersion: 4, limit: 0 })).toEqual([]);
    });

    it('answers an unknown stream with no events at version -1', async () => {
      expect(await store().readStream(randomUUID())).toEqual({ version: -1, events: [] });
    });
  });

  describe('reading the log', () => {
    it('pages over everything in order, whatever the page size', async () => {
      const start = await store().head();
      const streams = [randomUUID(), randomUUID(), randomUUID()];
      for (const [turn, streamId] of [...streams, ...streams].entries()) {
        await anyStore(turn).append(sampleAppend(streamId, 'any', sampleEvents(4)));
      }

      const all = await readToEnd(store(), start, 1_000);

      expect(all).toHaveLength(24);
      for (const limit of [1, 3, 24, 25]) {
        expect(await readToEnd(store(), start, limit)).toEqual(all);
      }
      expect(all.map(({ position }) => position)).toEqual(
        all.map(({ position }) => position).toSorted((a, b) => Number(a - b)),
      );
      expect(all.at(-1)?.position).toBe(await store().head());
    });

    it('keeps the page within its limit and its position at the last event', async () => {
      const start = await store().head();
      await store().append(sampleAppend(randomUUID(), 'any', sampleEvents(5)));

      const page = await store().readAll(start, 2);

      expect(page.events).toHaveLength(2);
      expect(page.position).toBe(page.events[1]?.position);
    });

    it('stays where it is at the end', async () => {
      const head = await store().head();

      expect(await store().readAll(head, 10)).toEqual({ events: [], position: head });
    });

    it('shows an answered append to every reader at once', async () => {
      for (let turn = 0; turn < 10; turn += 1) {
        const before = await anyStore(turn).head();
        const append = sampleAppend(randomUUID());

        await anyStore(turn).append(append);

        const seen = await readToEnd(anyStore(turn + 1), before);
        expect(seen.map(({ id }) => id)).toContain(append.events[0]?.id);
      }
    });
  });

  describe('tailing the log', () => {
    it('delivers what is there and what comes later, each event once and in order', async () => {
      const start = await store().head();
      const stop = new AbortController();
      await store().append(sampleAppend(randomUUID(), 'any', sampleEvents(3)));
      const seen: RecordedEvent[] = [];
      const tailing = (async () => {
        for await (const page of anyStore(1).tail(start, 2, stop.signal)) {
          seen.push(...page.events);
          if (seen.length === 63) {
            stop.abort();
          }
        }
      })();

      for (let turn = 0; turn < 20; turn += 1) {
        await anyStore(turn).append(sampleAppend(randomUUID(), 'any', sampleEvents(3)));
      }
      await tailing;

      expect(seen).toEqual(await readToEnd(store(), start));
    });

    it('ends when it is aborted: before, while waiting, and between pages', async () => {
      const before = new AbortController();
      before.abort();
      const waiting = new AbortController();
      const between = new AbortController();
      const start = await store().head();
      const pagesOf = async (signal: AbortSignal, from: bigint, onPage: () => void) => {
        let pages = 0;
        for await (const page of store().tail(from, 1, signal)) {
          pages += page.events.length;
          onPage();
        }
        return pages;
      };

      const silent = pagesOf(waiting.signal, start, () => undefined);
      setImmediate(() => {
        waiting.abort();
      });

      expect(await pagesOf(before.signal, start, () => undefined)).toBe(0);
      expect(await silent).toBe(0);
      await store().append(sampleAppend(randomUUID(), 'any', sampleEvents(3)));
      expect(
        await pagesOf(between.signal, start, () => {
          between.abort();
        }),
      ).toBe(1);
    });
  });
}
