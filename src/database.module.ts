import { Global, Module } from '@nestjs/common';
import type { OnApplicationShutdown, Provider } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';

import { Clock } from './application/ports/clock.port.js';
import { EventStore } from './application/ports/event-store.port.js';
import { IdempotencyStore } from './application/ports/idempotency-store.port.js';
import { Journal } from './application/ports/journal.port.js';
import { Leases } from './application/ports/leases.port.js';
import { Meters } from './application/ports/meters.port.js';
import { Outbox } from './application/ports/outbox.port.js';
import { ReadModelsProgress } from './application/ports/read-progress.port.js';
import { TimerQueue } from './application/ports/timer-queue.port.js';
import { TokenStore } from './application/ports/token-store.port.js';
import { persist } from './application/shared/persist.js';
import { databaseUrlOf } from './database-url.js';
import { PostgresTokenStore } from './infrastructure/access/postgres.token-store.js';
import { DatabaseClock } from './infrastructure/clock/database.clock.js';
import { postgresTimeSources } from './infrastructure/clock/postgres/time-sources.js';
import { Config } from './infrastructure/config/config.js';
import { DIRECTORY_ENTITIES } from './infrastructure/directory/postgres/directory.entities.js';
import { POSTGRES_DIRECTORY_PROVIDERS } from './infrastructure/directory/postgres/postgres-directory.providers.js';
import { setAppendOrder } from './infrastructure/event-store/postgres/append-order.js';
import { PostgresEventStore } from './infrastructure/event-store/postgres/postgres.event-store.js';
import { PostgresIdempotencyStore } from './infrastructure/idempotency/postgres.idempotency-store.js';
import { PostgresLeases } from './infrastructure/leases/postgres/postgres.leases.js';
import { MeteredEventStore } from './infrastructure/observability/metered.event-store.js';
import { PostgresOutbox } from './infrastructure/outbox/postgres/postgres.outbox.js';
import { dataSourceOptions } from './infrastructure/postgres/data-source.js';
import { Listener } from './infrastructure/postgres/listener.js';
import { migrate } from './infrastructure/postgres/migrate.js';
import { isUnavailable } from './infrastructure/postgres/postgres-errors.js';
import { Postgres } from './infrastructure/postgres/postgres.js';
import { createReadModelTables } from './infrastructure/read-models/postgres/create-tables.js';
import { PostgresRowFlags } from './infrastructure/read-models/postgres/postgres.row-flags.js';
import { PostgresRowReader } from './infrastructure/read-models/postgres/postgres.row-reader.js';
import { postgresReadModelsProgress } from './infrastructure/read-models/postgres/read-models-progress.js';
import { PostgresTimerQueue } from './infrastructure/timers/postgres/postgres.timer-queue.js';
import { ProgressSignal } from './projections/projector/progress-signal.js';
import { READ_MODELS } from './projections/read-models.js';
import { RowFlags } from './projections/shared/row-flags.port.js';
import { RowReader } from './projections/shared/row-reader.port.js';

const TYPEORM_CONNECTIONS = 5;

/** A database that starts together with the service may need some time. */
const STARTUP_PATIENCE_MS = 30_000;

const openPostgres = async (config: Config, journal: Journal): Promise<Postgres> => {
  const url = databaseUrlOf(config);
  const patience = { patienceMs: STARTUP_PATIENCE_MS, mayPass: isUnavailable };
  await persist('database', journal, patience, () => migrate(url));
  const postgres = new Postgres({ url, poolMax: config.readConnections });
  await createReadModelTables(postgres, READ_MODELS);
  if (config.appendOrder !== null) await setAppendOrder(postgres, config.appendOrder);
  return postgres;
};

const startClock = async (postgres: Postgres, journal: Journal): Promise<DatabaseClock> => {
  const clock = new DatabaseClock(
    postgresTimeSources(postgres, (error) => {
      journal.fault('clock', error);
    }),
  );
  await clock.start();
  return clock;
};

