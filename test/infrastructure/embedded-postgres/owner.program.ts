/** Starts a PostgreSQL on the given directory, says so, and runs until it is ended or killed. */
import { startPostgres } from '../../../src/infrastructure/embedded-postgres/embedded-postgres.js';

const postgres = await startPostgres({ dataDir: process.argv[2] ?? '' });
process.stdout.write(`ready ${postgres.url} ${String(postgres.pid())}\n`);
process.once('SIGTERM', () => void postgres.stop().then(() => process.exit(0)));
setInterval(() => undefined, 60_000);
