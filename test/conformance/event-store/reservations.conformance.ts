/* eslint-disable jest/no-export -- The suite is run by the spec of every adapter. */
import { randomUUID } from 'node:crypto';

import { describe, expect, it } from '@jest/globals';

import type { Append } from '../../../src/application/ports/event-store.port.js';
import type { Subject } from './event-store.conformance.js';
import { sampleAppend, sampleEvent, sampleEvents } from './sample-events.js';

export function describeReservations({ store, anyStore }: Subject): void {
  const scheduling = (streamId: string, reserve: readonly string[]): Append => ({
    ...sampleAppend(streamId, 'no_stream', sampleEvents(2)),
    reserve,
  });
  const targets = (count: number) => Array.from({ length: count }, () => randomUUID()).toSorted();

  describe('reservations', () => {
    it('takes all targets in the append, and says who holds them', async () => {
      const [a, b, c] = targets(3) as [string, string, string];
      const streamId = randomUUID();

      await store().append(scheduling(streamId, [b, a]));

      expect(await anyStore(1).holders([c, b, a])).toEqual([
        { targetId: a, streamId },
        { targetId: b, streamId },
      ]);
    });

    it('S4 refuses the whole append when others hold some targets, and lists all of them', async () => {
      const [a, b, c, d] = targets(4) as [string, string, string, string];
      const [first, second, loser] = [randomUUID(), randomUUID(), randomUUID()];
      await store().append(scheduling(first, [a]));
      await store().append(scheduling(second, [c]));

      const result = await anyStore(1).append(scheduling(loser, [d, c, b, a]));

      expect(result).toEqual({
        kind: 'busy',
        holders: [
          { targetId: a, streamId: first },
          { targetId: c, streamId: second },
        ],
      });
      expect(await store().holders([b, d])).toEqual([]);
      expect((await store().readStream(loser)).version).toBe(-1);
    });

    it('keeps targets that the same stream takes again', async () => {
      const [a, b] = targets(2) as [string, string];
      const streamId = randomUUID();
      await store().append(scheduling(streamId, [a]));

      const result = await store().append({ ...sampleAppend(streamId, 1), reserve: [a, b] });

      expect(result).toMatchObject({ kind: 'appended', version: 2 });
      expect(await store().holders([a, b])).toHaveLength(2);
    });

    it('lets a target go with an append, after which another stream can take it', async () => {
      const [a, b] = targets(2) as [string, string];
      const [first, second] = [randomUUID(), randomUUID()];
      await store().append(scheduling(first, [a, b]));

      await store().append({ ...sampleAppend(first, 1), release: [a] });

      expect(await anyStore(1).append(scheduling(second, [a]))).toMatchObject({ kind: 'appended' });
      expect(await store().holders([a, b])).toHaveLength(2);
    });

    it('leaves alone what the stream does not hold', async () => {
      const [held, free] = targets(2) as [string, string];
      const owner = randomUUID();
      await store().append(scheduling(owner, [held]));

      const other = { ...sampleAppend(randomUUID()), release: [held, free] };
      const swapping = { ...other, streamId: randomUUID(), events: [sampleEvent()] };

      expect(await store().append(other)).toMatchObject({ kind: 'appended' });
      expect(await store().append({ ...swapping, reserve: targets(1) })).toMatchObject({
        kind: 'appended',
      });
      expect(await store().holders([held, free])).toEqual([{ targetId: held, streamId: owner }]);
    });

    it('swaps targets in one append', async () => {
      const [old, wanted] = targets(2) as [string, string];
      const streamId = randomUUID();
      await store().append(scheduling(streamId, [old]));

      await store().append({ ...sampleAppend(streamId, 1), reserve: [wanted], release: [old] });

      expect(await store().holders([old, wanted])).toEqual([{ targetId: wanted, streamId }]);
    });

    it('keeps nothing of an append that conflicts, neither taken nor let go', async () => {
      const [held, free] = targets(2) as [string, string];
      const streamId = randomUUID();
      await store().append(scheduling(streamId, [held]));

      const taking = await store().append({ ...sampleAppend(streamId, 9), reserve: [free] });
      const letting = await store().append({ ...sampleAppend(streamId, 9), release: [held] });

      expect([taking.kind, letting.kind]).toEqual(['conflict', 'conflict']);
      expect(await store().holders([held, free])).toEqual([{ targetId: held, streamId }]);
    });

    it('does not take targets again when a scheduling that has ended is repeated', async () => {
      const [a] = targets(1) as [string];
      const scheduled = scheduling(randomUUID(), [a]);
      const next = randomUUID();
      await store().append(scheduled);
      await store().append({ ...sampleAppend(scheduled.streamId, 1), release: [a] });

      const free = await store().append(scheduled);
      const nobody = await store().holders([a]);
      await store().append(scheduling(next, [a]));
      const taken = await store().append(scheduled);

      expect([free.kind, taken.kind]).toEqual(['duplicate', 'duplicate']);
      expect(nobody).toEqual([]);
      expect(await store().holders([a])).toEqual([{ targetId: a, streamId: next }]);
    });

    it('S4 gives each target to exactly one of 50 racing schedulers over overlapping sets', async () => {
      const fleet = targets(30);
      const racers = Array.from({ length: 50 }, (_, turn) =>
        scheduling(
          `race-${String(turn)}-${randomUUID()}`,
          // Different starts, strides and directions, so that the sets overlap in every order.
          Array.from({ length: 6 }, (__, step) => fleet[(turn * 7 + step * (turn % 5 || 1)) % 30])
            .flatMap((target) => target ?? [])
            .toSorted((a, b) => (turn % 2 === 0 ? (a < b ? -1 : 1) : a < b ? 1 : -1)),
        ),
      );

      const results = await Promise.all(
        racers.map((append, turn) => anyStore(turn).append(append)),
      );

      const winners = racers.filter((_, turn) => results[turn]?.kind === 'appended');
      const losers = results.flatMap((result) => (result.kind === 'busy' ? [result] : []));
      expect(winners.length).toBeGreaterThan(0);
      expect(winners.length + losers.length).toBe(50);
      const expected = winners
        .flatMap(({ streamId, reserve = [] }) =>
          [...new Set(reserve)].map((targetId) => ({ targetId, streamId })),
        )
        .toSorted((a, b) => (a.targetId < b.targetId ? -1 : 1));
      expect(new Set(expected.map(({ targetId }) => targetId)).size).toBe(expected.length);
      expect(await store().holders(fleet)).toEqual(expected);
      for (const { holders } of losers) {
        expect(expected).toEqual(expect.arrayContaining([...holders]));
      }
    });
  });
}
