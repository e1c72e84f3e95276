import { Injectable } from '@nestjs/common';

import { actionDecider } from '../../domain/action/action.decider.js';
import { nextFollowUpAt } from '../../domain/action/follow-up.js';
import { toEpochMs, toInstant } from '../../domain/shared/instant.js';
import { Clock } from '../ports/clock.port.js';
import type { Timer, TimerAnswer } from '../ports/timer-queue.port.js';
import { dutyContext } from '../shared/command-context.js';
import { CommandRunner } from '../shared/command-runner.js';

/** What people were told may no longer be true: queues corrections, one resumable batch at a time (RULES 2). */
@Injectable()
export class QueueFollowUpsReaction {
  constructor(
    private readonly runner: CommandRunner,
    private readonly clock: Clock,
  ) {}

  async react({ streamId }: Timer): Promise<TimerAnswer> {
    const nowMs = this.clock.pessimisticNow();
    const now = toInstant(nowMs);
    const answer = await this.runner.run(
      actionDecider,
      streamId,
      { type: 'QueueFollowUps', now },
      dutyContext('timers'),
    );
    if (answer.ok && answer.events.length > 0) return { kind: 'not_due_until', dueAt: nowMs };
    const nextAt = nextFollowUpAt(answer.state, now);
    return nextAt === null ? { kind: 'done' } : { kind: 'not_due_until', dueAt: toEpochMs(nextAt) };
  }
}
