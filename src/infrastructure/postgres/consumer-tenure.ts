import type pg from 'pg';

import type { ConsumerKey, Tenure } from '../../application/ports/consumer.port.js';
import type { Postgres } from './postgres.js';

/** Where a batch ends and how long its consumer stays ours. */
export interface Move {
  readonly position: bigint;
  readonly leaseMs: number;
}

/**
 * Takes the consumer over when nobody holds it, its lease has run out or `owner` holds it already, else answers null.
 * The epoch rises in any case: after a commit whose answer was lost, the owner learns the true position by it.
 */
export async function acquireTenure(
  postgres: Postgres,
  key: ConsumerKey,
  owner: string,
  leaseMs: number,
): Promise<Tenure | null> {
  const [row] = await postgres.query<{ epoch: string; position: string }>({
    name: 'consumer-acquire',
    text: ACQUIRE,
    values: [...keyValues(key), owner, leaseMs],
  });
  return row === undefined ? null : { epoch: Number(row.epoch), position: BigInt(row.position) };
}

/**
 * Commits what `write` does and the new position in one transaction, or neither when the tenure is not ours any more.
 * `tenure.position` is where the last committed batch ended: the holder carries it along from batch to batch.
 * The position goes first: its row lock keeps a successor from reading it before this batch is through.
 */
export async function commitUnderTenure(
  postgres: Postgres,
  key: ConsumerKey,
  tenure: Tenure,
  {
    move,
    write,
  }: { readonly move: Move; readonly write: (client: pg.PoolClient) => Promise<void> },
): Promise<'committed' | 'lost'> {
  return postgres.transaction(async (client) => {
    if (!(await movePosition(client, key, tenure, move))) return 'lost';
    await write(client);
    return 'committed';
  });
}

/**
 * The statement inside `commitUnderTenure`, for sinks with a transaction of their own. False: the epoch is not ours
 * or the position is not where the tenure says, and the transaction must write nothing. Otherwise the transaction
 * commits without waiting for the disk. When the server dies, rows and position are lost together; the tenure then
 * does not fit any more, its holder acquires anew and the log brings both back. Statements behind it are planned for
 * the tables as they are: a plan that was kept from when a table was small would read all of it later.
 */
export async function movePosition(
  client: pg.ClientBase,
  key: ConsumerKey,
  tenure: Tenure,
  { position, leaseMs }: Move,
): Promise<boolean> {
  const { rowCount } = await client.query({
    name: 'consumer-move',
    text: MOVE,
    values: [...keyValues(key), tenure.epoch, tenure.position, position, leaseMs],
  });
  return rowCount === 1;
}

/** Gives the consumer up. Nothing happens when somebody else has taken it over meanwhile. */
export async function releaseTenure(
  postgres: Postgres,
  key: ConsumerKey,
  { epoch }: Tenure,
): Promise<void> {
  await postgres.query({
    name: 'consumer-release',
    text: RELEASE,
    values: [...keyValues(key), epoch],
  });
}

const keyValues = ({ name, version, shard }: ConsumerKey): readonly unknown[] => [
  name,
  version,
  shard,
];

const ACQUIRE = `
insert into forewarn.consumers as c (name, version, shard, owner, epoch, lease_until)
values ($1, $2, $3, $4, 1, forewarn.clock_now() + $5 * interval '1 ms')
on conflict (name, version, shard) do update
  set owner = excluded.owner, epoch = c.epoch + 1, lease_until = excluded.lease_until
  where c.owner is null or c.owner = excluded.owner or c.lease_until <= forewarn.clock_now()
returning epoch, position`;

const MOVE = `
update forewarn.consumers
set position = $6, lease_until = forewarn.clock_now() + $7 * interval '1 ms'
where name = $1 and version = $2 and shard = $3 and epoch = $4 and position = $5 and $5 <= $6
returning
  set_config('synchronous_commit', 'off', true),
  set_config('plan_cache_mode', 'force_custom_plan', true)`;

const RELEASE = `
update forewarn.consumers set owner = null, lease_until = null
where name = $1 and version = $2 and shard = $3 and epoch = $4`;
