import type { DispatchKey } from '../notice/dispatch.js';
import type { Instant } from '../shared/instant.js';
import {
  WITHDRAWN_AS_UNTRUE,
  WITHDRAWN_BY_CANCEL,
  WITHDRAWN_BY_RESCHEDULE,
} from './action.events.js';
import { findTarget, isCalledOff, revisionOf, statusOf } from './action.state.js';
import type { ActionState, DispatchState, Lane, TargetState } from './action.state.js';
import { findDispatch, isDispatch, isOpen } from './notice.evolve.js';
import { truthOf } from './truth.js';
import type { Truth } from './truth.js';

/** Whether a dispatch may leave, as things stand. */
export type Verdict =
  | { readonly kind: 'send' }
  /** Not now, but perhaps later: the action is paused. */
  | { readonly kind: 'hold' }
  | { readonly kind: 'withdraw'; readonly reason: string }
  | { readonly kind: 'expired' }
  /** It has ended, or was never asked for. */
  | { readonly kind: 'ended' };

export interface FoundDispatch {
  readonly target: TargetState;
  readonly lane: Lane;
  readonly dispatch: DispatchState;
}

export function locate(state: ActionState, key: DispatchKey): FoundDispatch | null {
  const target = findTarget(state, key.targetId);
  const lane = target?.lanes.find(
    ({ recipientId, channel }) => recipientId === key.recipientId && channel === key.channel,
  );
  if (target === null || lane === undefined) return null;
  const dispatch = findDispatch(lane, key);
  return dispatch === null ? null : { target, lane, dispatch };
}

export function verdictOn(state: ActionState, key: DispatchKey, now: Instant): Verdict {
  const found = locate(state, key);
  return found !== null && isOpen(found.dispatch)
    ? verdictIfOpen(state, found, now)
    : { kind: 'ended' };
}

/** The verdict on a dispatch as if it had not ended: for sending again. */
export function verdictIfOpen(state: ActionState, found: FoundDispatch, now: Instant): Verdict {
  return found.dispatch.kind === 'notice'
    ? noticeVerdict(state, found, now)
    : correctionVerdict(state, found, now);
}

function noticeVerdict(state: ActionState, found: FoundDispatch, now: Instant): Verdict {
  const { target, dispatch } = found;
  if (isCalledOff(state, target)) return { kind: 'withdraw', reason: WITHDRAWN_BY_CANCEL };
  if (dispatch.revision !== revisionOf(state, target)) {
    return { kind: 'withdraw', reason: WITHDRAWN_BY_RESCHEDULE };
  }
  const isOver = dispatch.notAfter !== null && now >= dispatch.notAfter;
  if (isOver || statusOf(state, target) !== 'pending') return { kind: 'expired' };
  return { kind: state.pausedAt === null ? 'send' : 'hold' };
}

function correctionVerdict(state: ActionState, found: FoundDispatch, now: Instant): Verdict {
  const { target, lane, dispatch } = found;
  const isLatest = lane.correction !== null && isDispatch(lane.correction, dispatch);
  return isLatest && isStillTrue(dispatch, truthOf(state, target, now))
    ? { kind: 'send' }
    : { kind: 'withdraw', reason: WITHDRAWN_AS_UNTRUE };
}

function isStillTrue(dispatch: DispatchState, truth: Truth): boolean {
  switch (dispatch.kind) {
    case 'cancelled':
      return truth.kind === 'called_off';
    case 'failed':
      return truth.kind === 'failed';
    case 'completed':
      return truth.kind === 'applied';
    default:
      return (
        (truth.kind === 'starts' || truth.kind === 'applied') &&
        truth.startsAt === dispatch.startsAt
      );
  }
}
