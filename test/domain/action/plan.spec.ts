import { describe, expect, it } from '@jest/globals';
import { array, assert, integer, nat, property, string } from 'fast-check';

import { evenTranches, planAction } from '../../../src/domain/action/plan.js';
import type { Candidate, Plan } from '../../../src/domain/action/plan.js';

const RUN_AT = '2030-01-01T00:00:00.000Z';

const candidate = (targetId: string, over: Partial<Candidate> = {}): Candidate => ({
  targetId,
  ownerId: 'ann',
  lifecycle: 'active',
  version: '1',
  pin: null,
  ...over,
});

const fleet = (count: number): readonly Candidate[] =>
  Array.from({ length: count }, (_, index) =>
    candidate(`t${String(index)}`, { ownerId: `o${String(index % 3)}` }),
  );

const plan = (candidates: readonly Candidate[], more: object = {}): Plan =>
  planAction({
    candidates,
    parameters: { type: 'version_change', targetVersion: '2', overridePins: false },
    runAt: RUN_AT,
    tranches: [{ percent: 100, afterMs: 0 }],
    seed: '',
    ...more,
  });

describe('planning an action', () => {
  it('S7 gives every tranche at least one target, and the last the rest', () => {
    const { stages } = plan(fleet(10), {
      tranches: [
        { percent: 1, afterMs: 0 },
        { percent: 25, afterMs: 60_000 },
        { percent: 10, afterMs: 120_000 },
      ],
    });
    expect(stages).toEqual([
      { stage: 0, runAt: RUN_AT, targetCount: 1 },
      { stage: 1, runAt: '2030-01-01T00:01:00.000Z', targetCount: 3 },
      { stage: 2, runAt: '2030-01-01T00:02:00.000Z', targetCount: 6 },
    ]);
  });

  it('S7 covers the fleet with even tranches, one interval apart', () => {
    const { stages } = plan(fleet(10), { tranches: evenTranches(34, 60_000) });
    expect(stages.map(({ targetCount }) => targetCount)).toEqual([4, 4, 2]);
  });

  it('S7 is the same plan for the same seed in whatever order the targets come', () => {
    assert(
      property(integer({ min: 1, max: 60 }), string(), nat(), (count, seed, turn) => {
        const candidates = fleet(count);
        const turned = [...candidates.slice(turn % count), ...candidates.slice(0, turn % count)];
        const tranches = evenTranches(30, 1_000);
        expect(plan(turned, { seed, tranches })).toEqual(plan(candidates, { seed, tranches }));
      }),
    );
  });

  it('S7 enrols every target once and fills the stages exactly', () => {
    assert(
      property(
        integer({ min: 1, max: 80 }),
        array(integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 6 }),
        (count, percents) => {
          const tranches = percents.map((percent, index) => ({ percent, afterMs: index }));
          const { stages, targets } = plan(fleet(count), { tranches });
          expect(new Set(targets.map(({ targetId }) => targetId)).size).toBe(count);
          const sizes = stages.map(
            ({ stage }) => targets.filter((target) => target.stage === stage).length,
          );
          expect(sizes).toEqual(stages.map(({ targetCount }) => targetCount));
        },
      ),
    );
  });

  it('N18 keeps the targets of one owner together within a stage', () => {
    const { targets } = plan(fleet(12));
    const owners = targets.map(({ ownerId }) => ownerId);
    expect(owners.filter((owner, index) => owner !== owners[index - 1])).toEqual([
      'o0',
      'o1',
      'o2',
    ]);
  });

  it('S5 stamps owner and version, S3 leaves destroyed targets out, S6 counts what is special', () => {
    const { targets, ...special } = plan([
      candidate('a'),
      candidate('pinned', { pin: '1' }),
      candidate('current', { version: '2' }),
      candidate('gone', { lifecycle: 'destroyed' }),
      candidate('orphan', { ownerId: null, version: null }),
    ]);
    expect(targets).toContainEqual({
      targetId: 'orphan',
      stage: 0,
      ownerId: null,
      sourceVersion: null,
    });
    expect(special).toMatchObject({
      destroyedTargetIds: ['gone'],
      pinnedTargetIds: ['pinned'],
      alreadyOnVersionTargetIds: ['current'],
      ownerUnknownTargetIds: ['orphan'],
    });
    expect(targets).toHaveLength(4);
  });
});
