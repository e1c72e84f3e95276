import { Injectable } from '@nestjs/common';

import { actionDecider } from '../../domain/action/action.decider.js';
import { toEpochMs, toInstant } from '../../domain/shared/instant.js';
import { Clock } from '../ports/clock.port.js';
import type { Timer, TimerAnswer } from '../ports/timer-queue.port.js';
import { dutyContext } from '../shared/command-context.js';
import { CommandRunner } from '../shared/command-runner.js';
import { stageOfSubject } from './timer-subject.js';

/** A resume sets the timers of the stages that it moves; the others are found due within this time. */
const PAUSED_RETRY_MS = 30_000;

/** A stage's time has come: never before the database's clock could show it. */
@Injectable()
export class OpenStageReaction {
  constructor(
    private readonly runner: CommandRunner,
    private readonly clock: Clock,
  ) {}

  async react({ streamId, subject }: Timer): Promise<TimerAnswer> {
    const stageNo = stageOfSubject(subject);
    const nowMs = this.clock.pessimisticNow();
    const now = toInstant(nowMs);
    const { state } = await this.runner.run(
      actionDecider,
      streamId,
      { type: 'OpenStage', stage: stageNo, now },
      dutyContext('timers'),
    );
    const stage = state.stages[stageNo];
    const isWaiting = stage?.openedAt === null && state.life === 'live';
    if (!isWaiting || state.cancelledAt !== null) return { kind: 'done' };
    if (state.pausedAt !== null) return { kind: 'not_due_until', dueAt: nowMs + PAUSED_RETRY_MS };
    return { kind: 'not_due_until', dueAt: toEpochMs(stage.runAt) };
  }
}
