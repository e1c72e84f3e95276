import { setTimeout as pause } from 'node:timers/promises';

import { TimerDuty } from '../src/application/reactions/timer-duty.js';
import { DatabaseClock } from '../src/infrastructure/clock/database.clock.js';
import { postgresTimeSources } from '../src/infrastructure/clock/postgres/time-sources.js';
import { Listener } from '../src/infrastructure/postgres/listener.js';
import { Postgres } from '../src/infrastructure/postgres/postgres.js';
import { PostgresTimerQueue } from '../src/infrastructure/timers/postgres/postgres.timer-queue.js';
import { benchDatabase } from './support/bench-database.js';
import { percentiles } from './support/percentiles.js';
import type { Percentiles } from './support/percentiles.js';

export interface TimersBenchOptions {
  /** Timers that are due far in the future. */
  readonly pending?: number;
  readonly duePerSecond?: number;
  readonly seconds?: number;
}

export interface TimersBenchFigures extends Required<TimersBenchOptions> {
  readonly fired: number;
  /** Fired before the database's clock had reached their time. */
  readonly early: number;
  readonly latenessMs: Percentiles;
  readonly cpuSecondsPerSecond: number;
}

const SETTLE_IN_MS = 4_000;

/** How late timers fire beside many that are not due, at a steady rate, with a command that does nothing. */
export async function timersBench({
  pending = 200_000,
  duePerSecond = 2_000,
  seconds = 20,
}: TimersBenchOptions = {}): Promise<TimersBenchFigures> {
  const database = await benchDatabase();
  const postgres = new Postgres({ url: database.url });
  const listener = new Listener(postgres);
  listener.start();
  const clock = new DatabaseClock(postgresTimeSources(postgres));
  await clock.start();
  const queue = new PostgresTimerQueue(postgres, listener);
  await postgres.query({ text: FILL_FAR, values: [pending] });
  await postgres.query({ text: FILL_DUE, values: [duePerSecond, seconds, SETTLE_IN_MS] });
  await postgres.query({ text: 'vacuum analyze forewarn.timers' });

  const lateness: number[] = [];
  const duty = new TimerDuty(queue, clock, {
    fire: (timers) => Promise.resolve(timers.map(() => ({ kind: 'done' }))),
    onFired: (timer) => {
      // The server runs on this machine, so its clock is the wall clock.
      lateness.push(performance.timeOrigin + performance.now() - timer.dueAt);
    },
  });
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  duty.start();
  const total = duePerSecond * seconds;
  while (lateness.length < total) await pause(50);
  const tookSeconds = (performance.now() - startedAt) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  await duty.stop();

  queue.stop();
  clock.stop();
  await listener.stop();
  await postgres.close();
  await database.drop();
  return {
    pending,
    duePerSecond,
    seconds,
    fired: lateness.length,
    early: lateness.filter((ms) => ms < 0).length,
    latenessMs: percentiles(lateness),
    cpuSecondsPerSecond: Math.round((user + system) / 1e4 / tookSeconds) / 100,
  };
}

const FILL_FAR = `
insert into forewarn.timers (stream_id, kind, subject, revision, due_at)
select 'action-far-' || n, 'open_stage', 'stage:0', 0, forewarn.clock_now() + interval '1 day' + n * interval '1 second'
from generate_series(1, $1::integer) n`;

const FILL_DUE = `
insert into forewarn.timers (stream_id, kind, subject, revision, due_at)
select 'action-due-' || n, 'open_stage', 'stage:0', 0,
  date_trunc('milliseconds', (select forewarn.clock_now()) + $3 * interval '1 ms' + n * interval '1 second' / $1)
from generate_series(1, $1::integer * $2::integer) n`;
