import '../../scripts/typescript.mjs';

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** One PostgreSQL for the whole run. Nothing in it outlives the run, so nothing waits for the disk. */
export default async function setUp() {
  if (process.env.DATABASE_URL) return;
  const { startPostgres } =
    await import('../../src/infrastructure/embedded-postgres/embedded-postgres.ts');
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'forewarn-test-'));
  fs.chmodSync(folder, 0o755);
  const postgres = await startPostgres({
    dataDir: path.join(folder, 'pg'),
    settings: { fsync: 'off', full_page_writes: 'off' },
  });
  process.env.DATABASE_URL = postgres.url;
  globalThis.forewarnTestDatabase = { postgres, folder };
}
