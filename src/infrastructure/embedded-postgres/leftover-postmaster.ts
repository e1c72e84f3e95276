import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { PostmasterDoesNotStop } from './errors.js';
import { isPostmasterOf, isTaken } from './processes.js';

/** A polite end, then one without a checkpoint; the log makes up for it at the next start. */
const SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT'];
const PATIENCE_MS = 10_000;
const POLL_MS = 25;

/**
 * Ends a server that outlived the process which started it, and removes its pid file where the pid
 * belongs to another program by now: PostgreSQL would refuse to start in both cases.
 */
export async function endLeftoverPostmaster(dataDir: string): Promise<void> {
  const pidFile = path.join(dataDir, 'postmaster.pid');
  if (!fs.existsSync(pidFile)) return;
  const pid = Number.parseInt(fs.readFileSync(pidFile, 'utf8'), 10);
  if (Number.isNaN(pid) || pid <= 0) {
    fs.rmSync(pidFile);
    return;
  }
  if (isPostmasterOf(pid, dataDir)) await end(pid, dataDir);
  else if (isTaken(pid)) fs.rmSync(pidFile);
}

async function end(pid: number, dataDir: string): Promise<void> {
  for (const signal of SIGNALS) {
    process.kill(pid, signal);
    const deadline = performance.now() + PATIENCE_MS;
    while (performance.now() < deadline) {
      if (!isPostmasterOf(pid, dataDir)) return;
      await pause(POLL_MS);
    }
  }
  throw new PostmasterDoesNotStop(pid);
}
