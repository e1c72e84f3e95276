import { ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, IsIn } from 'class-validator';

import { ACTION_TYPES } from '../../../domain/action/action.events.js';
import type { ActionType } from '../../../domain/action/action.events.js';
import type { ActionRowStatus } from '../../../projections/action-summary/action-summary.projection.js';
import type { TargetRowStatus } from '../../../projections/target-status/target-status.projection.js';
import { MaySkip } from '../directory/directory-fields.js';
import { PageQuery } from '../paging/page.query.js';
import { IsId, IsInstant, QueryCount, QueryList } from '../validation/fields.js';
import { STAGES_MAX } from './action-fields.js';

export const ACTION_STATUSES = [
  'scheduled',
  'running',
  'paused',
  'cancelling',
  'completed',
  'failed',
  'cancelled',
] as const satisfies readonly ActionRowStatus[];

export const TARGET_STATUSES = [
  'pending',
  'running',
  'applied',
  'skipped',
  'failed',
  'cancelled',
] as const satisfies readonly TargetRowStatus[];

const ACTION_SORTS = ['newest', 'soonest'] as const;

export class ActionsQueryRequest extends PageQuery {
  @ApiPropertyOptional({
    description: 'Only in one of these statuses; may come more than once.',
    enum: ACTION_STATUSES,
    isArray: true,
  })
  @QueryList()
  @ArrayMaxSize(ACTION_STATUSES.length)
  @IsIn(ACTION_STATUSES, { each: true })
  readonly status?: readonly ActionRowStatus[];

  @ApiPropertyOptional({ description: 'Only of this type.', enum: ACTION_TYPES })
  @MaySkip()
  @IsIn(ACTION_TYPES)
  readonly type?: ActionType;

  @ApiPropertyOptional({ description: 'Only actions over this target.' })
  @MaySkip()
  @IsId()
  readonly targetId?: string;

  @ApiPropertyOptional({
    description: 'Only with a first stage at or behind this time.',
    format: 'date-time',
  })
  @MaySkip()
  @IsInstant()
  readonly runAtFrom?: string;

  @ApiPropertyOptional({
    description: 'Only with a first stage before this time.',
    format: 'date-time',
  })
  @MaySkip()
  @IsInstant()
  readonly runAtBefore?: string;

  @ApiPropertyOptional({
    description: '`newest`: last scheduled first. `soonest`: by the time of the first stage.',
    enum: ACTION_SORTS,
    default: 'newest',
  })
  @IsIn(ACTION_SORTS)
  readonly sort: (typeof ACTION_SORTS)[number] = 'newest';
}

export class ActionTargetsQueryRequest extends PageQuery {
  @ApiPropertyOptional({
    description: 'Only in one of these statuses; may come more than once.',
    enum: TARGET_STATUSES,
    isArray: true,
  })
  @QueryList()
  @ArrayMaxSize(TARGET_STATUSES.length)
  @IsIn(TARGET_STATUSES, { each: true })
  readonly status?: readonly TargetRowStatus[];

  @ApiPropertyOptional({
    description: 'Only of this stage.',
    type: 'integer',
    minimum: 0,
    maximum: STAGES_MAX - 1,
  })
  @MaySkip()
  @QueryCount(0, STAGES_MAX - 1)
  readonly stage?: number;
}
