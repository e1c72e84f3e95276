import path from 'node:path';
import { parseArgs } from 'node:util';

import { CreateToken } from './application/access/create-token.js';
import { ROLES } from './application/access/principal.js';
import type { Role } from './application/access/principal.js';
import { PostgresTokenStore } from './infrastructure/access/postgres.token-store.js';
import { DatabaseClock } from './infrastructure/clock/database.clock.js';
import { postgresTimeSources } from './infrastructure/clock/postgres/time-sources.js';
import type { Config } from './infrastructure/config/config.js';
import { readEnvironment } from './infrastructure/config/env-file.js';
import { loadConfig } from './infrastructure/config/load-config.js';
import { startPostgres } from './infrastructure/embedded-postgres/embedded-postgres.js';
import { urlOfRunningPostgres } from './infrastructure/embedded-postgres/running-postgres.js';
import { migrate } from './infrastructure/postgres/migrate.js';
import { Postgres } from './infrastructure/postgres/postgres.js';

/** `npm run token`: makes a token, whether the service runs or not, and prints it once. */
const { values } = parseArgs({
  options: {
    name: { type: 'string', default: `made-${String(Date.now())}` },
    role: { type: 'string', default: 'admin' },
  },
});
const role = ROLES.find((known) => known === values.role);
if (role === undefined) {
  process.stderr.write(`--role: expected one of ${ROLES.join(', ')}, found ${values.role}\n`);
  process.exit(64);
}
await onDatabase(loadConfig(readEnvironment(process.cwd(), process.env)), async (url) => {
  process.stdout.write(`${await makeToken(url, values.name, role)}\n`);
});

async function makeToken(url: string, name: string, tokenRole: Role): Promise<string> {
  await migrate(url);
  const postgres = new Postgres({ url, poolMax: 1 });
  const clock = new DatabaseClock(postgresTimeSources(postgres));
  await clock.measure();
  const tokens = new CreateToken(new PostgresTokenStore(postgres), clock);
  const created = await tokens.execute({ name, role: tokenRole, expiresAt: null });
  await postgres.close();
  if (created.ok) return created.token;
  process.stderr.write(`${created.refusal.detail}\n`);
  process.exit(64);
}

async function onDatabase(config: Config, work: (url: string) => Promise<void>): Promise<void> {
  const dataDir = path.resolve(config.dataDir, 'pg');
  const url = config.databaseUrl ?? urlOfRunningPostgres(dataDir);
  if (url !== null) return work(url);
  const postgres = await startPostgres({ dataDir });
  try {
    await work(postgres.url);
  } finally {
    await postgres.stop();
  }
}
