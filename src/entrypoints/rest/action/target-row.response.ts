import { ApiProperty } from '@nestjs/swagger';

import type { TargetStatusRow } from '../../../projections/target-status/target-status.projection.js';
import { TARGET_STATUSES } from './action-reads.request.js';

const TEXT_OR_NULL = { type: String, nullable: true } as const;
const INSTANT_OR_NULL = { ...TEXT_OR_NULL, format: 'date-time' } as const;

export class ActionTargetResponse {
  @ApiProperty({ description: 'Id of the action.' })
  readonly actionId!: string;

  @ApiProperty({ description: 'Id of the target.' })
  readonly targetId!: string;

  @ApiProperty({ description: 'Stage, from 0.' })
  readonly stage!: number;

  @ApiProperty({ description: 'Status.', enum: TARGET_STATUSES })
  readonly status!: string;

  @ApiProperty({ description: 'Owner when it was scheduled.', ...TEXT_OR_NULL })
  readonly ownerId!: string | null;

  @ApiProperty({ description: 'Version when it was scheduled.', ...TEXT_OR_NULL })
  readonly sourceVersion!: string | null;

  @ApiProperty({ description: 'The time that is promised now.', ...INSTANT_OR_NULL })
  readonly scheduledAt!: string | null;

  @ApiProperty({ description: 'Number of changes to its schedule.' })
  readonly revision!: number;

  @ApiProperty({ description: 'Attempts so far.' })
  readonly attempt!: number;

  @ApiProperty({ description: 'Fence of the last claim.', type: Number, nullable: true })
  readonly fence!: number | null;

  @ApiProperty({ description: 'Who is at work on it.', ...TEXT_OR_NULL })
  readonly holder!: string | null;

  @ApiProperty({ description: 'A failed attempt is repeated from here on.', ...INSTANT_OR_NULL })
  readonly retryAt!: string | null;

  @ApiProperty({
    description: 'Code of why the last attempt or the outcome is what it is; null for `applied`.',
    ...TEXT_OR_NULL,
  })
  readonly reason!: string | null;

  @ApiProperty({ description: 'When it was called off.', ...INSTANT_OR_NULL })
  readonly calledOffAt!: string | null;

  @ApiProperty({ description: 'When the last attempt was claimed.', ...INSTANT_OR_NULL })
  readonly claimedAt!: string | null;

  @ApiProperty({ description: 'When the executor began.', ...INSTANT_OR_NULL })
  readonly startedAt!: string | null;

  @ApiProperty({ description: 'When it ended.', ...INSTANT_OR_NULL })
  readonly endedAt!: string | null;
}

export class ActionTargetPageResponse {
  @ApiProperty({ description: 'Targets in the order of their ids.', type: [ActionTargetResponse] })
  readonly items!: readonly ActionTargetResponse[];

  @ApiProperty({ description: 'Null on the last page.', type: String, nullable: true })
  readonly nextCursor!: string | null;
}

/** Field by field, so that a new column of the table is not published by accident. */
export const targetResponseOf = (row: TargetStatusRow): ActionTargetResponse => ({
  actionId: row.actionId,
  targetId: row.targetId,
  stage: row.stage,
  status: row.status,
  ownerId: row.ownerId,
  sourceVersion: row.sourceVersion,
  scheduledAt: row.scheduledAt,
  revision: row.revision,
  attempt: row.attempt,
  fence: row.fence,
  holder: row.holder,
  retryAt: row.retryAt,
  reason: row.reason,
  calledOffAt: row.calledOffAt,
  claimedAt: row.claimedAt,
  startedAt: row.startedAt,
  endedAt: row.endedAt,
});
