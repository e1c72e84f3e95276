import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';

import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';

import type { ScheduleAction } from '../../src/domain/action/action.commands.js';
import { actionDecider } from '../../src/domain/action/action.decider.js';
import type { ChannelName } from '../../src/domain/notice/dispatch.js';
import { STEPS, WEIGHTS } from './action-steps.js';
import { newWorld } from './action-world.js';
import type { World } from './action-world.js';
import { settle } from './settle.js';

const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 3000);
const STEPS_MAX = 40;

const setup = fc.record({
  targets: fc.array(fc.nat(1), { minLength: 1, maxLength: 4 }),
  people: fc.constantFrom<readonly string[][]>([['ann']], [['ann', 'bob']], [['ann'], []]),
  missing: fc.constantFrom<readonly string[]>([], ['ann']),
  channels: fc.constantFrom<readonly ChannelName[]>(
    ['email'],
    ['webhook', 'inbox'],
    ['banner', 'push'],
  ),
  leadsSeconds: fc.constantFrom<readonly number[]>([86_400], [86_400, 3_600], [3_600, 0]),
  tellCompleted: fc.boolean(),
  attemptsMax: fc.integer({ min: 1, max: 2 }),
  onExpiry: fc.constantFrom('retry' as const, 'fail' as const),
});
type Setup = typeof setup extends fc.Arbitrary<infer Value> ? Value : never;

const kinds = (Object.keys(STEPS) as (keyof typeof STEPS)[]).flatMap((kind) =>
  Array.from({ length: WEIGHTS[kind] ?? 1 }, () => kind),
);
const step = fc.record({
  kind: fc.constantFrom(...kinds),
  a: fc.nat(200),
  b: fc.nat(200),
  c: fc.nat(200),
});

describe('any action, under any sequence of orders and accidents', () => {
  it('keeps RULES 1-18 and tells everybody the truth in the end (S10, S11, C1, C4, N4-N8, N12)', () => {
    const holds = fc.property(
      setup,
      fc.array(step, { maxLength: STEPS_MAX, size: 'max' }),
      (given, steps) => {
        const world = worldOf(given);
        for (const { kind, ...dice } of steps) STEPS[kind](world, dice);
        settle(world);
        assertReplays(world);
      },
    );
    const details = fc.check(holds, {
      numRuns: RUNS,
      includeErrorInReport: true,
      ...fromEnvironment(),
    });
    expect(details.failed ? fc.defaultReportMessage(details) : 'holds').toBe('holds');
  });
});

/** `PROPERTY_SEED` repeats a run that failed; the report of a failure names its seed. */
const fromEnvironment = (): { readonly seed?: number } => {
  const seed = process.env['PROPERTY_SEED'];
  return seed === undefined ? {} : { seed: Number(seed) };
};

function worldOf(given: Setup): World {
  const targets = given.targets
    .toSorted((one, other) => one - other)
    .map((stage, no) => ({
      targetId: `t${String(no)}`,
      stage,
      ownerId: 'ann',
      sourceVersion: null,
    }));
  const first = targets[0]?.stage ?? 0;
  const placed = targets.map((target) => ({ ...target, stage: target.stage - first }));
  const stageNos = [...new Set(placed.map(({ stage }) => stage))];
  const command: ScheduleAction = {
    type: 'ScheduleAction',
    actionId: 'a1',
    parameters: { type: 'restart' },
    stages: stageNos.map((stage) => ({
      stage,
      runAt: `2030-01-0${String(2 + stage)}T12:00:00.000Z`,
      targetCount: placed.filter((target) => target.stage === stage).length,
    })),
    targets: placed,
    destroyedTargetIds: [],
    zone: 'UTC',
    notice: { ...given, subject: null, body: null },
    execution: { ...given, leaseMs: 30_000, retryDelayMs: 1000, confirmMs: 60_000 },
    reason: null,
    leadMinMs: 60_000,
    now: '2030-01-01T08:00:00.000Z',
  };
  const recipientsOf = new Map(
    placed.map(({ targetId }, no) => [targetId, given.people[no % given.people.length] ?? []]),
  );
  return newWorld(command, { recipientsOf, missing: new Set(given.missing) });
}

function assertReplays({ log, state }: World): void {
  const folded = log.reduce(actionDecider.evolve, actionDecider.initialState);
  assert.ok(isDeepStrictEqual(folded, state), 'a replay ends elsewhere');
  const decoded = JSON.parse(JSON.stringify(log)) as typeof log;
  assert.ok(isDeepStrictEqual(decoded, log), 'events hold JSON values only');
}
