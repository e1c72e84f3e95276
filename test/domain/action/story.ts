import type {
  ActionCommand,
  AttemptResult,
  DispatchResult,
  ScheduleAction,
} from '../../../src/domain/action/action.commands.js';
import { actionDecider } from '../../../src/domain/action/action.decider.js';
import type { ActionEvent, EnrolledTarget } from '../../../src/domain/action/action.events.js';
import type { ActionState } from '../../../src/domain/action/action.state.js';
import type { ChannelName, DispatchKey, NoticeKind } from '../../../src/domain/notice/dispatch.js';
import { specOf } from '../../support/spec-of.js';

/** The spec of an action to which these commands have happened. */
export const given = (...commands: readonly ActionCommand[]) =>
  specOf(actionDecider).given(...pastOf(...commands));

/** `at('2 12:00')` is noon of the second day. Stage 0 runs then, stage 1 a day later. */
export const at = (text: string): string =>
  new Date(`2030-01-0${text.replace(' ', 'T')}Z`).toISOString();

export class UnexpectedRefusal extends TypeError {}

/** The events that these commands lead to, one after the other. */
export function pastOf(...commands: readonly ActionCommand[]): readonly ActionEvent[] {
  return commands.reduce<readonly ActionEvent[]>((past, command) => {
    const decision = actionDecider.decide(stateAfter(past), command);
    if (!decision.ok) throw new UnexpectedRefusal(JSON.stringify([command, decision.refusal]));
    return [...past, ...decision.events];
  }, []);
}

export const stateAfter = (past: readonly ActionEvent[]): ActionState =>
  past.reduce(actionDecider.evolve, actionDecider.initialState);

/** The state after these commands. */
export const stateOf = (...commands: readonly ActionCommand[]): ActionState =>
  stateAfter(pastOf(...commands));

export const target = (targetId: string, stage = 0): EnrolledTarget => ({
  targetId,
  stage,
  ownerId: 'ann',
  sourceVersion: '2.3',
});

export interface Wishes {
  readonly targets?: readonly EnrolledTarget[];
  readonly leads?: readonly number[];
  readonly channels?: readonly ChannelName[];
  readonly tellCompleted?: boolean;
  readonly attemptsMax?: number;
  readonly onExpiry?: 'retry' | 'fail';
  readonly silent?: boolean;
}

export const DAY = 86_400;
export const HOUR = 3_600;

/** One action, decided on day 1 at 08:00 unless said otherwise: a day's notice by e-mail. */
export function schedule(wishes: Wishes = {}): ScheduleAction {
  const targets = wishes.targets ?? [target('t1')];
  const stages = [...new Set(targets.map(({ stage }) => stage))].map((stage) => ({
    stage,
    runAt: at(`${String(2 + stage)} 12:00`),
    targetCount: targets.filter((one) => one.stage === stage).length,
  }));
  const { channels = ['email'], leads = [DAY], tellCompleted = false } = wishes;
  const notice = { leadsSeconds: leads, channels, tellCompleted, subject: null, body: null };
  return {
    type: 'ScheduleAction',
    actionId: 'a1',
    parameters: { type: 'restart' },
    stages,
    targets,
    destroyedTargetIds: [],
    zone: 'Europe/Berlin',
    notice: wishes.silent === true ? null : notice,
    execution: {
      leaseMs: 30_000,
      attemptsMax: wishes.attemptsMax ?? 3,
      retryDelayMs: 60_000,
      onExpiry: wishes.onExpiry ?? 'retry',
      confirmMs: 600_000,
    },
    reason: null,
    leadMinMs: 60_000,
    now: at('1 08:00'),
  };
}

const edit = (now: string) => ({ now: at(now), ifVersion: '*', reason: null }) as const;

export const pause = (now: string): ActionCommand => ({ type: 'PauseAction', ...edit(now) });
export const resume = (now: string): ActionCommand => ({
  type: 'ResumeAction',
  now: at(now),
  ifVersion: '*',
});
export const cancel = (now: string): ActionCommand => ({ type: 'CancelAction', ...edit(now) });
export const runNow = (now: string): ActionCommand => ({ type: 'RunNow', ...edit(now) });

export const cancelTarget = (targetId: string, now: string): ActionCommand => ({
  type: 'CancelTarget',
  targetId,
  ...edit(now),
});

