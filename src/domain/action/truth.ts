import { toEpochMs } from '../shared/instant.js';
import type { Instant } from '../shared/instant.js';
import { applyAt, statusOf } from './action.state.js';
import type { ActionState, TargetState } from './action.state.js';

/** What a recipient should have in mind about a target, if they were told anything. */
export type Truth =
  /** It will start, or has started, at this time; null while nobody can say. */
  | { readonly kind: 'starts'; readonly startsAt: Instant | null }
  | { readonly kind: 'applied'; readonly startsAt: Instant }
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'called_off'; readonly reason: string };

/** A shift to a later time by no more than this needs no correction. */
export const SHIFT_TOLERATED_MS = 5 * 60_000;

export function truthOf(state: ActionState, target: TargetState, now: Instant): Truth {
  const status = statusOf(state, target);
  const reason = target.settled?.reason ?? 'failed';
  switch (status) {
    case 'cancelled':
      return { kind: 'called_off', reason: 'cancelled' };
    case 'skipped':
      return { kind: 'called_off', reason };
    case 'failed':
      return target.settled?.isCalledOff === true
        ? { kind: 'called_off', reason: 'cancelled' }
        : { kind: 'failed', reason };
    case 'applied':
      return { kind: 'applied', startsAt: applyAt(state, target) };
    default:
      return { kind: 'starts', startsAt: startOf(state, target, now) };
  }
}

function startOf(state: ActionState, target: TargetState, now: Instant): Instant | null {
  const startsAt = applyAt(state, target);
  const isOverdue = target.status === 'pending' && state.pausedAt !== null && now >= startsAt;
  return isOverdue ? null : startsAt;
}

/** Whether somebody with these start times in mind has to hear of another one. */
export function isCorrectionDue(
  beliefs: readonly (Instant | null)[],
  startsAt: Instant | null,
  now: Instant,
): boolean {
  return beliefs.length === 0 || beliefs.some((belief) => hasMoved(belief, startsAt, now));
}

function hasMoved(belief: Instant | null, startsAt: Instant | null, now: Instant): boolean {
  if (belief === null) return startsAt !== null;
  if (startsAt === null) return toEpochMs(now) - toEpochMs(belief) > SHIFT_TOLERATED_MS;
  const shiftMs = toEpochMs(startsAt) - toEpochMs(belief);
  return shiftMs < 0 || shiftMs > SHIFT_TOLERATED_MS;
}
