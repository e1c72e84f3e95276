import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { accountFor, canOpen, giveTo, nameOf } from './account.js';
import type { Account } from './account.js';
import { DataDirUnreachable } from './errors.js';

/** Where the cluster lies and who runs it. */
export interface DataDirectory {
  readonly dataDir: string;
  readonly account: Account | null;
  /** The directory that was asked for, where the account cannot reach that one. */
  readonly fellBackFrom?: string;
}

/**
 * The directory for the wanted path, made if need be. Root gets another place where the account that
 * runs PostgreSQL cannot reach the wanted one; the same wanted path always leads to the same place,
 * also after the wanted one has become reachable.
 */
export function prepareDataDirectory(wantedPath: string): DataDirectory {
  const wanted = path.resolve(wantedPath);
  const candidates = [wanted, ...(process.getuid?.() === 0 ? fallbacksFor(wanted) : [])];
  const settled = candidates.find(hasCluster);
  const failures: unknown[] = [];
  for (const dataDir of settled === undefined ? candidates : [settled, ...candidates]) {
    const account = accountFor(ownerOf(dataDir));
    try {
      makeDirectory(dataDir, account);
      if (dataDir === wanted) return { dataDir, account };
      refuseForeign(path.dirname(dataDir));
      return { dataDir, account, fellBackFrom: wanted };
    } catch (failure) {
      failures.push(failure);
    }
  }
  throw new DataDirUnreachable(wanted, nameOf(accountFor(undefined)), { cause: failures[0] });
}

export function hasCluster(dataDir: string): boolean {
  return fs.existsSync(path.join(dataDir, 'PG_VERSION'));
}

function fallbacksFor(wanted: string): string[] {
  const name = `forewarn-${createHash('sha256').update(wanted).digest('hex').slice(0, 12)}`;
  return ['/var/lib', os.tmpdir()].map((parent) => path.join(parent, name, 'pg'));
}

function ownerOf(dataDir: string): number | undefined {
  return fs.statSync(dataDir, { throwIfNoEntry: false })?.uid;
}

function makeDirectory(dataDir: string, account: Account | null): void {
  makeParents(path.dirname(dataDir), account);
  // The mode is for the last directory alone: `mkdir` with a mode would close the parents as well.
  if (!fs.existsSync(dataDir)) fs.mkdirSync(dataDir, { mode: 0o700 });
  giveTo(account, dataDir);
  if (!canOpen(account, dataDir)) throw new DataDirUnreachable(dataDir, nameOf(account));
}

/** Opens the parents that we make, whatever the umask says, and none that were there before. */
function makeParents(parent: string, account: Account | null): void {
  const first = fs.mkdirSync(parent, { recursive: true });
  if (first === undefined || account === null) return;
  for (let made = parent; made.length >= first.length; made = path.dirname(made)) {
    fs.chmodSync(made, 0o755);
  }
}

/** Somebody may have waited for us in a place that everyone can write to. */
function refuseForeign(parent: string): void {
  const owner = ownerOf(parent);
  if (owner !== process.getuid?.()) throw new DataDirUnreachable(parent, 'us alone');
}
