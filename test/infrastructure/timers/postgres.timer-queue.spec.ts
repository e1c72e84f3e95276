import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { TIMER_KINDS } from '../../../src/application/ports/timer-queue.port.js';
import { migrate } from '../../../src/infrastructure/postgres/migrate.js';
import { Postgres } from '../../../src/infrastructure/postgres/postgres.js';
import { LEASE } from '../../../src/infrastructure/timers/postgres/statements.js';
import { buffersOf } from '../../support/buffers-of.js';
import { createDatabase } from '../../support/database.js';
import type { TestDatabase } from '../../support/database.js';

describe('the timers in PostgreSQL', () => {
  let database: TestDatabase;
  let postgres: Postgres;

  beforeAll(async () => {
    database = await createDatabase();
    await migrate(database.url);
    postgres = new Postgres({ url: database.url });
  });

  afterAll(async () => {
    await postgres.close();
    await database.drop();
  });

  const fill = (count: number, name: string, dueIn: string) =>
    postgres.query({
      text: `
        insert into forewarn.timers (stream_id, kind, subject, revision, due_at)
        select $2 || n, 'work', '', 0, forewarn.clock_now() + $3::interval
        from generate_series(1, $1::integer) n`,
      values: [count, name, dueIn],
    });

  it('reads no more for a lease with many timers that are not due', async () => {
    await fill(20, 'due', '-1 minute');
    const lease = [TIMER_KINDS, 2_000, 60_000, 10];
    const alone = await buffersOf(postgres, LEASE, lease);
    await fill(20_000, 'far', '1 day');
    await expect(buffersOf(postgres, LEASE, lease)).resolves.toBeLessThan(alone + 100);
  });
});
