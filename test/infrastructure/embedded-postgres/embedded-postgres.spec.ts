import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { accountFor, identityOf } from '../../../src/infrastructure/embedded-postgres/account.js';
import { startPostgres } from '../../../src/infrastructure/embedded-postgres/embedded-postgres.js';
import type { EmbeddedPostgres } from '../../../src/infrastructure/embedded-postgres/embedded-postgres.js';
import {
  DataDirInUse,
  PasswordMissing,
} from '../../../src/infrastructure/embedded-postgres/errors.js';
import { startTimeOf } from '../../../src/infrastructure/embedded-postgres/processes.js';
import { eventually } from '../../support/eventually.js';
import { runProgram } from '../../support/run-program.js';
import { makeScratchDirectory } from '../../support/scratch-directory.js';
import { query } from './query.js';

describe('the embedded PostgreSQL', () => {
  let scratch: ReturnType<typeof makeScratchDirectory>;
  let dataDir: string;
  const running = new Set<EmbeddedPostgres>();
  const strangers: ChildProcess[] = [];

  const start = async (): Promise<EmbeddedPostgres> => {
    const postgres = await startPostgres({ dataDir });
    running.add(postgres);
    return postgres;
  };
  const stop = async (postgres: EmbeddedPostgres): Promise<void> => {
    running.delete(postgres);
    await postgres.stop();
  };

  beforeEach(() => {
    scratch = makeScratchDirectory();
    dataDir = path.join(scratch.path, 'deep', 'pg');
  });

  afterEach(async () => {
    for (const stranger of strangers.splice(0)) stranger.kill();
    for (const postgres of running) await stop(postgres);
    scratch.remove();
  });

  it('is durable, without just-in-time compilation, and on the loopback address alone', async () => {
    const { url } = await start();
    const names = ['fsync', 'synchronous_commit', 'full_page_writes', 'jit', 'listen_addresses'];
    const settings = await query(
      url,
      `select setting from unnest(array['${names.join("','")}']) with ordinality as wanted (name, place)
       join pg_settings using (name) order by place`,
    );
    expect(settings).toEqual(['on', 'on', 'on', 'off', '127.0.0.1']);
  });

  it('finds its rows and its password again after a restart', async () => {
    const first = await start();
    await query(first.url, 'create table kept as select 42 as answer');
    await stop(first);
    expect(startTimeOf(first.pid())).toBeNull();
    const second = await start();
    expect(new URL(second.url).password).toBe(new URL(first.url).password);
    expect(await query(second.url, 'select answer from kept')).toEqual([42]);
  });

  it('keeps the password where only the owner of the file can read it', async () => {
    await start();
    expect(fs.statSync(`${dataDir}.password`).mode & 0o777).toBe(0o600);
  });

  it('says so when the password is gone', async () => {
    await stop(await start());
    fs.rmSync(`${dataDir}.password`);
    await expect(start()).rejects.toBeInstanceOf(PasswordMissing);
  });

  it('comes back on the same port with every committed row when its server is killed', async () => {
    const postgres = await start();
    const seen: string[] = [];
    postgres.onExit((status) => seen.push(status));
    postgres.onRestart(() => seen.push('back'));
    await query(postgres.url, 'create table kept as select 42 as answer');
    for (let kills = 1; kills <= 2; kills += 1) {
      const killed = postgres.pid();
      process.kill(killed, 'SIGKILL');
      await eventually(async () => {
        expect(postgres.pid()).not.toBe(killed);
        expect(await query(postgres.url, 'select answer from kept')).toEqual([42]);
      });
    }
    await eventually(() => {
      expect(seen).toEqual(['SIGKILL', 'back', 'SIGKILL', 'back']);
    });
  });

  it('stays down once it is stopped', async () => {
    const postgres = await start();
    const exits: string[] = [];
    postgres.onExit((status) => exits.push(status));
    await stop(postgres);
    expect(exits).toEqual([]);
    await expect(query(postgres.url, 'select 1')).rejects.toThrow('ECONNREFUSED');
  });

  it('can be stopped while it is coming back', async () => {
    const postgres = await start();
    const exited = new Promise<string>((resolve) => {
      postgres.onExit(resolve);
    });
    process.kill(postgres.pid(), 'SIGKILL');
    await exited;
    await stop(postgres);
    await expect(query(postgres.url, 'select 1')).rejects.toThrow('ECONNREFUSED');
    const next = await start();
    expect(await query(next.url, 'select 1')).toEqual([1]);
  });

  it('lets one of two simultaneous starts make the cluster and refuses the other', async () => {
    const outcomes = await Promise.allSettled([start(), start()]);
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(refused.map(({ reason }) => reason as unknown)).toEqual([expect.any(DataDirInUse)]);
    expect(running.size).toBe(1);
  });

  it('refuses a directory that another process owns, and takes it over once that one is killed', async () => {
    const program = 'test/infrastructure/embedded-postgres/owner.program.ts';
    const owner = runProgram(program, [dataDir]);
    const [, url = '', pid = ''] = await owner.waitFor(/ready (\S+) (\d+)/);
    await query(url, 'create table kept as select 42 as answer');
    await expect(start()).rejects.toMatchObject({ name: 'DataDirInUse', pid: owner.process.pid });
    expect(await query(url, 'select 1')).toEqual([1]);

    owner.process.kill('SIGKILL');
    await owner.ended;
    expect(startTimeOf(Number(pid))).not.toBeNull();
    const heir = await start();
    expect(startTimeOf(Number(pid))).toBeNull();
    expect(await query(heir.url, 'select answer from kept')).toEqual([42]);
  });

  it('starts afresh after a kill in the middle of making the cluster', async () => {
    const program = 'test/infrastructure/embedded-postgres/owner.program.ts';
    const owner = runProgram(program, [dataDir]);
    const asides = (): string[] =>
      fs.readdirSync(path.dirname(dataDir)).filter((name) => name.includes('.init-'));
    await eventually(() => {
      const half = asides().find((name) => !name.endsWith('.password')) ?? 'none';
      expect(fs.existsSync(path.join(path.dirname(dataDir), half, 'PG_VERSION'))).toBe(true);
    });
    owner.process.kill('SIGKILL');
    await owner.ended;
    expect(fs.existsSync(path.join(dataDir, 'PG_VERSION'))).toBe(false);
    // In a container the next process has the same pid as the killed one, more often than not.
    fs.mkdirSync(path.join(`${dataDir}.init-${String(process.pid)}`, 'base'), { recursive: true });

    const { url } = await start();
    expect(await query(url, 'select 1')).toEqual([1]);
    expect(asides()).toEqual([]);
  });

  it('is not held up by a pid file whose pid belongs to another program by now', async () => {
    await stop(await start());
    const account = accountFor(fs.statSync(dataDir).uid);
    const stranger = spawn('/bin/cat', {
      ...identityOf(account),
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    strangers.push(stranger);
    const pidFile = path.join(dataDir, 'postmaster.pid');
    fs.writeFileSync(pidFile, `${String(stranger.pid)}\n${dataDir}\n`, { mode: 0o600 });
    if (account !== null) fs.chownSync(pidFile, account.uid, account.gid);

    const { url } = await start();
    expect(await query(url, 'select 1')).toEqual([1]);
    expect(stranger.exitCode).toBeNull();
  });
});
