import { CAPABILITY } from '../notice/dispatch.js';
import { at, itemsFrom } from '../shared/chunked-list.js';
import { assertNever } from '../shared/decider.js';
import { toEpochMs, toInstant } from '../shared/instant.js';
import type { Instant } from '../shared/instant.js';
import type { ActionEvent, CancellationQueued, FollowUpQueued } from './action.events.js';
import { applyAt, findTarget, revisionOf, statusOf } from './action.state.js';
import type { ActionState, Lane, TargetState } from './action.state.js';
import { isOpen } from './notice.evolve.js';
import { isCorrectionDue, SHIFT_TOLERATED_MS, truthOf } from './truth.js';
import type { Truth } from './truth.js';

type FollowUpEvent = CancellationQueued | FollowUpQueued;

/** What the recipients of one target have to hear now: at most one message a lane. */
export function followUpsOf(
  state: ActionState,
  target: TargetState,
  now: Instant,
): readonly ActionEvent[] {
  if (target.lanes.every((lane) => lane.told === 'no')) return [];
  const truth = truthOf(state, target, now);
  return target.lanes.flatMap((lane) => {
    const followUp = followUpOf({ state, target, lane, truth, now });
    return followUp === null ? [] : queued(followUp);
  });
}

/** The next follow-ups of the whole action, for at most about `eventsMax` events. */
export function nextFollowUps(
  state: ActionState,
  now: Instant,
  eventsMax: number,
): readonly ActionEvent[] {
  const events: ActionEvent[] = [];
  for (let index = 0; index < state.targets.size && events.length < eventsMax; index += 1) {
    events.push(...followUpsOf(state, at(state.targets, index), now));
  }
  return events;
}

/** The follow-ups of these targets, of as many as fit into `eventsMax` events. */
export function followUpsOfTargets(
  state: ActionState,
  targetIds: readonly string[],
  { now, eventsMax }: { readonly now: Instant; readonly eventsMax: number },
): readonly ActionEvent[] {
  const events: ActionEvent[] = [];
  for (const targetId of targetIds) {
    const target = findTarget(state, targetId);
    const followUps = target === null ? [] : followUpsOf(state, target, now);
    if (events.length + followUps.length > eventsMax) break;
    events.push(...followUps);
  }
  return events;
}

/** What one recipient has to hear on one channel now. */
export function followUpsOfLane(
  state: ActionState,
  { target, lane }: { readonly target: TargetState; readonly lane: Lane },
  now: Instant,
): readonly ActionEvent[] {
  const truth = truthOf(state, target, now);
  const followUp = followUpOf({ state, target, lane, truth, now });
  return followUp === null ? [] : queued(followUp);
}

/** While paused: when the next promise will have been broken for long enough to say so. */
export function nextFollowUpAt(state: ActionState, now: Instant): Instant | null {
  if (state.life !== 'live' || state.pausedAt === null) return null;
  let first: Instant | null = null;
  for (const target of itemsFrom(state.targets)) {
    if (statusOf(state, target) !== 'pending') continue;
    for (const instant of brokenAt(state, target)) {
      if (instant > now && (first === null || instant < first)) first = instant;
    }
  }
  return first;
}

/** When each start that somebody has in mind will be over by more than is tolerated. */
function brokenAt(state: ActionState, target: TargetState): readonly Instant[] {
  const startsAt = applyAt(state, target);
  return target.lanes
    .filter(({ told }) => told !== 'no')
    .flatMap(({ beliefs }) => beliefs)
    .filter((belief) => belief !== null)
    .map((belief) => toInstant(toEpochMs(belief) + SHIFT_TOLERATED_MS + 1))
    .map((instant) => (instant < startsAt ? startsAt : instant));
}

interface Situation {
  readonly state: ActionState;
  readonly target: TargetState;
  readonly lane: Lane;
  readonly truth: Truth;
  readonly now: Instant;
}

