/**
 * What a timer runs when it is due.
 * - `open_stage`: a stage's `runAt`
 * - `open_notices`: a lead of a stage
 * - `work`: a stage has targets to claim
 * - `follow_ups`: what was said may no longer be true
 */
export const TIMER_KINDS = ['open_stage', 'open_notices', 'work', 'follow_ups'] as const;
export type TimerKind = (typeof TIMER_KINDS)[number];

export interface Timer {
  readonly streamId: string;
  readonly kind: TimerKind;
  /** Which part of the stream: `stage:<n>`, `stage:<n>/lead:<seconds>`, or empty for the whole. */
  readonly subject: string;
  /** Revision of the schedule that set it. A newer one replaces it. */
  readonly revision: number;
  /** Milliseconds since the Unix epoch. */
  readonly dueAt: number;
}

export type TimerChange =
  /** Sets or moves the timer, unless one of a newer revision stands. With the same revision the earlier time wins. */
  | { readonly kind: 'set'; readonly timer: Timer }
  /** Removes the stream's timers of these kinds. */
  | { readonly kind: 'clear'; readonly streamId: string; readonly kinds: readonly TimerKind[] };

export interface LeasedTimer extends Timer {
  /** Proof of the lease; settling with an older one changes nothing. */
  readonly leaseNo: number;
}

/** What the command that the timer ran made of it. */
export type TimerAnswer =
  | { readonly kind: 'done' }
  | { readonly kind: 'not_due_until'; readonly dueAt: number }
  /** Try again after a backoff that the queue counts. */
  | { readonly kind: 'failed'; readonly error: string };

/** Timers that outlive processes. A timer is removed by its command's answer, never by being handed out. */
export abstract class TimerQueue {
  /** Hands out timers due within `horizonMs`, earliest first, under a lease (database clock). */
  abstract lease(request: {
    readonly kinds: readonly TimerKind[];
    readonly horizonMs: number;
    readonly leaseMs: number;
    readonly limit: number;
  }): Promise<readonly LeasedTimer[]>;

  /** `done` removes the row where its revision is not newer; a row that was set again meanwhile stays. */
  abstract settle(
    results: readonly { readonly timer: LeasedTimer; readonly answer: TimerAnswer }[],
  ): Promise<void>;

  /** Gives timers back before they fired, so that another process can take them. */
  abstract handBack(timers: readonly LeasedTimer[]): Promise<void>;

  /** Earliest due time of a timer that nobody has leased, or null. */
  abstract nextDueAt(kinds: readonly TimerKind[]): Promise<number | null>;

  /** Calls back soon after a timer was set by any process, with the earliest due time if it is known. */
  abstract onSet(listener: (dueAt: number | null) => void): () => void;

  abstract pendingCount(): Promise<number>;
}
