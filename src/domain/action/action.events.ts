import type { ChannelName, DispatchKey, NoticeKind } from '../notice/dispatch.js';
import type { DomainEvent } from '../shared/decider.js';
import type { Instant } from '../shared/instant.js';

/**
 * The facts of one action, in its stream `action-<actionId>`. `docs/events.md` explains each of them.
 * Every event of a stream belongs to that stream's action, so none repeats the action's id.
 */
export type ActionEvent =
  | TargetsEnrolled
  | EnrolmentAbandoned
  | ActionScheduled
  | ActionRescheduled
  | ActionPaused
  | ActionResumed
  | ActionCancelled
  | TargetCancelled
  | TargetsReopened
  | ActionReopened
  | ActionEnded
  | StageOpened
  | TargetClaimed
  | WorkAccepted
  | AttemptFailed
  | ClaimExpired
  | OutcomeRecorded
  | NoticeDue
  | CancellationQueued
  | FollowUpQueued
  | NoticeRequeued
  | NoticeDeferred
  | NoticeAttemptFailed
  | NoticeSent
  | NoticeFailed
  | NoticeUncertain
  | NoticeSuppressed
  | NoticeExpired
  | NoticeDead;

export const ACTION_TYPES = ['restart', 'version_change'] as const;
export type ActionType = (typeof ACTION_TYPES)[number];

/** Text that a person wrote: the words lie in an erasable table, the log has a reference and a salted hash. */
export interface TextRef {
  readonly ref: string;
  readonly hash: string;
}

export interface RestartParameters {
  readonly type: 'restart';
}
export interface VersionChangeParameters {
  readonly type: 'version_change';
  readonly targetVersion: string;
  readonly overridePins: boolean;
}
export type ActionParameters = RestartParameters | VersionChangeParameters;

export interface EnrolledTarget {
  readonly targetId: string;
  readonly stage: number;
  /** Owner and version as they were when the action was scheduled; null where unknown. */
  readonly ownerId: string | null;
  readonly sourceVersion: string | null;
}

export interface StageTime {
  readonly stage: number;
  readonly runAt: Instant;
}

export interface PlannedStage extends StageTime {
  readonly targetCount: number;
}

export interface NoticePolicy {
  /** Seconds before `runAt`, descending, without repeats. */
  readonly leadsSeconds: readonly number[];
  readonly channels: readonly ChannelName[];
  /** Whether recipients also hear that the change was applied. */
  readonly tellCompleted: boolean;
  readonly subject: TextRef | null;
  readonly body: TextRef | null;
}

export interface ExecutionPolicy {
  readonly leaseMs: number;
  /** Claims per target before its failure is final. */
  readonly attemptsMax: number;
  /** Wait before the second attempt; doubles with each further one. */
  readonly retryDelayMs: number;
  /** What an expired lease means: try again while attempts are left, or fail. */
  readonly onExpiry: 'retry' | 'fail';
  /** How long an executor that answered "accepted" may take to confirm. */
  readonly confirmMs: number;
}

/** A slice of the action's targets, at most `TARGETS_PER_ENROLMENT_MAX`, ordered by stage. Not live before `ActionScheduled`. */
export type TargetsEnrolled = DomainEvent<
  'TargetsEnrolled',
  { readonly targets: readonly EnrolledTarget[] }
>;

/** The enrolment was given up before the action became live. */
export type EnrolmentAbandoned = DomainEvent<'EnrolmentAbandoned', { readonly at: Instant }>;

/** The last event of an enrolment; it alone makes the action live. */
export type ActionScheduled = DomainEvent<
  'ActionScheduled',
  {
    readonly actionId: string;
    readonly parameters: ActionParameters;
    readonly stages: readonly PlannedStage[];
    /** IANA zone in which the admin thinks of the times. */
    readonly zone: string;
    readonly notice: NoticePolicy | null;
    readonly execution: ExecutionPolicy;
    readonly reason: TextRef | null;
    /** Selected, but destroyed already: not enrolled. */
    readonly destroyedTargetIds: readonly string[];
    readonly at: Instant;
  }
>;

