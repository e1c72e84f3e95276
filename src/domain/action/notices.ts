import { CAPABILITY, NOBODY } from '../notice/dispatch.js';
import type { ChannelName, DispatchKey } from '../notice/dispatch.js';
import { at } from '../shared/chunked-list.js';
import { accept, refuse } from '../shared/decider.js';
import type { Decision } from '../shared/decider.js';
import { toEpochMs, toInstant } from '../shared/instant.js';
import type { Instant } from '../shared/instant.js';
import type { OpenNotices, QueueFollowUps, RequeueNotice } from './action.commands.js';
import { EVENTS_PER_APPEND_MAX } from './action.events.js';
import type { ActionEvent, NoticeDue, NoticePolicy } from './action.events.js';
import { findTarget, isLive, revisionOf } from './action.state.js';
import type { ActionState, StageState, TargetState } from './action.state.js';
import { nextFollowUps } from './follow-up.js';
import { locate, verdictIfOpen } from './verdict.js';
import type { FoundDispatch } from './verdict.js';

/** What a stage's leads ask for now. */
export type NoticeWork =
  | { readonly kind: 'due'; readonly lead: number; readonly targetIds: readonly string[] }
  | { readonly kind: 'not_due_until'; readonly at: Instant }
  | { readonly kind: 'nothing' };

/** The targets whose notice is due next, at most `limit`. Leads that have opened collapse into the shortest. */
export function noticeWork(
  state: ActionState,
  stageNo: number,
  now: Instant,
  limit: number,
): NoticeWork {
  const stage = state.stages[stageNo];
  const policy = state.terms?.notice ?? null;
  if (stage === undefined || policy === null || !mayNotify(state)) return { kind: 'nothing' };
  for (const lead of leadsInForce(stage, policy, now)) {
    const opensAt = opensAtOf(stage, lead);
    if (now < opensAt) return { kind: 'not_due_until', at: opensAt };
    const targetIds = wholeOwners(state, targetsToNotify(state, stage, lead, limit + 1), limit);
    if (targetIds.length > 0) return { kind: 'due', lead, targetIds };
  }
  return { kind: 'nothing' };
}

/** Cuts where the owner changes, so that nobody gets two envelopes because of where a batch ends. */
function wholeOwners(
  state: ActionState,
  targetIds: readonly string[],
  limit: number,
): readonly string[] {
  if (targetIds.length <= limit) return targetIds;
  const owners = targetIds.map((targetId) => findTarget(state, targetId)?.ownerId ?? null);
  const cut = owners.findLastIndex((owner) => owner === null || owner !== owners[limit]) + 1;
  return targetIds.slice(0, cut === 0 || cut > limit ? limit : cut);
}

export function openNotices(state: ActionState, command: OpenNotices): Decision<ActionEvent> {
  const { stage: stageNo, lead, now } = command;
  const stage = state.stages[stageNo];
  const policy = state.terms?.notice ?? null;
  if (stage === undefined || policy === null || !mayNotify(state)) return accept([]);
  if (!leadsInForce(stage, policy, now).includes(lead) || now < opensAtOf(stage, lead)) {
    return accept([]);
  }
  return accept(noticesInOrder(state, { stage, lead, policy, command }));
}

/** In the stage's order and without a gap: whoever the command leaves out stays due, and so do all behind. */
function noticesInOrder(
  state: ActionState,
  due: Pick<NoticeToOpen, 'stage' | 'lead' | 'policy' | 'command'>,
): readonly ActionEvent[] {
  const { stage, lead, command } = due;
  const recipientsOf = new Map(
    command.addressees.map(({ targetId, recipientIds }) => [targetId, [...new Set(recipientIds)]]),
  );
  const events: ActionEvent[] = [];
  for (const targetId of targetsToNotify(state, stage, lead, recipientsOf.size)) {
    const target = findTarget(state, targetId);
    const recipientIds = recipientsOf.get(targetId);
    if (target === null || recipientIds === undefined) break;
    const notice = noticeOf({ ...due, target, recipientIds });
    if (events.length > 0 && events.length + notice.length > EVENTS_PER_APPEND_MAX) break;
    events.push(...notice);
  }
  return events;
}

export const queueFollowUps = (
  state: ActionState,
  { now }: QueueFollowUps,
): Decision<ActionEvent> => accept(nextFollowUps(state, now, FOLLOW_UPS_PER_APPEND_MAX));

const FOLLOW_UPS_PER_APPEND_MAX = 250;

export function requeueNotice(state: ActionState, command: RequeueNotice): Decision<ActionEvent> {
  const { key, now } = command;
  const found = locate(state, key);
  if (found === null) return refuse('not_found', 'there is no such dispatch');
  const { status } = found.dispatch;
  if (CAPABILITY[key.channel] === 'transactional') {
    return refuse('invalid_transition', 'no relay serves this channel: its messages are events');
  }
  if (status === 'pending' || status === 'deferred') return accept([]);
  if (status === 'sent' || status === 'suppressed') {
    return refuse('invalid_transition', `the dispatch has ended: ${status}`);
  }
  const verdict = verdictIfOpen(state, found, now);
  if (verdict.kind !== 'send' && verdict.kind !== 'hold') {
    return refuse('no_longer_true', 'what the message says is no longer true', {
      facts: { verdict },
    });
  }
  return accept([requeued(key, found, 'operator', now)]);
}

