import { spawn } from 'node:child_process';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { identityOf } from './account.js';
import type { Account } from './account.js';
import { CHILD_ENVIRONMENT } from './cluster.js';
import { PostgresDidNotStart } from './errors.js';

/** Everything that the server needs to know; the same at every restart. */
export interface ServerPlan {
  readonly binaries: string;
  readonly dataDir: string;
  readonly account: Account | null;
  readonly port: number;
  readonly settings: Readonly<Record<string, string>>;
  /** Gets what the server writes to its log. */
  readonly log: (text: string) => void;
}

/** A server that accepts connections, until `exited` resolves. */
export interface Postmaster {
  readonly pid: number;
  /** Resolves with the exit status or signal. */
  readonly exited: Promise<string>;
  stop(): Promise<void>;
}

const READY = 'ready to accept connections';
const OUTPUT_KEPT = 8000;
const FAST_STOP_MS = 10_000;

/** Starts the server and waits until it accepts connections, crash recovery included. */
export async function startPostmaster(plan: ServerPlan): Promise<Postmaster> {
  const settings = Object.entries(plan.settings).flatMap(([key, value]) => [
    '-c',
    `${key}=${value}`,
  ]);
  const options = ['-D', plan.dataDir, '-p', String(plan.port), ...settings];
  const child = spawn(path.join(plan.binaries, 'bin', 'postgres'), options, {
    ...identityOf(plan.account),
    env: CHILD_ENVIRONMENT,
    cwd: '/',
    detached: true, // A Ctrl-C in the terminal reaches the service alone, which ends PostgreSQL last.
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const exited = new Promise<string>((resolve) => {
    child.once('error', ({ message }) => {
      resolve(message);
    });
    child.once('exit', (code, signal) => {
      resolve(signal ?? `status ${String(code)}`);
    });
  });
  let output = '';
  const ready = new Promise<void>((resolve) => {
    child.stderr.on('data', (chunk: Buffer) => {
      const text = chunk.toString();
      output = (output + text).slice(-OUTPUT_KEPT);
      plan.log(text);
      if (output.includes(READY)) resolve();
    });
  });
  const status = await Promise.race([ready, exited]);
  if (status !== undefined) throw new PostgresDidNotStart(status, output.trim());
  // The server must not keep a program alive that has nothing else to do.
  child.unref();
  (child.stderr as unknown as { unref(): void }).unref();
  return { pid: child.pid ?? 0, exited, stop: () => stop(child, exited) };
}

/** Fast first: sessions are broken off and everything is written out. Then at once. */
async function stop(
  child: { kill(signal: NodeJS.Signals): boolean; ref(): void },
  exited: Promise<string>,
): Promise<void> {
  child.ref();
  child.kill('SIGINT');
  const patience = new AbortController();
  const late = pause(FAST_STOP_MS, 'late', { signal: patience.signal }).catch(() => 'over');
  if ((await Promise.race([exited, late])) === 'late') child.kill('SIGQUIT');
  await exited;
  patience.abort();
}
