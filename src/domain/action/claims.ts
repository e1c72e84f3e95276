import { at } from '../shared/chunked-list.js';
import { accept, refuse } from '../shared/decider.js';
import type { Decision, Refusal } from '../shared/decider.js';
import { toEpochMs, toInstant } from '../shared/instant.js';
import type { Instant } from '../shared/instant.js';
import type {
  AcceptWork,
  AttemptResult,
  ClaimTargets,
  ExpireClaims,
  FencedTarget,
  OpenStage,
  RecordOutcome,
  RecordOutcomes,
} from './action.commands.js';
import { EVENTS_PER_APPEND_MAX } from './action.events.js';
import type { ActionEvent, ExecutionPolicy, OutcomeRecorded } from './action.events.js';
import { evolveAction } from './action.evolve.js';
import { applyAt, findTarget, isCalledOff, isLive } from './action.state.js';
import type { ActionState, Claim, Settled, TargetState } from './action.state.js';
import { endingOf } from './ending.js';
import { followUpsOfTargets } from './follow-up.js';

/** Reason of a target whose parent ended while an attempt was under way, provably without effect. */
export const PARENT_CANCELLED = 'parent_cancelled';
/** Reason of a target whose last holder fell silent. */
export const LEASE_EXPIRED = 'lease_expired';

/** What the targets of open stages allow now. */
export type ClaimableWork =
  | { readonly kind: 'claimable'; readonly targetIds: readonly string[] }
  | { readonly kind: 'not_due_until'; readonly at: Instant }
  | { readonly kind: 'nothing' };

/** The next targets to claim, in order, at most `limit`. */
export function claimableWork(state: ActionState, now: Instant, limit: number): ClaimableWork {
  if (!mayStart(state)) return { kind: 'nothing' };
  const targetIds: string[] = [];
  let nextAt: Instant | null = null;
  for (const target of unclaimed(state)) {
    const from = claimableFrom(state, target);
    if (from <= now) targetIds.push(target.targetId);
    else if (nextAt === null || from < nextAt) nextAt = from;
    if (targetIds.length === limit) break;
  }
  if (targetIds.length > 0) return { kind: 'claimable', targetIds };
  return nextAt === null ? { kind: 'nothing' } : { kind: 'not_due_until', at: nextAt };
}

function* unclaimed(state: ActionState): Generator<TargetState> {
  for (const stage of state.stages.filter(({ openedAt }) => openedAt !== null)) {
    for (let index = stage.claimCursor; index < stage.to; index += 1) {
      const target = at(state.targets, index);
      if (target.status === 'pending') yield target;
    }
  }
}

export function openStage(state: ActionState, { stage, now }: OpenStage): Decision<ActionEvent> {
  const planned = state.stages[stage];
  if (planned?.openedAt !== null || !mayStart(state) || now < planned.runAt) return accept([]);
  return accept([{ type: 'StageOpened', data: { stage, runAt: planned.runAt, at: now } }]);
}

/** Targets that somebody else claimed first, or that are not claimable any more, are left out silently. */
export function claimTargets(state: ActionState, command: ClaimTargets): Decision<ActionEvent> {
  const { claims, holder, now } = command;
  if (!mayStart(state) || state.terms === null) return accept([]);
  const { leaseMs } = state.terms.execution;
  return accept(
    oncePerTarget(claims, ({ targetId, fence }): ActionEvent[] => {
      const target = findTarget(state, targetId);
      if (target === null || !isClaimable(state, target, now) || fence <= target.fence) return [];
      const attempt = target.attempts + 1;
      return [
        { type: 'TargetClaimed', data: { targetId, fence, attempt, holder, leaseMs, at: now } },
      ];
    }),
  );
}

export function acceptWork(state: ActionState, command: AcceptWork): Decision<ActionEvent> {
  const { targetId, fence, now } = command;
  const target = findTarget(state, targetId);
  if (state.terms === null || target === null) return refuseUnknownTarget(targetId);
  if (target.claim?.fence !== fence) return refuseStale(target, fence);
  if (target.claim.isAccepted) return accept([]);
  const leaseMs = state.terms.execution.confirmMs;
  return accept([{ type: 'WorkAccepted', data: { targetId, fence, leaseMs, at: now } }]);
}

export function recordOutcome(state: ActionState, command: RecordOutcome): Decision<ActionEvent> {
  const { result, now } = command;
  const answer = settle(state, result, now);
  if (!answer.ok) return answer;
  return concluded(state, answer.events, now);
}

export function recordOutcomes(state: ActionState, command: RecordOutcomes): Decision<ActionEvent> {
  const { results, now } = command;
  const events = oncePerTarget(results, (result) => {
    const answer = settle(state, result, now);
    return answer.ok ? answer.events : [];
  });
  return concluded(state, events, now);
}

export function expireClaims(state: ActionState, command: ExpireClaims): Decision<ActionEvent> {
  const { now } = command;
  const events = oncePerTarget(command.claims, ({ targetId, fence }) => {
    const target = findTarget(state, targetId);
    if (target?.claim?.fence !== fence) return [];
    return expired(state, target, target.claim, now);
  });
  return concluded(state, events, now);
}

/** What each item leads to, but for every target only the first item that leads to anything. */
function oncePerTarget<Item extends FencedTarget>(
  items: readonly Item[],
  eventsOf: (item: Item) => readonly ActionEvent[],
): readonly ActionEvent[] {
  const done = new Set<string>();
  return items.flatMap((item) => {
    const events = done.has(item.targetId) ? [] : eventsOf(item);
    if (events.length > 0) done.add(item.targetId);
    return events;
  });
}

