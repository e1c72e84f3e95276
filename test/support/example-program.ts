import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export interface Program {
  readonly port: number;
  /** What it has printed, one JSON value a line. */
  readonly lines: readonly Record<string, unknown>[];
  readonly stop: () => Promise<void>;
}

/** Runs an example as its own process on a free port and waits until it says that it listens. */
export const startExample = async (
  path: string,
  env: Readonly<Record<string, string>>,
): Promise<Program> => {
  const child = spawn(process.execPath, [`examples/${path}`], {
    env: { PATH: process.env['PATH'], PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (complaints += chunk));
  const lines: Record<string, unknown>[] = [];
  const port = await new Promise<number>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const value = JSON.parse(line) as Record<string, unknown>;
      if (typeof value['listening'] === 'number') resolve(value['listening']);
      else lines.push(value);
    });
    exited.then(() => {
      reject(new TypeError(`${path} did not start: ${complaints}`));
    }, reject);
  });
  return {
    port,
    lines,
    stop: async () => {
      child.kill();
      await exited;
    },
  };
};
