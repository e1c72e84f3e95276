import type { ChannelName, NoticeKind } from '../notice/dispatch.js';
import { at, emptyList } from '../shared/chunked-list.js';
import type { ChunkedList } from '../shared/chunked-list.js';
import type { Instant } from '../shared/instant.js';
import type {
  ActionParameters,
  EndedStatus,
  ExecutionPolicy,
  NoticePolicy,
  OutcomeKind,
  TextRef,
} from './action.events.js';

export type ActionStatus =
  | 'absent'
  | 'enrolling'
  | 'abandoned'
  | 'scheduled'
  | 'running'
  | 'paused'
  | 'cancelling'
  | EndedStatus;

export type TargetStatus = 'pending' | 'running' | OutcomeKind | 'cancelled';

export type DispatchStatus =
  'pending' | 'deferred' | 'sent' | 'failed' | 'suppressed' | 'expired' | 'uncertain' | 'dead';

export interface ActionState {
  readonly life: 'absent' | 'enrolling' | 'abandoned' | 'live' | 'ended';
  readonly endedStatus: EndedStatus | null;
  readonly cancelledAt: Instant | null;
  /** Why it was called off, and why its times were last changed. */
  readonly cancelReason: TextRef | null;
  readonly moveReason: TextRef | null;
  readonly pausedAt: Instant | null;
  /** Count of human decisions: the ETag of the action. */
  readonly editVersion: number;
  /** Count of changes to the schedule; a stage or target has the number of the last change that touched it. */
  readonly revision: number;
  readonly terms: ActionTerms | null;
  /** Selected when it was scheduled, but destroyed already. */
  readonly destroyedTargetIds: readonly string[];
  readonly stages: readonly StageState[];
  /** In order of stage. A target's index never changes. */
  readonly targets: ChunkedList<TargetState>;
  readonly indexOf: ReadonlyMap<string, number>;
  readonly counters: Counters;
}

/** What was agreed when the action was scheduled. */
export interface ActionTerms {
  readonly actionId: string;
  readonly parameters: ActionParameters;
  readonly zone: string;
  readonly notice: NoticePolicy | null;
  readonly execution: ExecutionPolicy;
}

export interface Counters {
  readonly total: number;
  readonly pending: number;
  readonly running: number;
  readonly applied: number;
  readonly skipped: number;
  readonly failed: number;
  readonly cancelled: number;
  /** Of the skipped ones: those that were called off while an attempt was under way. */
  readonly calledOffInFlight: number;
}

export interface StageState {
  readonly stage: number;
  readonly runAt: Instant;
  readonly revision: number;
  /** When this revision was decided: leads that had opened by then collapse into one notice. */
  readonly armedAt: Instant;
  readonly openedAt: Instant | null;
  /** Its targets have the indexes `from` (included) to `to` (excluded). */
  readonly from: number;
  readonly to: number;
  /** No target before this index is claimable. */
  readonly claimCursor: number;
  /** By lead in seconds: no target before this index still needs that notice. */
  readonly noticeCursor: Readonly<Record<number, number>>;
}

export interface TargetState {
  readonly targetId: string;
  readonly stage: number;
  readonly index: number;
  readonly ownerId: string | null;
  readonly sourceVersion: string | null;
  /** As recorded; `statusOf` also knows that a cancelled action has no pending targets. */
  readonly status: TargetStatus;
  readonly calledOffAt: Instant | null;
  readonly calledOffReason: TextRef | null;
  readonly claim: Claim | null;
  /** Largest fence seen. */
  readonly fence: number;
  readonly attempts: number;
  /** A failed attempt is repeated from here on. */
  readonly retryAt: Instant | null;
  /** Reopened targets have a schedule of their own. */
  readonly notBefore: Instant | null;
  readonly revision: number;
  /** The schedule that its claim fulfils: a new time of the stage moves only those that still wait. */
  readonly claimedUnder: Schedule | null;
  readonly settled: Settled | null;
  readonly lanes: readonly Lane[];
}

