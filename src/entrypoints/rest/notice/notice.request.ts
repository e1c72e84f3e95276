import { ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, IsIn } from 'class-validator';

import { CHANNELS, NOTICE_KINDS } from '../../../domain/notice/dispatch.js';
import type { ChannelName, NoticeKind } from '../../../domain/notice/dispatch.js';
import { MaySkip } from '../directory/directory-fields.js';
import { PageQuery } from '../paging/page.query.js';
import { IsId, QueryList } from '../validation/fields.js';
import { NOTICE_STATUSES } from './notice.response.js';
import type { NoticeStatus } from './notice.response.js';

/** Filters of the notices of one action. */
export class ActionNoticesQueryRequest extends PageQuery {
  @ApiPropertyOptional({ description: 'Only about this target.' })
  @MaySkip()
  @IsId()
  readonly targetId?: string;

  @ApiPropertyOptional({ description: 'Only to this recipient.' })
  @MaySkip()
  @IsId()
  readonly recipientId?: string;

  @ApiPropertyOptional({ description: 'Only on this channel.', enum: CHANNELS })
  @MaySkip()
  @IsIn(CHANNELS)
  readonly channel?: ChannelName;

  @ApiPropertyOptional({ description: 'Only of this kind.', enum: NOTICE_KINDS })
  @MaySkip()
  @IsIn(NOTICE_KINDS)
  readonly kind?: NoticeKind;

  @ApiPropertyOptional({
    description:
      'Only in one of these statuses; may come more than once. `sending` is looked up live, so with it, or with `pending` or `deferred`, a page may be short of its limit though another follows.',
    enum: NOTICE_STATUSES,
    isArray: true,
  })
  @QueryList()
  @ArrayMaxSize(NOTICE_STATUSES.length)
  @IsIn(NOTICE_STATUSES, { each: true })
  readonly status?: readonly NoticeStatus[];
}

export class NoticesQueryRequest extends ActionNoticesQueryRequest {
  @ApiPropertyOptional({ description: 'Only of this action.' })
  @MaySkip()
  @IsId()
  readonly actionId?: string;
}
