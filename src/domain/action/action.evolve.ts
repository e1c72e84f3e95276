import { append, at, set } from '../shared/chunked-list.js';
import type {
  ActionCancelled,
  ActionEvent,
  ActionScheduled,
  EnrolledTarget,
  OutcomeRecorded,
  StageOpened,
  StageTime,
  TargetCancelled,
  TargetClaimed,
  TargetsReopened,
} from './action.events.js';
import { applyAt, revisionOf, stageOf } from './action.state.js';
import type { ActionState, Counters, StageState, TargetState } from './action.state.js';
import { evolveNotice } from './notice.evolve.js';

/** What the action knows after one more event. Costs the same however many targets there are. */
export function evolveAction(state: ActionState, event: ActionEvent): ActionState {
  switch (event.type) {
    case 'TargetsEnrolled':
      return enrolled(state, event.data.targets);
    case 'EnrolmentAbandoned':
      return { ...state, life: 'abandoned' };
    case 'ActionScheduled':
      return scheduled(state, event.data);
    case 'ActionRescheduled':
      return decided({
        ...retimed(state, event.data.stages, event.data),
        moveReason: event.data.reason,
      });
    case 'ActionPaused':
      return decided({ ...state, pausedAt: event.data.at });
    case 'ActionResumed':
      return decided({
        ...retimed(state, event.data.stages, event.data),
        pausedAt: null,
        moveReason: event.data.stages.length > 0 ? null : state.moveReason,
      });
    case 'ActionCancelled':
      return decided(cancelled(state, event.data));
    case 'TargetCancelled':
      return decided(targetCancelled(state, event.data));
    case 'TargetsReopened':
      return reopened(state, event.data);
    case 'ActionReopened':
      return { ...state, life: 'live', endedStatus: null };
    case 'ActionEnded':
      return { ...state, life: 'ended', endedStatus: event.data.status, pausedAt: null };
    case 'StageOpened':
      return stageOpened(state, event.data);
    case 'TargetClaimed':
      return claimed(state, event.data);
    case 'WorkAccepted':
      return workAccepted(state, event.data.targetId);
    case 'AttemptFailed':
      return returned(state, event.data.targetId, {
        retryAt: event.data.retryAt,
        settled: {
          fence: event.data.fence,
          outcome: 'failed',
          reason: event.data.reason,
          isCalledOff: false,
        },
      });
    case 'ClaimExpired':
      return event.data.retryAt === null
        ? state
        : returned(state, event.data.targetId, { retryAt: event.data.retryAt });
    case 'OutcomeRecorded':
      return outcomeRecorded(state, event.data);
    default:
      return noticeRecorded(state, event);
  }
}

const decided = (state: ActionState): ActionState => ({
  ...state,
  editVersion: state.editVersion + 1,
});

function enrolled(state: ActionState, targets: readonly EnrolledTarget[]): ActionState {
  const first = state.targets.size;
  const fresh = targets
    .map(newTarget)
    .map((target, offset) => ({ ...target, index: first + offset }));
  return { ...state, life: 'enrolling', targets: append(state.targets, fresh) };
}

/** Written out field by field: built upon a spread, a target takes a hundred times as long. */
function newTarget({ targetId, stage, ownerId, sourceVersion }: EnrolledTarget): TargetState {
  return {
    targetId,
    stage,
    ownerId,
    sourceVersion,
    index: 0,
    status: 'pending',
    calledOffAt: null,
    calledOffReason: null,
    claim: null,
    fence: 0,
    attempts: 0,
    retryAt: null,
    notBefore: null,
    revision: 0,
    claimedUnder: null,
    settled: null,
    lanes: [],
  };
}

function scheduled(state: ActionState, data: ActionScheduled['data']): ActionState {
  const { actionId, parameters, zone, notice, execution } = data;
  const indexOf = new Map<string, number>();
  for (const chunk of state.targets.chunks) {
    for (const target of chunk) indexOf.set(target.targetId, target.index);
  }
  let from = 0;
  const stages = data.stages.map(({ stage, runAt, targetCount }): StageState => {
    const planned: StageState = {
      stage,
      runAt,
      revision: 0,
      armedAt: data.at,
      openedAt: null,
      from,
      to: from + targetCount,
      claimCursor: from,
      noticeCursor: {},
    };
    from += targetCount;
    return planned;
  });
  const total = state.targets.size;
  return {
    ...state,
    life: 'live',
    editVersion: 1,
    terms: { actionId, parameters, zone, notice, execution },
    destroyedTargetIds: data.destroyedTargetIds,
    stages,
    indexOf,
    counters: { ...state.counters, total, pending: total },
  };
}

/** Stages get new times under a new revision; what was noticed under the old one counts no more. */
function retimed(
  state: ActionState,
  times: readonly StageTime[],
  { revision, at: armedAt }: { readonly revision: number; readonly at: string },
): ActionState {
  if (times.length === 0) return state;
  const runAtOf = new Map(times.map(({ stage, runAt }) => [stage, runAt]));
  const stages = state.stages.map((stage) => {
    const runAt = runAtOf.get(stage.stage);
    return runAt === undefined ? stage : { ...stage, runAt, revision, armedAt, noticeCursor: {} };
  });
  return { ...state, stages, revision };
}

