/** What one round of the relay did. */
export interface SweepCounts {
  readonly processed: number;
  readonly sent: number;
  readonly failed: number;
  /** Taken over from a relay that died. */
  readonly recovered: number;
  /** Not wanted any more, or not yet: no call was made. */
  readonly voidedStale: number;
}

/** The relay's work, on demand: the same code that runs all the time (N17). */
export abstract class NoticeSweep {
  abstract runOnce(): Promise<SweepCounts>;
}
