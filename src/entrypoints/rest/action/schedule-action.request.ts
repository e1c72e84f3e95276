import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsIn,
  IsNumber,
  IsObject,
  IsString,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';

import { ACTION_TYPES } from '../../../domain/action/action.events.js';
import type { ActionType } from '../../../domain/action/action.events.js';
import { CHANNELS } from '../../../domain/notice/dispatch.js';
import type { ChannelName } from '../../../domain/notice/dispatch.js';
import { IsLabels, IsTargetType, IsVersionName, MaySkip } from '../directory/directory-fields.js';
import { IsCount, IsId, IsText, IsZone } from '../validation/fields.js';
import {
  AreDurations,
  BODY_CHARS_MAX,
  IsDuration,
  LEADS_MAX,
  REASON_CHARS_MAX,
  STAGES_MAX,
  SUBJECT_CHARS_MAX,
  TARGET_IDS_MAX,
  VERSION_CHARS_MAX,
} from './action-fields.js';

const DAY_MS = 86_400_000;
const YEAR_MS = 366 * DAY_MS;

export class ParametersRequest {
  @ApiPropertyOptional({
    description: 'Version to change to; only and always for `version_change`.',
    maxLength: VERSION_CHARS_MAX,
  })
  @MaySkip()
  @IsVersionName()
  readonly targetVersion?: string;

  @ApiPropertyOptional({ description: 'Lift pins that stand in the way.', default: false })
  @MaySkip()
  @IsBoolean()
  readonly overridePins?: boolean;
}

export class TargetQueryPart {
  @ApiPropertyOptional({
    description: 'Labels that targets must have.',
    type: 'object',
    additionalProperties: { type: 'string' },
  })
  @MaySkip()
  @IsLabels()
  readonly labels?: Readonly<Record<string, string>>;

  @ApiPropertyOptional({ description: 'Type that targets must be of.' })
  @MaySkip()
  @IsTargetType()
  readonly type?: string;

  @ApiPropertyOptional({ description: 'Only targets on an older version than this.' })
  @MaySkip()
  @IsVersionName()
  readonly versionBelow?: string;
}

export class TargetsRequest {
  @ApiPropertyOptional({
    description: 'Ids; repeats are merged. Either this or `query`.',
    type: [String],
  })
  @MaySkip()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(TARGET_IDS_MAX)
  @IsId({ each: true })
  readonly ids?: readonly string[];

  @ApiPropertyOptional({ description: 'All active targets that match.', type: TargetQueryPart })
  @MaySkip()
  @IsObject()
  @ValidateNested()
  @Type(() => TargetQueryPart)
  readonly query?: TargetQueryPart;
}

export class StageRequest {
  @ApiProperty({
    description: 'Share of all targets; the last stage takes the rest.',
    maximum: 100,
  })
  @IsNumber({ maxDecimalPlaces: 3 })
  @Min(0.001)
  @Max(100)
  readonly percent!: number;

  @ApiProperty({ description: 'ISO 8601 duration behind `runAt`.', example: 'PT1H' })
  @IsDuration(0, YEAR_MS)
  readonly after!: string;
}

export class RolloutRequest {
  @ApiProperty({ description: 'Share of each stage.', maximum: 100 })
  @IsNumber({ maxDecimalPlaces: 3 })
  @Min(1)
  @Max(100)
  readonly percent!: number;

  @ApiProperty({ description: 'ISO 8601 duration between stages.', example: 'PT1H' })
  @IsDuration(0, YEAR_MS)
  readonly interval!: string;
}

export class NoticeRequest {
  @ApiPropertyOptional({
    description: 'ISO 8601 durations before `runAt` at which notices are due.',
    type: [String],
    example: ['PT24H', 'PT1H'],
  })
  @MaySkip()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(LEADS_MAX)
  @ArrayUnique()
  @AreDurations(0, YEAR_MS)
  readonly leads?: readonly string[];

  @ApiPropertyOptional({
    description: 'All configured ones by default.',
    enum: CHANNELS,
    isArray: true,
  })
  @MaySkip()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayUnique()
  @IsIn(CHANNELS, { each: true })
  readonly channels?: readonly ChannelName[];

  @ApiPropertyOptional({
    description: 'Replaces the subject of notices.',
    maxLength: SUBJECT_CHARS_MAX,
  })
  @MaySkip()
  @IsText({ max: SUBJECT_CHARS_MAX })
  readonly subject?: string;

