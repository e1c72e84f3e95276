import { ApiProperty } from '@nestjs/swagger';

import { NOTICE_KINDS } from '../../../domain/notice/dispatch.js';
import type { NoticeKind } from '../../../domain/notice/dispatch.js';
import type { Message } from '../../../domain/notice/message.js';
import type { InboxMessage } from '../../../projections/inbox/inbox.queries.js';

const TEXT_OR_NULL = { type: String, nullable: true } as const;
const INSTANT_OR_NULL = { ...TEXT_OR_NULL, format: 'date-time' } as const;

export class InboxMessageResponse {
  @ApiProperty({ description: 'Id of the dispatch.', format: 'uuid' })
  readonly dispatchId!: string;

  @ApiProperty({ description: 'Id of the action.' })
  readonly actionId!: string;

  @ApiProperty({ description: 'Id of the target.' })
  readonly targetId!: string;

  @ApiProperty({ description: 'What it tells.', enum: NOTICE_KINDS })
  readonly kind!: NoticeKind;

  @ApiProperty({
    description: "Subject in the recipient's language; null when what it was about is unknown.",
    ...TEXT_OR_NULL,
  })
  readonly subject!: string | null;

  @ApiProperty({
    description: "Plain text in the recipient's language, with times in their zone.",
    ...TEXT_OR_NULL,
  })
  readonly text!: string | null;

  @ApiProperty({ description: 'Start that it tells.', ...INSTANT_OR_NULL })
  readonly startsAt!: string | null;

  @ApiProperty({ description: 'Start that was told before.', ...INSTANT_OR_NULL })
  readonly previousStartsAt!: string | null;

  @ApiProperty({ description: 'When it was delivered.', ...INSTANT_OR_NULL })
  readonly sentAt!: string | null;

  @ApiProperty({ description: 'When it was first read.', ...INSTANT_OR_NULL })
  readonly readAt!: string | null;
}

export class InboxPageResponse {
  @ApiProperty({ description: 'Messages, the newest first.', type: [InboxMessageResponse] })
  readonly items!: readonly InboxMessageResponse[];

  @ApiProperty({ description: 'Null on the last page.', ...TEXT_OR_NULL })
  readonly nextCursor!: string | null;

  @ApiProperty({ description: 'How many messages were not read yet, on all pages.' })
  readonly unreadCount!: number;
}

export class FlaggedResponse {
  @ApiProperty({ description: 'How many messages this changed; 0 when it was done before.' })
  readonly changed!: number;
}

export const inboxMessageOf = (
  row: InboxMessage,
  message: Message | undefined,
): InboxMessageResponse => ({
  dispatchId: row.dispatchId,
  actionId: row.actionId,
  targetId: row.targetId,
  kind: row.kind,
  subject: message?.subject ?? null,
  text: message?.text ?? null,
  startsAt: row.startsAt,
  previousStartsAt: row.previousStartsAt,
  sentAt: row.sentAt,
  readAt: row.readAt,
});
