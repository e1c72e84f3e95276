import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

import { afterEach } from '@jest/globals';

const ROOT = path.resolve(import.meta.dirname, '..', '..');

/** A program of ours in a process of its own. */
export interface RunningProgram {
  readonly process: ChildProcess;
  /** Everything that it has written so far. */
  output(): string;
  /** Resolves with the first match in its output; rejects if the program ends without one. */
  waitFor(pattern: RegExp): Promise<RegExpExecArray>;
  /** Resolves with its exit status, or the signal that ended it. */
  readonly ended: Promise<number | string>;
}

interface Surroundings {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

const started: RunningProgram[] = [];

/** A failed test must not leave a program behind: it would keep the whole run open. */
afterEach(async () => {
  for (const program of started.splice(0)) {
    program.process.kill('SIGTERM');
    await program.ended;
  }
});

/** Runs a TypeScript file of this tree, named by its path from the root, without a build. */
export function runProgram(
  file: string,
  programArguments: readonly string[] = [],
  { cwd = ROOT, env = process.env }: Surroundings = {},
): RunningProgram {
  const loader = path.join(ROOT, 'scripts', 'typescript.mjs');
  const command = ['--import', loader, path.join(ROOT, file), ...programArguments];
  const child = spawn(process.execPath, command, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const collect = (chunk: Buffer): void => {
    output += chunk.toString();
    child.emit('output');
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const ended = once(child, 'close').then(
    ([status, signal]) => (status ?? signal) as number | string,
  );
  const waitFor = async (pattern: RegExp): Promise<RegExpExecArray> => {
    for (;;) {
      const match = pattern.exec(output);
      if (match !== null) return match;
      const event = await Promise.race([once(child, 'output'), ended]);
      if (!Array.isArray(event) && !pattern.test(output)) throw new TypeError(output);
    }
  };
  const program = { process: child, output: () => output, waitFor, ended };
  started.push(program);
  return program;
}