const startListener = (postgres: Postgres): Listener => {
  const listener = new Listener(postgres);
  listener.start();
  return listener;
};

const openEventStore = (
  postgres: Postgres,
  listener: Listener,
  journal: Journal,
  config: Config,
): PostgresEventStore =>
  new PostgresEventStore(postgres, listener, {
    writers: config.writerConnections,
    onHeldHole: ({ below, pid, query, heldMs }) => {
      const facts = { below: String(below), pid, query, heldMs };
      journal.note('event-store', 'readers wait for an append that does not end', facts);
    },
  });

/** Everything that lives in the database, behind its ports. */
const PROVIDERS: readonly Provider[] = [
  { provide: Postgres, useFactory: openPostgres, inject: [Config, Journal] },
  { provide: Listener, useFactory: startListener, inject: [Postgres] },
  { provide: DatabaseClock, useFactory: startClock, inject: [Postgres, Journal] },
  { provide: Clock, useExisting: DatabaseClock },
  {
    provide: PostgresEventStore,
    useFactory: openEventStore,
    inject: [Postgres, Listener, Journal, Config],
  },
  {
    provide: EventStore,
    useFactory: (store: PostgresEventStore, meters: Meters) => new MeteredEventStore(store, meters),
    inject: [PostgresEventStore, Meters],
  },
  {
    provide: PostgresOutbox,
    useFactory: (postgres: Postgres, listener: Listener) => new PostgresOutbox(postgres, listener),
    inject: [Postgres, Listener],
  },
  { provide: Outbox, useExisting: PostgresOutbox },
  {
    provide: PostgresTimerQueue,
    useFactory: (postgres: Postgres, listener: Listener) =>
      new PostgresTimerQueue(postgres, listener),
    inject: [Postgres, Listener],
  },
  { provide: TimerQueue, useExisting: PostgresTimerQueue },
  {
    provide: PostgresLeases,
    useFactory: (postgres: Postgres) => new PostgresLeases(postgres),
    inject: [Postgres],
  },
  { provide: Leases, useExisting: PostgresLeases },
  { provide: TokenStore, useClass: PostgresTokenStore },
  { provide: IdempotencyStore, useClass: PostgresIdempotencyStore },
  {
    provide: RowReader,
    useFactory: (postgres: Postgres) => new PostgresRowReader(postgres),
    inject: [Postgres],
  },
  {
    provide: RowFlags,
    useFactory: (postgres: Postgres) => new PostgresRowFlags(postgres),
    inject: [Postgres],
  },
  ProgressSignal,
  {
    provide: ReadModelsProgress,
    useFactory: (postgres: Postgres, signal: ProgressSignal) =>
      postgresReadModelsProgress(postgres, READ_MODELS, signal),
    inject: [Postgres, ProgressSignal],
  },
  ...POSTGRES_DIRECTORY_PROVIDERS,
];

@Global()
@Module({
  imports: [
    TypeOrmModule.forRootAsync({
      // The tables come from the migrations, so the pool of TypeORM opens behind them.
      useFactory: (...[config]: [Config, Postgres]) => ({
        ...dataSourceOptions(databaseUrlOf(config), { poolMax: TYPEORM_CONNECTIONS }),
        entities: [...DIRECTORY_ENTITIES],
      }),
      inject: [Config, Postgres],
    }),
  ],
  providers: [...PROVIDERS],
  exports: [...PROVIDERS],
})
export class DatabaseModule implements OnApplicationShutdown {
  constructor(
    private readonly postgres: Postgres,
    private readonly listener: Listener,
    private readonly clock: DatabaseClock,
    private readonly store: PostgresEventStore,
  ) {}

  /** Behind the last request and the last duty. */
  async onApplicationShutdown(): Promise<void> {
    this.clock.stop();
    await this.store.close();
    await this.listener.stop();
    await this.postgres.close();
  }
}