/**
 * Releases what has ended, tells who has to know, and ends the action with its last target. Where telling all of
 * them would make the append too big, the rest is left to `QueueFollowUps`.
 */
function concluded(
  state: ActionState,
  events: readonly ActionEvent[],
  now: Instant,
): Decision<ActionEvent> {
  const release = events
    .filter((event): event is OutcomeRecorded => event.type === 'OutcomeRecorded')
    .map(({ data }) => data.targetId);
  const after = events.reduce(evolveAction, state);
  const ending = endingOf(after, now);
  const eventsMax = EVENTS_PER_APPEND_MAX - events.length - ending.length;
  const followUps = followUpsOfTargets(after, release, { now, eventsMax });
  return accept([...events, ...followUps, ...ending], { release });
}

function settle(
  state: ActionState,
  result: AttemptResult,
  now: Instant,
): { readonly ok: true; readonly events: readonly ActionEvent[] } | RefusedOutcome {
  const { targetId, fence } = result;
  const target = findTarget(state, targetId);
  if (target === null) return refuseUnknownTarget(targetId);
  const { claim, settled } = target;
  if (claim?.fence === fence) return { ok: true, events: [conclusion(state, target, result, now)] };
  if (settled?.fence !== fence) return refuseStale(target, fence);
  if (isSameEnd(settled, result)) return { ok: true, events: [] };
  return refuse(
    'outcome_conflict',
    `claim ${String(fence)} of target ${targetId} has ended already: ${settled.outcome}`,
    { facts: { targetId, outcome: settled.outcome, reason: settled.reason } },
  );
}

/** A provable failure of what was called off is recorded as skipped; reported again, it is still the same end. */
const isSameEnd = (settled: Settled, { outcome, retryable }: AttemptResult): boolean =>
  settled.outcome === outcome ||
  (outcome === 'failed' && retryable && settled.reason === PARENT_CANCELLED);

interface RefusedOutcome {
  readonly ok: false;
  readonly refusal: Refusal;
}

function conclusion(
  state: ActionState,
  target: TargetState,
  result: AttemptResult,
  now: Instant,
): ActionEvent {
  const { fence, outcome, reason, startedAt } = result;
  const { targetId } = target;
  const mayRepeat = outcome === 'failed' && result.retryable;
  if (!mayRepeat) return ended(state, target, { fence, outcome, reason, startedAt, now });
  if (isCalledOff(state, target)) {
    const calledOff = { outcome: 'skipped', reason: PARENT_CANCELLED } as const;
    return ended(state, target, { fence, ...calledOff, startedAt, now });
  }
  const retryAt = nextAttemptAt(state, target, now);
  if (retryAt === null) return ended(state, target, { fence, outcome, reason, startedAt, now });
  return {
    type: 'AttemptFailed',
    data: {
      targetId,
      fence,
      attempt: target.attempts,
      reason: reason ?? 'failed',
      retryAt,
      at: now,
    },
  };
}

function expired(
  state: ActionState,
  target: TargetState,
  { fence }: Claim,
  now: Instant,
): readonly ActionEvent[] {
  const { targetId } = target;
  const mayRepeat = state.terms?.execution.onExpiry === 'retry' && !isCalledOff(state, target);
  const retryAt = mayRepeat ? nextAttemptAt(state, target, now) : null;
  const claimExpired: ActionEvent = {
    type: 'ClaimExpired',
    data: { targetId, fence, retryAt, at: now },
  };
  if (retryAt !== null) return [claimExpired];
  const lost = { outcome: 'failed', reason: LEASE_EXPIRED, startedAt: null } as const;
  return [claimExpired, ended(state, target, { fence, ...lost, now })];
}

function ended(
  state: ActionState,
  target: TargetState,
  end: Pick<AttemptResult, 'fence' | 'outcome' | 'reason' | 'startedAt'> & {
    readonly now: Instant;
  },
): OutcomeRecorded {
  const { fence, outcome, reason, startedAt, now } = end;
  return {
    type: 'OutcomeRecorded',
    data: {
      targetId: target.targetId,
      fence,
      outcome,
      reason,
      scheduledAt: applyAt(state, target),
      claimedAt: target.claim?.claimedAt ?? now,
      startedAt,
      at: now,
    },
  };
}

/** When the next attempt may start, or null when they are used up. */
function nextAttemptAt(state: ActionState, target: TargetState, now: Instant): Instant | null {
  const policy: ExecutionPolicy | undefined = state.terms?.execution;
  if (policy === undefined || target.attempts >= policy.attemptsMax) return null;
  const delayMs = Math.min(policy.retryDelayMs * 2 ** (target.attempts - 1), RETRY_DELAY_MAX_MS);
  return toInstant(toEpochMs(now) + delayMs);
}

const RETRY_DELAY_MAX_MS = 60 * 60_000;

const mayStart = (state: ActionState): boolean =>
  isLive(state) && state.cancelledAt === null && state.pausedAt === null;

const isClaimable = (state: ActionState, target: TargetState, now: Instant): boolean =>
  target.status === 'pending' &&
  state.stages[target.stage]?.openedAt !== null &&
  claimableFrom(state, target) <= now;

function claimableFrom(state: ActionState, target: TargetState): Instant {
  const from = applyAt(state, target);
  return target.retryAt !== null && target.retryAt > from ? target.retryAt : from;
}

const refuseUnknownTarget = (targetId: string): RefusedOutcome =>
  refuse('not_found', `target ${targetId} is not part of this action`);

const refuseStale = (target: TargetState, fence: number): RefusedOutcome =>
  refuse(
    'stale_claim',
    `claim ${String(fence)} of target ${target.targetId} is not its open claim`,
    { facts: { targetId: target.targetId, openFence: target.claim?.fence ?? null } },
  );
