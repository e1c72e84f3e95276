import { Injectable } from '@nestjs/common';

import { Clock } from '../application/ports/clock.port.js';
import { Journal } from '../application/ports/journal.port.js';
import { Meters } from '../application/ports/meters.port.js';
import { TimerQueue } from '../application/ports/timer-queue.port.js';
import { TimerDuty } from '../application/reactions/timer-duty.js';
import type { Duty } from './duty.js';
import { firing } from './firing.js';
import { TimerReactions } from './timer-reactions.js';

/** Fires stages, leads and corrections at their time. */
@Injectable()
export class TimersDuty implements Duty {
  private readonly timers: TimerDuty;

  constructor(
    queue: TimerQueue,
    clock: Clock,
    journal: Journal,
    meters: Meters,
    reactions: TimerReactions,
  ) {
    this.timers = new TimerDuty(queue, clock, {
      kinds: ['open_stage', 'open_notices', 'follow_ups'],
      fire: firing((timer) => reactions.react(timer)),
      onFired: ({ kind }, latenessMs) => {
        meters.observe('forewarn_timer_lateness_seconds', latenessMs / 1_000, { kind });
      },
      onError: (fault) => {
        journal.fault('timers', fault);
      },
    });
  }

  start(): void {
    this.timers.start();
  }

  stop(): Promise<void> {
    return this.timers.stop();
  }

  /** Everything that is due, now. */
  async runOnce(): Promise<void> {
    await this.timers.runOnce();
  }
}
