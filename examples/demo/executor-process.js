import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';

const PROGRAM = path.resolve(import.meta.dirname, '..', 'executor', 'executor.js');

/** `examples/executor` in a process of its own. `ledger` holds a line for every order that it took. */
export async function startExecutor({ secret, failShare, port = 0 }) {
  const child = spawn(process.execPath, [PROGRAM], {
    env: {
      PATH: process.env.PATH,
      PORT: String(port),
      EXECUTOR_SECRET: secret,
      FAIL_SHARE: String(failShare),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ledger = [];
  const listening = await new Promise((resolve, reject) => {
    child.once('exit', (status) => reject(new TypeError(`the executor ended: ${status}`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const entry = JSON.parse(line);
      if (entry.listening !== undefined) resolve(entry.listening);
      else ledger.push(entry);
    });
  });
  return {
    ledger,
    url: `http://127.0.0.1:${listening}/`,
    stop: async () => {
      const ended = once(child, 'exit');
      child.kill();
      await ended;
    },
  };
}
