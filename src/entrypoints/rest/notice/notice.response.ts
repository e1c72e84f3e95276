import { ApiProperty } from '@nestjs/swagger';

import type { DispatchStatus } from '../../../domain/action/action.state.js';
import { CHANNELS, NOTICE_KINDS } from '../../../domain/notice/dispatch.js';
import type { ChannelName, NoticeKind } from '../../../domain/notice/dispatch.js';
import type { NotificationRow } from '../../../projections/notification/notification.projection.js';

export const NOTICE_STATUSES = [
  'pending',
  'sending',
  'deferred',
  'sent',
  'failed',
  'suppressed',
  'expired',
  'uncertain',
  'dead',
] as const satisfies readonly (DispatchStatus | 'sending')[];
export type NoticeStatus = (typeof NOTICE_STATUSES)[number];

const TEXT_OR_NULL = { type: String, nullable: true } as const;
const INSTANT_OR_NULL = { ...TEXT_OR_NULL, format: 'date-time' } as const;

export class NoticeResponse {
  @ApiProperty({ description: 'Id of the dispatch: one notice on one channel.', format: 'uuid' })
  readonly dispatchId!: string;

  @ApiProperty({ description: 'Id of the action.' })
  readonly actionId!: string;

  @ApiProperty({ description: 'Id of the target.' })
  readonly targetId!: string;

  @ApiProperty({ description: 'Id of the recipient; `nobody` for a target without an owner.' })
  readonly recipientId!: string;

  @ApiProperty({ description: 'Channel.', enum: CHANNELS })
  readonly channel!: ChannelName;

  @ApiProperty({ description: 'What it tells.', enum: NOTICE_KINDS })
  readonly kind!: NoticeKind;

  @ApiProperty({ description: 'Schedule that it speaks of: number of changes to it.' })
  readonly revision!: number;

  @ApiProperty({
    description: 'For `notice`: seconds before the start. Else the number of the correction.',
  })
  readonly lead!: number;

  @ApiProperty({ description: 'Stage of the target.' })
  readonly stage!: number;

  @ApiProperty({
    description: 'Status. `sending` is live: a relay has it under way at this moment.',
    enum: NOTICE_STATUSES,
  })
  readonly status!: NoticeStatus;

  @ApiProperty({ description: 'Attempts so far.' })
  readonly attempts!: number;

  @ApiProperty({ description: 'What went wrong at the last failed attempt.', ...TEXT_OR_NULL })
  readonly lastError!: string | null;

  @ApiProperty({ description: 'Why it ended, or is held back, as it is.', ...TEXT_OR_NULL })
  readonly reason!: string | null;

  @ApiProperty({ description: 'What a correction speaks of, as a code.', ...TEXT_OR_NULL })
  readonly subjectReason!: string | null;

  @ApiProperty({ description: 'Start that it tells.', ...INSTANT_OR_NULL })
  readonly startsAt!: string | null;

  @ApiProperty({ description: 'Start that was told before.', ...INSTANT_OR_NULL })
  readonly previousStartsAt!: string | null;

  @ApiProperty({ description: 'It is void from here on; null: never.', ...INSTANT_OR_NULL })
  readonly notAfter!: string | null;

  @ApiProperty({ description: 'The recipient may or may not have been told before.' })
  readonly hedged!: boolean;

  @ApiProperty({ description: 'Not tried before this time.', ...INSTANT_OR_NULL })
  readonly nextAt!: string | null;

  @ApiProperty({
    description: 'Mail, call or push that carried it: the id on the wire.',
    ...TEXT_OR_NULL,
  })
  readonly envelopeId!: string | null;

  @ApiProperty({ description: 'It was known to be sent only after it had been given up.' })
  readonly late!: boolean;

  @ApiProperty({ description: 'When it was asked for.', format: 'date-time' })
  readonly queuedAt!: string;

  @ApiProperty({ description: 'Last change.', format: 'date-time' })
  readonly updatedAt!: string;

  @ApiProperty({ description: 'When it ended.', ...INSTANT_OR_NULL })
  readonly endedAt!: string | null;
}

export class NoticePageResponse {
  @ApiProperty({ description: 'Notices, the latest first.', type: [NoticeResponse] })
  readonly items!: readonly NoticeResponse[];

  @ApiProperty({ description: 'Null on the last page.', ...TEXT_OR_NULL })
  readonly nextCursor!: string | null;
}

export class ResentResponse {
  @ApiProperty({ description: 'Id of the dispatch.', format: 'uuid' })
  readonly dispatchId!: string;

  @ApiProperty({
    description:
      'True: it had been sent, and one more attempt under the same id was made. False: it waits for the relay.',
  })
  readonly replay!: boolean;

  @ApiProperty({
    description: 'What became of a replay; null where the relay takes it up.',
    enum: ['sent', 'failed', 'uncertain', 'suppressed'],
    nullable: true,
  })
  readonly result!: 'sent' | 'failed' | 'uncertain' | 'suppressed' | null;

  @ApiProperty({ description: 'What went wrong in a replay.', ...TEXT_OR_NULL })
  readonly error!: string | null;

  @ApiProperty({
    description: 'Log position behind which it shows as waiting; null for a replay.',
    ...TEXT_OR_NULL,
  })
  readonly position!: string | null;
}

export class SweptResponse {
  @ApiProperty({ description: 'Dispatches that were looked at.' })
  readonly processed!: number;

  @ApiProperty({ description: 'Sent.' })
  readonly sent!: number;

  @ApiProperty({ description: 'Attempts that failed, for now or for good.' })
  readonly failed!: number;

  @ApiProperty({ description: 'Taken over from a relay that died.' })
  readonly recovered!: number;

  @ApiProperty({ description: 'Not wanted any more, or not yet: no call was made.' })
  readonly voidedStale!: number;
}

/** Field by field, so that a new column of the table is not published by accident. */
export const noticeResponseOf = (row: NotificationRow, isSending: boolean): NoticeResponse => ({
  dispatchId: row.dispatchId,
  actionId: row.actionId,
  targetId: row.targetId,
  recipientId: row.recipientId,
  channel: row.channel,
  kind: row.kind,
  revision: row.revision,
  lead: row.lead,
  stage: row.stage,
  status: isSending && isOpen(row) ? 'sending' : row.status,
  attempts: row.attempts,
  lastError: row.lastError,
  reason: row.reason,
  subjectReason: row.subjectReason,
  startsAt: row.startsAt,
  previousStartsAt: row.previousStartsAt,
  notAfter: row.notAfter,
  hedged: row.hedged,
  nextAt: row.nextAt,
  envelopeId: row.envelopeId,
  late: row.late,
  queuedAt: row.queuedAt,
  updatedAt: row.updatedAt,
  endedAt: row.endedAt,
});

/** A row whose end is recorded is not sending any more, even while its relay has yet to let go of it. */
const isOpen = ({ status }: NotificationRow): boolean =>
  status === 'pending' || status === 'deferred';
