import { randomUUID } from 'node:crypto';

import { DataSource } from 'typeorm';

import { actionStream } from '../src/application/action/action-stream.js';
import { LoggedRecipientDirectory } from '../src/application/directory/logged.recipient-directory.js';
import { LoggedTargetDirectory } from '../src/application/directory/logged.target-directory.js';
import { TargetLog } from '../src/application/directory/target-log.js';
import { Channel } from '../src/application/ports/channel.port.js';
import type { SendResult } from '../src/application/ports/channel.port.js';
import { Journal } from '../src/application/ports/journal.port.js';
import { outboxConsumer } from '../src/application/reactions/outbox.consumer.js';
import { CommandRunner } from '../src/application/shared/command-runner.js';
import { actionDecider } from '../src/domain/action/action.decider.js';
import { CAPABILITY } from '../src/domain/notice/dispatch.js';
import { toInstant } from '../src/domain/shared/instant.js';
import { RelayDuty } from '../src/duties/relay.duty.js';
import { loadConfig } from '../src/infrastructure/config/load-config.js';
import { DIRECTORY_ENTITIES } from '../src/infrastructure/directory/postgres/directory.entities.js';
import { PostgresRecipientTable } from '../src/infrastructure/directory/postgres/postgres.recipient-table.js';
import { PostgresTargetTable } from '../src/infrastructure/directory/postgres/postgres.target-table.js';
import { PostgresTexts } from '../src/infrastructure/directory/postgres/postgres.texts.js';
import { PostgresWebhookEndpointTable } from '../src/infrastructure/directory/postgres/postgres.webhook-endpoint-table.js';
import { PostgresOutbox } from '../src/infrastructure/outbox/postgres/postgres.outbox.js';
import { dataSourceOptions } from '../src/infrastructure/postgres/data-source.js';
import { LogFeed } from '../src/projections/projector/log-feed.js';
import { Projector } from '../src/projections/projector/projector.js';
import { order, restartOf } from './support/actions.js';
import { BenchBroken } from './support/bench-broken.js';
import { sized } from './support/bench.js';
import type { Bench, Effort } from './support/bench.js';
import { figure } from './support/figure.js';
import type { Figure } from './support/figure.js';
import { onGround } from './support/ground.js';
import type { Ground } from './support/ground.js';
import { interleaved } from './support/rounds.js';
import { WallClock } from './support/wall.clock.js';

const ACTIONS = 8;
const DISPATCHES = 8_000;
const TARGETS_PER_OPENING = 100;
const HOUR_SECONDS = 3_600;

/** From rows of the outbox to `NoticeSent` in the log, through a channel that only says yes. */
export const relayBench: Bench = {
  name: 'relay',
  about: `${String(DISPATCHES)} dispatches of ${String(ACTIONS)} actions through a no-op channel, each recorded as an event`,
  run: (effort) => onGround((ground) => measureRelay(ground, effort)),
};

async function measureRelay(ground: Ground, effort: Effort): Promise<readonly Figure[]> {
  const source = new DataSource({
    ...dataSourceOptions(ground.url, { poolMax: 5 }),
    entities: [...DIRECTORY_ENTITIES],
  });
  await source.initialize();
  const outbox = new PostgresOutbox(ground.postgres, ground.listener);
  const perAction = Math.ceil(sized(DISPATCHES, effort) / ACTIONS);
  const { sent } = await interleaved(effort, {
    sent: async () => {
      for (let no = 0; no < ACTIONS; no += 1) await notices(ground, perAction);
      await fill(ground, outbox);
      await ground.postgres.query({ text: 'vacuum analyze forewarn.outbox' });
      return drain(ground, outbox, source);
    },
  });
  outbox.stop();
  await source.destroy();
  return [figure('dispatches through a no-op channel', 'dispatches/s', sent)];
}

