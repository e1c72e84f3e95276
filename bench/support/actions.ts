import { randomUUID } from 'node:crypto';

import type { CommandContext } from '../../src/application/shared/command-context.js';
import type { ScheduleAction } from '../../src/domain/action/action.commands.js';
import type { EnrolledTarget, ExecutionPolicy } from '../../src/domain/action/action.events.js';
import { toInstant } from '../../src/domain/shared/instant.js';

export const EXECUTION: ExecutionPolicy = {
  leaseMs: 60_000,
  attemptsMax: 3,
  retryDelayMs: 5_000,
  onExpiry: 'retry',
  confirmMs: 60_000,
};

/** An order to restart so many targets that no other action has; its only stage starts at once. */
export function restartOf(actionId: string, targetCount: number): ScheduleAction {
  const now = toInstant(Date.now());
  return {
    type: 'ScheduleAction',
    actionId,
    parameters: { type: 'restart' },
    stages: [{ stage: 0, runAt: now, targetCount }],
    targets: targetsOf(actionId, targetCount),
    destroyedTargetIds: [],
    zone: 'UTC',
    notice: null,
    execution: EXECUTION,
    reason: null,
    leadMinMs: 0,
    now,
  };
}

export const targetsOf = (actionId: string, count: number): readonly EnrolledTarget[] =>
  Array.from({ length: count }, (_, index) => ({
    targetId: `${actionId}-t${String(index)}`,
    stage: 0,
    ownerId: `${actionId}-o${String(index)}`,
    sourceVersion: '1.0.0',
  }));

export const order = (priority: CommandContext['priority']): CommandContext => {
  const commandId = randomUUID();
  const actor = 'system:bench';
  const correlationId = commandId;
  return { commandId, actor, correlationId, causationId: null, priority, mayRepeat: false };
};
