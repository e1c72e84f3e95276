import fs from 'node:fs';
import path from 'node:path';

import { SUPERUSER } from './cluster.js';
import { prepareDataDirectory } from './data-directory.js';
import { isPostmasterOf } from './processes.js';

/** Connection string of the embedded PostgreSQL that another process runs on these data, or null when none does. */
export function urlOfRunningPostgres(wantedDataDir: string): string | null {
  const { dataDir } = prepareDataDirectory(wantedDataDir);
  const pidFile = path.join(dataDir, 'postmaster.pid');
  if (!fs.existsSync(pidFile)) return null;
  const [pid, , , port] = fs.readFileSync(pidFile, 'utf8').split('\n');
  if (port === undefined || !isPostmasterOf(Number(pid), dataDir)) return null;
  const password = fs.readFileSync(`${dataDir}.password`, 'utf8').trim();
  return `postgres://${SUPERUSER}:${password}@127.0.0.1:${port}/postgres`;
}
