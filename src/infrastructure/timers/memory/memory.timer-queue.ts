import type { Clock } from '../../../application/ports/clock.port.js';
import { TimerQueue } from '../../../application/ports/timer-queue.port.js';
import type {
  LeasedTimer,
  Timer,
  TimerAnswer,
  TimerChange,
  TimerKind,
} from '../../../application/ports/timer-queue.port.js';
import { TIMER_BACKOFF } from '../backoff-limits.js';

interface Row extends Timer {
  readonly againAt: number | null;
  readonly leasedUntil: number | null;
  readonly leaseNo: number;
  readonly attempts: number;
}

/** Twin of the timers in PostgreSQL, for simulations and tests. */
export class MemoryTimerQueue extends TimerQueue {
  private readonly rows = new Map<string, Row>();
  private readonly listeners = new Set<(dueAt: number | null) => void>();
  private lastLeaseNo = 0;

  constructor(private readonly clock: Clock) {
    super();
  }

  apply(changes: readonly TimerChange[]): void {
    for (const change of changes) {
      if (change.kind === 'clear') {
        this.clear(change.streamId, change.kinds);
      } else {
        this.set(change.timer);
      }
    }
    const dueAts = changes.flatMap((change) => (change.kind === 'set' ? [change.timer.dueAt] : []));
    if (dueAts.length > 0) this.announce(Math.min(...dueAts));
  }

  override lease(request: {
    readonly kinds: readonly TimerKind[];
    readonly horizonMs: number;
    readonly leaseMs: number;
    readonly limit: number;
  }): Promise<readonly LeasedTimer[]> {
    const now = this.clock.now();
    this.lastLeaseNo += 1;
    const leased = this.free(request.kinds)
      .filter(({ dueAt }) => dueAt <= now + request.horizonMs)
      .slice(0, request.limit)
      .map((row) => ({ ...row, leasedUntil: now + request.leaseMs, leaseNo: this.lastLeaseNo }));
    for (const row of leased) this.put(row);
    return Promise.resolve(
      leased.map(({ streamId, kind, subject, revision, dueAt, leaseNo }) => ({
        streamId,
        kind,
        subject,
        revision,
        dueAt,
        leaseNo,
      })),
    );
  }

  override settle(
    results: readonly { readonly timer: LeasedTimer; readonly answer: TimerAnswer }[],
  ): Promise<void> {
    const again: number[] = [];
    for (const { timer, answer } of results) {
      const row = this.held(timer);
      if (row === null) continue;
      const dueAt = this.nextDueOf(row, answer);
      if (dueAt === null) {
        this.rows.delete(keyOf(row));
        continue;
      }
      const attempts = answer.kind === 'failed' ? row.attempts + 1 : 0;
      this.put({ ...row, dueAt, attempts, againAt: null, leasedUntil: null });
      again.push(dueAt);
    }
    if (again.length > 0) this.announce(Math.min(...again));
    return Promise.resolve();
  }

  override handBack(timers: readonly LeasedTimer[]): Promise<void> {
    const held = timers.flatMap((timer) => this.held(timer) ?? []);
    for (const row of held) this.put({ ...row, againAt: null, leasedUntil: null });
    if (held.length > 0) this.announce(Math.min(...held.map(({ dueAt }) => dueAt)));
    return Promise.resolve();
  }

  override nextDueAt(kinds: readonly TimerKind[]): Promise<number | null> {
    return Promise.resolve(this.free(kinds)[0]?.dueAt ?? null);
  }

  override onSet(listener: (dueAt: number | null) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  override pendingCount(): Promise<number> {
    return Promise.resolve(this.rows.size);
  }

  private set(timer: Timer): void {
    const row = this.rows.get(keyOf(timer));
    if (row === undefined || timer.revision > row.revision) {
      this.put({ ...timer, againAt: null, leasedUntil: null, leaseNo: 0, attempts: 0 });
    } else if (timer.revision === row.revision) {
      this.put(merged(row, timer.dueAt));
    }
  }

  private clear(streamId: string, kinds: readonly TimerKind[]): void {
    for (const [key, row] of this.rows) {
      if (row.streamId === streamId && kinds.includes(row.kind)) this.rows.delete(key);
    }
  }

  private free(kinds: readonly TimerKind[]): readonly Row[] {
    const now = this.clock.now();
    return [...this.rows.values()]
      .filter(({ kind, leasedUntil }) => {
        return kinds.includes(kind) && (leasedUntil === null || leasedUntil <= now);
      })
      .toSorted((a, b) => a.dueAt - b.dueAt);
  }

  private held(timer: LeasedTimer): Row | null {
    const row = this.rows.get(keyOf(timer));
    if (row === undefined || row.leasedUntil === null) return null;
    return row.leaseNo === timer.leaseNo ? row : null;
  }

  /** Null when the timer has done its work. */
  private nextDueOf({ againAt, attempts }: Row, answer: TimerAnswer): number | null {
    switch (answer.kind) {
      case 'done':
        return againAt;
      case 'not_due_until':
        return Math.min(answer.dueAt, againAt ?? Infinity);
      case 'failed': {
        const backoffMs = Math.min(TIMER_BACKOFF.maxMs, TIMER_BACKOFF.firstMs * 2 ** attempts);
        return Math.min(this.clock.now() + backoffMs, againAt ?? Infinity);
      }
    }
  }

  private put(row: Row): void {
    this.rows.set(keyOf(row), row);
  }

  private announce(dueAt: number): void {
    for (const listener of this.listeners) listener(dueAt);
  }
}

/** An earlier time breaks a lease, so that it is not missed; a later one is kept for after the lease. */
function merged(row: Row, dueAt: number): Row {
  if (dueAt < row.dueAt) {
    return { ...row, dueAt, againAt: null, leasedUntil: null, leaseNo: 0 };
  }
  if (row.leasedUntil === null) return row;
  return { ...row, againAt: Math.min(dueAt, row.againAt ?? Infinity) };
}

const keyOf = ({ streamId, kind, subject }: Timer): string => [streamId, kind, subject].join('\n');
