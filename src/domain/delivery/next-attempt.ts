import type { ChannelName } from '../notice/dispatch.js';
import { toEpochMs, toInstant } from '../shared/instant.js';
import type { Instant } from '../shared/instant.js';
import { isPermanent } from './failure-class.js';
import type { FailureClass } from './failure-class.js';
import { RETRIES, RETRY_AFTER_MS_MAX, RETRY_DELAY_MS_MIN } from './retry-table.js';
import type { RetryPlan } from './retry-table.js';

export interface FailedAttempt {
  readonly channel: ChannelName;
  /** Number of the attempt that has just failed, from 1. */
  readonly attempt: number;
  readonly failureClass: FailureClass;
  /** What the receiver asked for, or null. */
  readonly retryAfterMs: number | null;
  readonly now: Instant;
  /** When the message loses its point, or null. */
  readonly notAfter: Instant | null;
  /** A random number in [0, 1), given by the caller: this function has no luck of its own. */
  readonly jitter01: number;
}

export type NextAttempt =
  | { readonly kind: 'retry'; readonly at: Instant }
  | { readonly kind: 'give_up'; readonly reason: 'permanent' | 'exhausted' | 'past_not_after' };

/** When a failed attempt is repeated, or why it is not. */
export const nextAttempt = (failed: FailedAttempt): NextAttempt => {
  if (isPermanent(failed.failureClass)) return { kind: 'give_up', reason: 'permanent' };
  const delayMs = delayAfter(RETRIES[failed.channel], failed.attempt, failed.jitter01);
  if (delayMs === null) return { kind: 'give_up', reason: 'exhausted' };
  const askedMs = Math.min(failed.retryAfterMs ?? 0, RETRY_AFTER_MS_MAX);
  const at = toEpochMs(failed.now) + Math.max(delayMs, askedMs, RETRY_DELAY_MS_MIN);
  const tooLate = failed.notAfter !== null && at >= toEpochMs(failed.notAfter);
  return tooLate
    ? { kind: 'give_up', reason: 'past_not_after' }
    : { kind: 'retry', at: toInstant(at) };
};

const delayAfter = (plan: RetryPlan, attempt: number, jitter01: number): number | null => {
  if (plan.kind === 'ladder') {
    const stepMs = plan.stepsMs[attempt - 1];
    return stepMs === undefined ? null : Math.round(stepMs * (1 + plan.jitterShare * jitter01));
  }
  if (attempt >= plan.attemptsMax) return null;
  return Math.round(jitter01 * Math.min(plan.capMs, plan.baseMs * 2 ** (attempt - 1)));
};
