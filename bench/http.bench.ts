import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';

import type { LoggerService } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';

import { createApp } from '../src/app.js';
import type { Forewarn } from '../src/app.js';
import { EnsureFirstAdminToken } from '../src/application/access/ensure-first-admin-token.js';
import { ScheduleAction } from '../src/application/action/schedule-action.js';
import type { ScheduleInput } from '../src/application/action/schedule-action.js';
import { toInstant } from '../src/domain/shared/instant.js';
import { loadConfig } from '../src/infrastructure/config/load-config.js';
import { Postgres } from '../src/infrastructure/postgres/postgres.js';
import { order } from './support/actions.js';
import { BenchBroken } from './support/bench-broken.js';
import { benchDatabase } from './support/bench-database.js';
import { sized } from './support/bench.js';
import type { Bench, Effort } from './support/bench.js';
import { figure, ratios } from './support/figure.js';
import type { Figure } from './support/figure.js';
import type { HttpLoad, HttpLoadResult } from './support/http-load.program.js';
import { interleaved, perSecond } from './support/rounds.js';

const CONNECTIONS = 8;
const FLEET = 200_000;
const DAY_MS = 86_400_000;

/** Scheduling one target, over HTTP and at the command bus of the same service, which has the API duty alone. */
export const httpBench: Bench = {
  name: 'http',
  about: `POST /v1/actions with one target over ${String(CONNECTIONS)} connections, from a process of its own`,
  run: async (effort) => {
    const database = await benchDatabase();
    const config = loadConfig({ DATABASE_URL: database.url, FOREWARN_DUTIES: 'api' });
    const service = await createApp(config, QUIET);
    await service.listen(0, '127.0.0.1');
    const client = fork(new URL('support/http-load.program.ts', import.meta.url));
    try {
      await addFleet(database.url, sized(FLEET, effort));
      return await compareHttp(service, client, effort);
    } finally {
      client.kill();
      await service.close();
      await database.drop();
    }
  },
};

async function compareHttp(
  service: Forewarn,
  client: ChildProcess,
  effort: Effort,
): Promise<readonly Figure[]> {
  const { app } = service;
  const token = await app.get(EnsureFirstAdminToken).execute();
  if (token === null) throw new BenchBroken('the database is not fresh');
  const url = `${await service.getUrl()}/v1/actions`;
  const commands = app.get(CommandBus);
  const targets = numbers();
  const latencies: number[] = [];
  const { http, port } = await interleaved(effort, {
    http: async () => {
      const {
        perSecond: rate,
        p99Ms,
        nextTarget,
      } = await load(client, {
        ...{ url, token, connections: CONNECTIONS, spanMs: effort.spanMs },
        firstTarget: targets.current(),
      });
      targets.skipTo(nextTarget);
      latencies.push(p99Ms);
      return rate;
    },
    port: () =>
      perSecond(effort, CONNECTIONS, async () => {
        const command = new ScheduleAction(inputFor(targets.next()), order('human'));
        const answer = await commands.execute(command);
        if (!answer.ok) throw new BenchBroken(answer.refusal.detail);
      }),
  });
  const callers = `${String(CONNECTIONS)} callers`;
  return [
    figure(`schedule one target over HTTP, ${callers}`, 'commands/s', http),
    figure('answer over HTTP, p99', 'ms', latencies.slice(1)),
    figure(`the same at the command bus, ${callers}`, 'commands/s', port),
    figure('HTTP : command bus', '×', ratios(http, port)),
  ];
}

async function load(client: ChildProcess, request: HttpLoad): Promise<HttpLoadResult> {
  client.send(request);
  const [result] = (await once(client, 'message')) as [HttpLoadResult];
  if (result.failure !== null) throw new BenchBroken(result.failure);
  return result;
}

async function addFleet(url: string, count: number): Promise<void> {
  const postgres = new Postgres({ url, poolMax: 1 });
  await postgres.query({
    text: `insert into forewarn.directory_targets
        (target_id, name, type, owner_id, labels, lifecycle, version, stream_version)
      select 't-' || n, 'target ' || n, 'instance', 'o-' || n, '{}', 'active', '1.0.0', 0
      from generate_series(0, $1::integer - 1) n`,
    values: [count],
  });
  await postgres.query({ text: 'vacuum analyze forewarn.directory_targets' });
  await postgres.close();
}

const inputFor = (target: number): ScheduleInput => ({
  parameters: { type: 'restart' },
  selection: { kind: 'ids', targetIds: [`t-${String(target)}`] },
  runAt: toInstant(Date.now() + DAY_MS),
  tranches: [{ percent: 100, afterMs: 0 }],
  seed: randomUUID(),
  zone: 'UTC',
  notice: null,
  execution: {},
  reason: null,
  planHash: null,
});

/** Each target can be scheduled once. */
function numbers() {
  let current = 0;
  return {
    current: (): number => current,
    next: (): number => current++,
    skipTo: (number: number): void => {
      current = number;
    },
  };
}

const silent = (): void => undefined;
const QUIET: LoggerService = {
  ...{ log: silent, warn: silent, debug: silent, verbose: silent },
  error: (message: unknown) => {
    process.stderr.write(`${String(message)}\n`);
  },
};
