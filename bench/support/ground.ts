import { PostgresEventStore } from '../../src/infrastructure/event-store/postgres/postgres.event-store.js';
import { Listener } from '../../src/infrastructure/postgres/listener.js';
import { Postgres } from '../../src/infrastructure/postgres/postgres.js';
import { benchDatabase } from './bench-database.js';

/** A fresh database with a store on it. */
export interface Ground {
  readonly url: string;
  readonly postgres: Postgres;
  readonly listener: Listener;
  readonly store: PostgresEventStore;
}

/** Gives the work a database of its own, and takes it away behind the work. */
export async function onGround<Result>(work: (ground: Ground) => Promise<Result>): Promise<Result> {
  const database = await benchDatabase();
  const postgres = new Postgres({ url: database.url, applicationName: 'forewarn bench' });
  const listener = new Listener(postgres);
  listener.start();
  const store = new PostgresEventStore(postgres, listener);
  try {
    return await work({ url: database.url, postgres, listener, store });
  } finally {
    await store.close();
    await listener.stop();
    await postgres.close();
    await database.drop();
  }
}
