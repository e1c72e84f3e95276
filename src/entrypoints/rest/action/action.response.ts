import { ApiProperty } from '@nestjs/swagger';

import type { PreparedPlan } from '../../../application/action/plan-request.js';
import { actionStatus } from '../../../domain/action/action.state.js';
import type { ActionState } from '../../../domain/action/action.state.js';

const STATUSES = [
  'scheduled',
  'running',
  'paused',
  'cancelling',
  'completed',
  'failed',
  'cancelled',
] as const;

export class StageResponse {
  @ApiProperty({ description: 'Number of the stage, from 0.' })
  readonly stage!: number;

  @ApiProperty({ description: 'Not before this time.', format: 'date-time' })
  readonly runAt!: string;

  @ApiProperty({ description: 'How many targets it has.' })
  readonly targetCount!: number;
}

export class CountersResponse {
  @ApiProperty({ description: 'All targets: the sum of the others.' })
  readonly total!: number;

  @ApiProperty({ description: 'Waiting, for their time or for another attempt.' })
  readonly pending!: number;

  @ApiProperty({ description: 'Claimed by somebody who is at work.' })
  readonly running!: number;

  @ApiProperty({ description: 'Changed, confirmed.' })
  readonly applied!: number;

  @ApiProperty({ description: 'Left as they were, for a reason.' })
  readonly skipped!: number;

  @ApiProperty({ description: 'Not changed after the last attempt.' })
  readonly failed!: number;

  @ApiProperty({ description: 'Called off before anybody claimed them.' })
  readonly cancelled!: number;
}

/** The answer to a write on an action. */
export class ActionWrittenResponse {
  @ApiProperty({ description: 'Id of the action.' })
  readonly actionId!: string;

  @ApiProperty({ description: 'Status behind this write.', enum: STATUSES })
  readonly status!: string;

  @ApiProperty({ description: 'Edit version behind this write: the ETag for the next one.' })
  readonly version!: number;

  @ApiProperty({ description: 'Log position behind which the answer holds, for `atLeast`.' })
  readonly position!: string;

  @ApiProperty({ description: 'Targets by status.', type: CountersResponse })
  readonly counters!: CountersResponse;

  @ApiProperty({ description: 'Stages.', type: [StageResponse] })
  readonly stages!: readonly StageResponse[];
}

export class ActionScheduledResponse extends ActionWrittenResponse {
  @ApiProperty({ description: 'Selected targets that are destroyed: left out.', type: [String] })
  readonly destroyedTargetIds!: readonly string[];
}

export class NoticesAtCancelResponse {
  @ApiProperty({ description: 'Notices that were waiting and will not go out.' })
  readonly withdrawn!: number;

  @ApiProperty({
    description: 'Notices inside a send: they may still arrive and are corrected then.',
  })
  readonly inFlight!: number;

  @ApiProperty({
    description: 'Told recipients (per target and channel) who will hear that it is off.',
  })
  readonly told!: number;
}

export class TooLateTargetResponse {
  @ApiProperty({ description: 'Id of the target.' })
  readonly targetId!: string;

  @ApiProperty({
    description: 'How it ended, or `running`: judged by its outcome.',
    enum: ['running', 'applied', 'skipped', 'failed'],
  })
  readonly status!: string;
}

export class ActionCancelledResponse extends ActionWrittenResponse {
  @ApiProperty({ description: 'Targets that are cancelled by now, up to 1,000.', type: [String] })
  readonly cancelledTargetIds!: readonly string[];

  @ApiProperty({
    description: 'Targets that it came too late for, up to 1,000.',
    type: [TooLateTargetResponse],
  })
  readonly tooLate!: readonly TooLateTargetResponse[];

  @ApiProperty({ description: 'What becomes of notices.', type: NoticesAtCancelResponse })
  readonly notices!: NoticesAtCancelResponse;
}

export class TargetCancelledResponse extends ActionWrittenResponse {
  @ApiProperty({ description: 'Id of the target.' })
  readonly targetId!: string;

  @ApiProperty({
    description: '`cancelled`, or `running`: judged by its outcome.',
    enum: ['cancelled', 'running'],
  })
  readonly targetStatus!: string;
}

export class BusyTargetResponse {
  @ApiProperty({ description: 'Id of the target.' })
  readonly targetId!: string;

  @ApiProperty({ description: 'Live action that holds it.' })
  readonly actionId!: string;
}

export class TargetGroupResponse {
  @ApiProperty({ description: 'How many.' })
  readonly count!: number;

  @ApiProperty({ description: 'Which, up to 1,000.', type: [String] })
  readonly targetIds!: readonly string[];
}

export class PreviewResponse {
  @ApiProperty({ description: 'Targets that would be scheduled and that nobody else holds.' })
  readonly eligible!: TargetGroupResponse;

  @ApiProperty({ description: 'Held by other live actions.', type: [BusyTargetResponse] })
  readonly busy!: readonly BusyTargetResponse[];

  @ApiProperty({ description: 'Pinned to another version.' })
  readonly pinned!: TargetGroupResponse;

  @ApiProperty({ description: 'On the version already.' })
  readonly alreadyOnVersion!: TargetGroupResponse;

  @ApiProperty({ description: 'Destroyed: left out.' })
  readonly destroyed!: TargetGroupResponse;

  @ApiProperty({ description: 'Under a freeze.' })
  readonly frozen!: TargetGroupResponse;

  @ApiProperty({ description: 'Without an owner: nobody can be told.' })
  readonly ownerUnknown!: TargetGroupResponse;

  @ApiProperty({ description: 'Stages.', type: [StageResponse] })
  readonly stages!: readonly StageResponse[];

  @ApiProperty({ description: 'Send it when you schedule: refused if the fleet has changed.' })
  readonly planHash!: string;
}

export const TARGETS_LISTED_MAX = 1_000;

/** The answer as plain data, to be extended by what a single route adds. */
type Written = Pick<ActionWrittenResponse, keyof ActionWrittenResponse>;

export const writtenOf = (actionId: string, state: ActionState, position: bigint): Written => ({
  actionId,
  status: actionStatus(state),
  version: state.editVersion,
  position: String(position),
  counters: countersOf(state),
  stages: state.stages.map(({ stage, runAt, from, to }) => ({
    stage,
    runAt,
    targetCount: to - from,
  })),
});

const countersOf = ({ counters }: ActionState): CountersResponse => {
  const { total, pending, running, applied, skipped, failed, cancelled } = counters;
  return { total, pending, running, applied, skipped, failed, cancelled };
};

export function previewOf(plan: PreparedPlan): PreviewResponse {
  const busy = new Set(plan.busy.map(({ targetId }) => targetId));
  const eligible = plan.targets.map(({ targetId }) => targetId).filter((id) => !busy.has(id));
  return {
    eligible: groupOf(eligible),
    busy: plan.busy.slice(0, TARGETS_LISTED_MAX),
    pinned: groupOf(plan.pinnedTargetIds),
    alreadyOnVersion: groupOf(plan.alreadyOnVersionTargetIds),
    destroyed: groupOf(plan.destroyedTargetIds),
    frozen: groupOf([]),
    ownerUnknown: groupOf(plan.ownerUnknownTargetIds),
    stages: plan.stages,
    planHash: plan.planHash,
  };
}

const groupOf = (targetIds: readonly string[]): TargetGroupResponse => ({
  count: targetIds.length,
  targetIds: targetIds.slice(0, TARGETS_LISTED_MAX),
});
