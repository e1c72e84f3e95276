import type { Clock } from '../ports/clock.port.js';
import type { LeasedTimer, TimerKind, TimerQueue } from '../ports/timer-queue.port.js';
import { TIMER_KINDS } from '../ports/timer-queue.port.js';
import { isTrusted } from '../shared/trusted-clock.js';
import { TimerFiring } from './timer-firing.js';
import type { FireTimers, SettledTimer } from './timer-firing.js';
import { TimerHeap } from './timer-heap.js';
import { TimerSettling } from './timer-settling.js';

export interface TimerDutyOptions {
  readonly fire: FireTimers;
  /** Default: all kinds. */
  readonly kinds?: readonly TimerKind[];
  /** Told of every timer that starts, and how long after its time. */
  readonly onFired?: (timer: LeasedTimer, latenessMs: number) => void;
  /** Told of every fault of the queue; the duty goes on by itself. */
  readonly onError?: (error: unknown) => void;
}

export interface TimerCounts {
  readonly fired: number;
  readonly done: number;
  readonly notDue: number;
  readonly failed: number;
}

/** How far ahead timers are taken, so that the database is not asked at the moment they are due. */
const LOOK_AHEAD_MS = 2_000;
/** A dead process keeps its timers for so long. Firing one twice is harmless, so the lease need not be longer. */
const LEASE_MS = 6_000;
/** Stop holding a timer this long before another process may take it. */
const LEASE_MARGIN_MS = 2_000;
const LEASE_BATCH = 500;
/** Timers held in this process; the others wait in the queue. */
const HELD_MAX = 5_000;
/** Of these, timers that are due and wait for their stream's turn. */
const FIRING_MAX = 1_000;
/** The safety net under the signals, and the pace of the look-ahead. */
const POLL_MS = 500;
const UNTRUSTED_PAUSE_MS = 50;
const STREAMS_AT_ONCE = 32;
const TIMEOUT_MS_MAX = 2 ** 31 - 1;

/**
 * Fires timers at their time, never before it: a timer starts when even the earliest time that the database's clock
 * can show has reached its due time. Any number of processes may run this duty at once.
 */
export class TimerDuty {
  private readonly heap = new TimerHeap();
  private readonly firing: TimerFiring;
  private readonly settling: TimerSettling;
  private readonly kinds: readonly TimerKind[];
  private refilling: Promise<void> | null = null;
  private refillAgain = false;
  private fireTimer: NodeJS.Timeout | null = null;
  private pollTimer: NodeJS.Timeout | null = null;
  private unlisten: (() => void) | null = null;

  constructor(
    private readonly queue: TimerQueue,
    private readonly clock: Clock,
    private readonly options: TimerDutyOptions,
  ) {
    this.kinds = options.kinds ?? TIMER_KINDS;
    this.settling = new TimerSettling(queue, this.failed);
    this.firing = this.newFiring((results) => {
      this.settling.add(results);
      this.fireDue();
    });
  }

  start(): void {
    if (this.unlisten !== null) return;
    this.unlisten = this.queue.onSet((dueAt) => {
      if (dueAt === null || dueAt <= this.clock.now() + LOOK_AHEAD_MS) this.refill();
    });
    this.poll();
  }

  /** Starts nothing more, waits for what is running, and hands the rest back. */
  async stop(): Promise<void> {
    this.unlisten?.();
    this.unlisten = null;
    if (this.pollTimer !== null) clearTimeout(this.pollTimer);
    this.disarm();
    await this.refilling;
    const unfired = [...this.heap.drain().map(({ timer }) => timer), ...this.firing.withdraw()];
    await this.firing.idle();
    await this.settling.flushed();
    await this.queue.handBack(unfired).catch(this.failed);
  }

