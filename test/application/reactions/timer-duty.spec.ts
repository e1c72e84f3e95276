import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import type {
  LeasedTimer,
  Timer,
  TimerAnswer,
} from '../../../src/application/ports/timer-queue.port.js';
import { TIMER_KINDS } from '../../../src/application/ports/timer-queue.port.js';
import { TimerDuty } from '../../../src/application/reactions/timer-duty.js';
import { MemoryTimerQueue } from '../../../src/infrastructure/timers/memory/memory.timer-queue.js';
import { eventually } from '../../support/eventually.js';
import { FakeClock } from '../../support/fake-clock.js';

const DONE: TimerAnswer = { kind: 'done' };

describe('the timer duty', () => {
  let clock: FakeClock;
  let queue: MemoryTimerQueue;
  let fired: string[];
  let answers: Record<string, TimerAnswer[]>;
  let duty: TimerDuty;

  const fire = (timers: readonly LeasedTimer[]): Promise<readonly TimerAnswer[]> => {
    fired.push(...timers.map(({ streamId }) => streamId));
    return Promise.resolve(timers.map(({ streamId }) => answers[streamId]?.shift() ?? DONE));
  };

  const set = (streamId: string, inMs: number, overrides: Partial<Timer> = {}) => {
    const dueAt = clock.now() + inMs;
    const timer: Timer = { streamId, kind: 'work', subject: '', revision: 0, dueAt, ...overrides };
    queue.apply([{ kind: 'set', timer }]);
  };

  beforeEach(() => {
    clock = new FakeClock();
    queue = new MemoryTimerQueue(clock);
    fired = [];
    answers = {};
    duty = new TimerDuty(queue, clock, { fire });
  });

  afterEach(async () => {
    await duty.stop();
  });

  describe('run once', () => {
    it('C8: fires what is due, nothing else, and says what came of it', async () => {
      answers = {
        b: [{ kind: 'not_due_until', dueAt: clock.now() + 60_000 }],
        c: [{ kind: 'failed', error: 'no' }],
      };
      set('a', -5_000);
      set('b', 0);
      set('c', -1);
      set('later', 1);
      await expect(duty.runOnce()).resolves.toEqual({ fired: 3, done: 1, notDue: 1, failed: 1 });
      expect(fired).toEqual(['a', 'c', 'b']);
      await expect(queue.pendingCount()).resolves.toBe(3);
    });

    it('C8: is never early, on the pessimistic side of the clock', async () => {
      set('a', 0);
      clock.setErrorBound(10);
      await expect(duty.runOnce()).resolves.toMatchObject({ fired: 0 });
      clock.advance(9);
      await expect(duty.runOnce()).resolves.toMatchObject({ fired: 0 });
      clock.advance(1);
      await expect(duty.runOnce()).resolves.toMatchObject({ fired: 1 });
    });

    it('fires nothing by a clock that is not trusted', async () => {
      set('a', -60_000);
      clock.setErrorBound(51);
      await expect(duty.runOnce()).resolves.toMatchObject({ fired: 0 });
      clock.setErrorBound(50);
      await expect(duty.runOnce()).resolves.toMatchObject({ fired: 1 });
    });

    it('C7: lets no stream suffer from the error of another', async () => {
      duty = new TimerDuty(queue, clock, {
        fire: (timers) =>
          timers[0]?.streamId === 'bad' ? Promise.reject(new TypeError('broken')) : fire(timers),
      });
      set('bad', -2);
      set('good', -1);
      await expect(duty.runOnce()).resolves.toMatchObject({ done: 1, failed: 1 });
      expect(fired).toEqual(['good']);
      await expect(queue.pendingCount()).resolves.toBe(1);
    });

    it('fires the timers of one stream in one call', async () => {
      const calls: string[][] = [];
      duty = new TimerDuty(queue, clock, {
        fire: (timers) => {
          calls.push(timers.map(({ kind }) => kind));
          return fire(timers);
        },
      });
      set('a', -1);
      set('a', -1, { kind: 'follow_ups' });
      set('b', -1);
      await duty.runOnce();
      expect(calls).toEqual([['work', 'follow_ups'], ['work']]);
    });

    it('gets through more than one batch', async () => {
      for (let at = 0; at < 1_200; at += 1) set(`s${String(at)}`, -1);
      await expect(duty.runOnce()).resolves.toMatchObject({ fired: 1_200, done: 1_200 });
      await expect(queue.pendingCount()).resolves.toBe(0);
    });
  });

  describe('started', () => {
    it('fires what is past due at once, and forgets it', async () => {
      set('a', -60_000);
      duty.start();
      await eventually(async () => {
        expect(fired).toEqual(['a']);
        await expect(queue.pendingCount()).resolves.toBe(0);
      });
    });

    it('hears of a timer that is set while it waits, and fires it before a later one', async () => {
      set('late', 1_500);
      duty.start();
      await eventually(async () => {
        await expect(queue.nextDueAt(TIMER_KINDS)).resolves.toBeNull();
      });
      set('soon', 0);
      await eventually(() => {
        expect(fired).toEqual(['soon']);
      });
      await duty.stop();
      expect(fired).toEqual(['soon']);
    });

    it('waits until the clock is trusted again', async () => {
      clock.setErrorBound(60_000);
      set('a', -120_000);
      duty.start();
      await eventually(async () => {
        await expect(queue.nextDueAt(TIMER_KINDS)).resolves.toBeNull();
      });
      expect(fired).toEqual([]);
      clock.setErrorBound(0);
      await eventually(() => {
        expect(fired).toEqual(['a']);
      });
    });

    it('never runs two calls for one stream at a time, and fires again what was set meanwhile', async () => {
      let release: (() => void) | null = null;
      let running = 0;
      let mostRunning = 0;
      duty = new TimerDuty(queue, clock, {
        fire: async (timers) => {
          mostRunning = Math.max(mostRunning, (running += 1));
          if (fired.length === 0) {
            await new Promise<void>((resolve) => {
              release = resolve;
            });
          }
          running -= 1;
          return fire(timers);
        },
      });
      set('a', -1);
      duty.start();
      await eventually(() => {
        expect(release).not.toBeNull();
      });
      set('a', -1, { kind: 'follow_ups' });
      set('a', 0);
      (release as (() => void) | null)?.();
      await eventually(async () => {
        expect(fired).toEqual(['a', 'a', 'a']);
        await expect(queue.pendingCount()).resolves.toBe(0);
      });
      expect(mostRunning).toBe(1);
    });

    it('O8: hands back what it has not fired when it stops, and waits for what runs', async () => {
      set('a', 1_000);
      duty.start();
      await eventually(async () => {
        await expect(queue.nextDueAt(TIMER_KINDS)).resolves.toBeNull();
      });
      await duty.stop();
      await expect(queue.nextDueAt(TIMER_KINDS)).resolves.toBe(clock.now() + 1_000);
      clock.advance(2_000);
      expect(fired).toEqual([]);
    });

    it('goes on when the queue fails, and reports it', async () => {
      const errors: unknown[] = [];
      const healthy = queue.lease.bind(queue);
      let isBroken = true;
      queue.lease = (request) =>
        isBroken ? Promise.reject(new TypeError('away')) : healthy(request);
      duty = new TimerDuty(queue, clock, { fire, onError: (error) => errors.push(error) });
      set('a', -1);
      duty.start();
      await eventually(() => {
        expect(errors).toHaveLength(1);
      });
      isBroken = false;
      set('b', -1);
      await eventually(() => {
        expect(fired).toEqual(['a', 'b']);
      });
    });
  });
});
