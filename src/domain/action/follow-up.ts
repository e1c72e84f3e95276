import { CAPABILITY } from '../notice/dispatch.js';
import { at } from '../shared/chunked-list.js';
import { assertNever } from '../shared/decider.js';
import { toEpochMs, toInstant } from '../shared/instant.js';
import type { Instant } from '../shared/instant.js';
import type { ActionEvent, CancellationQueued, FollowUpQueued } from './action.events.js';
import { evolveAction } from './action.evolve.js';
import { revisionOf } from './action.state.js';
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

/** The follow-ups of these targets, as they are after `events` have happened. */
export function followUpsAfter(
  state: ActionState,
  events: readonly ActionEvent[],
  targetIds: Iterable<string>,
  now: Instant,
): readonly ActionEvent[] {
  const after = events.reduce(evolveAction, state);
  return [...new Set(targetIds)].flatMap((targetId) => {
    const index = after.indexOf.get(targetId);
    return index === undefined ? [] : followUpsOf(after, at(after.targets, index), now);
  });
}

/** While paused: when the next stage's promise will have been broken for long enough to say so. */
export function nextFollowUpAt(state: ActionState, now: Instant): Instant | null {
  if (state.life !== 'live' || state.pausedAt === null) return null;
  const overdueAt = state.stages
    .map(({ runAt }) => toInstant(toEpochMs(runAt) + SHIFT_TOLERATED_MS + 1))
    .filter((instant) => instant > now);
  return overdueAt.reduce<Instant | null>(
    (first, instant) => (first === null || instant < first ? instant : first),
    null,
  );
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
      ...addressed(situation, 'rescheduled'),
      kind: 'rescheduled',
      startsAt,
      previousStartsAt: lane.beliefs.at(-1) ?? null,
      reason: null,
    },
  };
}

const cancellation = (situation: Situation, reason: string): CancellationQueued => ({
  type: 'CancellationQueued',
  data: { ...addressed(situation, 'cancelled'), reason },
});

const closing = (
  situation: Situation,
  kind: 'completed' | 'failed',
  reason: string | null,
): FollowUpQueued => ({
  type: 'FollowUpQueued',
  data: {
    ...addressed(situation, kind),
    kind,
    startsAt: null,
    previousStartsAt: situation.lane.beliefs.at(-1) ?? null,
    reason,
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

/** A notice of the current schedule says the same thing as a correction would. */
const isNoticeOnItsWay = ({ state, target, lane }: Situation): boolean =>
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
