import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { CreateToken } from '../../../src/application/access/create-token.js';
import { EnsureFirstAdminToken } from '../../../src/application/access/ensure-first-admin-token.js';
import { ListTokens } from '../../../src/application/access/list-tokens.js';
import { RevokeToken } from '../../../src/application/access/revoke-token.js';
import { PostgresTokenStore } from '../../../src/infrastructure/access/postgres.token-store.js';
import { migrate } from '../../../src/infrastructure/postgres/migrate.js';
import { Postgres } from '../../../src/infrastructure/postgres/postgres.js';
import { createDatabase } from '../../support/database.js';
import type { TestDatabase } from '../../support/database.js';
import { FakeClock } from '../../support/fake-clock.js';

let database: TestDatabase;
let postgres: Postgres;
let store: PostgresTokenStore;
beforeAll(async () => {
  database = await createDatabase();
  await migrate(database.url);
  postgres = new Postgres({ url: database.url, poolMax: 20 });
  store = new PostgresTokenStore(postgres);
});
afterAll(async () => {
  await postgres.close();
  await database.drop();
});

const wish = { name: 'ci', role: 'operator', expiresAt: null } as const;

describe('tokens', () => {
  it('one of many processes that start at once gets the first admin token, and nobody later', async () => {
    const starts = Array.from({ length: 20 }, () => new EnsureFirstAdminToken(store).execute());
    const tokens = (await Promise.all(starts)).filter((token) => token !== null);
    expect(tokens).toEqual([expect.stringMatching(/^fw_[\da-f]{16}_[\w-]{43}$/)]);
    expect(await new EnsureFirstAdminToken(store).execute()).toBeNull();
    const [admin] = await new ListTokens(store).execute();
    expect(admin).toMatchObject({ name: 'first-admin', role: 'admin', revokedAt: null });
    expect(admin).not.toHaveProperty('hash');
  });

  it('are named once, even when an old one is revoked', async () => {
    const create = new CreateToken(store, new FakeClock());
    const made = await create.execute(wish);
    await new RevokeToken(store).execute(made.ok ? made.tokenId : '');
    expect(await create.execute(wish)).toMatchObject({
      ok: false,
      refusal: { code: 'validation', errors: [{ pointer: '/name', code: 'taken' }] },
    });
  });

  it.each([
    { ...wish, name: 'Ann Example <ann@example.org>' },
    { ...wish, name: '' },
    { ...wish, name: 'late', expiresAt: Date.parse('2029-12-31T23:59:59Z') },
  ])('are not made from %j', async (bad) => {
    const made = await new CreateToken(store, new FakeClock()).execute(bad);
    expect(made).toMatchObject({ ok: false, refusal: { code: 'validation' } });
  });

  it('that nobody knows cannot be revoked', async () => {
    expect(await new RevokeToken(store).execute('0000000000000000')).toMatchObject({
      ok: false,
      refusal: { code: 'not_found' },
    });
  });

  it('keep the time at which they were first revoked, and their end to the millisecond', async () => {
    const expiresAt = Date.parse('2031-01-01T00:00:00.123Z');
    const made = await new CreateToken(store, new FakeClock()).execute({
      ...wish,
      name: 'twice',
      expiresAt,
    });
    const tokenId = made.ok ? made.tokenId : '';
    await store.revoke(tokenId);
    const first = await store.find(tokenId);
    await store.revoke(tokenId);
    expect(first?.revokedAt).toEqual(expect.any(Number));
    expect(first?.expiresAt).toBe(expiresAt);
    expect(await store.find(tokenId)).toEqual(first);
  });

  it('of an installation that has any are no reason for a first one', async () => {
    await postgres.query({ text: `DELETE FROM forewarn.tokens WHERE name = 'first-admin'` });
    expect(await new ListTokens(store).execute()).not.toHaveLength(0);
    expect(await new EnsureFirstAdminToken(store).execute()).toBeNull();
  });
});
