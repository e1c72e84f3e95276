import { Injectable } from '@nestjs/common';

import { Clock } from '../application/ports/clock.port.js';
import { Journal } from '../application/ports/journal.port.js';
import { Meters } from '../application/ports/meters.port.js';
import { TimerQueue } from '../application/ports/timer-queue.port.js';
import type { Timer, TimerAnswer } from '../application/ports/timer-queue.port.js';
import { OpenNoticesReaction } from '../application/reactions/open-notices.reaction.js';
import { OpenStageReaction } from '../application/reactions/open-stage.reaction.js';
import { QueueFollowUpsReaction } from '../application/reactions/queue-follow-ups.reaction.js';
import { TimerDuty } from '../application/reactions/timer-duty.js';
import type { Duty } from './duty.js';
import { firing } from './firing.js';

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

/** What each kind of timer runs. */
@Injectable()
export class TimerReactions {
  constructor(
    private readonly openStage: OpenStageReaction,
    private readonly openNotices: OpenNoticesReaction,
    private readonly queueFollowUps: QueueFollowUpsReaction,
  ) {}

  react(timer: Timer): Promise<TimerAnswer> {
    switch (timer.kind) {
      case 'open_stage':
        return this.openStage.react(timer);
      case 'open_notices':
        return this.openNotices.react(timer);
      default:
        return this.queueFollowUps.react(timer);
    }
  }
}
