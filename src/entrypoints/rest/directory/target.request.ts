import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';

import type { TargetFacts } from '../../../application/ports/directory.port.js';
import type { Lifecycle } from '../../../domain/directory/directory.events.js';
import { PageQuery } from '../paging/page.query.js';
import { IsId, IsText, QueryList } from '../validation/fields.js';
import {
  AreLabelConditions,
  IsLabels,
  IsTargetType,
  IsVersionName,
  MaySkip,
  NAME_CHARS_MAX,
  VERSION_CHARS_MAX,
} from './directory-fields.js';

const LIFECYCLES = ['active', 'destroyed'] as const satisfies readonly Lifecycle[];

/** A field that is left out stays as it is; for a new target it gets its default. */
export class TargetRequest {
  @ApiPropertyOptional({
    description: 'Name for people; the id by default.',
    maxLength: NAME_CHARS_MAX,
  })
  @MaySkip()
  @IsText({ max: NAME_CHARS_MAX })
  readonly name?: string;

  @ApiPropertyOptional({
    description: 'What it is: instance, workspace, tenant …',
    default: 'target',
  })
  @MaySkip()
  @IsTargetType()
  readonly type?: string;

  @ApiPropertyOptional({
    description:
      'Id of the recipient who is told; null for nobody. Need not be in the directory yet.',
    type: String,
    nullable: true,
  })
  @IsOptional()
  @IsId()
  readonly ownerId?: string | null;

  @ApiPropertyOptional({
    description:
      'All labels of the target: up to 32 pairs, keys up to 63 characters, values up to 255.',
    type: 'object',
    additionalProperties: { type: 'string' },
  })
  @MaySkip()
  @IsLabels()
  readonly labels?: Readonly<Record<string, string>>;

  @ApiPropertyOptional({
    description: 'Whether it still exists.',
    enum: LIFECYCLES,
    default: 'active',
  })
  @MaySkip()
  @IsIn(LIFECYCLES)
  readonly lifecycle?: Lifecycle;

  @ApiPropertyOptional({
    description: 'The version that it runs; null when unknown.',
    type: String,
    maxLength: VERSION_CHARS_MAX,
    nullable: true,
  })
  @IsOptional()
  @IsVersionName()
  readonly version?: string | null;

  @ApiPropertyOptional({
    description: 'The version that its owner wants kept; null for none.',
    type: String,
    maxLength: VERSION_CHARS_MAX,
    nullable: true,
  })
  @IsOptional()
  @IsVersionName()
  readonly pin?: string | null;
}

export class TargetResponse {
  @ApiProperty({ description: 'Id of the target.' })
  readonly targetId!: string;

  @ApiProperty({ description: 'Name for people.' })
  readonly name!: string;

  @ApiProperty({ description: 'What it is.' })
  readonly type!: string;

  @ApiProperty({ description: 'Who is told, or null.', type: String, nullable: true })
  readonly ownerId!: string | null;

  @ApiProperty({
    description: 'Labels.',
    type: 'object',
    additionalProperties: { type: 'string' },
  })
  readonly labels!: Readonly<Record<string, string>>;

  @ApiProperty({ description: 'Whether it still exists.', enum: LIFECYCLES })
  readonly lifecycle!: Lifecycle;

  @ApiProperty({ description: 'The version that it runs.', type: String, nullable: true })
  readonly version!: string | null;

  @ApiProperty({ description: 'The version to keep.', type: String, nullable: true })
  readonly pin!: string | null;

  @ApiProperty({
    description: 'Number of recorded changes of owner, lifecycle, version or pin, from 0.',
  })
  readonly revision!: number;
}

/** Field by field, so that a new fact is not published by accident. */
export const targetOf = (target: TargetFacts): TargetResponse => ({
  targetId: target.targetId,
  name: target.name,
  type: target.type,
  ownerId: target.ownerId,
  labels: target.labels,
  lifecycle: target.lifecycle,
  version: target.version,
  pin: target.pin,
  revision: target.revision,
});

export class TargetPageResponse {
  @ApiProperty({ description: 'Targets in the order of their ids.', type: [TargetResponse] })
  readonly items!: readonly TargetResponse[];

  @ApiProperty({ description: 'Null on the last page.', type: String, nullable: true })
  readonly nextCursor!: string | null;
}

export class TargetQueryRequest extends PageQuery {
  @ApiPropertyOptional({
    description: 'A label that the target must have, as `key=value`; may come more than once.',
    type: [String],
  })
  @QueryList()
  @AreLabelConditions()
  readonly label?: readonly string[];

  @ApiPropertyOptional({ description: 'Only of this type.' })
  @MaySkip()
  @IsTargetType()
  readonly type?: string;

  @ApiPropertyOptional({ description: 'Only of this owner.' })
  @MaySkip()
  @IsId()
  readonly ownerId?: string;

  @ApiPropertyOptional({ description: 'Only active or only destroyed ones.', enum: LIFECYCLES })
  @MaySkip()
  @IsIn(LIFECYCLES)
  readonly lifecycle?: Lifecycle;

  @ApiPropertyOptional({ description: 'Only those that run this version.' })
  @MaySkip()
  @IsVersionName()
  readonly version?: string;
}
