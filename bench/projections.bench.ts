import { randomUUID } from 'node:crypto';

import type { EventStore, NewEvent } from '../src/application/ports/event-store.port.js';
import type { ActionEvent } from '../src/domain/action/action.events.js';
import type { ChannelName, DispatchKey } from '../src/domain/notice/dispatch.js';
import { PostgresEventStore } from '../src/infrastructure/event-store/postgres/postgres.event-store.js';
import { Listener } from '../src/infrastructure/postgres/listener.js';
import { Postgres } from '../src/infrastructure/postgres/postgres.js';
import { createReadModelTables } from '../src/infrastructure/read-models/postgres/create-tables.js';
import { readModelProjectors } from '../src/infrastructure/read-models/postgres/read-model-projectors.js';
import { postgresReadModelsProgress } from '../src/infrastructure/read-models/postgres/read-models-progress.js';
import { LogFeed } from '../src/projections/projector/log-feed.js';
import { ProgressSignal } from '../src/projections/projector/progress-signal.js';
import { ProjectorGroup } from '../src/projections/projector/projector-group.js';
import { READ_MODELS } from '../src/projections/read-models.js';
import type { ReadModel } from '../src/projections/shared/read-model.js';
import { benchDatabase } from './support/bench-database.js';
import { percentiles } from './support/percentiles.js';
import type { Percentiles } from './support/percentiles.js';

export interface ProjectionsBenchOptions {
  readonly actions?: number;
  readonly targetsPerAction?: number;
  /** Appends of the live part, one after the other. */
  readonly liveAppends?: number;
  readonly models?: readonly ReadModel[];
}

export interface ProjectionsBenchFigures {
  readonly models: number;
  readonly events: number;
  readonly eventsPerSecond: number;
  /** CPU time of this process for 1,000 events, without the database's. */
  readonly cpuMsPer1000Events: number;
  /** From the answer of an append to all read models having it. */
  readonly liveMs: Percentiles;
}

const CHANNELS: readonly ChannelName[] = ['inbox', 'banner', 'email'];
const AT = '2030-01-01T10:00:00.000Z';
const RUN_AT = '2030-01-02T10:00:00.000Z';

/** How fast read models follow the log, all of them in one process: first from the start, then live. */
export async function projectionsBench({
  actions = 100,
  targetsPerAction = 100,
  liveAppends = 300,
  models = READ_MODELS,
}: ProjectionsBenchOptions = {}): Promise<ProjectionsBenchFigures> {
  const database = await benchDatabase();
  const postgres = new Postgres({ url: database.url, poolMax: 12 });
  const listener = new Listener(postgres);
  listener.start();
  const store = new PostgresEventStore(postgres, listener);
  let events = 0;
  for (let no = 0; no < actions; no += 1) events += await appendAction(store, no, targetsPerAction);

  await createReadModelTables(postgres, models);
  const signal = new ProgressSignal();
  const feed = new LogFeed(store);
  const shared = { feed, owner: randomUUID(), signal };
  const group = new ProjectorGroup(readModelProjectors(postgres, models, shared), feed);
  const progress = postgresReadModelsProgress(postgres, models, signal);
  const head = await store.head();
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  group.start();
  await progress.waitUntil(head, 600_000);
  const seconds = (performance.now() - startedAt) / 1_000;
  const { user, system } = process.cpuUsage(cpu);

  const live: number[] = [];
  for (let no = 0; no < liveAppends; no += 1) {
    const result = await store.append({
      streamId: `action-live-${String(no)}`,
      expected: 'any',
      events: [enrolment(1), schedule(`live-${String(no)}`, 1)].map(recorded),
    });
    const answeredAt = performance.now();
    if (result.kind === 'appended') await progress.waitUntil(result.position, 60_000);
    live.push(performance.now() - answeredAt);
  }
  await group.stop();
  await listener.stop();
  await store.close();
  await postgres.close();
  await database.drop();
  return {
    models: models.length,
    events,
    eventsPerSecond: Math.round(events / seconds),
    cpuMsPer1000Events: Math.round(((user + system) / events) * 10) / 10,
    liveMs: percentiles(live),
  };
}

