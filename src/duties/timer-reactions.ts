import { Injectable } from '@nestjs/common';

import type { Timer, TimerAnswer } from '../application/ports/timer-queue.port.js';
import { OpenNoticesReaction } from '../application/reactions/open-notices.reaction.js';
import { OpenStageReaction } from '../application/reactions/open-stage.reaction.js';
import { QueueFollowUpsReaction } from '../application/reactions/queue-follow-ups.reaction.js';

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
