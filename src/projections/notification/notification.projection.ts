import { dispatchIdOf } from '../../application/shared/dispatch-id.js';
import type { DispatchStatus } from '../../domain/action/action.state.js';
import type { ChannelName, DispatchKey, NoticeKind } from '../../domain/notice/dispatch.js';
import type { Instant } from '../../domain/shared/instant.js';
import { projectBy } from '../shared/project-by.js';
import type { ReadModel } from '../shared/read-model.js';
import type { RowChange } from '../shared/row-change.js';

/** One dispatch: who is told what on which channel, and what became of it. */
export interface NotificationRow {
  readonly dispatchId: string;
  readonly actionId: string;
  readonly targetId: string;
  readonly recipientId: string;
  readonly channel: ChannelName;
  readonly kind: NoticeKind;
  readonly revision: number;
  readonly lead: number;
  readonly stage: number;
  readonly status: DispatchStatus;
  readonly attempts: number;
  /** What went wrong at the last attempt that failed. */
  readonly lastError: string | null;
  /** Why it ended, or is held back, as it is. */
  readonly reason: string | null;
  /** What a correction speaks of: the reason of the cancellation or of the outcome. */
  readonly subjectReason: string | null;
  readonly startsAt: Instant | null;
  readonly previousStartsAt: Instant | null;
  readonly notAfter: Instant | null;
  /** The recipient may or may not have been told before. */
  readonly hedged: boolean;
  /** Not before this time: a deferral, or the next attempt. */
  readonly nextAt: Instant | null;
  readonly envelopeId: string | null;
  readonly late: boolean;
  readonly queuedAt: Instant;
  readonly updatedAt: Instant;
  readonly endedAt: Instant | null;
}

type Change = RowChange<NotificationRow>;

export const notification: ReadModel<NotificationRow> = {
  name: 'notification',
  version: 1,
  table: {
    columns: {
      dispatchId: 'uuid',
      actionId: 'text',
      targetId: 'text',
      recipientId: 'text',
      channel: 'text',
      kind: 'text',
      revision: 'integer',
      lead: 'integer',
      stage: 'integer',
      status: 'text',
      attempts: 'integer',
      lastError: 'text',
      reason: 'text',
      subjectReason: 'text',
      startsAt: 'instant',
      previousStartsAt: 'instant',
      notAfter: 'instant',
      hedged: 'boolean',
      nextAt: 'instant',
      envelopeId: 'text',
      late: 'boolean',
      queuedAt: 'instant',
      updatedAt: 'instant',
      endedAt: 'instant',
    },
    key: ['dispatchId'],
    indexes: [
      { on: ['actionId', 'targetId', 'queuedAt', 'dispatchId'] },
      { on: ['recipientId', 'queuedAt', 'dispatchId'] },
    ],
  },
  project: projectBy<NotificationRow>({
    NoticeDue: (data, { actionId }) => {
      const { targetId, stage, revision, lead, startsAt, notAfter, at } = data;
      return data.dispatches.map((addressee) =>
        queued(actionId, {
          ...addressee,
          ...{ targetId, stage, revision, lead, startsAt, notAfter },
          kind: 'notice',
          queuedAt: at,
        }),
      );
    },
    CancellationQueued: ({ at, reason, ...data }, { actionId }) => [
      queued(actionId, { ...data, kind: 'cancelled', subjectReason: reason, queuedAt: at }),
    ],
    FollowUpQueued: ({ at, reason, ...data }, { actionId }) => [
      queued(actionId, { ...data, subjectReason: reason, queuedAt: at }),
    ],
    NoticeRequeued: (data, { actionId }) => [
      patch(actionId, data, { status: 'pending', attempts: 0, reason: null, endedAt: null }),
    ],
    NoticeDeferred: (data, { actionId }) => [
      patch(actionId, data, { status: 'deferred', reason: data.reason, nextAt: data.until }),
    ],
    NoticeAttemptFailed: (data, { actionId }) => [
      patch(actionId, data, {
        status: 'pending',
        attempts: data.attempt,
        lastError: data.error,
        reason: data.failureClass,
        nextAt: data.retryAt,
      }),
    ],
    NoticeSent: (data, { actionId }) => {
      const { attempt: attempts, envelopeId, late } = data;
      return [ended(actionId, data, { status: 'sent', attempts, envelopeId, late, reason: null })];
    },
    NoticeFailed: (data, { actionId }) => [ended(actionId, data, failure('failed', data))],
    NoticeUncertain: (data, { actionId }) => [ended(actionId, data, failure('uncertain', data))],
    NoticeDead: (data, { actionId }) => [ended(actionId, data, failure('dead', data))],
    NoticeSuppressed: (data, { actionId }) => [
      ended(actionId, data, { status: 'suppressed', reason: data.reason }),
    ],
    NoticeExpired: (data, { actionId }) => [
      ended(actionId, data, { status: 'expired', reason: null }),
    ],
  }),
};

type Queued = Partial<NotificationRow> &
  DispatchKey &
  Pick<NotificationRow, 'stage' | 'startsAt' | 'queuedAt'>;

const NEW_ROW = {
  status: 'pending',
  attempts: 0,
  lastError: null,
  reason: null,
  subjectReason: null,
  startsAt: null,
  previousStartsAt: null,
  notAfter: null,
  hedged: false,
  nextAt: null,
  envelopeId: null,
  late: false,
  endedAt: null,
} as const satisfies Partial<NotificationRow>;

const queued = (actionId: string, row: Omit<Queued, 'startsAt'> & Partial<Queued>): Change => ({
  kind: 'insert',
  row: {
    ...NEW_ROW,
    ...row,
    actionId,
    dispatchId: dispatchIdOf(actionId, row),
    updatedAt: row.queuedAt,
  },
});

type Dated = DispatchKey & { readonly at: Instant };

const patch = (actionId: string, data: Dated, set: Partial<NotificationRow>): Change => ({
  kind: 'patch',
  key: { dispatchId: dispatchIdOf(actionId, data) },
  set: { nextAt: null, ...set, updatedAt: data.at },
});

const ended = (actionId: string, data: Dated, set: Partial<NotificationRow>): Change =>
  patch(actionId, data, { ...set, endedAt: data.at });

const failure = (
  status: DispatchStatus,
  { attempt, reason }: { readonly attempt: number; readonly reason: string },
): Partial<NotificationRow> => ({ status, attempts: attempt, reason });
