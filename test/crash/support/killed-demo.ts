import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';

import { makeScratchDirectory } from '../../support/scratch-directory.js';

const DEMO = path.resolve(import.meta.dirname, '..', '..', '..', 'examples', 'demo', 'demo.js');

/** One promise of PRODUCT.md, tried on what the receivers and the executor have written down. */
export interface TriedPromise {
  readonly name: string;
  readonly looked: number;
  readonly broken: readonly string[];
  readonly said: string | null;
  readonly isKept: boolean;
}

export interface Kill {
  readonly phase: string;
  readonly delayMs: number;
  readonly downMs: number;
}

export interface KilledDemo {
  readonly promises: readonly TriedPromise[];
  readonly kills: readonly Kill[];
  readonly statuses: readonly (readonly [type: string, status: string])[];
  readonly counters: readonly Readonly<Record<string, number>>[];
  readonly uncertain: number;
  readonly counts: Readonly<Record<string, number>>;
}

export class DemoDidNotFinish extends Error {
  override readonly name = 'DemoDidNotFinish';
  constructor(status: number | string, output: string) {
    super(`the demo ended with ${String(status)} and without a report:\n${output}`);
  }
}

const running = new Set<ReturnType<typeof spawn>>();

/** Ends what a failed test has left behind; the demo ends its own service, receivers and executor. */
export async function endDemos(): Promise<void> {
  for (const child of running) {
    const ended = once(child, 'close');
    child.kill('SIGTERM');
    await ended;
  }
}

/**
 * Plays the demo's story on a service that is killed (SIGKILL) at moments which `seed` chooses, and started again on
 * the same data, while the receivers and the executor live on and keep their ledgers. Needs a build.
 */
export async function playKilledDemo(seed: number): Promise<KilledDemo> {
  const scratch = makeScratchDirectory();
  try {
    const report = path.join(scratch.path, 'report.json');
    const command = [DEMO, '--kill', '--seed', String(seed), '--json', report];
    const child = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'pipe'] });
    running.add(child);
    let output = '';
    const collect = (chunk: string): void => {
      output += chunk;
    };
    child.stdout.setEncoding('utf8').on('data', collect);
    child.stderr.setEncoding('utf8').on('data', collect);
    const [status, signal] = (await once(child, 'close')) as [number | null, string | null];
    running.delete(child);
    if (!fs.existsSync(report)) throw new DemoDidNotFinish(status ?? signal ?? 'nothing', output);
    return JSON.parse(fs.readFileSync(report, 'utf8')) as KilledDemo;
  } finally {
    scratch.remove();
  }
}