function cancelled(
  state: ActionState,
  { at: cancelledAt, reason: cancelReason }: ActionCancelled['data'],
): ActionState {
  const { counters } = state;
  return {
    ...state,
    cancelledAt,
    cancelReason,
    counters: { ...counters, pending: 0, cancelled: counters.cancelled + counters.pending },
  };
}

function targetCancelled(state: ActionState, data: TargetCancelled['data']): ActionState {
  const change = { calledOffAt: data.at, calledOffReason: data.reason };
  const target = targetIn(state, data.targetId);
  return data.while === 'pending'
    ? moved(state, target, { ...change, status: 'cancelled' })
    : patched(state, target, change);
}

function reopened(state: ActionState, data: TargetsReopened['data']): ActionState {
  const { targetIds, notBefore, revision } = data;
  const isFirstOfRetry = revision > state.revision;
  const start: ActionState = {
    ...state,
    revision,
    editVersion: state.editVersion + (isFirstOfRetry ? 1 : 0),
  };
  return targetIds.reduce(
    (next, targetId) =>
      returned(next, targetId, { notBefore, revision, retryAt: null, attempts: 0, settled: null }),
    start,
  );
}

function stageOpened(state: ActionState, data: StageOpened['data']): ActionState {
  const stages = state.stages.map((stage) =>
    stage.stage === data.stage ? { ...stage, openedAt: data.at } : stage,
  );
  return { ...state, stages };
}

function claimed(state: ActionState, data: TargetClaimed['data']): ActionState {
  const { targetId, fence, attempt, holder, at: claimedAt } = data;
  const waiting = targetIn(state, targetId);
  const change = {
    status: 'running',
    claim: { fence, attempt, holder, claimedAt, isAccepted: false },
    fence,
    attempts: attempt,
    retryAt: null,
    claimedUnder: { startsAt: applyAt(state, waiting), revision: revisionOf(state, waiting) },
  } as const;
  const stage = stageOf(state, waiting);
  return stage.claimCursor === waiting.index
    ? moved(state, waiting, change, withStage(state, stage, { claimCursor: waiting.index + 1 }))
    : moved(state, waiting, change);
}

function workAccepted(state: ActionState, targetId: string): ActionState {
  const target = targetIn(state, targetId);
  const { claim } = target;
  return claim === null ? state : patched(state, target, { claim: { ...claim, isAccepted: true } });
}

/** The target is pending (again), and claimable as far as its stage's cursor is concerned. */
function returned(state: ActionState, targetId: string, change: Partial<TargetState>): ActionState {
  const target = targetIn(state, targetId);
  const next = moved(state, target, {
    ...change,
    status: 'pending',
    claim: null,
    claimedUnder: null,
  });
  const stage = stageOf(state, target);
  return target.index < stage.claimCursor
    ? { ...next, ...withStage(next, stage, { claimCursor: target.index }) }
    : next;
}

function outcomeRecorded(state: ActionState, data: OutcomeRecorded['data']): ActionState {
  const { targetId, fence, outcome, reason } = data;
  const target = targetIn(state, targetId);
  const isCalledOff = state.cancelledAt !== null || target.calledOffAt !== null;
  const next = moved(state, target, {
    status: outcome,
    claim: null,
    settled: { fence, outcome, reason, isCalledOff },
  });
  if (outcome !== 'skipped' || !isCalledOff) return next;
  const { counters } = next;
  return {
    ...next,
    counters: { ...counters, calledOffInFlight: counters.calledOffInFlight + 1 },
  };
}

function noticeRecorded(
  state: ActionState,
  event: Parameters<typeof evolveNotice>[1],
): ActionState {
  const target = targetIn(state, event.data.targetId);
  const next = patched(state, target, evolveNotice(target, event));
  if (event.type !== 'NoticeDue') return next;
  const { lead, revision } = event.data;
  const stage = stageOf(state, target);
  if (stage.revision !== revision) return next;
  const noticeCursor = { ...stage.noticeCursor, [lead]: target.index + 1 };
  return { ...next, ...withStage(next, stage, { noticeCursor }) };
}

/** Changes a target and moves it from one counter to the other. One copy of the state: this is the hot path. */
function moved(
  state: ActionState,
  target: TargetState,
  change: Partial<TargetState> & Pick<TargetState, 'status'>,
  cursors: { readonly stages: ActionState['stages'] } = state,
): ActionState {
  const counters: Record<keyof Counters, number> = { ...state.counters };
  counters[target.status] -= 1;
  counters[change.status] += 1;
  const targets = set(state.targets, target.index, { ...target, ...change });
  return { ...state, targets, counters, stages: cursors.stages };
}

function patched(
  state: ActionState,
  target: TargetState,
  change: Partial<TargetState>,
): ActionState {
  return { ...state, targets: set(state.targets, target.index, { ...target, ...change }) };
}

function withStage(
  { stages }: ActionState,
  stage: StageState,
  change: Partial<StageState>,
): Pick<ActionState, 'stages'> {
  return { stages: stages.with(stages.indexOf(stage), { ...stage, ...change }) };
}

function targetIn(state: ActionState, targetId: string): TargetState {
  const index = state.indexOf.get(targetId);
  if (index === undefined) throw new RangeError(`no target ${targetId}`);
  return at(state.targets, index);
}