export const retryFailed = (notBefore: string, now: string): ActionCommand => ({
  type: 'RetryFailed',
  notBefore: at(notBefore),
  now: at(now),
  ifVersion: '*',
});

/** Moves stage 0, and with a second time stage 1. */
export const reschedule = (times: readonly string[], now: string): ActionCommand => ({
  type: 'RescheduleAction',
  stages: times.map((runAt, stage) => ({ stage, runAt: at(runAt) })),
  leadMinMs: 60_000,
  ...edit(now),
});

export const openStage = (now = '2 12:00', stage = 0): ActionCommand => ({
  type: 'OpenStage',
  stage,
  now: at(now),
});

export const claim = (
  fences: Readonly<Record<string, number>>,
  now = '2 12:00',
): ActionCommand => ({
  type: 'ClaimTargets',
  holder: 'runner',
  claims: Object.entries(fences).map(([targetId, fence]) => ({ targetId, fence })),
  now: at(now),
});

export const applied = (targetId: string, fence: number): AttemptResult => ({
  targetId,
  fence,
  outcome: 'applied',
  reason: null,
  retryable: false,
  startedAt: null,
});

export const failed = (targetId: string, fence: number): AttemptResult => ({
  ...applied(targetId, fence),
  outcome: 'failed',
  reason: 'executor_refused',
});

export const record = (result: AttemptResult, now = '2 12:01'): ActionCommand => ({
  type: 'RecordOutcome',
  result,
  now: at(now),
});

export const expire = (fences: Readonly<Record<string, number>>, now: string): ActionCommand => ({
  type: 'ExpireClaims',
  claims: Object.entries(fences).map(([targetId, fence]) => ({ targetId, fence })),
  now: at(now),
});

export const openNotices = (
  now = '1 12:00',
  {
    lead = DAY,
    targetIds = ['t1'],
    recipientIds = ['ann'],
    missing = [] as readonly string[],
    stage = 0,
  } = {},
): ActionCommand => ({
  type: 'OpenNotices',
  stage,
  lead,
  addressees: targetIds.map((targetId) => ({ targetId, recipientIds })),
  missingRecipientIds: new Set(missing),
  now: at(now),
});

export const queueFollowUps = (now: string): ActionCommand => ({
  type: 'QueueFollowUps',
  now: at(now),
});

export const key = (kind: NoticeKind = 'notice', over: Partial<DispatchKey> = {}): DispatchKey => ({
  targetId: 't1',
  recipientId: 'ann',
  channel: 'email',
  kind,
  revision: 0,
  lead: kind === 'notice' ? DAY : 0,
  ...over,
});

type Report = DispatchResult extends infer Result
  ? Result extends unknown
    ? Omit<Result, keyof DispatchKey>
    : never
  : never;

export const SENT: Report = { result: 'sent', attempt: 1, envelopeId: 'e1' };
export const UNCERTAIN: Report = { result: 'uncertain', attempt: 1, reason: 'lost', then: 'hold' };
export const NOT_SENT: Report = { result: 'not_sent', attempt: 1 };
export const REFUSED: Report = { result: 'refused', attempt: 1, reason: 'no_address' };
export const BROKEN: Report = {
  result: 'attempt_failed',
  attempt: 1,
  failureClass: 'timeout',
  error: 'timeout',
  ambiguous: true,
  retryAt: at('1 12:06'),
};

/** What a relay reports about one dispatch. */
export const relay = (dispatch: DispatchKey, report: Report, now = '1 12:01'): ActionCommand => ({
  type: 'RecordDispatches',
  results: [{ ...dispatch, ...report }],
  now: at(now),
});

/** One who was told by e-mail on day 1 at 12:01 that t1 starts on day 2 at 12:00. */
export const told = (wishes: Wishes = {}): readonly ActionCommand[] => [
  schedule(wishes),
  openNotices(),
  relay(key(), SENT),
];

/** What the last of these commands adds. */
export const added = (...commands: readonly ActionCommand[]): readonly ActionEvent[] =>
  pastOf(...commands).slice(pastOf(...commands.slice(0, -1)).length);

/** The type of each event, with the kind of each follow-up. */
export const typesOf = (events: readonly ActionEvent[]): readonly string[] =>
  events.map((event) =>
    event.type === 'FollowUpQueued' ? `${event.type}:${event.data.kind}` : event.type,
  );
