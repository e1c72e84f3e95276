import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import process from 'node:process';

const MAIN = path.resolve(import.meta.dirname, '..', '..', 'dist', 'main.js');

export class ServiceEnded extends Error {
  constructor(status, output) {
    super(`the service ended (${status}):\n${output}`);
    this.name = 'ServiceEnded';
  }
}

/** Our own service: a process on a scratch data directory that can be killed and started again on the same data. */
export class ServiceProcess {
  #child = null;
  #env;
  #logFile;
  token = null;
  url;
  starts = 0;

  static async create({ env, logFile }) {
    const port = await freePort();
    return new ServiceProcess({ ...env, PORT: String(port), HOST: '127.0.0.1' }, logFile, port);
  }

  constructor(env, logFile, port) {
    this.#env = env;
    this.#logFile = logFile;
    this.url = `http://127.0.0.1:${port}`;
  }

  /** Resolves when it answers. The first start shows the admin token. */
  async start() {
    this.starts += 1;
    const { PATH, HOME } = process.env;
    const child = spawn(process.execPath, [MAIN], {
      cwd: path.dirname(this.#logFile),
      env: { PATH, HOME, ...this.#env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    let output = '';
    await new Promise((resolve, reject) => {
      const collect = (chunk) => {
        appendFileSync(this.#logFile, chunk);
        output += chunk;
        this.token ??= /Token +(\S+) +\(admin/.exec(output)?.[1] ?? null;
        if (/Token +\S+/.test(output)) resolve();
      };
      child.stdout.setEncoding('utf8').on('data', collect);
      child.stderr.setEncoding('utf8').on('data', collect);
      child.once('exit', (status, signal) => reject(new ServiceEnded(status ?? signal, output)));
    });
  }

  /** As a power cut would: no warning, nothing flushed. */
  async kill() {
    await end(this.#child, 'SIGKILL');
  }

  async stop() {
    await end(this.#child, 'SIGTERM');
  }
}

async function end(child, signal) {
  if (child === null || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}

/** The same port on every start, so that clients and signatures need not follow. */
async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
