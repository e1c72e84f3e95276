import type { DispatchKey } from '../notice/dispatch.js';
import type { Instant } from '../shared/instant.js';
import type {
  ActionParameters,
  EnrolledTarget,
  ExecutionPolicy,
  NoticePolicy,
  OutcomeKind,
  PlannedStage,
  StageTime,
  TextRef,
} from './action.events.js';

/** Every order that an action understands. All of them are requests to decide: none is obeyed blindly. */
export type ActionCommand =
  | ScheduleAction
  | RescheduleAction
  | RunNow
  | PauseAction
  | ResumeAction
  | CancelAction
  | CancelTarget
  | RetryFailed
  | OpenStage
  | ClaimTargets
  | AcceptWork
  | RecordOutcome
  | RecordOutcomes
  | ExpireClaims
  | OpenNotices
  | QueueFollowUps
  | RecordDispatches
  | RequeueNotice;

interface Timed {
  readonly now: Instant;
}

/** An admin's order names the edit version it was made for; `*` forces it, null where none is needed. */
interface Edit extends Timed {
  readonly ifVersion: number | '*' | null;
}

export interface ScheduleAction extends Timed {
  readonly type: 'ScheduleAction';
  readonly actionId: string;
  readonly parameters: ActionParameters;
  readonly stages: readonly PlannedStage[];
  /** Ordered by stage, without repeats. */
  readonly targets: readonly EnrolledTarget[];
  readonly destroyedTargetIds: readonly string[];
  readonly zone: string;
  readonly notice: NoticePolicy | null;
  readonly execution: ExecutionPolicy;
  readonly reason: TextRef | null;
  readonly leadMinMs: number;
}

export interface RescheduleAction extends Edit {
  readonly type: 'RescheduleAction';
  /** Stages that have not opened, with their new times. */
  readonly stages: readonly StageTime[];
  readonly reason: TextRef | null;
  readonly leadMinMs: number;
}

/** Every stage that has not opened starts now. */
export interface RunNow extends Edit {
  readonly type: 'RunNow';
  readonly reason: TextRef | null;
}

export interface PauseAction extends Edit {
  readonly type: 'PauseAction';
  readonly reason: TextRef | null;
}

export interface ResumeAction extends Edit {
  readonly type: 'ResumeAction';
}

export interface CancelAction extends Edit {
  readonly type: 'CancelAction';
  readonly reason: TextRef | null;
}

export interface CancelTarget extends Edit {
  readonly type: 'CancelTarget';
  readonly targetId: string;
  readonly reason: TextRef | null;
}

/** Failed targets are tried again from `notBefore`. */
export interface RetryFailed extends Edit {
  readonly type: 'RetryFailed';
  readonly notBefore: Instant;
}

export interface OpenStage extends Timed {
  readonly type: 'OpenStage';
  readonly stage: number;
}

export interface ClaimTargets extends Timed {
  readonly type: 'ClaimTargets';
  readonly holder: string;
  readonly claims: readonly FencedTarget[];
}

export interface FencedTarget {
  readonly targetId: string;
  readonly fence: number;
}

export interface AcceptWork extends Timed, FencedTarget {
  readonly type: 'AcceptWork';
}

/** One outcome, refused with a reason where it cannot be recorded. */
export interface RecordOutcome extends Timed {
  readonly type: 'RecordOutcome';
  readonly result: AttemptResult;
}

/** Many outcomes; those that cannot be recorded are left out. */
export interface RecordOutcomes extends Timed {
  readonly type: 'RecordOutcomes';
  readonly results: readonly AttemptResult[];
}

export interface AttemptResult extends FencedTarget {
  readonly outcome: OutcomeKind;
  readonly reason: string | null;
  /** A failure after which another attempt makes sense. */
  readonly retryable: boolean;
  readonly startedAt: Instant | null;
}

export interface ExpireClaims extends Timed {
  readonly type: 'ExpireClaims';
  readonly claims: readonly FencedTarget[];
}

export interface OpenNotices extends Timed {
  readonly type: 'OpenNotices';
  readonly stage: number;
  /** Seconds. */
  readonly lead: number;
  readonly addressees: readonly {
    readonly targetId: string;
    readonly recipientIds: readonly string[];
  }[];
  /** Recipients of these who are not in the directory, or erased: their inbox cannot be written. */
  readonly missingRecipientIds: ReadonlySet<string>;
}

export interface QueueFollowUps extends Timed {
  readonly type: 'QueueFollowUps';
}

export interface RecordDispatches extends Timed {
  readonly type: 'RecordDispatches';
  readonly results: readonly DispatchResult[];
}

/** What a relay learnt about a dispatch. */
export type DispatchResult = DispatchKey &
  (
    | { readonly result: 'sent'; readonly attempt: number; readonly envelopeId: string }
    | {
        readonly result: 'attempt_failed';
        readonly attempt: number;
        readonly failureClass: string;
        readonly error: string;
        readonly ambiguous: boolean;
        readonly retryAt: Instant;
      }
    | { readonly result: 'refused'; readonly attempt: number; readonly reason: string }
    | { readonly result: 'dead'; readonly attempt: number; readonly reason: string }
    | {
        readonly result: 'uncertain';
        readonly attempt: number;
        readonly reason: string;
        /** The declared policy: send once more under the same key while it is wanted. */
        readonly then: 'hold' | 'resend';
      }
    | { readonly result: 'suppressed'; readonly reason: string }
    /** No call was made, because the verdict was not "send". The aggregate gives the verdict again. */
    | { readonly result: 'not_sent'; readonly attempt: number }
  );

export interface RequeueNotice extends Timed {
  readonly type: 'RequeueNotice';
  readonly key: DispatchKey;
}
