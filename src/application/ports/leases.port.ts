/** The open claim of one target, as the database clock sees it. */
export interface Lease {
  readonly streamId: string;
  readonly targetId: string;
  readonly fence: number;
}

export type LeaseChange =
  | { readonly kind: 'open'; readonly lease: Lease; readonly leaseMs: number }
  | { readonly kind: 'extend'; readonly lease: Lease; readonly leaseMs: number }
  | { readonly kind: 'close'; readonly lease: Lease };

/**
 * Leases of claims. They follow the events (`TargetClaimed` and its end), so a crash between the append and the
 * row heals by itself; the holder inserts its row at once all the same. Time is the database's.
 */
export abstract class Leases {
  /** Next fences of the one sequence, ascending. Take them after reading the state that permits the claim. */
  abstract nextFences(count: number): Promise<readonly number[]>;
  /** Inserts missing rows; one that is there already is left alone. */
  abstract open(leases: readonly Lease[], leaseMs: number): Promise<void>;
  /** Renews an open, unexpired lease and answers its end (milliseconds since the Unix epoch), else null. */
  abstract heartbeat(lease: Lease, leaseMs: number): Promise<number | null>;
  /** Sets the lease to `leaseMs` from now, if it is open. */
  abstract extend(lease: Lease, leaseMs: number): Promise<void>;
  abstract close(leases: readonly Lease[]): Promise<void>;
  /** Closes leases that have run out and hands them over, to be recorded as `ClaimExpired`; handed out again after `retryMs` unless the row is closed by the event. */
  abstract takeExpired(limit: number, retryMs: number): Promise<readonly Lease[]>;
}
