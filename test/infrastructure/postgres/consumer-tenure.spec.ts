import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import type { ConsumerKey, Tenure } from '../../../src/application/ports/consumer.port.js';
import {
  acquireTenure,
  commitUnderTenure,
  releaseTenure,
} from '../../../src/infrastructure/postgres/consumer-tenure.js';
import { migrate } from '../../../src/infrastructure/postgres/migrate.js';
import { Postgres } from '../../../src/infrastructure/postgres/postgres.js';
import { createDatabase } from '../../support/database.js';
import type { TestDatabase } from '../../support/database.js';

let database: TestDatabase;
let postgres: Postgres;

beforeAll(async () => {
  database = await createDatabase();
  await migrate(database.url);
  postgres = new Postgres({ url: database.url });
  await postgres.pool.query('create table written (value int)');
});

afterAll(async () => {
  await postgres.close();
  await database.drop();
});

let serial = 0;
const freshKey = (): ConsumerKey => ({ name: `c${String(++serial)}`, version: 1, shard: 0 });

async function taken(key: ConsumerKey, owner: string, leaseMs = 60_000): Promise<Tenure> {
  const tenure = await acquireTenure(postgres, key, owner, leaseMs);
  if (tenure === null) throw new TypeError('the consumer is held by somebody else');
  return tenure;
}

const write = (key: ConsumerKey, tenure: Tenure, position: bigint, value: number) =>
  commitUnderTenure(postgres, key, tenure, {
    move: { position, leaseMs: 60_000 },
    write: async (client) => {
      await client.query('insert into written values ($1)', [value]);
    },
  });

const written = async (value: number): Promise<number> =>
  (await postgres.pool.query('select from written where value = $1', [value])).rowCount ?? 0;

describe('the tenure of a consumer', () => {
  it('starts at position 0 and goes on where the last batch ended', async () => {
    const key = freshKey();
    const tenure = await taken(key, 'a');
    expect(tenure.position).toBe(0n);
    await expect(write(key, tenure, 7n, 1)).resolves.toBe('committed');
    await releaseTenure(postgres, key, tenure);
    await expect(taken(key, 'b')).resolves.toMatchObject({ position: 7n });
  });

  it('goes to one of many owners', async () => {
    const key = freshKey();
    const owners = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    const tenures = await Promise.all(
      owners.map((owner) => acquireTenure(postgres, key, owner, 60_000)),
    );
    expect(tenures.filter((tenure) => tenure !== null)).toHaveLength(1);
  });

  it('goes to another owner only when the lease is over', async () => {
    const key = freshKey();
    await taken(key, 'a', 60_000);
    await expect(acquireTenure(postgres, key, 'b', 60_000)).resolves.toBeNull();
    await postgres.pool.query(
      `update forewarn.consumers set lease_until = forewarn.clock_now() where name = $1`,
      [key.name],
    );
    await expect(acquireTenure(postgres, key, 'b', 60_000)).resolves.not.toBeNull();
  });

  it('lets a superseded holder write nothing', async () => {
    const key = freshKey();
    const old = await taken(key, 'a', 0);
    const successor = await taken(key, 'b');
    expect(successor.epoch).toBeGreaterThan(old.epoch);
    await expect(write(key, old, 9n, 42)).resolves.toBe('lost');
    await expect(written(42)).resolves.toBe(0);
    await expect(write(key, successor, 9n, 43)).resolves.toBe('committed');
    await expect(written(43)).resolves.toBe(1);
  });

  it('does not move back', async () => {
    const key = freshKey();
    const tenure = await taken(key, 'a');
    await write(key, tenure, 5n, 51);
    await expect(write(key, { ...tenure, position: 5n }, 4n, 52)).resolves.toBe('lost');
    await expect(written(52)).resolves.toBe(0);
  });

  it('ends when the position is not where the holder left it', async () => {
    const key = freshKey();
    const tenure = await taken(key, 'a');
    await write(key, tenure, 5n, 53);
    // What a server that dies does to a batch that it had not flushed yet.
    await postgres.pool.query('update forewarn.consumers set position = 0 where name = $1', [
      key.name,
    ]);
    await expect(write(key, { ...tenure, position: 5n }, 8n, 54)).resolves.toBe('lost');
    await expect(written(54)).resolves.toBe(0);
  });

  it('moves neither rows nor position when the write fails', async () => {
    const key = freshKey();
    const tenure = await taken(key, 'a');
    const failing = commitUnderTenure(postgres, key, tenure, {
      move: { position: 3n, leaseMs: 60_000 },
      write: async (client) => {
        await client.query('insert into written values (61)');
        throw new TypeError('the disk is on fire');
      },
    });
    await expect(failing).rejects.toThrow('the disk is on fire');
    await expect(written(61)).resolves.toBe(0);
    await expect(taken(key, 'a')).resolves.toMatchObject({ position: 0n });
  });

  it('is not ended by a release of an older holder', async () => {
    const key = freshKey();
    const old = await taken(key, 'a', 0);
    await taken(key, 'b');
    await releaseTenure(postgres, key, old);
    await expect(acquireTenure(postgres, key, 'c', 60_000)).resolves.toBeNull();
  });
});
