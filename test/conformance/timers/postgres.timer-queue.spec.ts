import { Listener } from '../../../src/infrastructure/postgres/listener.js';
import { migrate } from '../../../src/infrastructure/postgres/migrate.js';
import {
  PostgresTimerQueue,
  TIMERS_CHANNEL,
} from '../../../src/infrastructure/timers/postgres/postgres.timer-queue.js';
import { createDatabase } from '../../support/database.js';
import { listening } from '../../support/listening.js';
import { shiftedPostgres } from '../../support/shifted-postgres.js';
import { timerQueueSuite } from './timer-queue.conformance.js';

timerQueueSuite('PostgreSQL', async () => {
  const database = await createDatabase();
  await migrate(database.url);
  const { postgres, advance, now } = shiftedPostgres(database.url);
  const listeners = [new Listener(postgres), new Listener(postgres)] as const;
  const queue = new PostgresTimerQueue(postgres, listeners[0]);
  const other = new PostgresTimerQueue(postgres, listeners[1]);
  await Promise.all(listeners.map((listener) => listening(listener, TIMERS_CHANNEL)));
  return {
    queue,
    other,
    sink: queue.sink(),
    now,
    advance,
    close: async () => {
      queue.stop();
      other.stop();
      for (const listener of listeners) await listener.stop();
      await postgres.close();
      await database.drop();
    },
  };
});
