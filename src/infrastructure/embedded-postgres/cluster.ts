import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';

import { giveTo, identityOf } from './account.js';
import type { Account } from './account.js';
import { hasCluster } from './data-directory.js';
import { InitdbFailed, PasswordMissing } from './errors.js';

/** The role that owns the embedded cluster. */
export const SUPERUSER = 'forewarn';

/** What every program of PostgreSQL gets to see of our environment. */
export const CHILD_ENVIRONMENT = { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' };

interface NewCluster {
  readonly dataDir: string;
  readonly binaries: string;
  readonly account: Account | null;
}

/**
 * Makes the cluster unless it is there, and answers its password. Needs ownership of the directory:
 * whatever an earlier initdb left aside belongs to a process that is gone.
 */
export async function ensureCluster(cluster: NewCluster): Promise<string> {
  removeLeftovers(cluster.dataDir);
  const file = `${cluster.dataDir}.password`;
  if (hasCluster(cluster.dataDir)) return readPassword(file);
  const password = fs.existsSync(file) ? readPassword(file) : writePassword(file);
  await initialise(cluster, password);
  return password;
}

/** A killed initdb leaves half a cluster that looks whole, therefore it works aside and is renamed at the end. */
async function initialise(cluster: NewCluster, password: string): Promise<void> {
  const { dataDir, account } = cluster;
  const aside = `${dataDir}.init-${String(process.pid)}`;
  const passwordFile = `${aside}.password`;
  fs.mkdirSync(aside, { mode: 0o700 });
  fs.writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  giveTo(account, aside);
  giveTo(account, passwordFile);
  try {
    await runInitdb(cluster, aside, passwordFile);
    fs.rmdirSync(dataDir);
    fs.renameSync(aside, dataDir);
  } finally {
    removeLeftovers(dataDir);
  }
}

async function runInitdb(cluster: NewCluster, target: string, passwordFile: string): Promise<void> {
  const options = [
    ['-D', target],
    ['-U', SUPERUSER],
    ['--pwfile', passwordFile],
    ['--auth=scram-sha-256', '--encoding=UTF8', '--no-instructions'],
    ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'],
  ].flat();
  const child = spawn(path.join(cluster.binaries, 'bin', 'initdb'), options, {
    ...identityOf(cluster.account),
    env: CHILD_ENVIRONMENT,
    cwd: '/',
    detached: true, // A Ctrl-C in the terminal is for the service, which ends what it started in order.
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const collect = (chunk: Buffer): void => {
    output += chunk.toString();
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const [status] = (await once(child, 'close')) as [number | null];
  if (status !== 0) throw new InitdbFailed(cluster.dataDir, output.trim());
}

function removeLeftovers(dataDir: string): void {
  const parent = path.dirname(dataDir);
  const prefix = `${path.basename(dataDir)}.init-`;
  for (const name of fs.readdirSync(parent).filter((entry) => entry.startsWith(prefix))) {
    // The initdb of a killed process may still be writing there; it gives up when its files are gone.
    const patience = { maxRetries: 10, retryDelay: 100 };
    fs.rmSync(path.join(parent, name), { recursive: true, force: true, ...patience });
  }
}

function readPassword(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new PasswordMissing(file);
    throw error;
  }
}

/** Durable before the cluster exists, for the cluster is worth nothing without it. */
function writePassword(file: string): string {
  const password = randomBytes(24).toString('base64url');
  const unfinished = `${file}.new`;
  fs.rmSync(unfinished, { force: true });
  const handle = fs.openSync(unfinished, 'wx', 0o600);
  fs.writeSync(handle, `${password}\n`);
  fs.fsyncSync(handle);
  fs.closeSync(handle);
  fs.renameSync(unfinished, file);
  return password;
}
