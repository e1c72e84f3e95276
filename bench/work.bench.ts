import { randomUUID } from 'node:crypto';

import { actionStream } from '../src/application/action/action-stream.js';
import type { Leases } from '../src/application/ports/leases.port.js';
import { CommandRunner } from '../src/application/shared/command-runner.js';
import { StreamBatcher } from '../src/application/shared/stream-batcher.js';
import type { ActionCommand, AttemptResult } from '../src/domain/action/action.commands.js';
import { actionDecider } from '../src/domain/action/action.decider.js';
import type { ActionEvent } from '../src/domain/action/action.events.js';
import type { ActionState } from '../src/domain/action/action.state.js';
import { claimableWork } from '../src/domain/action/claims.js';
import { toInstant } from '../src/domain/shared/instant.js';
import { PostgresLeases } from '../src/infrastructure/leases/postgres/postgres.leases.js';
import { order, restartOf } from './support/actions.js';
import { BenchBroken } from './support/bench-broken.js';
import { sized } from './support/bench.js';
import type { Bench, Effort } from './support/bench.js';
import { figure } from './support/figure.js';
import type { Figure } from './support/figure.js';
import { onGround } from './support/ground.js';
import type { Ground } from './support/ground.js';
import { elapsedMs, interleaved } from './support/rounds.js';
import { WallClock } from './support/wall.clock.js';

const TARGETS = 10_000;
const ACTIONS = 8;
const CLAIMS_PER_APPEND = 250;
const OUTCOMES_PER_APPEND = 250;
const BAR = { is: 'at least', value: 10_000 } as const;

/** Claims with fences from the database, and outcomes, both as events, through the command runner. */
export const workBench: Bench = {
  name: 'work',
  about: 'ClaimTargets and RecordOutcomes at the port, in batches of 250, each its own event',
  run: (effort) => onGround((ground) => measureWork(ground, effort)),
};

async function measureWork(ground: Ground, effort: Effort): Promise<readonly Figure[]> {
  const leases = new PostgresLeases(ground.postgres);
  const total = sized(TARGETS, effort);
  const measure = async (actions: number): Promise<number> => {
    const runner = new CommandRunner(ground.store, new WallClock());
    const crews = await Promise.all(
      Array.from({ length: actions }, () => ready(runner, leases, Math.ceil(total / actions))),
    );
    const ms = await elapsedMs(() => Promise.all(crews.map((crew) => crew())));
    return ((Math.ceil(total / actions) * actions) / ms) * 1_000;
  };
  const { many, hot } = await interleaved(effort, {
    many: () => measure(ACTIONS),
    hot: () => measure(1),
  });
  return [
    figure(`claim + outcome, ${String(ACTIONS)} actions at once`, 'targets/s', many, BAR),
    figure('claim + outcome, one hot action', 'targets/s', hot, BAR),
  ];
}

/** An action whose stage is open; the answer applies all of its targets. */
async function ready(
  runner: CommandRunner,
  leases: Leases,
  targetCount: number,
): Promise<() => Promise<void>> {
  const actionId = randomUUID();
  const run = async (command: ActionCommand): Promise<readonly ActionEvent[]> => {
    const stream = actionStream(actionId);
    const answer = await runner.run(actionDecider, stream, command, order('background'));
    if (!answer.ok) throw new BenchBroken(answer.refusal.detail);
    return answer.events;
  };
  const look = (): Promise<ActionState> =>
    runner.look(actionDecider, actionStream(actionId), order('background'));
  await run(restartOf(actionId, targetCount));
  await run({ type: 'OpenStage', stage: 0, now: now() });
  return () => applyAll({ run, look }, leases);
}

interface Driven {
  readonly run: (command: ActionCommand) => Promise<readonly ActionEvent[]>;
  readonly look: () => Promise<ActionState>;
}

async function applyAll({ run, look }: Driven, leases: Leases): Promise<void> {
  const outcomes = new StreamBatcher<AttemptResult>(OUTCOMES_PER_APPEND, async (_, results) => {
    await run({ type: 'RecordOutcomes', results, now: now() });
  });
  const applied: Promise<void>[] = [];
  for (;;) {
    const work = claimableWork(await look(), now(), CLAIMS_PER_APPEND);
    if (work.kind !== 'claimable') break;
    const fences = await leases.nextFences(work.targetIds.length);
    const claims = work.targetIds.map((targetId, index) => ({
      targetId,
      fence: fences[index] ?? 0,
    }));
    const events = await run({ type: 'ClaimTargets', holder: 'bench', claims, now: now() });
    applied.push(outcomes.add('', events.flatMap(resultOf)));
  }
  await Promise.all(applied);
  const { counters } = await look();
  if (counters.applied !== counters.total) throw new BenchBroken('not every target was applied');
}

const resultOf = (event: ActionEvent): readonly AttemptResult[] =>
  event.type === 'TargetClaimed'
    ? [
        {
          targetId: event.data.targetId,
          fence: event.data.fence,
          outcome: 'applied',
          reason: null,
          retryable: false,
          startedAt: event.data.at,
        },
      ]
    : [];

const now = (): string => toInstant(Date.now());