  /** Fires everything that is due now, and comes back when all of it is settled. Needs no `start`. */
  async runOnce(): Promise<TimerCounts> {
    const counts = { fired: 0, done: 0, notDue: 0, failed: 0 };
    while (isTrusted(this.clock)) {
      const now = this.clock.pessimisticNow();
      const leased = await this.lease(0);
      const due = leased.filter(({ dueAt }) => dueAt <= now);
      const early = leased.filter(({ dueAt }) => dueAt > now);
      const results = await this.fireAll(due);
      await this.queue.settle(results);
      await this.queue.handBack(early);
      for (const { answer } of results) counts[COUNTED[answer.kind]] += 1;
      counts.fired += results.length;
      if (due.length < LEASE_BATCH) break;
    }
    return counts;
  }

  private async fireAll(timers: readonly LeasedTimer[]): Promise<readonly SettledTimer[]> {
    const results: SettledTimer[] = [];
    const firing = this.newFiring((settled) => results.push(...settled));
    for (const timer of timers) firing.add(timer);
    firing.start();
    await firing.idle();
    return results;
  }

  private newFiring(settled: (results: readonly SettledTimer[]) => void): TimerFiring {
    return new TimerFiring(
      (timers) => {
        const now = this.clock.now();
        for (const timer of timers) this.options.onFired?.(timer, now - timer.dueAt);
        return this.options.fire(timers);
      },
      STREAMS_AT_ONCE,
      settled,
    );
  }

  private poll(): void {
    this.refill();
    this.pollTimer = setTimeout(() => {
      this.poll();
    }, POLL_MS);
  }

  /** Takes what is due within the look-ahead. A call during another one makes that one look again. */
  private refill(): void {
    if (this.refilling !== null) {
      this.refillAgain = true;
      return;
    }
    this.refilling = this.takeAhead()
      .catch(this.failed)
      .finally(() => {
        this.refilling = null;
        if (this.refillAgain && this.unlisten !== null) {
          this.refillAgain = false;
          this.refill();
        }
      });
  }

  private async takeAhead(): Promise<void> {
    while (this.unlisten !== null && this.heap.size + this.firing.size < HELD_MAX) {
      const heldUntilMs = this.clock.monotonicMs() + LEASE_MS - LEASE_MARGIN_MS;
      const leased = await this.lease(LOOK_AHEAD_MS);
      for (const timer of leased) this.heap.push({ timer, heldUntilMs });
      this.fireDue();
      if (leased.length < LEASE_BATCH) return;
    }
  }

  private lease(horizonMs: number): Promise<readonly LeasedTimer[]> {
    return this.queue.lease({
      kinds: this.kinds,
      horizonMs,
      leaseMs: LEASE_MS,
      limit: LEASE_BATCH,
    });
  }

  private fireDue(): void {
    if (this.unlisten === null) return;
    if (isTrusted(this.clock)) {
      this.moveDue();
      this.firing.start();
    }
    this.arm();
  }

  private moveDue(): void {
    const now = this.clock.pessimisticNow();
    const monotonicNow = this.clock.monotonicMs();
    while (this.firing.size < FIRING_MAX) {
      const held = this.heap.popDue(now);
      if (held === null) return;
      // One that was held for too long belongs to whoever leases it next.
      if (held.heldUntilMs > monotonicNow) this.firing.add(held.timer);
    }
  }

  private arm(): void {
    this.disarm();
    const { nextDueAt } = this.heap;
    // With no room, the next timer that ends makes some and comes back here.
    if (nextDueAt === null || this.firing.size >= FIRING_MAX) return;
    const waitMs = isTrusted(this.clock)
      ? Math.ceil(nextDueAt - this.clock.pessimisticNow())
      : UNTRUSTED_PAUSE_MS;
    this.fireTimer = setTimeout(
      () => {
        this.fireDue();
      },
      Math.min(Math.max(waitMs, 0), TIMEOUT_MS_MAX),
    );
  }

  private disarm(): void {
    if (this.fireTimer !== null) clearTimeout(this.fireTimer);
    this.fireTimer = null;
  }

  private readonly failed = (error: unknown): void => {
    this.options.onError?.(error);
  };
}

const COUNTED = { done: 'done', not_due_until: 'notDue', failed: 'failed' } as const;