/** New times for stages that have not opened. Raises the revision of their targets. */
export type ActionRescheduled = DomainEvent<
  'ActionRescheduled',
  {
    readonly cause: 'reschedule' | 'run_now';
    readonly stages: readonly StageTime[];
    readonly revision: number;
    readonly reason: TextRef | null;
    readonly at: Instant;
  }
>;

export type ActionPaused = DomainEvent<
  'ActionPaused',
  { readonly reason: TextRef | null; readonly at: Instant }
>;

/** Stages whose time went by during the pause get the time of the resume, under a new revision. */
export type ActionResumed = DomainEvent<
  'ActionResumed',
  { readonly stages: readonly StageTime[]; readonly revision: number; readonly at: Instant }
>;

/** The request to call the action off. Pending targets are cancelled by it; running ones resolve. */
export type ActionCancelled = DomainEvent<
  'ActionCancelled',
  {
    readonly pendingCount: number;
    readonly runningCount: number;
    readonly reason: TextRef | null;
    readonly at: Instant;
  }
>;

/** One target is called off: at once when it was pending; a running one is judged by its outcome. */
export type TargetCancelled = DomainEvent<
  'TargetCancelled',
  {
    readonly targetId: string;
    readonly while: 'pending' | 'running';
    readonly reason: TextRef | null;
    readonly at: Instant;
  }
>;

/** Failed targets become pending again; at most `TARGETS_PER_ENROLMENT_MAX`. Raises their revision. */
export type TargetsReopened = DomainEvent<
  'TargetsReopened',
  {
    readonly targetIds: readonly string[];
    readonly notBefore: Instant;
    readonly revision: number;
    readonly at: Instant;
  }
>;

/** An ended action is live again, after its `TargetsReopened`. */
export type ActionReopened = DomainEvent<'ActionReopened', { readonly at: Instant }>;

export type ActionEnded = DomainEvent<
  'ActionEnded',
  { readonly status: EndedStatus; readonly at: Instant }
>;
export type EndedStatus = 'completed' | 'failed' | 'cancelled';

/** The stage's time has come: its targets may be claimed. */
export type StageOpened = DomainEvent<
  'StageOpened',
  { readonly stage: number; readonly runAt: Instant; readonly at: Instant }
>;

export type TargetClaimed = DomainEvent<
  'TargetClaimed',
  {
    readonly targetId: string;
    /** From one sequence of the whole installation; only grows. */
    readonly fence: number;
    readonly attempt: number;
    readonly holder: string;
    readonly leaseMs: number;
    readonly at: Instant;
  }
>;

/** The executor has begun and will confirm later, within the lease. */
export type WorkAccepted = DomainEvent<
  'WorkAccepted',
  {
    readonly targetId: string;
    readonly fence: number;
    readonly leaseMs: number;
    readonly at: Instant;
  }
>;

/** The attempt failed and another one will follow, not before `retryAt`. */
export type AttemptFailed = DomainEvent<
  'AttemptFailed',
  {
    readonly targetId: string;
    readonly fence: number;
    readonly attempt: number;
    readonly reason: string;
    readonly retryAt: Instant;
    readonly at: Instant;
  }
>;

/** The holder fell silent. With `retryAt` the target is pending again, else an `OutcomeRecorded` follows at once. */
export type ClaimExpired = DomainEvent<
  'ClaimExpired',
  {
    readonly targetId: string;
    readonly fence: number;
    readonly retryAt: Instant | null;
    readonly at: Instant;
  }
>;

export type OutcomeKind = 'applied' | 'skipped' | 'failed';

/** The end of a target, after its last attempt. `claimedAt`, `startedAt` and `endedAt` measure its lateness. */
export type OutcomeRecorded = DomainEvent<
  'OutcomeRecorded',
  {
    readonly targetId: string;
    readonly fence: number;
    readonly outcome: OutcomeKind;
    /** A stable code such as `pinned` or `executor_refused`; null for `applied`. */
    readonly reason: string | null;
    readonly scheduledAt: Instant;
    readonly claimedAt: Instant;
    readonly startedAt: Instant | null;
    readonly at: Instant;
  }
>;

interface Addressee {
  readonly recipientId: string;
  readonly channel: ChannelName;
}

