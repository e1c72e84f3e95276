import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import type { Beginning } from '../../../src/application/ports/idempotency-store.port.js';
import { PostgresIdempotencyStore } from '../../../src/infrastructure/idempotency/postgres.idempotency-store.js';
import { migrate } from '../../../src/infrastructure/postgres/migrate.js';
import { Postgres } from '../../../src/infrastructure/postgres/postgres.js';
import { createDatabase } from '../../support/database.js';
import type { TestDatabase } from '../../support/database.js';

let database: TestDatabase;
let pools: Postgres[];
let stores: PostgresIdempotencyStore[];
beforeAll(async () => {
  database = await createDatabase();
  await migrate(database.url);
  pools = [1, 2, 3].map(() => new Postgres({ url: database.url }));
  stores = pools.map((pool) => new PostgresIdempotencyStore(pool));
});
afterAll(async () => {
  await Promise.all(pools.map((pool) => pool.close()));
  await database.drop();
});

const requestOf = (key: string, bodyHash = 'h') => ({
  principal: 'p',
  route: 'POST /v1/x {}',
  key,
  bodyHash,
});
const ANSWER = { status: 201, headers: { etag: '"1"' }, body: '{"a": 1}' };
const store = (): PostgresIdempotencyStore => stores[0] ?? fail();
const fail = (): never => {
  throw new TypeError('not set up');
};
const holderOf = (beginning: Beginning): string =>
  beginning.kind === 'begun' ? beginning.holder : fail();
const run = (text: string) => (pools[0] ?? fail()).query({ text });
const endLease = (key: string) =>
  run(
    `UPDATE forewarn.idempotency SET lease_until = clock_timestamp() - interval '1 s' WHERE key = '${key}'`,
  );
const age = (key: string, hours: number) =>
  run(
    `UPDATE forewarn.idempotency SET created_at = created_at - interval '${String(hours)} h' WHERE key = '${key}'`,
  );

describe('the idempotency store', () => {
  it('lets one of many equal requests begin, over several processes', async () => {
    const many = Array.from({ length: 60 }, (_, at) => stores[at % 3] ?? fail());
    const beginnings = await Promise.all(many.map((each) => each.begin(requestOf('race'))));
    const kinds = beginnings.map(({ kind }) => kind).sort();
    expect(kinds).toEqual(['begun', ...Array<string>(59).fill('running')]);
  });

  it('gives the kept answer, and only to the same request', async () => {
    const holder = holderOf(await store().begin(requestOf('done')));
    await store().finish(requestOf('done'), holder, ANSWER);
    expect(await store().begin(requestOf('done'))).toEqual({ kind: 'done', answer: ANSWER });
    expect(await store().begin(requestOf('done', 'other'))).toEqual({ kind: 'reused' });
    const stranger = { ...requestOf('done'), principal: 'q' };
    expect(await store().begin(stranger)).toMatchObject({ kind: 'begun' });
  });

  it('says how long the lease still runs, at most 30 seconds', async () => {
    await store().begin(requestOf('lease'));
    const second = await store().begin(requestOf('lease'));
    expect(second).toEqual({ kind: 'running', leaseLeftSeconds: expect.any(Number) });
    expect(second.kind === 'running' && second.leaseLeftSeconds).toBeLessThanOrEqual(30);
  });

  it('hands the same request on when a lease has ended, and ignores the one who lost it', async () => {
    const lost = holderOf(await store().begin(requestOf('taken')));
    await endLease('taken');
    expect(await store().begin(requestOf('taken', 'other'))).toEqual({ kind: 'reused' });
    const taker = holderOf(await store().begin(requestOf('taken')));
    await store().finish(requestOf('taken'), lost, { ...ANSWER, status: 500 });
    await store().abandon(requestOf('taken'), lost);
    expect(await store().begin(requestOf('taken'))).toMatchObject({ kind: 'running' });
    await store().finish(requestOf('taken'), taker, ANSWER);
    expect(await store().begin(requestOf('taken'))).toEqual({ kind: 'done', answer: ANSWER });
  });

  it('can be tried again at once when it was abandoned', async () => {
    const holder = holderOf(await store().begin(requestOf('again')));
    await store().abandon(requestOf('again'), holder);
    expect(await store().begin(requestOf('again'))).toMatchObject({ kind: 'begun' });
  });

  it('counts for 24 hours, then the key is free and its entry is purged', async () => {
    for (const [key, hours] of [
      ['day-old', 25],
      ['fresh', 23],
    ] as const) {
      const holder = holderOf(await store().begin(requestOf(key)));
      await store().finish(requestOf(key), holder, ANSWER);
      await age(key, hours);
    }
    expect(await store().begin(requestOf('fresh'))).toMatchObject({ kind: 'done' });
    expect(await store().begin(requestOf('day-old', 'other'))).toMatchObject({ kind: 'begun' });
    await age('day-old', 25);
    expect(await store().purge(1_000)).toBe(1);
    expect(await store().purge(1_000)).toBe(0);
  });
});