export const requeued = (
  key: DispatchKey,
  { target, dispatch }: FoundDispatch,
  cause: 'operator' | 'policy',
  now: Instant,
): ActionEvent => ({
  type: 'NoticeRequeued',
  data: { ...keyOf(key), stage: target.stage, notAfter: dispatch.notAfter, cause, at: now },
});

/** Only the fields of the key, whatever else the object carries. */
export const keyOf = (key: DispatchKey): DispatchKey => {
  const { targetId, recipientId, channel, kind, revision, lead } = key;
  return { targetId, recipientId, channel, kind, revision, lead };
};

const mayNotify = (state: ActionState): boolean =>
  isLive(state) && state.cancelledAt === null && state.pausedAt === null;

const opensAtOf = ({ runAt }: StageState, lead: number): Instant =>
  toInstant(toEpochMs(runAt) - lead * 1000);

/** Descending, so by opening time. Of those that have opened only the shortest counts: two at once say no more. */
function leadsInForce(
  stage: StageState,
  { leadsSeconds }: NoticePolicy,
  now: Instant,
): readonly number[] {
  const opened = leadsSeconds.filter((lead) => opensAtOf(stage, lead) <= now);
  return leadsSeconds.slice(Math.max(0, opened.length - 1));
}

const isElapsed = (stage: StageState, lead: number): boolean =>
  opensAtOf(stage, lead) <= stage.armedAt;

function targetsToNotify(
  state: ActionState,
  stage: StageState,
  lead: number,
  limit: number,
): readonly string[] {
  const targetIds: string[] = [];
  const first = stage.noticeCursor[lead] ?? stage.from;
  for (let index = first; index < stage.to && targetIds.length < limit; index += 1) {
    const target = at(state.targets, index);
    if (isToNotify(state, target, stage, lead)) targetIds.push(target.targetId);
  }
  return targetIds;
}

/** Those who were told already hear of a new time by a correction, not by a notice that is overdue. */
function isToNotify(
  state: ActionState,
  target: TargetState,
  stage: StageState,
  lead: number,
): boolean {
  if (target.status !== 'pending' || target.stage !== stage.stage) return false;
  if (target.index < (stage.noticeCursor[lead] ?? stage.from)) return false;
  return revisionOf(state, target) === stage.revision;
}

interface NoticeToOpen {
  readonly target: TargetState;
  readonly stage: StageState;
  readonly lead: number;
  readonly policy: NoticePolicy;
  readonly recipientIds: readonly string[];
  readonly command: OpenNotices;
}

function noticeOf(notice: NoticeToOpen): readonly ActionEvent[] {
  const { target, stage, lead, policy, command } = notice;
  const recipientIds = notice.recipientIds.length === 0 ? [NOBODY] : notice.recipientIds;
  const dispatches = recipientIds.flatMap((recipientId) =>
    policy.channels
      .filter((channel) => !hearsByCorrection(notice, recipientId, channel))
      .map((channel) => ({ recipientId, channel })),
  );
  const { revision, runAt } = stage;
  const due: NoticeDue = {
    type: 'NoticeDue',
    data: {
      targetId: target.targetId,
      stage: stage.stage,
      revision,
      lead,
      startsAt: runAt,
      notAfter: runAt,
      dispatches,
      at: command.now,
    },
  };
  const ours = dispatches.filter(({ channel }) => CAPABILITY[channel] === 'transactional');
  return [due, ...ours.map((addressee) => sentWithinLog(due, addressee, command))];
}

function hearsByCorrection(
  { target, stage, lead }: NoticeToOpen,
  recipientId: string,
  channel: ChannelName,
): boolean {
  if (!isElapsed(stage, lead)) return false;
  const lane = target.lanes.find(
    (candidate) => candidate.recipientId === recipientId && candidate.channel === channel,
  );
  return lane !== undefined && lane.told !== 'no';
}

/** A banner hangs on the target and needs nobody; an inbox needs somebody to own it. */
function sentWithinLog(
  { data: { targetId, revision, lead, notAfter } }: NoticeDue,
  { recipientId, channel }: NoticeDue['data']['dispatches'][number],
  { now, missingRecipientIds }: OpenNotices,
): ActionEvent {
  const key: DispatchKey = { targetId, recipientId, channel, kind: 'notice', revision, lead };
  const isMissing = recipientId === NOBODY || missingRecipientIds.has(recipientId);
  if (channel === 'inbox' && isMissing) {
    return {
      type: 'NoticeFailed',
      data: { attempt: 0, reason: 'recipient_missing', at: now, ...key },
    };
  }
  if (now >= notAfter) return { type: 'NoticeExpired', data: { at: now, ...key } };
  return {
    type: 'NoticeSent',
    data: { attempt: 1, envelopeId: null, late: false, at: now, ...key },
  };
}
