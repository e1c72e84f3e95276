import type { ChannelName } from '../notice/dispatch.js';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** Full jitter may draw zero; a receiver that has just failed gets at least this pause. */
export const RETRY_DELAY_MS_MIN = SECOND_MS;

/** A receiver may put us off for so long and no longer, whatever its `Retry-After` says. */
export const RETRY_AFTER_MS_MAX = 24 * HOUR_MS;

/**
 * - `ladder`: the step behind the n-th attempt, stretched by up to `jitterShare` of itself, so never early.
 * - `exponential` with full jitter: anything from zero to `baseMs` × 2^(n−1), at most `capMs`.
 */
export type RetryPlan =
  | { readonly kind: 'ladder'; readonly stepsMs: readonly number[]; readonly jitterShare: number }
  | {
      readonly kind: 'exponential';
      readonly baseMs: number;
      readonly capMs: number;
      readonly attemptsMax: number;
    };

/** Banner and inbox are our own tables: there the event is the send, and nothing is left to repeat. */
const NEVER: RetryPlan = { kind: 'ladder', stepsMs: [], jitterShare: 0 };

/** How often and when each channel repeats a failed attempt. The first attempt is not in here: it is made at once. */
export const RETRIES: Readonly<Record<ChannelName, RetryPlan>> = {
  banner: NEVER,
  inbox: NEVER,
  email: { kind: 'exponential', baseMs: 30 * SECOND_MS, capMs: 2 * HOUR_MS, attemptsMax: 10 },
  webhook: {
    kind: 'ladder',
    stepsMs: [
      5 * SECOND_MS,
      5 * MINUTE_MS,
      30 * MINUTE_MS,
      2 * HOUR_MS,
      5 * HOUR_MS,
      10 * HOUR_MS,
      14 * HOUR_MS,
      20 * HOUR_MS,
      24 * HOUR_MS,
    ],
    jitterShare: 0.2,
  },
  push: { kind: 'exponential', baseMs: 5 * SECOND_MS, capMs: 15 * MINUTE_MS, attemptsMax: 8 },
};
