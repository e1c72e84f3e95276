import type { NoticeDue } from '../../domain/action/action.events.js';
import { CAPABILITY } from '../../domain/notice/dispatch.js';
import type { DispatchKey } from '../../domain/notice/dispatch.js';
import { toEpochMs } from '../../domain/shared/instant.js';
import type { Instant } from '../../domain/shared/instant.js';
import type { KnownEvent } from '../../domain/upcasters/current-schemas.js';
import { actionIdOf } from '../action/action-stream.js';
import type { Consumer } from '../ports/consumer.port.js';
import type { RecordedEvent } from '../ports/event-store.port.js';
import type { OutboxChange } from '../ports/outbox.port.js';
import { decodeEvent } from '../shared/decode-event.js';
import { dispatchIdOf } from '../shared/dispatch-id.js';

/**
 * What the outbox holds because of an event: one row for each dispatch that has to leave through the relay.
 * Transactional channels never come here: there the event is the send.
 */
export const outboxConsumer: Consumer<OutboxChange> = {
  name: 'outbox',
  version: 1,
  project: (recorded) => {
    const event = decodeEvent(recorded);
    return [
      ...puts(event, recorded),
      ...postponements(event, recorded),
      ...removals(event, recorded),
      ...rechecks(event, recorded),
    ];
  },
};

function puts(event: KnownEvent, recorded: RecordedEvent): readonly OutboxChange[] {
  switch (event.type) {
    case 'NoticeDue':
      return event.data.dispatches.flatMap((addressee) =>
        put(recorded, {
          key: { ...noticeOf(event.data), ...addressee },
          stage: event.data.stage,
          notAfter: event.data.notAfter,
          at: event.data.at,
        }),
      );
    case 'CancellationQueued':
      return put(recorded, {
        key: keyOf({ ...event.data, kind: 'cancelled' }),
        stage: event.data.stage,
        notAfter: null,
        at: event.data.at,
      });
    case 'FollowUpQueued':
      return put(recorded, {
        key: keyOf(event.data),
        stage: event.data.stage,
        notAfter: null,
        at: event.data.at,
      });
    case 'NoticeRequeued': {
      const { stage, notAfter, at } = event.data;
      return put(recorded, { key: keyOf(event.data), stage, notAfter, at });
    }
    default:
      return [];
  }
}

function postponements(event: KnownEvent, recorded: RecordedEvent): readonly OutboxChange[] {
  switch (event.type) {
    case 'NoticeDeferred':
      return postpone(recorded, event.data, {
        dueAt: event.data.until,
        attempt: null,
        ambiguous: false,
      });
    case 'NoticeAttemptFailed': {
      const { retryAt, attempt, ambiguous } = event.data;
      return postpone(recorded, event.data, { dueAt: retryAt, attempt, ambiguous });
    }
    default:
      return [];
  }
}

function removals(event: KnownEvent, recorded: RecordedEvent): readonly OutboxChange[] {
  switch (event.type) {
    case 'NoticeSent':
    case 'NoticeFailed':
    case 'NoticeUncertain':
    case 'NoticeSuppressed':
    case 'NoticeExpired':
    case 'NoticeDead':
      return leavesByRelay(event.data)
        ? [{ kind: 'remove', dispatchId: idOf(recorded, event.data) }]
        : [];
    default:
      return [];
  }
}

function rechecks(event: KnownEvent, { streamId }: RecordedEvent): readonly OutboxChange[] {
  switch (event.type) {
    case 'ActionRescheduled':
    case 'ActionPaused':
    case 'ActionResumed':
    case 'ActionCancelled':
    case 'ActionEnded':
      return [{ kind: 'recheck', streamId, targetId: null }];
    case 'TargetCancelled':
    case 'OutcomeRecorded':
      return [{ kind: 'recheck', streamId, targetId: event.data.targetId }];
    default:
      return [];
  }
}

interface NewRow {
  readonly key: DispatchKey;
  readonly stage: number;
  readonly notAfter: Instant | null;
  readonly at: Instant;
}

function put(
  recorded: RecordedEvent,
  { key, stage, notAfter, at }: NewRow,
): readonly OutboxChange[] {
  if (!leavesByRelay(key)) return [];
  return [
    {
      kind: 'put',
      row: {
        dispatchId: idOf(recorded, key),
        streamId: recorded.streamId,
        key,
        stage,
        notAfter: notAfter === null ? null : toEpochMs(notAfter),
        dueAt: toEpochMs(at),
        position: recorded.position,
      },
    },
  ];
}

function postpone(
  recorded: RecordedEvent,
  key: DispatchKey,
  to: {
    readonly dueAt: Instant;
    readonly attempt: number | null;
    readonly ambiguous: boolean;
  },
): readonly OutboxChange[] {
  if (!leavesByRelay(key)) return [];
  return [
    {
      kind: 'postpone',
      dispatchId: idOf(recorded, key),
      ...to,
      dueAt: toEpochMs(to.dueAt),
    },
  ];
}

const leavesByRelay = ({ channel }: Pick<DispatchKey, 'channel'>): boolean =>
  CAPABILITY[channel] !== 'transactional';

const idOf = ({ streamId }: RecordedEvent, key: DispatchKey): string =>
  dispatchIdOf(actionIdOf(streamId), key);

const noticeOf = ({
  targetId,
  revision,
  lead,
}: NoticeDue['data']): Pick<DispatchKey, 'targetId' | 'kind' | 'revision' | 'lead'> => ({
  targetId,
  kind: 'notice',
  revision,
  lead,
});

/** Only the fields of the key, whatever else the event says. */
const keyOf = ({
  targetId,
  recipientId,
  channel,
  kind,
  revision,
  lead,
}: DispatchKey): DispatchKey => ({
  targetId,
  recipientId,
  channel,
  kind,
  revision,
  lead,
});