/** A lead has opened for a target: what is to be sent, to whom, on which channels. */
export type NoticeDue = DomainEvent<
  'NoticeDue',
  {
    readonly targetId: string;
    readonly stage: number;
    readonly revision: number;
    /** Seconds. */
    readonly lead: number;
    readonly startsAt: Instant;
    /** The notice is void from here on. */
    readonly notAfter: Instant;
    readonly dispatches: readonly Addressee[];
    readonly at: Instant;
  }
>;

interface FollowUp extends Addressee {
  readonly targetId: string;
  readonly stage: number;
  readonly revision: number;
  /** Correction number, from 0. */
  readonly lead: number;
  /** The only evidence that the recipient was told is uncertain. */
  readonly hedged: boolean;
  readonly at: Instant;
}

/** Somebody was told of a change that will not happen (any more). */
export type CancellationQueued = DomainEvent<
  'CancellationQueued',
  FollowUp & { readonly reason: string }
>;

/** Somebody was told, and now the time moved, or the change has ended. */
export type FollowUpQueued = DomainEvent<
  'FollowUpQueued',
  FollowUp & {
    readonly kind: Exclude<NoticeKind, 'notice' | 'cancelled'>;
    /** The new time, for `rescheduled`; null while it is not known. */
    readonly startsAt: Instant | null;
    readonly previousStartsAt: Instant | null;
    /** Outcome reason, for `failed`. */
    readonly reason: string | null;
  }
>;

/** A dispatch that had ended without success is tried again under its old key. */
export type NoticeRequeued = DomainEvent<
  'NoticeRequeued',
  DispatchKey & {
    readonly stage: number;
    readonly notAfter: Instant | null;
    readonly cause: 'operator' | 'policy';
    readonly at: Instant;
  }
>;

export type NoticeDeferred = DomainEvent<
  'NoticeDeferred',
  DispatchKey & { readonly reason: 'action_paused'; readonly until: Instant; readonly at: Instant }
>;

export type NoticeAttemptFailed = DomainEvent<
  'NoticeAttemptFailed',
  DispatchKey & {
    readonly attempt: number;
    readonly failureClass: string;
    readonly error: string;
    /** The receiver may have taken it all the same; a keyed channel tries again under the same key. */
    readonly ambiguous: boolean;
    readonly retryAt: Instant;
    readonly at: Instant;
  }
>;

export type NoticeSent = DomainEvent<
  'NoticeSent',
  DispatchKey & {
    readonly attempt: number;
    readonly envelopeId: string | null;
    /** The evidence came after the dispatch had been given up. */
    readonly late: boolean;
    readonly at: Instant;
  }
>;

/** No call was made, or the receiver refused for good. */
export type NoticeFailed = DomainEvent<
  'NoticeFailed',
  DispatchKey & { readonly attempt: number; readonly reason: string; readonly at: Instant }
>;

/** The receiver may or may not have it: a crash or a break inside the send. */
export type NoticeUncertain = DomainEvent<
  'NoticeUncertain',
  DispatchKey & { readonly attempt: number; readonly reason: string; readonly at: Instant }
>;

export type NoticeSuppressed = DomainEvent<
  'NoticeSuppressed',
  DispatchKey & { readonly reason: string; readonly at: Instant }
>;

export type NoticeExpired = DomainEvent<'NoticeExpired', DispatchKey & { readonly at: Instant }>;

/** Retries are used up. An operator can send it again while it is still true. */
export type NoticeDead = DomainEvent<
  'NoticeDead',
  DispatchKey & { readonly attempt: number; readonly reason: string; readonly at: Instant }
>;

export const TARGETS_PER_ENROLMENT_MAX = 250;

/** Longer work is decided in several appends, so that no other writer of the stream waits for long. */
export const EVENTS_PER_APPEND_MAX = 500;

/** Reason of a dispatch that was withdrawn because its action or target was called off. */
export const WITHDRAWN_BY_CANCEL = 'action cancelled before notice was dispatched';
/** Reason of a dispatch that was withdrawn because the schedule moved on. */
export const WITHDRAWN_BY_RESCHEDULE = 'schedule changed before notice was dispatched';
/** Reason of a correction that a later change of mind made untrue before it was sent. */
export const WITHDRAWN_AS_UNTRUE = 'no longer true before it was dispatched';
