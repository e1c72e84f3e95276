import { ApiProperty } from '@nestjs/swagger';

import { NOTICE_KINDS } from '../../../domain/notice/dispatch.js';
import type { NoticeKind } from '../../../domain/notice/dispatch.js';
import { BANNER_STATES } from '../../../projections/banner/banner.projection.js';
import type { BannerState } from '../../../projections/banner/banner.projection.js';
import type { TargetBanner } from '../../../projections/banner/banner.queries.js';
import { ActionListItemResponse } from '../action/action-reads.response.js';
import { ActionTargetResponse } from '../action/target-row.response.js';
import { TargetResponse } from '../directory/target.request.js';

export class BannerResponse {
  @ApiProperty({ description: 'Id of the action.' })
  readonly actionId!: string;

  @ApiProperty({ description: 'Stage of the target.' })
  readonly stage!: number;

  @ApiProperty({ description: 'What it says.', enum: BANNER_STATES })
  readonly state!: BannerState;

  @ApiProperty({ description: 'Start that is promised.', format: 'date-time' })
  readonly startsAt!: string;

  @ApiProperty({ description: 'Latest message.', enum: NOTICE_KINDS, nullable: true })
  readonly kind!: NoticeKind | null;

  @ApiProperty({
    description: 'When the last message was shown.',
    type: String,
    format: 'date-time',
    nullable: true,
  })
  readonly shownAt!: string | null;

  @ApiProperty({
    description: 'When what it speaks of ended.',
    type: String,
    format: 'date-time',
    nullable: true,
  })
  readonly endedAt!: string | null;
}

export class LiveActionResponse {
  @ApiProperty({ description: 'The action.', type: ActionListItemResponse })
  readonly action!: ActionListItemResponse;

  @ApiProperty({ description: 'The target under it.', type: ActionTargetResponse })
  readonly target!: ActionTargetResponse;
}

export class TargetStatusResponse {
  @ApiProperty({ description: 'What the directory knows.', type: TargetResponse })
  readonly target!: TargetResponse;

  @ApiProperty({
    description: 'The live action that holds the target; null: none does.',
    type: LiveActionResponse,
    nullable: true,
  })
  readonly live!: LiveActionResponse | null;

  @ApiProperty({
    description: 'Banners that were not dismissed, the soonest first; at most 100.',
    type: [BannerResponse],
  })
  readonly banners!: readonly BannerResponse[];
}

export class DismissedResponse {
  @ApiProperty({ description: 'False when there is no such banner, or it was dismissed before.' })
  readonly dismissed!: boolean;
}

export const bannerResponseOf = (banner: TargetBanner): BannerResponse => ({
  actionId: banner.actionId,
  stage: banner.stage,
  state: banner.state,
  startsAt: banner.startsAt,
  kind: banner.kind,
  shownAt: banner.shownAt,
  endedAt: banner.endedAt,
});
