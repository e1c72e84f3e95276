import type pg from 'pg';

import { Leases } from '../../../application/ports/leases.port.js';
import type { Lease, LeaseChange } from '../../../application/ports/leases.port.js';
import { PostgresConsumerSink } from '../../postgres/consumer-sink.js';
import type { Postgres } from '../../postgres/postgres.js';
import { leaseBatch } from './lease-batch.js';
import type { TimedLease } from './lease-batch.js';
import { CLOSE, EXTEND, HEARTBEAT, LOCK, NEXT_FENCES, OPEN, TAKE_EXPIRED } from './statements.js';

/** Leases as rows, one a target of an action, by the database's clock. */
export class PostgresLeases extends Leases {
  constructor(private readonly postgres: Postgres) {
    super();
  }

  /** Where the leases consumer writes: rows and position in one transaction. */
  sink(): PostgresConsumerSink<LeaseChange> {
    return new PostgresConsumerSink<LeaseChange>(this.postgres, { write: writeLeases });
  }

  override async nextFences(count: number): Promise<readonly number[]> {
    const rows = await this.postgres.query<{ fence: number }>({
      name: 'leases-next-fences',
      text: NEXT_FENCES,
      values: [count],
    });
    return rows.map(({ fence }) => fence);
  }

  override async open(leases: readonly Lease[], leaseMs: number): Promise<void> {
    const timed = leases.map((lease) => ({ ...lease, leaseMs }));
    await this.postgres.query(opening(timed));
  }

  override async heartbeat(lease: Lease, leaseMs: number): Promise<number | null> {
    const [row] = await this.postgres.query<{ until_ms: number }>({
      name: 'leases-heartbeat',
      text: HEARTBEAT,
      values: [lease.streamId, lease.targetId, lease.fence, leaseMs],
    });
    return row?.until_ms ?? null;
  }

  override async extend(lease: Lease, leaseMs: number): Promise<void> {
    await this.postgres.query(extension([{ ...lease, leaseMs }]));
  }

  override async close(leases: readonly Lease[]): Promise<void> {
    await this.postgres.query(closing(leases));
  }

  override async takeExpired(limit: number, retryMs: number): Promise<readonly Lease[]> {
    const rows = await this.postgres.query<{ stream_id: string; target_id: string; fence: number }>(
      {
        name: 'leases-take-expired',
        text: TAKE_EXPIRED,
        values: [limit, retryMs],
      },
    );
    return rows.map(({ stream_id, target_id, fence }) => ({
      streamId: stream_id,
      targetId: target_id,
      fence,
    }));
  }
}

async function writeLeases(client: pg.ClientBase, changes: readonly LeaseChange[]): Promise<void> {
  const { closes, opens, extensions } = leaseBatch(changes);
  const [streamIds, targetIds] = keysOf([...closes, ...opens, ...extensions]);
  await client.query({ name: 'leases-lock', text: LOCK, values: [streamIds, targetIds] });
  if (closes.length > 0) await client.query(closing(closes));
  if (opens.length > 0) await client.query(opening(opens));
  if (extensions.length > 0) await client.query(extension(extensions));
}

const opening = (leases: readonly TimedLease[]): pg.QueryConfig => ({
  name: 'leases-open',
  text: OPEN,
  values: [...keysOf(leases), leases.map(({ leaseMs }) => leaseMs)],
});

const extension = (leases: readonly TimedLease[]): pg.QueryConfig => ({
  name: 'leases-extend',
  text: EXTEND,
  values: [...keysOf(leases), leases.map(({ leaseMs }) => leaseMs)],
});

const closing = (leases: readonly Lease[]): pg.QueryConfig => ({
  name: 'leases-close',
  text: CLOSE,
  values: [...keysOf(leases)],
});

const keysOf = (leases: readonly Lease[]): readonly unknown[] => [
  leases.map(({ streamId }) => streamId),
  leases.map(({ targetId }) => targetId),
  leases.map(({ fence }) => fence),
];
