import type { Clock } from '../../../application/ports/clock.port.js';
import { Leases } from '../../../application/ports/leases.port.js';
import type { Lease, LeaseChange } from '../../../application/ports/leases.port.js';

interface Row {
  readonly lease: Lease;
  /** End of the lease; once it was handed over as expired, the time to hand it over again. */
  readonly until: number;
  readonly isOpen: boolean;
}

/** Twin of the leases in PostgreSQL, for simulations and tests. */
export class MemoryLeases extends Leases {
  private readonly rows = new Map<string, Row>();
  private lastFence = 0;

  constructor(private readonly clock: Clock) {
    super();
  }

  apply(changes: readonly LeaseChange[]): void {
    for (const change of changes) {
      switch (change.kind) {
        case 'open':
          this.openOne(change.lease, change.leaseMs);
          break;
        case 'extend':
          this.extendOne(change.lease, change.leaseMs);
          break;
        case 'close':
          this.closeOne(change.lease);
      }
    }
  }

  override nextFences(count: number): Promise<readonly number[]> {
    return Promise.resolve(Array.from({ length: count }, () => (this.lastFence += 1)));
  }

  override open(leases: readonly Lease[], leaseMs: number): Promise<void> {
    for (const lease of leases) this.openOne(lease, leaseMs);
    return Promise.resolve();
  }

  override heartbeat(lease: Lease, leaseMs: number): Promise<number | null> {
    const row = this.openRow(lease);
    if (row === null || row.until <= this.clock.now()) return Promise.resolve(null);
    this.extendOne(lease, leaseMs);
    return Promise.resolve(this.clock.now() + leaseMs);
  }

  override extend(lease: Lease, leaseMs: number): Promise<void> {
    this.extendOne(lease, leaseMs);
    return Promise.resolve();
  }

  override close(leases: readonly Lease[]): Promise<void> {
    for (const lease of leases) this.closeOne(lease);
    return Promise.resolve();
  }

  override takeExpired(limit: number, retryMs: number): Promise<readonly Lease[]> {
    const now = this.clock.now();
    const expired = [...this.rows.values()]
      .filter(({ until }) => until <= now)
      .toSorted((a, b) => a.until - b.until)
      .slice(0, limit);
    for (const { lease } of expired) this.put({ lease, until: now + retryMs, isOpen: false });
    return Promise.resolve(expired.map(({ lease }) => lease));
  }

  private openOne(lease: Lease, leaseMs: number): void {
    const row = this.rows.get(keyOf(lease));
    if (row !== undefined && row.lease.fence >= lease.fence) return;
    this.put({ lease, until: this.clock.now() + leaseMs, isOpen: true });
  }

  private extendOne(lease: Lease, leaseMs: number): void {
    const row = this.openRow(lease);
    if (row !== null) this.put({ ...row, until: this.clock.now() + leaseMs });
  }

  private closeOne(lease: Lease): void {
    const row = this.rows.get(keyOf(lease));
    if (row !== undefined && row.lease.fence <= lease.fence) this.rows.delete(keyOf(lease));
  }

  private openRow(lease: Lease): Row | null {
    const row = this.rows.get(keyOf(lease));
    return row?.isOpen === true && row.lease.fence === lease.fence ? row : null;
  }

  private put(row: Row): void {
    this.rows.set(keyOf(row.lease), row);
  }
}

const keyOf = ({ streamId, targetId }: Lease): string => `${streamId}\n${targetId}`;
