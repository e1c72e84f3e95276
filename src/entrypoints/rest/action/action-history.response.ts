import { ApiProperty } from '@nestjs/swagger';

import { CHANNELS, NOTICE_KINDS } from '../../../domain/notice/dispatch.js';
import type { ChannelName, NoticeKind } from '../../../domain/notice/dispatch.js';
import { TIMELINE_TYPES } from './action-history.request.js';

const TEXT_OR_NULL = { type: String, nullable: true } as const;
const ANY_OBJECT = { type: 'object', additionalProperties: true } as const;

export class TimelineEntryResponse {
  @ApiProperty({ description: 'Place in the log.' })
  readonly position!: string;

  @ApiProperty({ description: 'Place in the stream of the action.' })
  readonly version!: number;

  @ApiProperty({ description: 'Id of the event.', format: 'uuid' })
  readonly eventId!: string;

  @ApiProperty({ description: 'Type of the event.', enum: TIMELINE_TYPES })
  readonly type!: string;

  @ApiProperty({ description: 'When it happened.', format: 'date-time' })
  readonly at!: string;

  @ApiProperty({ description: 'Who decided it.', example: 'system:relay' })
  readonly actor!: string;

  @ApiProperty({ description: 'Event that led to it.', ...TEXT_OR_NULL })
  readonly causationId!: string | null;

  @ApiProperty({ description: 'Target that it is about.', ...TEXT_OR_NULL })
  readonly targetId!: string | null;

  @ApiProperty({ description: 'Dispatch that it is about.', ...TEXT_OR_NULL })
  readonly dispatchId!: string | null;

  @ApiProperty({ description: 'Recipient that it is about.', ...TEXT_OR_NULL })
  readonly recipientId!: string | null;

  @ApiProperty({ description: 'Channel.', enum: CHANNELS, nullable: true })
  readonly channel!: ChannelName | null;

  @ApiProperty({ description: 'Kind of the notice.', enum: NOTICE_KINDS, nullable: true })
  readonly kind!: NoticeKind | null;

  @ApiProperty({
    description: 'The reason that a person wrote; null for none, or if it was erased.',
    ...TEXT_OR_NULL,
  })
  readonly reason!: string | null;

  @ApiProperty({ description: 'What else the event says.', ...ANY_OBJECT })
  readonly detail!: Readonly<Record<string, unknown>>;
}

export class TimelinePageResponse {
  @ApiProperty({ description: 'Events in the order of the log.', type: [TimelineEntryResponse] })
  readonly items!: readonly TimelineEntryResponse[];

  @ApiProperty({ description: 'Null on the last page.', ...TEXT_OR_NULL })
  readonly nextCursor!: string | null;
}

export class EventMetadataResponse {
  @ApiProperty({ description: 'Who decided it.' })
  readonly actor!: string;

  @ApiProperty({ description: 'Command that appended it.' })
  readonly commandId!: string;

  @ApiProperty({ description: 'Groups everything that one request set in motion.' })
  readonly correlationId!: string;

  @ApiProperty({ description: 'Event that led to the command.', ...TEXT_OR_NULL })
  readonly causationId!: string | null;
}

export class RecordedEventResponse {
  @ApiProperty({ description: 'Id of the event.', format: 'uuid' })
  readonly id!: string;

  @ApiProperty({ description: 'Type of the event; `docs/events.md` explains each.' })
  readonly type!: string;

  @ApiProperty({ description: 'Version of the shape of its data.' })
  readonly schema!: number;

  @ApiProperty({ description: 'Place in the stream of the action, from 0.' })
  readonly version!: number;

  @ApiProperty({ description: 'Place in the log.' })
  readonly position!: string;

  @ApiProperty({ description: 'When it was appended.', format: 'date-time' })
  readonly recordedAt!: string;

  @ApiProperty({ description: 'What it says, as it is recorded.', ...ANY_OBJECT })
  readonly data!: unknown;

  @ApiProperty({ description: 'Who and why.', type: EventMetadataResponse })
  readonly metadata!: EventMetadataResponse;

  @ApiProperty({
    description: 'The dispatch that it is about; null for none, or for several.',
    ...TEXT_OR_NULL,
  })
  readonly dispatchId!: string | null;

  @ApiProperty({
    description: 'All dispatches that it is about: `NoticeDue` asks for several.',
    type: [String],
  })
  readonly dispatchIds!: readonly string[];
}

export class RecordedEventPageResponse {
  @ApiProperty({ description: 'Events by version.', type: [RecordedEventResponse] })
  readonly items!: readonly RecordedEventResponse[];

  @ApiProperty({ description: 'Null on the last page.', ...TEXT_OR_NULL })
  readonly nextCursor!: string | null;
}
