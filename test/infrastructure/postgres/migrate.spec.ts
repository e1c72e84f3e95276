import { describe, expect, it } from '@jest/globals';
import pg from 'pg';

import { migrate } from '../../../src/infrastructure/postgres/migrate.js';
import { migrations } from '../../../src/infrastructure/postgres/migrations/index.js';
import { createDatabase } from '../../support/database.js';

describe('migrations', () => {
  it('run once each when many processes start at the same time, and again change nothing', async () => {
    const database = await createDatabase();
    await Promise.all(Array.from({ length: 6 }, () => migrate(database.url)));
    await migrate(database.url);

    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    const { rows: done } = await client.query('select from forewarn.migrations');
    const { rows: strays } = await client.query(
      "select table_name from information_schema.tables where table_schema = 'public'",
    );
    await client.end();
    await database.drop();

    expect(done).toHaveLength(migrations.length);
    expect(strays).toEqual([]);
  });
});
