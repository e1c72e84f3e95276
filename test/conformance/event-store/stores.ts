import { PostgresEventStore } from '../../../src/infrastructure/event-store/postgres/postgres.event-store.js';
import type { SettlementOptions } from '../../../src/infrastructure/event-store/postgres/settlement.js';
import { Listener } from '../../../src/infrastructure/postgres/listener.js';
import { migrate } from '../../../src/infrastructure/postgres/migrate.js';
import { Postgres } from '../../../src/infrastructure/postgres/postgres.js';
import { createDatabase } from '../../support/database.js';
import type { TestDatabase } from '../../support/database.js';

/** One process: its own connections, listener and store over a database that others share. */
export interface StoreProcess {
  readonly store: PostgresEventStore;
  readonly postgres: Postgres;
  close(): Promise<void>;
}

export function startStoreProcess(url: string, options: SettlementOptions = {}): StoreProcess {
  const postgres = new Postgres({ url, poolMax: 4 });
  const listener = new Listener(postgres);
  const store = new PostgresEventStore(postgres, listener, options);
  listener.start();
  return {
    store,
    postgres,
    close: async () => {
      await store.close();
      await listener.stop();
      await postgres.close();
    },
  };
}

export async function createLogDatabase(): Promise<TestDatabase> {
  const database = await createDatabase();
  await migrate(database.url);
  return database;
}
