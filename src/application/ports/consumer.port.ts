import type { RecordedEvent } from './event-store.port.js';

/**
 * Follows the log and turns each event into changes of some tables. `project` is a pure function of the event,
 * so that throwing the tables away and following the log again gives the same rows.
 */
export interface Consumer<Change> {
  readonly name: string;
  /** Raised when `project` or the shape of its tables changes: the next version is filled from the start of the log. */
  readonly version: number;
  readonly project: (recorded: RecordedEvent) => readonly Change[];
}

export interface ConsumerKey {
  readonly name: string;
  readonly version: number;
  readonly shard: number;
}

/** The right to move a consumer on. A takeover raises the epoch, and older holders can commit nothing more. */
export interface Tenure {
  readonly epoch: number;
  /** Position of the last committed batch. */
  readonly position: bigint;
}

/**
 * Where a consumer's changes and its position go, in one transaction.
 * Adapters: read models, timers, outbox, leases.
 */
export abstract class ConsumerSink<Change> {
  /** Takes the consumer over when nobody holds it or its lease has run out (database clock), else answers null. */
  abstract acquire(key: ConsumerKey, owner: string, leaseMs: number): Promise<Tenure | null>;

  /** Writes the changes and moves the position, or does neither and answers `lost` when the epoch is not ours any more. Renews the lease. */
  abstract commit(
    key: ConsumerKey,
    tenure: Tenure,
    batch: {
      readonly changes: readonly Change[];
      readonly position: bigint;
      readonly leaseMs: number;
    },
  ): Promise<'committed' | 'lost'>;

  /** Gives the consumer up so that another process takes over at once. */
  abstract release(key: ConsumerKey, tenure: Tenure): Promise<void>;
}
