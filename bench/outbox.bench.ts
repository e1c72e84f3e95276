import { PostgresOutbox } from '../src/infrastructure/outbox/postgres/postgres.outbox.js';
import { Listener } from '../src/infrastructure/postgres/listener.js';
import { Postgres } from '../src/infrastructure/postgres/postgres.js';
import { benchDatabase } from './support/bench-database.js';
import { percentiles } from './support/percentiles.js';
import type { Percentiles } from './support/percentiles.js';

export interface OutboxBenchOptions {
  /** Rows that are due far in the future. */
  readonly pending?: number;
  readonly due?: number;
  readonly batch?: number;
  /** Relays that claim and close at the same time. */
  readonly relays?: number;
}

export interface OutboxBenchFigures extends Required<OutboxBenchOptions> {
  readonly rowsPerSecond: number;
  readonly claimMs: Percentiles;
  readonly closeMs: Percentiles;
}

/** How fast rows are claimed and closed beside many that are not due, one recipient a row. */
export async function outboxBench({
  pending = 200_000,
  due = 40_000,
  batch = 500,
  relays = 2,
}: OutboxBenchOptions = {}): Promise<OutboxBenchFigures> {
  const database = await benchDatabase();
  const postgres = new Postgres({ url: database.url });
  const outbox = new PostgresOutbox(postgres, new Listener(postgres));
  await postgres.query({ text: FILL, values: [pending, 'far', '1 day'] });
  await postgres.query({ text: FILL, values: [due, 'due', '-1 hour'] });
  await postgres.query({ text: 'vacuum analyze forewarn.outbox' });

  const claimMs: number[] = [];
  const closeMs: number[] = [];
  const relay = async (): Promise<void> => {
    for (;;) {
      const startedAt = performance.now();
      const rows = await outbox.claim({ channel: 'webhook', limit: batch, leaseMs: 60_000 });
      const claimedAt = performance.now();
      if (rows.length === 0) return;
      await outbox.close(rows);
      claimMs.push(claimedAt - startedAt);
      closeMs.push(performance.now() - claimedAt);
    }
  };
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: relays }, relay));
  const tookSeconds = (performance.now() - startedAt) / 1000;

  outbox.stop();
  await postgres.close();
  await database.drop();
  return {
    pending,
    due,
    batch,
    relays,
    rowsPerSecond: Math.round(due / tookSeconds),
    claimMs: percentiles(claimMs),
    closeMs: percentiles(closeMs),
  };
}

const FILL = `
insert into forewarn.outbox (dispatch_id, stream_id, target_id, recipient_id, channel, kind, revision, lead, stage,
  position, not_after, due_at)
select gen_random_uuid(), 'action-' || $2 || n / 1000, 't' || n, 'r' || n, 'webhook', 'notice', 0, 3600, 0,
  n, null, forewarn.clock_now() + $3::interval + n * interval '1 ms'
from generate_series(1, $1::integer) n`;