/** A whole life: noticed on three channels, claimed, applied. */
async function appendAction(store: EventStore, no: number, targets: number): Promise<number> {
  const actionId = `bench-${String(no)}`;
  const ids = Array.from({ length: targets }, (_, index) => `t-${String(index)}`);
  const life: readonly ActionEvent[] = [
    enrolment(targets),
    schedule(actionId, targets),
    ...ids.map(noticeDue),
    ...ids.flatMap((targetId) => CHANNELS.map((channel) => noticeSent(targetId, channel))),
    { type: 'StageOpened', data: { stage: 0, runAt: RUN_AT, at: RUN_AT } },
    ...ids.map(claimed),
    ...ids.map(applied),
    { type: 'ActionEnded', data: { status: 'completed', at: RUN_AT } },
  ];
  for (let from = 0; from < life.length; from += 250) {
    const events = life.slice(from, from + 250).map(recorded);
    await store.append({ streamId: `action-${actionId}`, expected: 'any', events });
  }
  return life.length;
}

function recorded({ type, data }: ActionEvent): NewEvent {
  const id = randomUUID();
  const metadata = { actor: 'system:bench', commandId: id, correlationId: id, causationId: null };
  return { id, type, schema: 1, data, metadata };
}

const enrolment = (targets: number): ActionEvent => ({
  type: 'TargetsEnrolled',
  data: {
    targets: Array.from({ length: targets }, (_, index) => ({
      targetId: `t-${String(index)}`,
      stage: 0,
      ownerId: `owner-${String(index % 50)}`,
      sourceVersion: '1.0.0',
    })),
  },
});

const schedule = (actionId: string, targetCount: number): ActionEvent => ({
  type: 'ActionScheduled',
  data: {
    actionId,
    parameters: { type: 'restart' },
    stages: [{ stage: 0, runAt: RUN_AT, targetCount }],
    zone: 'UTC',
    notice: null,
    execution: {
      leaseMs: 60_000,
      attemptsMax: 3,
      retryDelayMs: 5_000,
      onExpiry: 'retry',
      confirmMs: 60_000,
    },
    reason: null,
    destroyedTargetIds: [],
    at: AT,
  },
});

const noticeDue = (targetId: string): ActionEvent => ({
  type: 'NoticeDue',
  data: {
    targetId,
    stage: 0,
    revision: 0,
    lead: 3_600,
    startsAt: RUN_AT,
    notAfter: RUN_AT,
    dispatches: CHANNELS.map((channel) => ({ recipientId: `owner-of-${targetId}`, channel })),
    at: AT,
  },
});

function noticeSent(targetId: string, channel: ChannelName): ActionEvent {
  const recipientId = `owner-of-${targetId}`;
  const key: DispatchKey = {
    ...{ targetId, recipientId, channel },
    ...{ kind: 'notice', revision: 0, lead: 3_600 },
  };
  return {
    type: 'NoticeSent',
    data: { ...key, attempt: 1, envelopeId: null, late: false, at: AT },
  };
}

const claimed = (targetId: string, index: number): ActionEvent => ({
  type: 'TargetClaimed',
  data: { targetId, fence: index, attempt: 1, holder: 'bench', leaseMs: 60_000, at: RUN_AT },
});

const applied = (targetId: string, index: number): ActionEvent => ({
  type: 'OutcomeRecorded',
  data: {
    targetId,
    fence: index,
    outcome: 'applied',
    reason: null,
    scheduledAt: RUN_AT,
    claimedAt: RUN_AT,
    startedAt: RUN_AT,
    at: RUN_AT,
  },
});

if (import.meta.url === new URL(process.argv[1] ?? '', 'file:').href) {
  process.stdout.write(`${JSON.stringify(await projectionsBench(), null, 2)}\n`);
}
