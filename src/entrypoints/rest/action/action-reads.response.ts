import { ApiExtraModels, ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

import { ACTION_TYPES } from '../../../domain/action/action.events.js';
import type { ActionType } from '../../../domain/action/action.events.js';
import { CHANNELS } from '../../../domain/notice/dispatch.js';
import type { ChannelName } from '../../../domain/notice/dispatch.js';
import { ACTION_STATUSES } from './action-reads.request.js';
import { CountersResponse, StageResponse } from './action.response.js';

const INSTANT_OR_NULL = { type: String, format: 'date-time', nullable: true } as const;

export class ActionParametersResponse {
  @ApiPropertyOptional({ description: 'Version to change to, for `version_change`.' })
  readonly targetVersion?: string;

  @ApiPropertyOptional({ description: 'Whether pins are lifted, for `version_change`.' })
  readonly overridePins?: boolean;
}

export class ActionListItemResponse {
  @ApiProperty({ description: 'Id of the action.' })
  readonly actionId!: string;

  @ApiProperty({ description: 'What is done.', enum: ACTION_TYPES })
  readonly type!: ActionType;

  @ApiProperty({ description: 'Parameters of the type.', type: ActionParametersResponse })
  readonly parameters!: ActionParametersResponse;

  @ApiProperty({ description: 'Status.', enum: ACTION_STATUSES })
  readonly status!: string;

  @ApiProperty({ description: 'Not before this time: the first stage.', format: 'date-time' })
  readonly runAt!: string;

  @ApiProperty({ description: 'IANA zone in which its times were meant.' })
  readonly zone!: string;

  @ApiProperty({ description: 'Number of changes to its schedule.' })
  readonly revision!: number;

  @ApiProperty({ description: 'How many stages it has.' })
  readonly stageCount!: number;

  @ApiProperty({ description: 'Targets by status.', type: CountersResponse })
  readonly counters!: CountersResponse;

  @ApiProperty({ description: 'Who scheduled it.', example: 'user:ann' })
  readonly scheduledBy!: string;

  @ApiProperty({ description: 'When it was scheduled.', format: 'date-time' })
  readonly createdAt!: string;

  @ApiProperty({ description: 'Last change to the action as a whole.', format: 'date-time' })
  readonly updatedAt!: string;

  @ApiProperty({ description: 'When it ended.', ...INSTANT_OR_NULL })
  readonly endedAt!: string | null;
}

export class ActionPageResponse {
  @ApiProperty({ description: 'Actions in the order of `sort`.', type: [ActionListItemResponse] })
  readonly items!: readonly ActionListItemResponse[];

  @ApiProperty({ description: 'Null on the last page.', type: String, nullable: true })
  readonly nextCursor!: string | null;
}

export class ActionStageResponse extends StageResponse {
  @ApiProperty({ description: 'Number of the change that set its time.' })
  readonly revision!: number;

  @ApiProperty({ description: 'Since when its targets may be claimed.', ...INSTANT_OR_NULL })
  readonly openedAt!: string | null;
}

export class NoticePolicyResponse {
  @ApiProperty({
    description: 'ISO 8601 durations before the start at which notices are due.',
    type: [String],
    example: ['PT24H'],
  })
  readonly leads!: readonly string[];

  @ApiProperty({ description: 'Channels.', enum: CHANNELS, isArray: true })
  readonly channels!: readonly ChannelName[];

  @ApiProperty({ description: 'Whether recipients also hear that it was applied.' })
  readonly tellCompleted!: boolean;

  @ApiProperty({
    description: 'Subject that the admin wrote; null for ours, or if it was erased.',
    type: String,
    nullable: true,
  })
  readonly subject!: string | null;

  @ApiProperty({
    description: 'Text that the admin wrote; null for ours, or if it was erased.',
    type: String,
    nullable: true,
  })
  readonly body!: string | null;
}

export class ExecutionPolicyResponse {
  @ApiProperty({ description: 'Attempts per target.' })
  readonly attemptsMax!: number;

  @ApiProperty({ description: 'ISO 8601 duration before the second attempt.', example: 'PT30S' })
  readonly retryDelay!: string;

  @ApiProperty({ description: 'What an expired lease means.', enum: ['retry', 'fail'] })
  readonly onExpiry!: 'retry' | 'fail';
}

@ApiExtraModels(NoticePolicyResponse)
export class ActionResponse extends ActionListItemResponse {
  @ApiProperty({ description: 'Edit version: the ETag, and the `If-Match` of the next write.' })
  readonly version!: number;

  @ApiProperty({ description: 'Stages.', type: [ActionStageResponse] })
  readonly stages!: readonly ActionStageResponse[];

  @ApiProperty({
    description: 'Why it was scheduled; null for no reason, or if it was erased.',
    type: String,
    nullable: true,
  })
  readonly reason!: string | null;

  @ApiProperty({ description: 'Why it was called off.', type: String, nullable: true })
  readonly cancelReason!: string | null;

  @ApiProperty({ description: 'Why it was last rescheduled.', type: String, nullable: true })
  readonly rescheduleReason!: string | null;

  @ApiProperty({ description: 'Selected targets that were destroyed already: left out.' })
  readonly destroyedTargetCount!: number;

  @ApiProperty({
    description: 'How people are told; null: nobody is.',
    type: NoticePolicyResponse,
    nullable: true,
  })
  readonly notice!: NoticePolicyResponse | null;

  @ApiProperty({ description: 'How it is carried out.', type: ExecutionPolicyResponse })
  readonly execution!: ExecutionPolicyResponse;
}

export class PercentilesResponse {
  @ApiProperty({ description: 'How many were measured.' })
  readonly count!: number;

  @ApiProperty({ description: 'Median, in milliseconds.', type: Number, nullable: true })
  readonly p50!: number | null;

  @ApiProperty({ description: '95th percentile, in milliseconds.', type: Number, nullable: true })
  readonly p95!: number | null;

  @ApiProperty({ description: '99th percentile, in milliseconds.', type: Number, nullable: true })
  readonly p99!: number | null;

  @ApiProperty({ description: 'Largest, in milliseconds.', type: Number, nullable: true })
  readonly max!: number | null;
}

export class LatenessResponse {
  @ApiProperty({ description: 'From the promised time to the claim.', type: PercentilesResponse })
  readonly claim!: PercentilesResponse;

  @ApiProperty({ description: 'From the claim to the outcome.', type: PercentilesResponse })
  readonly work!: PercentilesResponse;
}
