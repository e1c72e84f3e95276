import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { StoreUnavailable } from '../../../src/application/ports/event-store.port.js';
import { Postgres } from '../../../src/infrastructure/postgres/postgres.js';
import { createDatabase } from '../../support/database.js';
import type { TestDatabase } from '../../support/database.js';

describe('postgres', () => {
  let database: TestDatabase;
  let postgres: Postgres;
  beforeEach(async () => {
    database = await createDatabase();
    postgres = new Postgres({ url: database.url, applicationName: 'test' });
    await postgres.query({ text: 'create table facts (n integer unique)' });
  });
  afterEach(async () => {
    await postgres.close();
    await database.drop();
  });
  const facts = () => postgres.query<{ n: number }>({ text: 'select n from facts order by n' });

  it('names its connections after their use', async () => {
    expect(await postgres.query({ text: 'show application_name' })).toEqual([
      { application_name: 'test pool' },
    ]);
  });

  it('commits what the work did when it returns, and nothing when it throws', async () => {
    class Refused extends Error {}
    const kept = await postgres.transaction(async (client) => {
      await client.query('insert into facts values (1)');
      return 'kept';
    });
    const refused = postgres.transaction(async (client) => {
      await client.query('insert into facts values (2)');
      throw new Refused();
    });

    await expect(refused).rejects.toThrow(Refused);
    expect(kept).toBe('kept');
    expect(await facts()).toEqual([{ n: 1 }]);
  });

  it('says that the store is unavailable when a connection is killed inside of the work', async () => {
    const killed = postgres.transaction(async (client) => {
      await client.query('select pg_terminate_backend(pg_backend_pid())');
    });

    await expect(killed).rejects.toThrow(StoreUnavailable);
    expect(await facts()).toEqual([]);
  });

  it('says that the store is unavailable when nobody listens', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    const away = new Postgres({ url: `postgres://nobody@127.0.0.1:${String(port)}/none` });

    await expect(away.query({ text: 'select 1' })).rejects.toThrow(StoreUnavailable);
    await expect(away.transaction(() => Promise.resolve())).rejects.toThrow(StoreUnavailable);
    await away.close();
  });

  it('leaves the errors of the statement itself as they are', async () => {
    await postgres.query({ text: 'insert into facts values (1)' });

    const again = postgres.query({ text: 'insert into facts values (1)' });

    await expect(again).rejects.toMatchObject({ code: '23505' });
  });
});
