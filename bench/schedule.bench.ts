import { randomUUID } from 'node:crypto';

import { actionStream } from '../src/application/action/action-stream.js';
import { CommandRunner } from '../src/application/shared/command-runner.js';
import { actionDecider } from '../src/domain/action/action.decider.js';
import { order, restartOf, targetsOf } from './support/actions.js';
import { BenchBroken } from './support/bench-broken.js';
import { sized } from './support/bench.js';
import type { Bench, Effort } from './support/bench.js';
import { figure, ratios } from './support/figure.js';
import type { Figure } from './support/figure.js';
import { onGround } from './support/ground.js';
import type { Ground } from './support/ground.js';
import { elapsedMs, interleaved } from './support/rounds.js';
import { WallClock } from './support/wall.clock.js';

const TARGETS = 10_000;

/** One action over many targets, reserved and recorded, against one insert of as many rows. */
export const scheduleBench: Bench = {
  name: 'schedule',
  about: `ScheduleAction with ${String(TARGETS)} targets at the port, against one insert of as many rows`,
  run: (effort) => onGround((ground) => compareSchedule(ground, effort)),
};

async function compareSchedule(ground: Ground, effort: Effort): Promise<readonly Figure[]> {
  const count = sized(TARGETS, effort);
  const { postgres, store } = ground;
  const runner = new CommandRunner(store, new WallClock());
  await postgres.query({ text: ROWS_TABLE });
  const { schedule, insert } = await interleaved(effort, {
    schedule: async () => {
      const actionId = randomUUID();
      const command = restartOf(actionId, count);
      return elapsedMs(async () => {
        const stream = actionStream(actionId);
        const answer = await runner.run(actionDecider, stream, command, order('human'));
        if (!answer.ok) throw new BenchBroken(answer.refusal.detail);
      });
    },
    insert: async () => {
      const actionId = randomUUID();
      const targets = targetsOf(actionId, count);
      return elapsedMs(() =>
        postgres.query({
          name: 'bulk',
          text: INSERT_ROWS,
          values: [
            actionId,
            targets.map(({ targetId }) => targetId),
            targets.map(({ ownerId }) => ownerId),
            targets.map(({ sourceVersion }) => sourceVersion),
          ],
        }),
      );
    },
  });
  const what = `${String(count)} targets`;
  return [
    figure(`schedule ${what}`, 'ms', schedule),
    figure(`insert ${String(count)} rows`, 'ms', insert),
    figure(`schedule : insert`, '×', ratios(schedule, insert), { is: 'at most', value: 5 }),
  ];
}

/** The table with a status column that people write instead. */
const ROWS_TABLE = `create table raw_targets (
  action_id uuid not null, target_id text not null, stage integer not null, status text not null,
  owner_id text, source_version text, created_at timestamptz not null default clock_timestamp(),
  primary key (action_id, target_id)
)`;

const INSERT_ROWS = `
insert into raw_targets (action_id, target_id, stage, status, owner_id, source_version)
select $1, t.target_id, 0, 'pending', t.owner_id, t.source_version
from unnest($2::text[], $3::text[], $4::text[]) t(target_id, owner_id, source_version)`;
