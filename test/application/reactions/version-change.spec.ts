import { describe, expect, it } from '@jest/globals';

import type { ExecutorAnswer } from '../../../src/application/ports/executor.port.js';
import {
  outcomeEffectsConsumer,
  OutcomeEffectsSink,
} from '../../../src/application/reactions/outcome-effects.js';
import { MemoryConsumerSink } from '../../../src/application/shared/memory.consumer-sink.js';
import type { TargetChange } from '../../../src/domain/directory/target.js';
import { asAdmin } from '../../support/rig-directory.js';
import type { RigProcess } from '../../support/rig-process.js';
import type { Rig } from '../../support/rig.js';
import { newFleet, RUN_AT, timerOf } from './fleet.js';

const FAILED: ExecutorAnswer = { kind: 'failed', reason: 'no_space', retryable: false };

interface World {
  readonly rig: Rig;
  readonly one: RigProcess;
  readonly actionId: string;
}

async function scheduled(
  facts: Omit<TargetChange, 'targetId'>,
  { overridePins = false, count = 1 } = {},
): Promise<World> {
  const { rig, ids } = await newFleet(count, { version: '1', ...facts });
  const one = rig.process();
  await rig.directory.catalogue.publish('2', asAdmin());
  const actionId = await one.schedule(ids, {
    parameters: { type: 'version_change', targetVersion: '2', overridePins },
  });
  rig.clock.set(RUN_AT);
  return { rig, one, actionId };
}

const outcome = async ({ rig, actionId }: World): Promise<unknown> => {
  const [recorded] = await rig.events(actionId, 'OutcomeRecorded');
  return recorded && [recorded.data.outcome, recorded.data.reason];
};

const facts = async ({ rig }: World): Promise<unknown> => {
  const target = (await rig.directory.targets.findMany(['t0000'])).get('t0000');
  return target && { version: target.version, pin: target.pin };
};

/** Follows the log with the consumer of outcomes, and dies before the position is kept if told so. */
function newFollower({ rig, one }: World) {
  const key = { name: outcomeEffectsConsumer.name, version: 1, shard: 0 };
  const tenures = new MemoryConsumerSink<never>(rig.clock, () => undefined);
  const sink = new OutcomeEffectsSink(tenures, one.effects);
  return async ({ dies = false } = {}): Promise<void> => {
    const tenure = await sink.acquire(key, 'me', 3_000);
    if (tenure === null) return;
    const { events, position } = await rig.log.readAll(tenure.position, 1_000);
    const ours = events.filter(({ streamId }) => streamId.startsWith('action-'));
    const changes = ours.flatMap(outcomeEffectsConsumer.project);
    const lost = { ...tenure, epoch: tenure.epoch - 1 };
    await sink.commit(key, dies ? lost : tenure, { changes, position, leaseMs: 3_000 });
    await sink.release(key, tenure);
  };
}

describe('a change of version at its time (C5)', () => {
  it.each([
    ['is skipped where it is pinned', { pin: '1' }, ['skipped', 'pinned']],
    ['goes on where it is pinned to the new version', { pin: '2' }, ['applied', null]],
    ['is skipped where it runs already', { version: '2' }, ['skipped', 'already_on_version']],
  ] as const)('%s', async (_, is, expected) => {
    const world = await scheduled(is);
    await world.one.settle();
    expect(await outcome(world)).toEqual(expected);
    expect(world.rig.executor.orders).toHaveLength(expected[0] === 'applied' ? 1 : 0);
  });

  it('is skipped where the target was destroyed meanwhile', async () => {
    const world = await scheduled({});
    await world.rig.directory.putTargets({ targetId: 't0000', lifecycle: 'destroyed' });
    await world.one.settle();
    expect(await outcome(world)).toEqual(['skipped', 'destroyed']);
  });

  it('fails when the version was disabled meanwhile', async () => {
    const world = await scheduled({});
    await world.rig.directory.catalogue.disable('2', asAdmin());
    await world.one.settle();
    expect(await outcome(world)).toEqual(['failed', 'version_disabled']);
  });

  it('lifts a pin where it may, and pins the new version', async () => {
    const world = await scheduled({ pin: '1' }, { overridePins: true });
    await world.one.settle();
    expect(await outcome(world)).toEqual(['applied', null]);
    expect(await facts(world)).toEqual({ version: '1', pin: '2' });
    const follow = newFollower(world);
    await follow();
    expect(await facts(world)).toEqual({ version: '2', pin: '2' });
  });

  it('is skipped when somebody changes the pin in flight', async () => {
    const world = await scheduled({ pin: '1' }, { overridePins: true });
    const { rig, one, actionId } = world;
    const find = rig.directory.targets.findMany.bind(rig.directory.targets);
    await one.react(timerOf(actionId, 'open_stage'));
    rig.directory.targets.findMany = async (ids) => {
      const found = await find(ids);
      await rig.directory.putTargets({ targetId: 't0000', pin: '1.5' });
      return found;
    };
    await one.react(timerOf(actionId, 'work'));
    await one.idle();
    rig.directory.targets.findMany = find;
    expect(await outcome(world)).toEqual(['skipped', 'pin_changed']);
    await newFollower(world)();
    expect(await facts(world)).toEqual({ version: '1', pin: '1.5' });
  });
});

