import { PostgresLeases } from '../src/infrastructure/leases/postgres/postgres.leases.js';
import { Postgres } from '../src/infrastructure/postgres/postgres.js';
import { benchDatabase } from './support/bench-database.js';

export interface LeasesBenchOptions {
  /** Leases that run on for long. */
  readonly open?: number;
  readonly batch?: number;
  readonly batches?: number;
}

export interface LeasesBenchFigures extends Required<LeasesBenchOptions> {
  /** Fences taken, rows opened and closed, per second. */
  readonly openClosePerSecond: number;
  readonly heartbeatsPerSecond: number;
  /** Leases that have run out and are handed over, per second. */
  readonly takenPerSecond: number;
}

/** How fast leases come, beat and go beside many that run on. */
export async function leasesBench({
  open = 100_000,
  batch = 250,
  batches = 60,
}: LeasesBenchOptions = {}): Promise<LeasesBenchFigures> {
  const database = await benchDatabase();
  const postgres = new Postgres({ url: database.url });
  const leases = new PostgresLeases(postgres);
  await postgres.query({ text: FILL, values: [open] });
  await postgres.query({ text: 'vacuum analyze forewarn.leases' });

  const rate = async (count: number, work: () => Promise<void>): Promise<number> => {
    const startedAt = performance.now();
    await work();
    return Math.round(count / ((performance.now() - startedAt) / 1000));
  };
  const claim = async (serial: number) => {
    const fences = await leases.nextFences(batch);
    return fences.map((fence, at) => ({
      streamId: `action-${String(serial)}`,
      targetId: `t${String(at)}`,
      fence,
    }));
  };
  const total = batch * batches;
  const openClosePerSecond = await rate(total, async () => {
    for (let serial = 0; serial < batches; serial += 1) {
      const claimed = await claim(serial);
      await leases.open(claimed, 60_000);
      await leases.close(claimed);
    }
  });
  const beating = await claim(batches);
  await leases.open(beating, 60_000);
  const heartbeatsPerSecond = await rate(beating.length, async () => {
    await Promise.all(beating.map((lease) => leases.heartbeat(lease, 60_000)));
  });
  await postgres.query({ text: FILL_EXPIRED, values: [total] });
  const takenPerSecond = await rate(total, async () => {
    while ((await leases.takeExpired(batch, 60_000)).length > 0);
  });

  await postgres.close();
  await database.drop();
  return { open, batch, batches, openClosePerSecond, heartbeatsPerSecond, takenPerSecond };
}

const FILL = `
insert into forewarn.leases (stream_id, target_id, fence, lease_until)
select 'action-far', 't' || n, n, forewarn.clock_now() + interval '1 day' from generate_series(1, $1::integer) n`;

const FILL_EXPIRED = `
insert into forewarn.leases (stream_id, target_id, fence, lease_until)
select 'action-expired', 't' || n, n, forewarn.clock_now() - interval '1 minute' from generate_series(1, $1::integer) n`;
