import { append, at, set } from '../shared/chunked-list.js';
import type {
  ActionCancelled,
  ActionEvent,
  ActionScheduled,
  EnrolledTarget,
  OutcomeRecorded,
  StageTime,
  TargetCancelled,
  TargetClaimed,
  TargetsReopened,
} from './action.events.js';
import { applyAt, revisionOf } from './action.state.js';
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
      return decided({ ...retimed(state, event.data.stages, event.data), pausedAt: null });
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
      return withStage(state, event.data.stage, { openedAt: event.data.at });
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
  const fresh = targets.map((target, offset): TargetState => ({
    ...target,
    index: state.targets.size + offset,
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
  }));
  return { ...state, life: 'enrolling', targets: append(state.targets, fresh) };
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
  return data.while === 'pending'
    ? moved(state, data.targetId, { ...change, status: 'cancelled' })
    : patched(state, data.targetId, change);
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

function claimed(state: ActionState, data: TargetClaimed['data']): ActionState {
  const { targetId, fence, attempt, holder, at: claimedAt } = data;
  const waiting = targetIn(state, targetId);
  const next = moved(state, targetId, {
    status: 'running',
    claim: { fence, attempt, holder, claimedAt, isAccepted: false },
    fence,
    attempts: attempt,
    retryAt: null,
    claimedUnder: { startsAt: applyAt(state, waiting), revision: revisionOf(state, waiting) },
  });
  const stage = next.stages[waiting.stage];
  return stage?.claimCursor === waiting.index
    ? withStage(next, stage.stage, { claimCursor: waiting.index + 1 })
    : next;
}

function workAccepted(state: ActionState, targetId: string): ActionState {
  const { claim } = targetIn(state, targetId);
  return claim === null
    ? state
    : patched(state, targetId, { claim: { ...claim, isAccepted: true } });
}

/** The target is pending (again), and claimable as far as its stage's cursor is concerned. */
function returned(state: ActionState, targetId: string, change: Partial<TargetState>): ActionState {
  const next = moved(state, targetId, {
    ...change,
    status: 'pending',
    claim: null,
    claimedUnder: null,
  });
  const target = targetIn(next, targetId);
  const stage = next.stages[target.stage];
  return stage !== undefined && target.index < stage.claimCursor
    ? withStage(next, stage.stage, { claimCursor: target.index })
    : next;
}

function outcomeRecorded(state: ActionState, data: OutcomeRecorded['data']): ActionState {
  const { targetId, fence, outcome, reason } = data;
  const isCalledOff = state.cancelledAt !== null || targetIn(state, targetId).calledOffAt !== null;
  const next = moved(state, targetId, {
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
  const { targetId } = event.data;
  const next = patched(state, targetId, evolveNotice(targetIn(state, targetId), event));
  if (event.type !== 'NoticeDue') return next;
  const { lead, revision } = event.data;
  const target = targetIn(next, targetId);
  const stage = next.stages[target.stage];
  if (stage?.revision !== revision) return next;
  return withStage(next, stage.stage, {
    noticeCursor: { ...stage.noticeCursor, [lead]: target.index + 1 },
  });
}

/** Changes a target and moves it from one counter to the other. */
function moved(
  state: ActionState,
  targetId: string,
  change: Partial<TargetState> & Pick<TargetState, 'status'>,
): ActionState {
  const { status } = targetIn(state, targetId);
  const next = patched(state, targetId, change);
  const counters: Record<keyof Counters, number> = { ...next.counters };
  counters[status] -= 1;
  counters[change.status] += 1;
  return { ...next, counters };
}

function patched(state: ActionState, targetId: string, change: Partial<TargetState>): ActionState {
  const target = targetIn(state, targetId);
  return { ...state, targets: set(state.targets, target.index, { ...target, ...change }) };
}

function withStage(state: ActionState, stageNo: number, change: Partial<StageState>): ActionState {
  const stages = state.stages.slice();
  const stage = stages[stageNo];
  if (stage === undefined) throw new RangeError(`no stage ${String(stageNo)}`);
  stages[stageNo] = { ...stage, ...change };
  return { ...state, stages };
}

function targetIn(state: ActionState, targetId: string): TargetState {
  const index = state.indexOf.get(targetId);
  if (index === undefined) throw new RangeError(`no target ${targetId}`);
  return at(state.targets, index);
}