  @ApiPropertyOptional({ description: 'Replaces the text of notices.', maxLength: BODY_CHARS_MAX })
  @MaySkip()
  @IsText({ max: BODY_CHARS_MAX, lines: true })
  readonly body?: string;

  @ApiPropertyOptional({ description: 'Also tell that the change was applied.', default: false })
  @MaySkip()
  @IsBoolean()
  readonly tellCompleted?: boolean;
}

export class ExecutionRequest {
  @ApiPropertyOptional({ description: 'Attempts per target.', minimum: 1, maximum: 20 })
  @MaySkip()
  @IsCount(1, 20)
  readonly attemptsMax?: number;

  @ApiPropertyOptional({ description: 'ISO 8601 duration before the second attempt.' })
  @MaySkip()
  @IsDuration(0, DAY_MS)
  readonly retryDelay?: string;

  @ApiPropertyOptional({ description: 'What an expired lease means.', enum: ['retry', 'fail'] })
  @MaySkip()
  @IsIn(['retry', 'fail'])
  readonly onExpiry?: 'retry' | 'fail';
}

export class PreviewActionRequest {
  @ApiProperty({ description: 'What is to be done.', enum: ACTION_TYPES })
  @IsIn(ACTION_TYPES)
  readonly type!: ActionType;

  @ApiPropertyOptional({ description: 'Parameters of the type.', type: ParametersRequest })
  @MaySkip()
  @IsObject()
  @ValidateNested()
  @Type(() => ParametersRequest)
  readonly parameters?: ParametersRequest;

  @ApiProperty({ description: 'Whom it is for.', type: TargetsRequest })
  @IsObject()
  @ValidateNested()
  @Type(() => TargetsRequest)
  readonly targets!: TargetsRequest;

  @ApiProperty({
    description:
      'RFC 3339 time of the first stage, or a local time as the clocks of `zone` show it.',
    example: '2030-05-01T22:00:00Z',
  })
  @IsString()
  @MaxLength(64)
  readonly runAt!: string;

  @ApiPropertyOptional({ description: 'IANA zone in which the times are meant.', default: 'UTC' })
  @MaySkip()
  @IsZone()
  readonly zone?: string;

  @ApiPropertyOptional({
    description: 'Stages one by one. Not with `rollout`.',
    type: [StageRequest],
  })
  @MaySkip()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(STAGES_MAX)
  // Nested lists would be looked into, and an empty one would pass.
  @IsObject({ each: true })
  @ValidateNested({ each: true })
  @Type(() => StageRequest)
  readonly stages?: readonly StageRequest[];

  @ApiPropertyOptional({
    description: 'Stages of equal size. Not with `stages`.',
    type: RolloutRequest,
  })
  @MaySkip()
  @IsObject()
  @ValidateNested()
  @Type(() => RolloutRequest)
  readonly rollout?: RolloutRequest;

  @ApiPropertyOptional({ description: 'Chooses who comes first.', default: '', maxLength: 64 })
  @MaySkip()
  @IsText({ min: 0, max: 64 })
  readonly seed?: string;
}

export class ScheduleActionRequest extends PreviewActionRequest {
  @ApiPropertyOptional({ description: 'False: nobody is told anything.', default: true })
  @MaySkip()
  @IsBoolean()
  readonly notify?: boolean;

  @ApiPropertyOptional({ description: 'How people are told.', type: NoticeRequest })
  @MaySkip()
  @IsObject()
  @ValidateNested()
  @Type(() => NoticeRequest)
  readonly notice?: NoticeRequest;

  @ApiPropertyOptional({ description: 'Overrides of the installation.', type: ExecutionRequest })
  @MaySkip()
  @IsObject()
  @ValidateNested()
  @Type(() => ExecutionRequest)
  readonly execution?: ExecutionRequest;

  @ApiPropertyOptional({ description: 'Why.', maxLength: REASON_CHARS_MAX })
  @MaySkip()
  @IsText({ max: REASON_CHARS_MAX, lines: true })
  readonly reason?: string;

  @ApiPropertyOptional({
    description: '`planHash` of a preview: refused if the fleet has changed.',
  })
  @MaySkip()
  @IsString()
  @MaxLength(64)
  readonly planHash?: string;
}
