import { spawn } from 'node:child_process';
import { once } from 'node:events';

import type { Block } from './pages.js';
import { ROOT } from './pages.js';

const BREAK = '--- next block ---';

export interface Answered {
  readonly block: Block;
  readonly output: string;
}

/** Runs the blocks of one page in one shell, one after the other, and answers what each of them printed. */
export async function runBlocks(
  blocks: readonly Block[],
  env: Readonly<Record<string, string>>,
  cwd = ROOT,
): Promise<readonly Answered[]> {
  const script = blocks.map(({ text }) => `${text}\nprintf '\\n${BREAK}\\n'\n`).join('');
  const shell = spawn('bash', ['-euo', 'pipefail', '-c', script], {
    cwd,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let complaints = '';
  shell.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  shell.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text));
  const [status] = (await once(shell, 'close')) as [number | null];
  const outputs = output.split(`\n${BREAK}\n`);
  const failed = blocks[outputs.length - 1];
  if (status !== 0 || failed !== undefined) {
    throw new TypeError(`${failed?.place ?? 'the shell'} failed: ${output}${complaints}`);
  }
  return blocks.map((block, index) => ({ block, output: (outputs[index] ?? '').trim() }));
}