export interface Claim {
  readonly fence: number;
  readonly attempt: number;
  readonly holder: string;
  readonly claimedAt: Instant;
  /** The executor has begun and confirms later. */
  readonly isAccepted: boolean;
}

export interface Schedule {
  readonly startsAt: Instant;
  readonly revision: number;
}

/** How the last closed claim ended. */
export interface Settled {
  readonly fence: number;
  readonly outcome: OutcomeKind;
  readonly reason: string | null;
  /** It was called off by then. What is called off later came too late for this target. */
  readonly isCalledOff: boolean;
}

/** All that was said, or is to be said, to one recipient about one target on one channel. */
export interface Lane {
  readonly recipientId: string;
  readonly channel: ChannelName;
  readonly told: 'no' | 'maybe' | 'yes';
  /** Start times that the recipient may have in mind: one after a message that arrived, more after uncertain ones. */
  readonly beliefs: readonly (Instant | null)[];
  /** The correction that speaks for the last known truth; null once it was withdrawn or overtaken. */
  readonly correction: Correction | null;
  /** Envelope of the first message that arrived. */
  readonly thread: string | null;
  readonly dispatches: readonly DispatchState[];
}

export interface Correction {
  readonly kind: Exclude<NoticeKind, 'notice'>;
  readonly revision: number;
  /** Correction number. */
  readonly lead: number;
  readonly startsAt: Instant | null;
}

export interface DispatchState {
  readonly kind: NoticeKind;
  readonly revision: number;
  readonly lead: number;
  readonly status: DispatchStatus;
  readonly startsAt: Instant | null;
  readonly previousStartsAt: Instant | null;
  readonly notAfter: Instant | null;
  readonly hedged: boolean;
  /** Why, for corrections. */
  readonly reason: string | null;
  readonly attempt: number;
  /** An earlier attempt may have reached the receiver. */
  readonly ambiguous: boolean;
  readonly requeues: number;
}

export const initialActionState: ActionState = {
  life: 'absent',
  endedStatus: null,
  cancelledAt: null,
  cancelReason: null,
  moveReason: null,
  pausedAt: null,
  editVersion: 0,
  revision: 0,
  terms: null,
  destroyedTargetIds: [],
  stages: [],
  targets: emptyList(),
  indexOf: new Map(),
  counters: {
    total: 0,
    pending: 0,
    running: 0,
    applied: 0,
    skipped: 0,
    failed: 0,
    cancelled: 0,
    calledOffInFlight: 0,
  },
};

export function actionStatus(state: ActionState): ActionStatus {
  if (state.life !== 'live') return state.endedStatus ?? (state.life as ActionStatus);
  if (state.cancelledAt !== null) return 'cancelling';
  if (state.pausedAt !== null) return 'paused';
  return state.stages.some((stage) => stage.openedAt !== null) ? 'running' : 'scheduled';
}

export const isLive = (state: ActionState): boolean => state.life === 'live';

export const findTarget = (state: ActionState, targetId: string): TargetState | null => {
  const index = state.indexOf.get(targetId);
  return index === undefined ? null : at(state.targets, index);
};

export function statusOf(state: ActionState, target: TargetState): TargetStatus {
  return target.status === 'pending' && state.cancelledAt !== null ? 'cancelled' : target.status;
}

export const isCalledOff = (state: ActionState, target: TargetState): boolean =>
  state.cancelledAt !== null || target.calledOffAt !== null;

export function stageOf(state: ActionState, target: TargetState): StageState {
  const stage = state.stages[target.stage];
  if (stage === undefined) throw new RangeError(`target ${target.targetId} has no stage`);
  return stage;
}

/** When the target is to be applied, at the earliest, by the schedule as it stands. */
export function applyAt(state: ActionState, target: TargetState): Instant {
  if (target.claimedUnder !== null) return target.claimedUnder.startsAt;
  const { runAt } = stageOf(state, target);
  const { notBefore } = target;
  return notBefore !== null && notBefore > runAt ? notBefore : runAt;
}

export const revisionOf = (state: ActionState, target: TargetState): number =>
  target.claimedUnder?.revision ?? Math.max(stageOf(state, target).revision, target.revision);
