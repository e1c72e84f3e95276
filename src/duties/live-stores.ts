import { Injectable } from '@nestjs/common';

import { OutcomeEffectsSink } from '../application/reactions/outcome-effects.js';
import { PostgresDirectorySink } from '../infrastructure/directory/postgres/postgres.directory-sink.js';
import { PostgresLeases } from '../infrastructure/leases/postgres/postgres.leases.js';
import { PostgresOutbox } from '../infrastructure/outbox/postgres/postgres.outbox.js';
import { PostgresTimerQueue } from '../infrastructure/timers/postgres/postgres.timer-queue.js';

/** Tables that follow the log but are never rebuilt: what they ask for was done already. */
@Injectable()
export class LiveStores {
  constructor(
    readonly timers: PostgresTimerQueue,
    readonly outbox: PostgresOutbox,
    readonly leases: PostgresLeases,
    readonly directory: PostgresDirectorySink,
    readonly outcomeEffects: OutcomeEffectsSink,
  ) {}
}
