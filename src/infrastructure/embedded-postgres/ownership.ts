import fs from 'node:fs';

import { DataDirInUse } from './errors.js';
import { startTimeOf } from './processes.js';

/** The right of one process to run, make or repair the cluster in a data directory. */
export interface Ownership {
  release(): void;
}

/**
 * Takes the data directory for this process, or refuses at once. Without it a second start would take
 * the database of the first one for a leftover and stop it. The owner file names a process by pid and
 * start time, so it frees itself when that process is gone.
 */
export function takeOwnership(dataDir: string): Ownership {
  const file = `${dataDir}.owner`;
  const mine = `${file}.${String(process.pid)}`;
  const me = `${String(process.pid)} ${startTimeOf(process.pid) ?? ''}`;
  fs.writeFileSync(mine, me);
  try {
    while (!linkExclusively(mine, file)) evictDeadOwner(dataDir, file);
  } finally {
    fs.rmSync(mine, { force: true });
  }
  return {
    release: () => {
      if (readIfThere(file) === me) fs.rmSync(file, { force: true });
    },
  };
}

/** A link appears whole or not at all, and only for one of several that try. */
function linkExclusively(from: string, to: string): boolean {
  try {
    fs.linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function evictDeadOwner(dataDir: string, file: string): void {
  const found = readIfThere(file);
  if (found === null) return;
  refuseIfAlive(dataDir, found);
  const aside = `${file}.gone-${String(process.pid)}`;
  try {
    fs.renameSync(file, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  // Another starter may have evicted the dead owner and moved in since we looked: then it gets its place back.
  const moved = readIfThere(aside);
  if (moved !== null && moved !== found) linkExclusively(aside, file);
  fs.rmSync(aside, { force: true });
}

function refuseIfAlive(dataDir: string, owner: string): void {
  const [pid, startedAt] = splitOnce(owner);
  const now = /^\d+$/.test(pid) ? startTimeOf(Number(pid)) : null;
  if (now !== null && now === startedAt) throw new DataDirInUse(dataDir, Number(pid));
}

function splitOnce(text: string): [string, string] {
  const space = text.indexOf(' ');
  return [text.slice(0, space), text.slice(space + 1)];
}

function readIfThere(file: string): string | null {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
