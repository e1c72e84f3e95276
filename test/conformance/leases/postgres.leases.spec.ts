import { PostgresLeases } from '../../../src/infrastructure/leases/postgres/postgres.leases.js';
import { migrate } from '../../../src/infrastructure/postgres/migrate.js';
import { createDatabase } from '../../support/database.js';
import { shiftedPostgres } from '../../support/shifted-postgres.js';
import { leasesSuite } from './leases.conformance.js';

leasesSuite('PostgreSQL', async () => {
  const database = await createDatabase();
  await migrate(database.url);
  const { postgres, advance, now } = shiftedPostgres(database.url);
  const leases = new PostgresLeases(postgres);
  return {
    leases,
    sink: leases.sink(),
    now,
    advance,
    close: async () => {
      await postgres.close();
      await database.drop();
    },
  };
});
