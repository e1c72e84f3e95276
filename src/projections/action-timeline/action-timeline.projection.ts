import { dispatchIdOf } from '../../application/shared/dispatch-id.js';
import type { ChannelName, NoticeKind } from '../../domain/notice/dispatch.js';
import type { Instant } from '../../domain/shared/instant.js';
import type { KnownEvent, KnownEventType } from '../../domain/upcasters/current-schemas.js';
import type { ReadModel } from '../shared/read-model.js';

/** One thing that happened to an action, in the order of the log. */
export interface ActionTimelineRow {
  readonly position: string;
  readonly actionId: string;
  readonly version: number;
  readonly eventId: string;
  readonly type: KnownEventType;
  readonly at: Instant;
  readonly actor: string;
  readonly causationId: string | null;
  readonly targetId: string | null;
  readonly dispatchId: string | null;
  readonly recipientId: string | null;
  readonly channel: ChannelName | null;
  readonly kind: NoticeKind | null;
  /** What else the event says, as far as a reader of the timeline wants to know. */
  readonly detail: Readonly<Record<string, unknown>>;
}

export const actionTimeline: ReadModel<ActionTimelineRow> = {
  name: 'action_timeline',
  version: 1,
  table: {
    columns: {
      position: 'position',
      actionId: 'text',
      version: 'integer',
      eventId: 'uuid',
      type: 'text',
      at: 'instant',
      actor: 'text',
      causationId: 'text',
      targetId: 'text',
      dispatchId: 'text',
      recipientId: 'text',
      channel: 'text',
      kind: 'text',
      detail: 'json',
    },
    key: ['position'],
    indexes: [
      { on: ['actionId', 'position'] },
      { on: ['actionId', 'targetId', 'position'], whereSet: 'targetId' },
    ],
  },
  project: (event, recorded) => {
    if (!isNoteworthy(event)) return [];
    const { position, version, id, metadata, streamId } = recorded;
    const actionId = streamId.slice('action-'.length);
    const { about, detail } = told(event, actionId);
    const row: ActionTimelineRow = {
      position: String(position),
      actionId,
      version,
      eventId: id,
      type: event.type,
      at: event.data.at,
      actor: metadata.actor,
      causationId: metadata.causationId,
      ...NOTHING,
      ...about,
      detail,
    };
    return [{ kind: 'insert', row }];
  },
};

/** Enrolment precedes the action's life, and directory events are nobody's action. */
type Silent = Extract<
  KnownEvent,
  {
    type:
      | 'TargetsEnrolled'
      | 'EnrolmentAbandoned'
      | 'TargetRecorded'
      | 'RecipientErased'
      | 'VersionPublished'
      | 'VersionDisabled';
  }
>;
type Noteworthy = Exclude<KnownEvent, Silent>;

const SILENT: ReadonlySet<KnownEventType> = new Set<Silent['type']>([
  'TargetsEnrolled',
  'EnrolmentAbandoned',
  'TargetRecorded',
  'RecipientErased',
  'VersionPublished',
  'VersionDisabled',
]);

const isNoteworthy = (event: KnownEvent): event is Noteworthy => !SILENT.has(event.type);

type About = Pick<
  ActionTimelineRow,
  'targetId' | 'dispatchId' | 'recipientId' | 'channel' | 'kind'
>;

const NOTHING: About = {
  targetId: null,
  dispatchId: null,
  recipientId: null,
  channel: null,
  kind: null,
};

interface Told {
  readonly about: Partial<About>;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Splits an event into what the timeline can be filtered by and the rest. */
function told({ type, data }: Noteworthy, actionId: string): Told {
  if (type === 'ActionScheduled') {
    const { parameters, stages, zone, reason } = data;
    return { about: {}, detail: { parameters, stages, zone, reason } };
  }
  if (type === 'TargetsReopened') {
    const { targetIds, notBefore, revision } = data;
    return { about: {}, detail: { targetCount: targetIds.length, notBefore, revision } };
  }
  return { about: aboutOf(data, actionId), detail: restOf(data) };
}

function aboutOf(data: Noteworthy['data'], actionId: string): Partial<About> {
  if (!('targetId' in data)) return {};
  const { targetId } = data;
  if (!('channel' in data)) return { targetId };
  const { recipientId, channel } = data;
  // `CancellationQueued` says its kind by its type.
  const kind = 'kind' in data ? data.kind : 'cancelled';
  return {
    targetId,
    dispatchId: dispatchIdOf(actionId, { ...data, kind }),
    recipientId,
    channel,
    kind,
  };
}

const COLUMNS: ReadonlySet<string> = new Set(['at', 'targetId', 'recipientId', 'channel', 'kind']);

const restOf = (data: object): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(data).filter(([name]) => !COLUMNS.has(name)));
