import { at } from '../shared/chunked-list.js';
import { accept, refuse } from '../shared/decider.js';
import type { Decision } from '../shared/decider.js';
import { LAST_INSTANT_MS, toEpochMs } from '../shared/instant.js';
import type { Instant } from '../shared/instant.js';
import type {
  CancelAction,
  CancelTarget,
  PauseAction,
  RescheduleAction,
  ResumeAction,
  RetryFailed,
  RunNow,
  ScheduleAction,
} from './action.commands.js';
import { TARGETS_PER_ENROLMENT_MAX } from './action.events.js';
import type { ActionEvent, ActionReopened, StageTime, TargetsEnrolled } from './action.events.js';
import { actionStatus, findTarget, isCalledOff, isLive, statusOf } from './action.state.js';
import type { ActionState, TargetState } from './action.state.js';
import { withEnding } from './ending.js';

export function schedule(state: ActionState, command: ScheduleAction): Decision<ActionEvent> {
  if (state.life !== 'absent') {
    return refuse('intent_changed', `an action with id ${command.actionId} exists already`);
  }
  const refused = refuseTimes(command.stages, command);
  if (refused !== null) return refused;
  const { actionId, parameters, stages, zone, notice, execution, reason, destroyedTargetIds } =
    command;
  return accept<ActionEvent>(
    [
      ...chunksOf(command.targets).map((targets): TargetsEnrolled => ({
        type: 'TargetsEnrolled',
        data: { targets },
      })),
      {
        type: 'ActionScheduled',
        data: {
          actionId,
          parameters,
          stages,
          zone,
          notice,
          execution,
          reason,
          destroyedTargetIds,
          at: command.now,
        },
      },
    ],
    { reserve: command.targets.map(({ targetId }) => targetId) },
  );
}

export function reschedule(state: ActionState, command: RescheduleAction): Decision<ActionEvent> {
  const opened = command.stages.find(({ stage }) => state.stages[stage]?.openedAt !== null);
  if (opened !== undefined) {
    return refuse('invalid_transition', `stage ${String(opened.stage)} is not waiting to open`);
  }
  const stages = command.stages.filter(({ stage, runAt }) => state.stages[stage]?.runAt !== runAt);
  const refused = refuseTimes(stages, command);
  if (refused !== null) return refused;
  if (stages.length === 0) return accept([]);
  const { reason, now } = command;
  return accept([
    {
      type: 'ActionRescheduled',
      data: { cause: 'reschedule', stages, revision: state.revision + 1, reason, at: now },
    },
  ]);
}

export function runNow(state: ActionState, { reason, now }: RunNow): Decision<ActionEvent> {
  if (state.pausedAt !== null) {
    return refuse('invalid_transition', 'a paused action must be resumed before it can run');
  }
  const stages = state.stages
    .filter(({ openedAt, runAt }) => openedAt === null && runAt > now)
    .map(({ stage }): StageTime => ({ stage, runAt: now }));
  if (stages.length === 0) return accept([]);
  return accept([
    {
      type: 'ActionRescheduled',
      data: { cause: 'run_now', stages, revision: state.revision + 1, reason, at: now },
    },
  ]);
}

export function pause(state: ActionState, { reason, now }: PauseAction): Decision<ActionEvent> {
  if (state.pausedAt !== null) return accept([]);
  return accept([{ type: 'ActionPaused', data: { reason, at: now } }]);
}

export function resume(state: ActionState, { now }: ResumeAction): Decision<ActionEvent> {
  if (state.pausedAt === null) return accept([]);
  const stages = state.stages
    .filter((stage) => stage.runAt < now && hasPending(state, stage))
    .map(({ stage }): StageTime => ({ stage, runAt: now }));
  const revision = state.revision + (stages.length > 0 ? 1 : 0);
  return accept([{ type: 'ActionResumed', data: { stages, revision, at: now } }]);
}

export function cancel(state: ActionState, { reason, now }: CancelAction): Decision<ActionEvent> {
  if (!isLive(state) || state.cancelledAt !== null) return accept([]);
  const { pending, running } = state.counters;
  const events = withEnding(
    state,
    [
      {
        type: 'ActionCancelled',
        data: { pendingCount: pending, runningCount: running, reason, at: now },
      },
    ],
    now,
  );
  return accept(events, {
    release: targetIdsWhere(state, (target) => target.status === 'pending'),
  });
}