/** An action whose notices are all due, one recipient a target. */
async function notices({ store, postgres }: Ground, targetCount: number): Promise<void> {
  const actionId = randomUUID();
  await postgres.query({ text: FLEET, values: [actionId, targetCount] });
  const runner = new CommandRunner(store, new WallClock());
  const stream = actionStream(actionId);
  const command = restartOf(actionId, targetCount);
  const runAt = toInstant(Date.now() + HOUR_SECONDS * 1_000);
  await runner.run(
    actionDecider,
    stream,
    {
      ...command,
      stages: [{ stage: 0, runAt, targetCount }],
      notice: {
        leadsSeconds: [2 * HOUR_SECONDS],
        channels: ['webhook'],
        ...{ tellCompleted: false, subject: null, body: null },
      },
    },
    order('human'),
  );
  for (let from = 0; from < targetCount; from += TARGETS_PER_OPENING) {
    const addressees = command.targets
      .slice(from, from + TARGETS_PER_OPENING)
      .map(({ targetId, ownerId }) => ({ targetId, recipientIds: [ownerId ?? ''] }));
    const opening = {
      ...({ type: 'OpenNotices', stage: 0, lead: 2 * HOUR_SECONDS, addressees } as const),
      ...{ missingRecipientIds: new Set<string>(), now: toInstant(Date.now()) },
    };
    const answer = await runner.run(actionDecider, stream, opening, order('background'));
    if (!answer.ok || answer.events.length === 0) throw new BenchBroken('no notice was due');
  }
}

const FLEET = `
with people as (
  insert into forewarn.directory_recipients (recipient_id, zone, locale, emails)
  select $1 || '-o' || n, 'Europe/Berlin', 'de-DE', '{}' from generate_series(0, $2::integer - 1) n
)
insert into forewarn.directory_targets (target_id, name, type, owner_id, labels, lifecycle, version, stream_version)
select $1 || '-t' || n, 'target ' || n, 'instance', $1 || '-o' || n, '{}', 'active', '1.0.0', 0
from generate_series(0, $2::integer - 1) n`;

async function fill({ store }: Ground, outbox: PostgresOutbox): Promise<void> {
  const projector = new Projector({
    consumer: outboxConsumer,
    sink: outbox.sink(),
    feed: new LogFeed(store),
    owner: randomUUID(),
  });
  while ((await projector.runOnce()).events > 0);
  await projector.stop();
}

/** Dispatches a second, from the start of the relay to the last row that it lets go of. */
async function drain(ground: Ground, outbox: PostgresOutbox, source: DataSource): Promise<number> {
  const { store, postgres } = ground;
  const count = await pending(ground);
  if (count === 0) throw new BenchBroken('there is nothing to send');
  const clock = new WallClock();
  const targets = new PostgresTargetTable(source);
  const relay = new RelayDuty(
    {
      outbox,
      clock,
      runner: new CommandRunner(store, clock),
      journal: new SilentJournal(),
      recipients: new LoggedRecipientDirectory(
        ...([store, clock] as const),
        new PostgresRecipientTable(source),
        new PostgresWebhookEndpointTable(source),
      ),
      targets: new LoggedTargetDirectory(targets, new TargetLog(store, clock, targets)),
      texts: new PostgresTexts(source),
    },
    [new NoOpChannel()],
    loadConfig({}),
  );
  const before = await recorded(postgres);
  const startedAt = performance.now();
  relay.start();
  while ((await pending(ground)) > 0) await new Promise((resolve) => setTimeout(resolve, 10));
  const ms = performance.now() - startedAt;
  await relay.stop(1_000);
  const events = (await recorded(postgres)) - before;
  if (events !== count) throw new BenchBroken(`${String(events)} of ${String(count)} recorded`);
  return (count / ms) * 1_000;
}

async function pending({ postgres }: Ground): Promise<number> {
  const [row] = await postgres.query<{ count: number }>({
    name: 'bench-pending',
    text: 'select count(*)::integer as count from forewarn.outbox',
  });
  return row?.count ?? 0;
}

async function recorded(postgres: Ground['postgres']): Promise<number> {
  const [row] = await postgres.query<{ count: number }>({
    text: `select count(*)::integer as count from forewarn.events where type = 'NoticeSent'`,
  });
  return row?.count ?? 0;
}

/** Takes everything at once. As many sends at a time as it takes for a claim to bring its full number of rows. */
class NoOpChannel extends Channel {
  readonly name = 'webhook';
  readonly capability = CAPABILITY.webhook;
  readonly timeoutMs = 15_000;
  readonly concurrency = 500;
  readonly membersNamedMax = 50;

  override send(): Promise<SendResult> {
    return Promise.resolve({ kind: 'sent' });
  }

  override close(): Promise<void> {
    return Promise.resolve();
  }
}

class SilentJournal extends Journal {
  override fault(duty: string, fault: unknown): void {
    process.stderr.write(`${duty}: ${String(fault)}\n`);
  }

  override note(): void {
    // Notes are for operators.
  }
}
