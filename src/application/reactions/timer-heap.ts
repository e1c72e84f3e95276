import type { LeasedTimer } from '../ports/timer-queue.port.js';

export interface HeldTimer {
  readonly timer: LeasedTimer;
  /** Monotonic time from which on another process may hold it. */
  readonly heldUntilMs: number;
}

/** Timers that this process holds, the earliest on top. */
export class TimerHeap {
  private readonly items: HeldTimer[] = [];

  get size(): number {
    return this.items.length;
  }

  /** When the earliest is due, or null. */
  get nextDueAt(): number | null {
    return this.items[0]?.timer.dueAt ?? null;
  }

  push(held: HeldTimer): void {
    const { items } = this;
    let index = items.length;
    items.push(held);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = items[parent];
      if (above === undefined || above.timer.dueAt <= held.timer.dueAt) break;
      items[index] = above;
      index = parent;
    }
    items[index] = held;
  }

  /** The earliest, if it is due by then. */
  popDue(now: number): HeldTimer | null {
    const top = this.items[0];
    if (top === undefined || top.timer.dueAt > now) return null;
    const last = this.items.pop();
    if (last !== undefined && this.items.length > 0) this.sinkFromTop(last);
    return top;
  }

  /** Everything that is left, in no order. */
  drain(): readonly HeldTimer[] {
    return this.items.splice(0);
  }

  private sinkFromTop(held: HeldTimer): void {
    const { items } = this;
    let index = 0;
    for (;;) {
      const child = this.earlierChildOf(index);
      const below = items[child];
      if (below === undefined || below.timer.dueAt >= held.timer.dueAt) break;
      items[index] = below;
      index = child;
    }
    items[index] = held;
  }

  private earlierChildOf(index: number): number {
    const left = 2 * index + 1;
    const a = this.items[left];
    const b = this.items[left + 1];
    return a !== undefined && b !== undefined && b.timer.dueAt < a.timer.dueAt ? left + 1 : left;
  }
}
