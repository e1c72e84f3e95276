import fs from 'node:fs';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { runProgram } from './support/run-program.js';
import type { RunningProgram } from './support/run-program.js';
import { makeScratchDirectory } from './support/scratch-directory.js';

describe('the service process', () => {
  let scratch: ReturnType<typeof makeScratchDirectory>;

  const run = (env: Record<string, string>): RunningProgram =>
    runProgram('src/main.ts', [], {
      cwd: scratch.path,
      env: { PATH: process.env['PATH'], PORT: '0', ...env },
    });

  beforeEach(() => {
    scratch = makeScratchDirectory();
  });

  afterEach(() => {
    scratch.remove();
  });

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'serves on a database of its own and ends both in order on %s (O8)',
    async (signal) => {
      const service = run({});
      const [, url = ''] = await service.waitFor(/ready on (\S+)/);
      const answer = await fetch(`${url}/health/live`);
      expect(answer.status).toBe(200);

      service.process.kill(signal);
      service.process.kill(signal);
      expect(await service.ended).toBe(0);
      expect(service.output()).toMatch(/stopped\n$/);
      const left = fs.readdirSync(path.join(scratch.path, '.forewarn'));
      expect(left).toEqual(['pg', 'pg.password']);
      expect(fs.existsSync(path.join(scratch.path, '.forewarn/pg/postmaster.pid'))).toBe(false);
    },
  );

  it('ends in order when it is told to before it is ready', async () => {
    const service = run({});
    await service.waitFor(/runs as/);
    service.process.kill('SIGTERM');
    expect(await service.ended).toBe(0);
    expect(fs.existsSync(path.join(scratch.path, '.forewarn/pg/postmaster.pid'))).toBe(false);
  });

  it('serves again on the same data after it was killed and left its database behind', async () => {
    const first = run({});
    await first.waitFor(/ready on/);
    first.process.kill('SIGKILL');
    await first.ended;
    const second = run({});
    await second.waitFor(/ready on/);
    second.process.kill('SIGTERM');
    expect(await second.ended).toBe(0);
  });

  it('says in one line what is wrong with its configuration', async () => {
    const service = run({ PORT: 'http' });
    expect(await service.ended).toBe(78);
    expect(service.output()).toBe(
      'ConfigInvalid: PORT: expected a whole number from 0 to 65535, found "http"\n',
    );
  });

  it('ends its database when the application cannot start', async () => {
    const first = run({});
    const [, port = ''] = await first.waitFor(/ready on \S+:(\d+)/);
    const second = run({ PORT: port, FOREWARN_DATA_DIR: path.join(scratch.path, 'other') });
    expect(await second.ended).toBe(1);
    expect(second.output()).toMatch(/FATAL \[Service\] listen EADDRINUSE.*\n.*stopping/);
    expect(fs.existsSync(path.join(scratch.path, 'other/pg/postmaster.pid'))).toBe(false);
    first.process.kill('SIGTERM');
    expect(await first.ended).toBe(0);
  });
});
