import type { DispatchKey } from '../notice/dispatch.js';
import { accept, assertNever } from '../shared/decider.js';
import type { Decision } from '../shared/decider.js';
import type { Instant } from '../shared/instant.js';
import type { DispatchResult, RecordDispatches } from './action.commands.js';
import type { ActionEvent } from './action.events.js';
import { evolveAction } from './action.evolve.js';
import type { ActionState, DispatchStatus } from './action.state.js';
import { followUpsOfLane } from './follow-up.js';
import { keyOf, requeued } from './notices.js';
import { locate, verdictOn } from './verdict.js';
import type { FoundDispatch } from './verdict.js';

/**
 * Only this ends a dispatch. What has to be said because of it, in its lane, is queued in the same append: at most
 * two events for each result.
 */
export function recordDispatches(
  state: ActionState,
  { results, now }: RecordDispatches,
): Decision<ActionEvent> {
  let current = state;
  const recorded: ActionEvent[] = [];
  for (const result of results) {
    const events = eventsOf(current, result, now);
    current = events.reduce(evolveAction, current);
    recorded.push(...events);
  }
  const lanes = new Map(results.map((result) => [laneOf(result), result]));
  const followUps = [...lanes.values()].flatMap((key) => {
    const found = locate(current, key);
    return found === null ? [] : followUpsOfLane(current, found, now);
  });
  return accept([...recorded, ...followUps]);
}

const laneOf = ({ targetId, recipientId, channel }: DispatchKey): string =>
  [targetId, recipientId, channel].join('|');

function eventsOf(
  state: ActionState,
  result: DispatchResult,
  now: Instant,
): readonly ActionEvent[] {
  const found = locate(state, result);
  if (found === null) return [];
  if (result.result === 'sent') return sent(found, result, now);
  // A failure that comes too late changes nothing: something is known about the dispatch already.
  if (!isOpenStatus(found.dispatch.status)) return [];
  switch (result.result) {
    case 'not_sent':
      return notSent(state, found, result, now);
    case 'attempt_failed': {
      const { attempt, failureClass, error, ambiguous, retryAt } = result;
      if (attempt <= found.dispatch.attempt) return [];
      const data = { attempt, failureClass, error, ambiguous, retryAt, at: now, ...keyOf(result) };
      return [{ type: 'NoticeAttemptFailed', data }];
    }
    case 'refused':
      return [gaveUp(found, 'NoticeFailed', result, now)];
    case 'dead':
      return [gaveUp(found, 'NoticeDead', result, now)];
    case 'uncertain':
      return uncertain(state, found, result, now);
    case 'suppressed':
      return [suppressed(found, result, now)];
    default:
      return assertNever(result);
  }
}

function sent(
  { dispatch }: FoundDispatch,
  result: Extract<DispatchResult, { result: 'sent' }>,
  now: Instant,
): readonly ActionEvent[] {
  if (dispatch.status === 'sent') return [];
  const { attempt, envelopeId } = result;
  const late = !isOpenStatus(dispatch.status);
  return [{ type: 'NoticeSent', data: { attempt, envelopeId, late, at: now, ...keyOf(result) } }];
}

function notSent(
  state: ActionState,
  found: FoundDispatch,
  result: Extract<DispatchResult, { result: 'not_sent' }>,
  now: Instant,
): readonly ActionEvent[] {
  const verdict = verdictOn(state, result, now);
  const { attempt } = result;
  switch (verdict.kind) {
    case 'send':
    case 'ended':
      return [];
    case 'hold':
      return found.dispatch.status === 'deferred' ? [] : [deferred(found, result, now)];
    case 'withdraw':
      return [gaveUp(found, 'NoticeFailed', { ...result, attempt, reason: verdict.reason }, now)];
    case 'expired':
      return found.dispatch.ambiguous
        ? [gaveUp(found, 'NoticeFailed', { ...result, attempt, reason: 'expired' }, now)]
        : [{ type: 'NoticeExpired', data: { at: now, ...keyOf(result) } }];
    default:
      return assertNever(verdict);
  }
}

const deferred = (
  { dispatch }: FoundDispatch,
  result: DispatchResult,
  now: Instant,
): ActionEvent => ({
  type: 'NoticeDeferred',
  data: {
    ...keyOf(result),
    reason: 'action_paused',
    until: dispatch.notAfter ?? now,
    at: now,
  },
});

/** After an attempt that may have arrived, "failed" would be a lie. */
function gaveUp(
  { dispatch }: FoundDispatch,
  type: 'NoticeFailed' | 'NoticeDead',
  result: DispatchResult & { readonly attempt: number; readonly reason: string },
  now: Instant,
): ActionEvent {
  const { attempt, reason } = result;
  return {
    type: dispatch.ambiguous ? 'NoticeUncertain' : type,
    data: { attempt, reason, at: now, ...keyOf(result) },
  };
}

function suppressed(
  { dispatch }: FoundDispatch,
  result: Extract<DispatchResult, { result: 'suppressed' }>,
  now: Instant,
): ActionEvent {
  const data = { reason: result.reason, at: now, ...keyOf(result) };
  return dispatch.ambiguous
    ? { type: 'NoticeUncertain', data: { ...data, attempt: dispatch.attempt } }
    : { type: 'NoticeSuppressed', data };
}

function uncertain(
  state: ActionState,
  found: FoundDispatch,
  result: Extract<DispatchResult, { result: 'uncertain' }>,
  now: Instant,
): readonly ActionEvent[] {
  const { attempt, reason } = result;
  const recorded: ActionEvent = {
    type: 'NoticeUncertain',
    data: { attempt, reason, at: now, ...keyOf(result) },
  };
  const isWanted = verdictOn(state, result, now).kind === 'send';
  return result.then === 'resend' && isWanted && found.dispatch.requeues < RESENDS_MAX
    ? [recorded, requeued(result, found, 'policy', now)]
    : [recorded];
}

/** How often the policy `resend` repeats an uncertain send of one dispatch. */
const RESENDS_MAX = 1;

const isOpenStatus = (status: DispatchStatus): boolean =>
  status === 'pending' || status === 'deferred';
