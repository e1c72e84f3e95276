import { randomUUID } from 'node:crypto';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { PostgresOutbox } from '../../../src/infrastructure/outbox/postgres/postgres.outbox.js';
import { CLAIM, CLOSE } from '../../../src/infrastructure/outbox/postgres/statements.js';
import { Listener } from '../../../src/infrastructure/postgres/listener.js';
import { migrate } from '../../../src/infrastructure/postgres/migrate.js';
import { Postgres } from '../../../src/infrastructure/postgres/postgres.js';
import { buffersOf } from '../../support/buffers-of.js';
import { createDatabase } from '../../support/database.js';
import type { TestDatabase } from '../../support/database.js';
import { eventually } from '../../support/eventually.js';

describe('the outbox in PostgreSQL', () => {
  let database: TestDatabase;
  let postgres: Postgres;
  let outbox: PostgresOutbox;

  beforeEach(async () => {
    database = await createDatabase();
    await migrate(database.url);
    postgres = new Postgres({ url: database.url });
    outbox = new PostgresOutbox(postgres, new Listener(postgres));
  });

  afterEach(async () => {
    outbox.stop();
    await postgres.close();
    await database.drop();
  });

  /** Rows of distinct recipients, or of one where `recipient` is given. */
  const fill = (count: number, dueIn: string, recipient: string | null = null) =>
    postgres.query({
      text: `
        insert into forewarn.outbox (dispatch_id, stream_id, target_id, recipient_id, channel, kind, revision, lead,
          stage, position, due_at)
        select gen_random_uuid(), 'action-1', $4 || n, coalesce($3, $4 || n), 'email', 'notice', 0, 60, 0,
          n + (select count(*) from forewarn.outbox),
          forewarn.clock_now() + $2::interval
        from generate_series(1, $1::integer) n`,
      values: [count, dueIn, recipient, randomUUID()],
    });

  const claim = () => outbox.claim({ channel: 'email', limit: 100, leaseMs: 60_000 });

  it('N18: keeps a row out of an envelope that another relay is claiming at that moment', async () => {
    await fill(3, '-1 minute', 'r1');
    const relay = await postgres.pool.connect();
    await relay.query('begin');
    const first = await relay.query(CLAIM, ['email', 100, 60_000]);
    await fill(1, '-1 second', 'r1');
    const second = claim();
    await eventually(async () => {
      const waiting = await postgres.query({
        text: `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      });
      expect(waiting).toHaveLength(1);
    });
    await relay.query('commit');
    relay.release();
    expect(first.rowCount).toBe(3);
    const [late, ...more] = await second;
    expect(more).toEqual([]);
    expect(late?.envelopeId).toBe(late?.dispatchId);
  });

  it('reads no more for a claim and its close with many rows that are not due', async () => {
    await fill(20, '-1 minute');
    const alone = await buffersOf(postgres, CLAIM, ['email', 10, 60_000]);
    await fill(20_000, '1 day');
    await expect(buffersOf(postgres, CLAIM, ['email', 10, 60_000])).resolves.toBeLessThan(
      alone + 200,
    );
    await fill(10, '-1 minute');
    const rows = await claim();
    const values = [rows.map(({ dispatchId }) => dispatchId), rows.map(({ fence }) => fence)];
    await expect(buffersOf(postgres, CLOSE, values)).resolves.toBeLessThan(400);
  });
});
