import {
  PostgresOutbox,
  OUTBOX_CHANNEL,
} from '../../../src/infrastructure/outbox/postgres/postgres.outbox.js';
import { Listener } from '../../../src/infrastructure/postgres/listener.js';
import { migrate } from '../../../src/infrastructure/postgres/migrate.js';
import { createDatabase } from '../../support/database.js';
import { listening } from '../../support/listening.js';
import { shiftedPostgres } from '../../support/shifted-postgres.js';
import { outboxSuite } from './outbox.conformance.js';

outboxSuite('PostgreSQL', async () => {
  const database = await createDatabase();
  await migrate(database.url);
  const { postgres, advance, now } = shiftedPostgres(database.url);
  const listeners = [new Listener(postgres), new Listener(postgres)] as const;
  const outbox = new PostgresOutbox(postgres, listeners[0]);
  const other = new PostgresOutbox(postgres, listeners[1]);
  await Promise.all(listeners.map((listener) => listening(listener, OUTBOX_CHANNEL)));
  return {
    outbox,
    other,
    sink: outbox.sink(),
    now,
    advance,
    close: async () => {
      outbox.stop();
      other.stop();
      for (const listener of listeners) await listener.stop();
      await postgres.close();
      await database.drop();
    },
  };
});
