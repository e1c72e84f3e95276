import { randomUUID } from 'node:crypto';

import { Injectable } from '@nestjs/common';

import { directoryConsumer } from '../application/directory/directory.consumer.js';
import type { Consumer, ConsumerSink } from '../application/ports/consumer.port.js';
import { EventStore } from '../application/ports/event-store.port.js';
import { leasesConsumer } from '../application/reactions/leases.consumer.js';
import { outboxConsumer } from '../application/reactions/outbox.consumer.js';
import { outcomeEffectsConsumer } from '../application/reactions/outcome-effects.js';
import { timersConsumer } from '../application/reactions/timers.consumer.js';
import { Postgres } from '../infrastructure/postgres/postgres.js';
import { readModelProjectors } from '../infrastructure/read-models/postgres/read-model-projectors.js';
import { LogFeed } from '../projections/projector/log-feed.js';
import { ProgressSignal } from '../projections/projector/progress-signal.js';
import { ProjectorGroup } from '../projections/projector/projector-group.js';
import type { ProjectorState } from '../projections/projector/projector.js';
import { Projector } from '../projections/projector/projector.js';
import { READ_MODELS } from '../projections/read-models.js';
import type { Duty } from './duty.js';
import { LiveStores } from './live-stores.js';

/** Follows the log: read models, timers, outbox, leases, directory, effects of outcomes. */
@Injectable()
export class ConsumersDuty implements Duty {
  private readonly group: ProjectorGroup;

  constructor(store: EventStore, postgres: Postgres, stores: LiveStores, signal: ProgressSignal) {
    const feed = new LogFeed(store);
    const owner = randomUUID();
    const follow = <Change>(consumer: Consumer<Change>, sink: ConsumerSink<Change>) =>
      new Projector({ consumer, sink, feed, owner });
    this.group = new ProjectorGroup(
      [
        ...readModelProjectors(postgres, READ_MODELS, { feed, owner, signal }),
        follow(timersConsumer, stores.timers.sink()),
        follow(outboxConsumer, stores.outbox.sink()),
        follow(leasesConsumer, stores.leases.sink()),
        follow(directoryConsumer, stores.directory),
        follow(outcomeEffectsConsumer, stores.outcomeEffects),
      ],
      feed,
    );
  }

  get states(): readonly ProjectorState[] {
    return this.group.states;
  }

  start(): void {
    this.group.start();
  }

  stop(): Promise<void> {
    return this.group.stop();
  }
}
