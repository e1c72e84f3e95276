import type { ActionEvent } from '../action/action.events.js';
import type { DirectoryEvent } from '../directory/directory.events.js';

/** Every fact that this version of the program knows. */
export type KnownEvent = ActionEvent | DirectoryEvent;
export type KnownEventType = KnownEvent['type'];

/** Version of the shape in which each event is written today. Raise it together with an upcaster and a fixture. */
export const CURRENT_SCHEMAS: Readonly<Record<KnownEventType, number>> = {
  TargetsEnrolled: 1,
  EnrolmentAbandoned: 1,
  ActionScheduled: 1,
  ActionRescheduled: 1,
  ActionPaused: 1,
  ActionResumed: 1,
  ActionCancelled: 1,
  TargetCancelled: 1,
  TargetsReopened: 1,
  ActionReopened: 1,
  ActionEnded: 1,
  StageOpened: 1,
  TargetClaimed: 1,
  WorkAccepted: 1,
  AttemptFailed: 1,
  ClaimExpired: 1,
  OutcomeRecorded: 1,
  NoticeDue: 1,
  CancellationQueued: 1,
  FollowUpQueued: 1,
  NoticeRequeued: 1,
  NoticeDeferred: 1,
  NoticeAttemptFailed: 1,
  NoticeSent: 1,
  NoticeFailed: 1,
  NoticeUncertain: 1,
  NoticeSuppressed: 1,
  NoticeExpired: 1,
  NoticeDead: 1,
  TargetRecorded: 1,
  RecipientErased: 1,
  VersionPublished: 1,
  VersionDisabled: 1,
};
