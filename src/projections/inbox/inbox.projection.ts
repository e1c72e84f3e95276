import { dispatchIdOf } from '../../application/shared/dispatch-id.js';
import type { DispatchKey, NoticeKind } from '../../domain/notice/dispatch.js';
import type { Instant } from '../../domain/shared/instant.js';
import { projectBy } from '../shared/project-by.js';
import type { ReadModel } from '../shared/read-model.js';
import type { RowChange } from '../shared/row-change.js';

/** One message in a recipient's inbox. Waits hidden until its `NoticeSent`, which is what delivers it. */
export interface InboxRow {
  readonly dispatchId: string;
  readonly recipientId: string;
  readonly actionId: string;
  readonly targetId: string;
  readonly kind: NoticeKind;
  readonly revision: number;
  readonly startsAt: Instant | null;
  readonly previousStartsAt: Instant | null;
  readonly reason: string | null;
  readonly sentAt: Instant | null;
}

/** Set by the reader. */
export interface InboxFlags {
  readonly readAt: Instant | null;
  readonly dismissedAt: Instant | null;
}

type Change = RowChange<InboxRow>;

export const inbox: ReadModel<InboxRow, InboxFlags> = {
  name: 'inbox',
  version: 1,
  table: {
    columns: {
      dispatchId: 'uuid',
      recipientId: 'text',
      actionId: 'text',
      targetId: 'text',
      kind: 'text',
      revision: 'integer',
      startsAt: 'instant',
      previousStartsAt: 'instant',
      reason: 'text',
      sentAt: 'instant',
    },
    key: ['dispatchId'],
    indexes: [{ on: ['recipientId', 'sentAt', 'dispatchId'], whereSet: 'sentAt' }],
    shownFrom: 'sentAt',
    flags: { table: 'inbox_flags', columns: ['readAt', 'dismissedAt'] },
  },
  project: projectBy<InboxRow>({
    NoticeDue: ({ targetId, revision, lead, startsAt, dispatches }, { actionId }) =>
      dispatches.flatMap((addressee) =>
        waiting(actionId, { ...addressee, targetId, revision, lead, kind: 'notice' }, { startsAt }),
      ),
    CancellationQueued: (data, { actionId }) =>
      waiting(actionId, { ...data, kind: 'cancelled' }, { reason: data.reason }),
    FollowUpQueued: (data, { actionId }) => {
      const { startsAt, previousStartsAt, reason } = data;
      return waiting(actionId, data, { startsAt, previousStartsAt, reason });
    },
    NoticeSent: (data, { actionId }) =>
      data.channel === 'inbox'
        ? [
            {
              kind: 'patch',
              key: { dispatchId: dispatchIdOf(actionId, data) },
              set: { sentAt: data.at },
            },
          ]
        : [],
  }),
};

/** What the message will say, so that delivering it needs nothing but its own event. */
const waiting = (
  actionId: string,
  key: DispatchKey,
  content: Partial<InboxRow>,
): readonly Change[] =>
  key.channel === 'inbox'
    ? [
        {
          kind: 'insert',
          row: {
            ...{ startsAt: null, previousStartsAt: null, reason: null, sentAt: null },
            ...content,
            dispatchId: dispatchIdOf(actionId, key),
            recipientId: key.recipientId,
            actionId,
            targetId: key.targetId,
            kind: key.kind,
            revision: key.revision,
          },
        },
      ]
    : [];
