import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

import { ROOT } from './pages.js';

export interface RunningService {
  readonly url: string;
  /** The admin token of the first start; empty on a database that had one already. */
  readonly token: string;
  stop(): Promise<void>;
}

const started: RunningService[] = [];

/** Ends what a failed test has left behind. */
export async function stopServices(): Promise<void> {
  await Promise.all(started.splice(0).map((service) => service.stop()));
}

/** Starts the service from its sources, as `npm start` does from the build, and waits until it has said its welcome. */
export async function startService(
  env: Readonly<Record<string, string>>,
  cwd = ROOT,
): Promise<RunningService> {
  const loader = path.join(ROOT, 'scripts', 'typescript.mjs');
  const child = spawn(process.execPath, ['--import', loader, path.join(ROOT, 'src', 'main.ts')], {
    cwd,
    env: { PATH: process.env['PATH'], PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  let output = '';
  const welcomed = new Promise<void>((resolve, reject) => {
    const read = (text: string): void => {
      output += text;
      if (/^ {2}Token .*\n/m.test(output)) resolve();
    };
    child.stdout.setEncoding('utf8').on('data', read);
    child.stderr.setEncoding('utf8').on('data', read);
    exited.then(() => {
      reject(new TypeError(`the service did not start: ${output}`));
    }, reject);
  });
  await welcomed;
  const service: RunningService = {
    url: /ready on (\S+)/.exec(output)?.[1] ?? '',
    token: /Token {3}(fw_\S+)/.exec(output)?.[1] ?? '',
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
    },
  };
  started.push(service);
  return service;
}
