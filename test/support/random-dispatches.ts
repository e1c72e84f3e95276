import type { ActionEvent } from '../../src/domain/action/action.events.js';
import type { DispatchState, TargetState } from '../../src/domain/action/action.state.js';
import { CHANNELS } from '../../src/domain/notice/dispatch.js';
import type { ChannelName, DispatchKey } from '../../src/domain/notice/dispatch.js';
import { itemsFrom } from '../../src/domain/shared/chunked-list.js';
import { later, targetsIn } from './random-dice.js';
import type { Step } from './random-dice.js';

export const notice: Step = (state, dice) => {
  const { at } = dice;
  const target = dice.pick(targetsIn(state, 'pending'));
  if (target === undefined) return [];
  const { targetId, stage } = target;
  const startsAt = later(at, 3_600);
  const lead = dice.pick([60, 3_600]) ?? 60;
  const revision = state.revision;
  const recipientId = target.ownerId ?? 'nobody';
  if (allDispatches(target).some(([key]) => key.lead === lead && key.revision === revision)) {
    return [];
  }
  const channels = CHANNELS.filter(() => dice.below(2) === 0);
  const dispatches = channels.map((channel) => ({ recipientId, channel }));
  return [
    {
      type: 'NoticeDue',
      data: { targetId, stage, revision, lead, startsAt, notAfter: startsAt, dispatches, at },
    },
  ];
};

export const correction: Step = (state, dice) => {
  const { at } = dice;
  const target = dice.pick([...itemsFrom(state.targets)]);
  const lane = dice.pick(target?.lanes ?? []);
  if (target === undefined || lane === undefined) return [];
  const { recipientId, channel } = lane;
  const kind = dice.pick(['rescheduled', 'completed', 'failed', 'cancelled'] as const);
  const key = { targetId: target.targetId, recipientId, channel, revision: state.revision };
  const lead = lane.dispatches.length;
  const queued = { ...key, stage: target.stage, lead, hedged: dice.below(2) === 0, at };
  if (kind === undefined || kind === 'cancelled') {
    return [{ type: 'CancellationQueued', data: { ...queued, reason: 'action_cancelled' } }];
  }
  const times = { startsAt: kind === 'rescheduled' ? later(at, 60) : null, previousStartsAt: null };
  return [{ type: 'FollowUpQueued', data: { ...queued, ...times, kind, reason: null } }];
};

const allDispatches = ({
  targetId,
  lanes,
}: TargetState): readonly (readonly [DispatchKey, DispatchState])[] =>
  lanes.flatMap(({ recipientId, channel, dispatches }) =>
    dispatches.map((dispatch) => {
      const { kind, revision, lead } = dispatch;
      const key: DispatchKey = { targetId, recipientId, channel, kind, revision, lead };
      return [key, dispatch] as const;
    }),
  );

export const settleDispatch: Step = (state, dice) => {
  const target = dice.pick([...itemsFrom(state.targets)]);
  const chosen = target === undefined ? undefined : dice.pick(allDispatches(target));
  if (target === undefined || chosen === undefined) return [];
  const [key, { status, attempt }] = chosen;
  const steps = DISPATCH_STEPS[status] ?? [];
  const step = dice.pick(steps);
  return step === undefined ? [] : [step(key, { attempt, stage: target.stage, at: dice.at })];
};

interface DispatchFacts {
  readonly attempt: number;
  readonly stage: number;
  readonly at: string;
}
type DispatchStep = (key: DispatchKey, facts: DispatchFacts) => ActionEvent;

const envelopeOf = (channel: ChannelName): string | null =>
  channel === 'email' ? '3f0c7f6e-1111-5222-8333-444455556666' : null;

const sent =
  (late: boolean): DispatchStep =>
  (key, { attempt, at }) => ({
    type: 'NoticeSent',
    data: { ...key, attempt: attempt + 1, envelopeId: envelopeOf(key.channel), late, at },
  });

const ended =
  (type: 'NoticeFailed' | 'NoticeUncertain' | 'NoticeDead'): DispatchStep =>
  (key, { attempt, at }) => ({
    type,
    data: { ...key, attempt: attempt + 1, reason: 'because', at },
  });

const OPEN_STEPS: readonly DispatchStep[] = [
  sent(false),
  sent(false),
  ended('NoticeFailed'),
  ended('NoticeUncertain'),
  ended('NoticeDead'),
  (key, { at }) => ({ type: 'NoticeSuppressed', data: { ...key, reason: 'no_subscription', at } }),
  (key, { at }) => ({ type: 'NoticeExpired', data: { ...key, at } }),
  (key, { at }) => ({
    type: 'NoticeDeferred',
    data: { ...key, reason: 'action_paused', until: later(at, 60), at },
  }),
  (key, { attempt, at }) => ({
    type: 'NoticeAttemptFailed',
    data: {
      ...key,
      attempt: attempt + 1,
      failureClass: 'timeout',
      error: 'no answer\u0000',
      ambiguous: false,
      retryAt: later(at, 5),
      at,
    },
  }),
];

const LATE_STEPS: readonly DispatchStep[] = [
  sent(true),
  (key, { stage, at }) => ({
    type: 'NoticeRequeued',
    data: { ...key, stage, notAfter: null, cause: 'operator', at },
  }),
];

const DISPATCH_STEPS: Readonly<Partial<Record<DispatchState['status'], readonly DispatchStep[]>>> =
  {
    pending: OPEN_STEPS,
    deferred: OPEN_STEPS,
    failed: LATE_STEPS,
    uncertain: LATE_STEPS,
    dead: LATE_STEPS,
  };
