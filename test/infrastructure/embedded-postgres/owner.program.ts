/** Starts a PostgreSQL on the given directory, says so, and runs until it is killed. */
import { startPostgres } from '../../../src/infrastructure/embedded-postgres/embedded-postgres.js';

const postgres = await startPostgres({ dataDir: process.argv[2] ?? '' });
process.stdout.write(`ready ${postgres.url} ${String(postgres.pid())}\n`);
setInterval(() => undefined, 60_000);