export function cancelTarget(state: ActionState, command: CancelTarget): Decision<ActionEvent> {
  const { targetId, reason, now } = command;
  const target = findTarget(state, targetId);
  if (target === null) {
    return refuse('not_found', `target ${targetId} is not part of this action`);
  }
  const status = statusOf(state, target);
  if (status === 'cancelled' || (status === 'running' && isCalledOff(state, target))) {
    return accept([]);
  }
  if (status !== 'pending' && status !== 'running') {
    return refuse('too_late', `target ${targetId} has ended already: ${status}`, {
      facts: { targetId, outcome: status, reason: target.settled?.reason ?? null },
    });
  }
  const events: readonly ActionEvent[] = [
    { type: 'TargetCancelled', data: { targetId, while: status, reason, at: now } },
  ];
  return accept(withEnding(state, events, now), {
    release: status === 'pending' ? [targetId] : [],
  });
}

export function retryFailed(state: ActionState, command: RetryFailed): Decision<ActionEvent> {
  const { now } = command;
  const notBefore = command.notBefore < now ? now : command.notBefore;
  if (state.cancelledAt !== null) {
    return refuse('invalid_transition', 'a cancelled action is not retried: schedule a new one');
  }
  const targetIds = targetIdsWhere(
    state,
    (target) => target.status === 'failed' && target.calledOffAt === null,
  );
  if (targetIds.length === 0) return accept([]);
  const revision = state.revision + 1;
  const reopened: readonly ActionReopened[] = isLive(state)
    ? []
    : [{ type: 'ActionReopened', data: { at: now } }];
  return accept<ActionEvent>(
    [
      ...chunksOf(targetIds).map((chunk): ActionEvent => ({
        type: 'TargetsReopened',
        data: { targetIds: chunk, notBefore, revision, at: now },
      })),
      ...reopened,
    ],
    { reserve: targetIds },
  );
}

/** Admin orders on an action that is not there, has ended, or has moved on since it was looked at. */
export function refuseEdit(
  state: ActionState,
  command: { readonly type: string; readonly ifVersion: number | '*' | null },
): Decision<ActionEvent> | null {
  if (state.terms === null) return refuse('not_found', 'there is no such action');
  const { ifVersion } = command;
  if (typeof ifVersion === 'number' && ifVersion !== state.editVersion) {
    return refuse(
      'version_mismatch',
      `the action is at version ${String(state.editVersion)}, not ${String(ifVersion)}: read it again`,
      { facts: { currentVersion: state.editVersion } },
    );
  }
  const decidesItself = ['CancelAction', 'CancelTarget', 'RetryFailed'].includes(command.type);
  if (decidesItself || (isLive(state) && state.cancelledAt === null)) return null;
  return refuse('invalid_transition', `the action has ended or is ending: ${actionStatus(state)}`);
}

/** Times that are too near, or that come behind the last one that every store can keep. */
function refuseTimes(
  stages: readonly StageTime[],
  { now, leadMinMs }: { readonly now: Instant; readonly leadMinMs: number },
): ReturnType<typeof refuse> | null {
  const earliest = toEpochMs(now) + leadMinMs;
  const tooSoon = stages.find(({ runAt }) => toEpochMs(runAt) < earliest);
  if (tooSoon !== undefined) return refuseTooSoon(tooSoon, leadMinMs);
  const tooFar = stages.find(({ runAt }) => toEpochMs(runAt) > LAST_INSTANT_MS);
  return tooFar === undefined ? null : refuseTooFar(tooFar);
}

const refuseTooSoon = ({ stage, runAt }: StageTime, leadMinMs: number): ReturnType<typeof refuse> =>
  refuse(
    'validation',
    `stage ${String(stage)} would run at ${runAt}, less than ${String(leadMinMs / 1000)} s from now`,
    {
      errors: [
        {
          pointer: '/runAt',
          code: 'too_soon',
          message: `must be at least ${String(leadMinMs / 1000)} s in the future`,
        },
      ],
    },
  );

const refuseTooFar = ({ stage, runAt }: StageTime): ReturnType<typeof refuse> =>
  refuse('validation', `stage ${String(stage)} would run at ${runAt}, behind the year 9999`, {
    errors: [
      {
        pointer: '/runAt',
        code: 'too_far',
        message: 'must leave every stage before the year 10000',
      },
    ],
  });

function hasPending(
  state: ActionState,
  { from, to }: { readonly from: number; readonly to: number },
): boolean {
  for (let index = from; index < to; index += 1) {
    if (at(state.targets, index).status === 'pending') return true;
  }
  return false;
}

function targetIdsWhere(
  state: ActionState,
  isMeant: (target: TargetState) => boolean,
): readonly string[] {
  return state.targets.chunks.flatMap((chunk) =>
    chunk.filter(isMeant).map(({ targetId }) => targetId),
  );
}

function chunksOf<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  const count = Math.ceil(items.length / TARGETS_PER_ENROLMENT_MAX);
  return Array.from({ length: count }, (_, no) =>
    items.slice(no * TARGETS_PER_ENROLMENT_MAX, (no + 1) * TARGETS_PER_ENROLMENT_MAX),
  );
}
