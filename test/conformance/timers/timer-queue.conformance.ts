/* eslint-disable jest/no-export -- The suite is run by the spec of every adapter. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import type { Tenure } from '../../../src/application/ports/consumer.port.js';
import { TIMER_KINDS } from '../../../src/application/ports/timer-queue.port.js';
import type {
  LeasedTimer,
  Timer,
  TimerAnswer,
  TimerChange,
} from '../../../src/application/ports/timer-queue.port.js';
import { eventually } from '../../support/eventually.js';
import type { TimerFixture } from './timer-fixture.js';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const DONE: TimerAnswer = { kind: 'done' };

/** What every queue of timers guarantees. */
export function timerQueueSuite(name: string, open: () => Promise<TimerFixture>): void {
  describe(`${name} timers`, () => {
    let fixture: TimerFixture;
    let streamId = '';
    let start = 0;
    let serial = 0;
    let tenure: Tenure;
    const key = { name: 'timers', version: 1, shard: 0 };

    beforeAll(async () => {
      fixture = await open();
      tenure = await tenureOf(fixture.sink.acquire(key, 'test', 365 * DAY));
    });

    afterAll(async () => {
      await fixture.close();
    });

    beforeEach(async () => {
      // Ends the leases and the timers of the test before.
      await fixture.advance(DAY);
      await fixture.queue.settle(
        (await lease({ horizonMs: DAY })).map((timer) => ({ timer, answer: DONE })),
      );
      streamId = `action-${String((serial += 1))}`;
      start = Math.round(await fixture.now());
    });

    const timer = (overrides: Partial<Timer> = {}): Timer => ({
      streamId,
      kind: 'open_stage',
      subject: 'stage:0',
      revision: 0,
      dueAt: start,
      ...overrides,
    });

    const apply = async (...changes: readonly TimerChange[]): Promise<void> => {
      const position = tenure.position + 1n;
      const batch = { changes, position, leaseMs: 365 * DAY };
      await expect(fixture.sink.commit(key, tenure, batch)).resolves.toBe('committed');
      tenure = { ...tenure, position };
    };

    const set = (...timers: readonly Timer[]) =>
      apply(...timers.map((each) => ({ kind: 'set', timer: each }) as const));

    const lease = (
      request: { horizonMs?: number; leaseMs?: number; limit?: number } = {},
      queue = fixture.queue,
    ): Promise<readonly LeasedTimer[]> =>
      queue.lease({ kinds: TIMER_KINDS, horizonMs: 0, leaseMs: MINUTE, limit: 100, ...request });

    const leaseOne = async (request?: {
      horizonMs?: number;
      leaseMs?: number;
    }): Promise<LeasedTimer> => {
      const [only, ...more] = await lease(request);
      if (only === undefined || more.length > 0) throw new TypeError('not exactly one timer');
      return only;
    };

    const answer = (leased: LeasedTimer, given: TimerAnswer) =>
      fixture.queue.settle([{ timer: leased, answer: given }]);

    it('hands out what is due within the horizon, the earliest first', async () => {
      await set(
        timer({ subject: 'stage:2', dueAt: start - 1_000 }),
        timer({ subject: 'stage:1', dueAt: start + 5 * MINUTE }),
        timer({ subject: 'stage:3', dueAt: start - 3_000 }),
        timer({ subject: 'stage:4', dueAt: start + 9 * MINUTE }),
      );
      const leased = await lease({ horizonMs: 6 * MINUTE });
      expect(leased.map(({ subject }) => subject)).toEqual(['stage:3', 'stage:2', 'stage:1']);
      expect(leased[0]).toMatchObject(timer({ subject: 'stage:3', dueAt: start - 3_000 }));
    });

    it('hands out no more than the limit, and the earliest of all', async () => {
      await set(
        ...[3, 1, 2].map((at) => timer({ subject: `s${String(at)}`, dueAt: start - 9 + at })),
      );
      const leased = await lease({ limit: 2 });
      expect(leased.map(({ subject }) => subject)).toEqual(['s1', 's2']);
    });

    it('hands out only the kinds that are asked for', async () => {
      await set(timer(), timer({ kind: 'work', subject: '' }));
      const leased = await fixture.queue.lease({
        kinds: ['work'],
        horizonMs: 0,
        leaseMs: MINUTE,
        limit: 10,
      });
      expect(leased.map(({ kind }) => kind)).toEqual(['work']);
    });

    it('leases a timer to one of two owners that race', async () => {
      await set(...Array.from({ length: 60 }, (_, at) => timer({ subject: `s${String(at)}` })));
      const taken = (
        await Promise.all(
          Array.from({ length: 8 }, (_, at) =>
            lease({ limit: 20 }, at % 2 === 0 ? fixture.queue : fixture.other),
          ),
        )
      ).flat();
      taken.push(...(await lease()));
      expect(taken).toHaveLength(60);
      expect(new Set(taken.map(({ subject }) => subject)).size).toBe(60);
    });

    it('hands a timer out again when its lease is over, and ignores the late answer', async () => {
      await set(timer());
      const first = await leaseOne();
      await expect(lease()).resolves.toEqual([]);
      await fixture.advance(2 * MINUTE);
      const second = await leaseOne();
      expect(second.leaseNo).not.toBe(first.leaseNo);
      await answer(first, DONE);
      await expect(fixture.queue.pendingCount()).resolves.toBe(1);
      await answer(second, DONE);
      await expect(fixture.queue.pendingCount()).resolves.toBe(0);
    });

    it('accepts an answer after the lease when nobody has taken the timer since', async () => {
      await set(timer());
      const leased = await leaseOne();
      await fixture.advance(2 * MINUTE);
      await answer(leased, DONE);
      await expect(lease()).resolves.toEqual([]);
    });

    it('keeps a timer that is not due yet for the time that its command names', async () => {
      await set(timer());
      await answer(await leaseOne(), { kind: 'not_due_until', dueAt: start + 5 * MINUTE });
      await expect(lease()).resolves.toEqual([]);
      await expect(fixture.queue.nextDueAt(TIMER_KINDS)).resolves.toBe(start + 5 * MINUTE);
      await fixture.advance(6 * MINUTE);
      await expect(leaseOne()).resolves.toMatchObject({ dueAt: start + 5 * MINUTE });
    });

    it('backs off further with every failure, up to a cap', async () => {
      await set(timer());
      const waits: number[] = [];
      for (let attempt = 0; attempt < 10; attempt += 1) {
        const before = await fixture.now();
        await answer(await leaseOne({ horizonMs: 10 * MINUTE }), { kind: 'failed', error: 'no' });
        waits.push(((await fixture.queue.nextDueAt(TIMER_KINDS)) ?? Number.NaN) - before);
      }
      expect(waits[0]).toBeGreaterThan(0);
      expect(waits[4]).toBeGreaterThan(8 * (waits[0] ?? 0) - 1_000);
      expect(waits[9]).toBeLessThan(2 * MINUTE);
    });

    it('replaces a timer by one of a newer revision, under lease or not', async () => {
      await set(timer());
      const leased = await leaseOne();
      await set(timer({ revision: 1, dueAt: start + MINUTE }));
      await answer(leased, DONE);
      await expect(leaseOne({ horizonMs: 2 * MINUTE })).resolves.toMatchObject({
        revision: 1,
        dueAt: start + MINUTE,
      });
    });

    it('leaves a timer alone when an older revision comes late', async () => {
      await set(timer({ revision: 2, dueAt: start + MINUTE }));
      await set(timer({ revision: 1, dueAt: start }));
      await expect(lease()).resolves.toEqual([]);
      await expect(fixture.queue.nextDueAt(TIMER_KINDS)).resolves.toBe(start + MINUTE);
    });

    it('lets the earlier time win within a revision', async () => {
      await set(timer({ dueAt: start + 3 * MINUTE }));
      await set(timer({ dueAt: start + MINUTE }));
      await set(timer({ dueAt: start + 2 * MINUTE }));
      await expect(fixture.queue.nextDueAt(TIMER_KINDS)).resolves.toBe(start + MINUTE);
    });

    it('breaks a lease for an earlier time', async () => {
      await set(timer({ dueAt: start + 5 * MINUTE }));
      const leased = await leaseOne({ horizonMs: 6 * MINUTE });
      await set(timer({ dueAt: start }));
      await expect(leaseOne()).resolves.toMatchObject({ dueAt: start });
      await answer(leased, DONE);
      await expect(fixture.queue.pendingCount()).resolves.toBe(1);
    });

    it('fires once more for a time that was set while the timer was leased', async () => {
      await set(timer());
      const leased = await leaseOne();
      await set(timer({ dueAt: start + 5 * MINUTE }));
      await expect(lease({ horizonMs: 6 * MINUTE })).resolves.toEqual([]);
      await answer(leased, DONE);
      const again = await leaseOne({ horizonMs: 6 * MINUTE });
      expect(again.dueAt).toBe(start + 5 * MINUTE);
      await answer(again, DONE);
      await expect(fixture.queue.pendingCount()).resolves.toBe(0);
    });

    it('ends the same however the changes are cut into batches', async () => {
      const changes: TimerChange[] = [
        { kind: 'set', timer: timer({ dueAt: start + 1 }) },
        { kind: 'clear', streamId, kinds: ['open_stage', 'work'] },
        { kind: 'set', timer: timer({ revision: 1, dueAt: start + 7 }) },
        { kind: 'set', timer: timer({ revision: 1, dueAt: start + 5 }) },
        { kind: 'set', timer: timer({ revision: 0, dueAt: start + 2 }) },
      ];
      await apply(...changes);
      const atOnce = await leaseOne({ horizonMs: MINUTE });
      await answer(atOnce, DONE);
      for (const change of changes) await apply(change);
      const oneByOne = await leaseOne({ horizonMs: MINUTE });
      expect({ ...oneByOne, leaseNo: 0 }).toEqual({ ...atOnce, leaseNo: 0 });
      expect(atOnce).toMatchObject({ revision: 1, dueAt: start + 5 });
    });

    it('clears the kinds of one stream only, under lease or not', async () => {
      const stranger = timer({ streamId: `${streamId}-b` });
      await set(timer(), timer({ kind: 'work', subject: '' }), stranger);
      const leased = await lease();
      await apply({ kind: 'clear', streamId, kinds: ['open_stage'] });
      await expect(fixture.queue.pendingCount()).resolves.toBe(2);
      await fixture.queue.settle(
        leased.map((each) => ({ timer: each, answer: { kind: 'not_due_until', dueAt: start } })),
      );
      const left = (await lease()).map((each) => `${each.streamId} ${each.kind}`);
      expect(left.sort()).toEqual([`${streamId} work`, `${stranger.streamId} open_stage`].sort());
    });

    it('takes back timers that were not fired, for anybody to lease at once', async () => {
      await set(timer());
      const leased = await leaseOne();
      await fixture.queue.handBack([leased]);
      const taken = await lease({}, fixture.other);
      expect(taken).toHaveLength(1);
      await fixture.queue.handBack([leased]);
      await expect(lease()).resolves.toEqual([]);
    });

    it('names the earliest time that nobody has leased', async () => {
      await expect(fixture.queue.nextDueAt(TIMER_KINDS)).resolves.toBeNull();
      await set(timer({ dueAt: start }), timer({ subject: 'stage:1', dueAt: start + MINUTE }));
      await lease();
      await expect(fixture.queue.nextDueAt(TIMER_KINDS)).resolves.toBe(start + MINUTE);
    });

    it('tells every process that timers were set', async () => {
      const [here, there]: (number | null)[][] = [[], []];
      const ends = [
        fixture.queue.onSet((dueAt) => here?.push(dueAt)),
        fixture.other.onSet((dueAt) => there?.push(dueAt)),
      ];
      await set(timer({ dueAt: start + 3 }), timer({ subject: 'stage:1', dueAt: start + 2 }));
      await eventually(() => {
        // What was set before may still be on its way to the other process.
        expect(here).toContain(start + 2);
        expect(there).toContain(start + 2);
      });
      for (const end of ends) end();
      await set(timer({ subject: 'stage:2', dueAt: start + 1 }));
      expect(here).not.toContain(start + 1);
    });

    it('writes nothing for a consumer that lost its tenure', async () => {
      const old = tenure;
      tenure = await tenureOf(fixture.sink.acquire(key, 'test', 365 * DAY));
      const changes: TimerChange[] = [{ kind: 'set', timer: timer() }];
      await expect(
        fixture.sink.commit(key, old, { changes, position: old.position + 1n, leaseMs: MINUTE }),
      ).resolves.toBe('lost');
      await expect(fixture.queue.pendingCount()).resolves.toBe(0);
    });
  });
}

async function tenureOf(acquired: Promise<Tenure | null>): Promise<Tenure> {
  const tenure = await acquired;
  if (tenure === null) throw new TypeError('the consumer is held by somebody else');
  return tenure;
}
