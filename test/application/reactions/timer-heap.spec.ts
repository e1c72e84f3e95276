import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';

import { TimerHeap } from '../../../src/application/reactions/timer-heap.js';

const held = (dueAt: number) => ({
  timer: {
    streamId: 's',
    kind: 'work',
    subject: '',
    revision: 0,
    dueAt,
    leaseNo: 1,
  } as const,
  heldUntilMs: 0,
});

describe('the heap of timers', () => {
  it('gives timers in the order of their times, and only those that are due', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 50 })),
        fc.integer({ min: 0, max: 50 }),
        (dueAts, now) => {
          const heap = new TimerHeap();
          for (const dueAt of dueAts) heap.push(held(dueAt));
          const popped: number[] = [];
          for (let top = heap.popDue(now); top !== null; top = heap.popDue(now)) {
            popped.push(top.timer.dueAt);
          }
          const ordered = dueAts.toSorted((a, b) => a - b);
          expect(popped).toEqual(ordered.filter((dueAt) => dueAt <= now));
          expect(heap.nextDueAt).toBe(ordered[popped.length] ?? null);
          expect(heap.drain()).toHaveLength(dueAts.length - popped.length);
          expect(heap.size).toBe(0);
        },
      ),
    );
  });
});