function followUpOf(situation: Situation): FollowUpEvent | null {
  const { lane, truth } = situation;
  if (lane.told === 'no') return null;
  switch (truth.kind) {
    case 'called_off':
      return lane.correction?.kind === 'cancelled' ? null : cancellation(situation, truth.reason);
    case 'failed':
      return isCovered(situation, 'failed') ? null : closing(situation, 'failed', truth.reason);
    case 'applied':
      return applied(situation, truth.startsAt);
    case 'starts':
      return moved(situation, truth.startsAt);
    default:
      return assertNever(truth);
  }
}

function applied(situation: Situation, startsAt: Instant): FollowUpEvent | null {
  const { state } = situation;
  if (state.terms?.notice?.tellCompleted !== true) return moved(situation, startsAt);
  return isCovered(situation, 'completed') ? null : closing(situation, 'completed', null);
}

function moved(situation: Situation, startsAt: Instant | null): FollowUpEvent | null {
  const { lane, now } = situation;
  if (!isCorrectionDue(lane.beliefs, startsAt, now)) return null;
  if (isCovered(situation, 'rescheduled') && lane.correction?.startsAt === startsAt) return null;
  if (isNoticeOnItsWay(situation)) return null;
  return {
    type: 'FollowUpQueued',
    data: {
      kind: 'rescheduled',
      startsAt,
      previousStartsAt: lane.beliefs.at(-1) ?? null,
      reason: null,
      ...addressed(situation, 'rescheduled'),
    },
  };
}

const cancellation = (situation: Situation, reason: string): CancellationQueued => ({
  type: 'CancellationQueued',
  data: { reason, ...addressed(situation, 'cancelled') },
});

const closing = (
  situation: Situation,
  kind: 'completed' | 'failed',
  reason: string | null,
): FollowUpQueued => ({
  type: 'FollowUpQueued',
  data: {
    kind,
    startsAt: null,
    previousStartsAt: situation.lane.beliefs.at(-1) ?? null,
    reason,
    ...addressed(situation, kind),
  },
});

function addressed(
  { state, target, lane, now }: Situation,
  kind: 'cancelled' | FollowUpQueued['data']['kind'],
): Omit<CancellationQueued['data'], 'reason'> {
  const revision = revisionOf(state, target);
  const earlier = lane.dispatches.filter(
    (dispatch) => dispatch.kind === kind && dispatch.revision === revision,
  );
  return {
    targetId: target.targetId,
    stage: target.stage,
    recipientId: lane.recipientId,
    channel: lane.channel,
    revision,
    lead: earlier.length,
    hedged: lane.told === 'maybe',
    at: now,
  };
}

const isCovered = (
  { state, target, lane }: Situation,
  kind: FollowUpQueued['data']['kind'],
): boolean =>
  lane.correction?.kind === kind && lane.correction.revision === revisionOf(state, target);

/** A notice of the current schedule says the same thing as a correction would, unless a pause holds it back. */
const isNoticeOnItsWay = ({ state, target, lane }: Situation): boolean =>
  state.pausedAt === null &&
  lane.dispatches.some(
    (dispatch) =>
      dispatch.kind === 'notice' &&
      isOpen(dispatch) &&
      dispatch.revision === revisionOf(state, target),
  );

/** On a transactional channel the event is the send. */
function queued(followUp: FollowUpEvent): readonly ActionEvent[] {
  const { targetId, recipientId, channel, revision, lead, at: sentAt } = followUp.data;
  if (CAPABILITY[channel] !== 'transactional') return [followUp];
  const kind = followUp.type === 'CancellationQueued' ? 'cancelled' : followUp.data.kind;
  return [
    followUp,
    {
      type: 'NoticeSent',
      data: {
        targetId,
        recipientId,
        channel,
        kind,
        revision,
        lead,
        attempt: 1,
        envelopeId: null,
        late: false,
        at: sentAt,
      },
    },
  ];
}
