import { Injectable } from '@nestjs/common';

import { Clock } from '../application/ports/clock.port.js';
import { Journal } from '../application/ports/journal.port.js';
import { TimerQueue } from '../application/ports/timer-queue.port.js';
import { DriveWorkReaction } from '../application/reactions/drive-work.reaction.js';
import { TimerDuty } from '../application/reactions/timer-duty.js';
import { WorkCrew } from '../application/reactions/work-crew.js';
import type { Duty } from './duty.js';
import { firing } from './firing.js';

/** Claims targets whose time has come, and has the executor apply them. */
@Injectable()
export class ExecutorDuty implements Duty {
  private readonly timers: TimerDuty;

  constructor(
    queue: TimerQueue,
    clock: Clock,
    journal: Journal,
    drive: DriveWorkReaction,
    private readonly crew: WorkCrew,
  ) {
    this.timers = new TimerDuty(queue, clock, {
      kinds: ['work'],
      fire: firing((timer) => drive.react(timer)),
      onError: (fault) => {
        journal.fault('executor', fault);
      },
    });
  }

  start(): void {
    this.timers.start();
  }

  async stop(graceMs: number): Promise<void> {
    const crewStopped = this.crew.stop(graceMs);
    await this.timers.stop();
    await crewStopped;
  }
}