describe('what an outcome does to the directory (C5)', () => {
  it('puts a lifted pin back after a failure, and does so once', async () => {
    const world = await scheduled({ pin: '1' }, { overridePins: true });
    world.rig.executor.script = () => FAILED;
    await world.one.settle();
    expect(await facts(world)).toEqual({ version: '1', pin: '2' });
    const follow = newFollower(world);
    await follow({ dies: true });
    expect(await facts(world)).toEqual({ version: '1', pin: '1' });
    await world.rig.directory.putTargets({ targetId: 't0000', pin: '2' });
    await follow();
    expect(await facts(world)).toEqual({ version: '1', pin: '2' });
  });

  it('puts it back after a crash between lift and outcome, under whatever attempt it ends', async () => {
    const world = await scheduled({ pin: '1' }, { overridePins: true });
    const { rig, one } = world;
    rig.executor.script = () => {
      throw new TypeError('the process dies here');
    };
    await one.settle();
    rig.clock.advance(30_000);
    await one.expireClaims.runOnce();
    rig.executor.script = () => FAILED;
    rig.clock.advance(60_000);
    await one.settle();
    expect(await outcome(world)).toEqual(['failed', 'no_space']);
    await newFollower(world)();
    expect(await facts(world)).toEqual({ version: '1', pin: '1' });
  });

  it('puts it back although the target changed hands meanwhile', async () => {
    const world = await scheduled({ pin: '1' }, { overridePins: true });
    world.rig.executor.script = () => FAILED;
    await world.one.settle();
    await world.rig.directory.putTargets({ targetId: 't0000', ownerId: 'bob' });
    await newFollower(world)();
    expect(await facts(world)).toEqual({ version: '1', pin: '1' });
  });

  it('leaves a pin alone that somebody has changed since', async () => {
    const world = await scheduled({ pin: '1' }, { overridePins: true });
    world.rig.executor.script = () => FAILED;
    await world.one.settle();
    await world.rig.directory.putTargets({ targetId: 't0000', pin: '3' });
    await newFollower(world)();
    expect(await facts(world)).toEqual({ version: '1', pin: '3' });
  });

  it('leaves the pin to the next attempt where there is one', async () => {
    const world = await scheduled({ pin: '1' }, { overridePins: true });
    const { rig, one, actionId } = world;
    rig.executor.script = () => FAILED;
    await one.settle();
    await one.retryFailed(actionId);
    rig.executor.script = () => ({ kind: 'applied' });
    await one.settle();
    await newFollower(world)();
    expect(await facts(world)).toEqual({ version: '2', pin: '2' });
  });

  it('does not overwrite a later word about the version when it is repeated', async () => {
    const world = await scheduled({});
    await world.one.settle();
    const follow = newFollower(world);
    await follow({ dies: true });
    expect(await facts(world)).toEqual({ version: '2', pin: null });
    await world.rig.directory.putTargets({ targetId: 't0000', version: '3' });
    await follow();
    expect(await facts(world)).toEqual({ version: '3', pin: null });
  });

  it('changes nothing for a restart', async () => {
    const { rig, ids } = await newFleet(1, { version: '1', pin: '1' });
    const one = rig.process();
    const actionId = await one.schedule(ids);
    rig.clock.set(RUN_AT);
    await one.settle();
    const head = await rig.log.head();
    await newFollower({ rig, one, actionId })();
    expect(await rig.log.head()).toBe(head);
  });

  it('brings a whole fleet up to date', async () => {
    const world = await scheduled({}, { count: 40 });
    await world.one.settle();
    await newFollower(world)();
    const targets = await world.rig.directory.targets.list(
      { version: '2' },
      { after: null, limit: 100 },
    );
    expect(targets).toHaveLength(40);
  });
});
