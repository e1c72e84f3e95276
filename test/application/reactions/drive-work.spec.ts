import { describe, expect, it } from '@jest/globals';

import { actionStream } from '../../../src/application/action/action-stream.js';
import { StoreUnavailable } from '../../../src/application/ports/event-store.port.js';
import { ClaimsNotExpired } from '../../../src/application/reactions/expire-claims.js';
import { findTarget } from '../../../src/domain/action/action.state.js';
import { eventually } from '../../support/eventually.js';
import { newGate } from '../../support/gate.js';
import type { Rig } from '../../support/rig.js';
import { newFleet, RUN_AT, timerOf } from './fleet.js';

const outcomes = async (rig: Rig, actionId: string): Promise<readonly string[]> =>
  (await rig.events(actionId, 'OutcomeRecorded')).map(({ data: { targetId, outcome, reason } }) =>
    [targetId, outcome, reason ?? 'ok'].join(' '),
  );

describe('driving work', () => {
  it('applies every target once and ends the action (C1, S10)', async () => {
    const { rig, ids } = await newFleet(20);
    const one = rig.process();
    const actionId = await one.schedule(ids);
    rig.clock.set(RUN_AT);
    await one.settle();
    expect(rig.executor.orders.map(({ targetId }) => targetId).toSorted()).toEqual(ids);
    expect((await rig.story(actionId)).at(-1)).toBe('ActionEnded');
    expect(await rig.leases.takeExpired(100, 0)).toEqual([]);
  });

  it('never runs a target on two crews (C1)', async () => {
    const { rig, ids } = await newFleet(60);
    const [one, two] = [rig.process(), rig.process()];
    const actionId = await one.schedule(ids);
    rig.clock.set(RUN_AT);
    await one.react(timerOf(actionId, 'open_stage'));
    const timer = timerOf(actionId, 'work');
    await Promise.all([one.react(timer), two.react(timer), one.react(timer), two.react(timer)]);
    await Promise.all([one.idle(), two.idle()]);
    const ran = rig.executor.orders.map(({ targetId }) => targetId);
    expect(ran).toHaveLength(60);
    expect(new Set(ran).size).toBe(60);
    const holders = await rig.events(actionId, 'TargetClaimed');
    expect(new Set(holders.map(({ data }) => data.holder)).size).toBe(2);
  });

  it('keeps to the size of its crew when many actions are due at once (C7)', async () => {
    const { rig, ids } = await newFleet(30);
    const one = rig.process({ crew: 4 });
    for (let from = 0; from < 30; from += 3) await one.schedule(ids.slice(from, from + 3));
    rig.clock.set(RUN_AT);
    await one.settle();
    expect(rig.executor.orders).toHaveLength(30);
    expect(rig.executor.underwayMax).toBeLessThanOrEqual(4);
  });

  it('calls nobody for a target whose action was cancelled after the claim (C3)', async () => {
    const { rig, ids } = await newFleet(2);
    const [one, two] = [rig.process(), rig.process()];
    const actionId = await one.schedule(ids);
    rig.clock.set(RUN_AT);
    await one.react(timerOf(actionId, 'open_stage'));
    one.store.once('after', 'append', () => two.cancel(actionId));
    await one.react(timerOf(actionId, 'work'));
    await one.idle();
    expect(rig.executor.orders).toEqual([]);
    expect(await outcomes(rig, actionId)).toEqual([
      't0000 skipped parent_cancelled',
      't0001 skipped parent_cancelled',
    ]);
    expect((await rig.state(actionId)).endedStatus).toBe('cancelled');
  });

  it('lets no target stop the others: refused, thrown or lost in the directory (C7)', async () => {
    const { rig, ids } = await newFleet(4, { version: '1', pin: '1' });
    const one = rig.process();
    await rig.directory.catalogue.publish('2', {
      actor: 'user:ann',
      commandId: '5b8d1ab4-7a5e-4a37-9c55-1a3a0a0f9f11',
      correlationId: '5b8d1ab4-7a5e-4a37-9c55-1a3a0a0f9f11',
      causationId: null,
    });
    const actionId = await one.schedule(ids, {
      parameters: { type: 'version_change', targetVersion: '2', overridePins: true },
    });
    rig.executor.script = ({ targetId }) => {
      if (targetId === 't0000') throw new TypeError('a defect');
      return targetId === 't0001'
        ? { kind: 'failed', reason: 'no_space', retryable: false }
        : { kind: 'applied' };
    };
    const setPin = rig.directory.targets.setPin.bind(rig.directory.targets);
    rig.directory.targets.setPin = (change, metadata) =>
      change.targetId === 't0002'
        ? Promise.reject(new StoreUnavailable('away'))
        : setPin(change, metadata);
    rig.clock.set(RUN_AT);
    await one.settle();
    expect((await outcomes(rig, actionId)).toSorted()).toEqual([
      't0001 failed no_space',
      't0003 applied ok',
    ]);
    expect((await rig.state(actionId)).counters).toMatchObject({ running: 2 });
    expect(one.journal.faults).toHaveLength(2);
  });

  it('retries what failed for now, as often as the policy says', async () => {
    const { rig, ids } = await newFleet(1);
    const one = rig.process();
    const actionId = await one.schedule(ids);
    rig.executor.script = () => ({ kind: 'failed', reason: 'busy', retryable: true });
    rig.clock.set(RUN_AT);
    for (let round = 0; round < 5; round += 1) {
      await one.settle();
      rig.clock.advance(300_000);
    }
    expect(rig.executor.orders.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
    expect(await outcomes(rig, actionId)).toEqual(['t0000 failed busy']);
  });

  it('takes an accepted target as applied only when that is confirmed (C6)', async () => {
    const { rig, ids } = await newFleet(2);
    const one = rig.process();
    const actionId = await one.schedule(ids);
    rig.executor.script = () => ({ kind: 'accepted' });
    rig.clock.set(RUN_AT);
    await one.settle();
    expect((await rig.state(actionId)).counters).toMatchObject({ running: 2, applied: 0 });
    rig.clock.advance(40_000);
    await rig.follow();
    expect(await one.expireClaims.runOnce()).toBe(0);
    const [order] = rig.executor.orders;
    await one.recordOutcome(actionId, {
      targetId: order?.targetId ?? '',
      fence: order?.fence ?? 0,
      outcome: 'applied',
      reason: null,
      retryable: false,
      startedAt: null,
    });
    rig.clock.advance(600_000);
    await rig.follow();
    expect(await one.expireClaims.runOnce()).toBe(1);
    expect((await rig.state(actionId)).counters).toMatchObject({ applied: 1, pending: 1 });
  });

  it('leaves to the lease what nobody knows the end of (C2, C7)', async () => {
    const { rig, ids } = await newFleet(1);
    const [one, two] = [rig.process(), rig.process()];
    const actionId = await one.schedule(ids);
    rig.executor.script = () => ({ kind: 'unknown', reason: 'reset' });
    rig.clock.set(RUN_AT);
    await one.settle();
    expect(await outcomes(rig, actionId)).toEqual([]);
    expect(await two.expireClaims.runOnce()).toBe(0);
    rig.clock.advance(30_000);
    expect(await two.expireClaims.runOnce()).toBe(1);
    rig.executor.script = () => ({ kind: 'applied' });
    rig.clock.advance(60_000);
    await two.settle();
    const [first, second] = rig.executor.orders;
    expect(second?.fence).toBeGreaterThan(first?.fence ?? Infinity);
    expect(await outcomes(rig, actionId)).toEqual(['t0000 applied ok']);
  });

  it('goes on when the lease rows cannot be written: they follow from the log (RULES 15)', async () => {
    const { rig, ids } = await newFleet(1);
    const one = rig.process();
    const actionId = await one.schedule(ids);
    rig.leases.open = () => Promise.reject(new StoreUnavailable('away'));
    rig.clock.set(RUN_AT);
    await one.settle();
    expect(await outcomes(rig, actionId)).toEqual(['t0000 applied ok']);
  });

  it('calls nobody when its lease has run out before it came to that (C1)', async () => {
    const { rig, ids } = await newFleet(1);
    const one = rig.process();
    const actionId = await one.schedule(ids);
    const find = rig.directory.targets.findMany.bind(rig.directory.targets);
    rig.clock.set(RUN_AT);
    rig.directory.targets.findMany = (targetIds) => {
      rig.clock.advance(31_000);
      return find(targetIds);
    };
    await one.settle();
    expect(rig.executor.orders).toEqual([]);
    expect(await outcomes(rig, actionId)).toEqual([]);
  });

  it('does not lose an outcome to an outage of the store (C4)', async () => {
    const { rig, ids } = await newFleet(3);
    const one = rig.process();
    const actionId = await one.schedule(ids);
    rig.executor.script = () => {
      one.store.isDown = true;
      return { kind: 'applied' };
    };
    rig.clock.set(RUN_AT);
    await rig.follow();
    await one.fireTimers();
    await rig.follow();
    const work = one.fireTimers();
    await eventually(() => {
      expect(one.journal.faults.length).toBeGreaterThan(0);
    });
    one.store.isDown = false;
    await work;
    await one.idle();
    expect(await outcomes(rig, actionId)).toHaveLength(3);
    expect(rig.executor.orders).toHaveLength(3);
  });

  it('expires what it can when one of the streams cannot be written to (C2)', async () => {
    const { rig, ids } = await newFleet(2);
    const one = rig.process();
    const [broken, whole] = [await one.schedule(ids.slice(0, 1)), await one.schedule(ids.slice(1))];
    rig.executor.script = () => ({ kind: 'unknown', reason: 'reset' });
    rig.clock.set(RUN_AT);
    await one.settle();
    rig.clock.advance(30_000);
    const append = one.store.append.bind(one.store);
    one.store.append = (request) =>
      request.streamId === actionStream(broken)
        ? Promise.reject(new TypeError('unwritable'))
        : append(request);
    await expect(one.expireClaims.runOnce()).rejects.toThrow(ClaimsNotExpired);
    expect(await rig.events(whole, 'ClaimExpired')).toHaveLength(1);
  });
});

describe('stopping the crew', () => {
  it('waits for what is under way, and claims nothing more (O8)', async () => {
    const { rig, ids } = await newFleet(6);
    const one = rig.process({ crew: 2 });
    const actionId = await one.schedule(ids);
    const gate = newGate();
    rig.executor.script = async () => {
      await gate.pass();
      return { kind: 'applied' };
    };
    rig.clock.set(RUN_AT);
    await one.react(timerOf(actionId, 'open_stage'));
    const driving = one.react(timerOf(actionId, 'work'));
    await gate.reached;
    const stopped = one.crew.stop(60_000);
    expect(await driving).toMatchObject({ kind: 'not_due_until' });
    gate.open();
    await stopped;
    expect(await outcomes(rig, actionId)).toHaveLength(2);
    expect(rig.executor.orders).toHaveLength(2);
  });

  it('breaks off what takes longer, and leaves it to its lease (O8)', async () => {
    const { rig, ids } = await newFleet(1);
    const one = rig.process();
    const actionId = await one.schedule(ids);
    const gate = newGate();
    rig.executor.script = (_, signal) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => {
          resolve({ kind: 'unknown', reason: 'aborted' });
        });
        void gate.pass();
      });
    rig.clock.set(RUN_AT);
    await one.react(timerOf(actionId, 'open_stage'));
    await one.react(timerOf(actionId, 'work'));
    await gate.reached;
    await one.crew.stop(0);
    expect(findTarget(await rig.state(actionId), 't0000')?.status).toBe('running');
  });

  it('ends in time while the database is away (O8)', async () => {
    const { rig, ids } = await newFleet(1);
    const one = rig.process();
    const actionId = await one.schedule(ids);
    const gate = newGate();
    rig.executor.script = () => {
      one.store.isDown = true;
      void gate.pass();
      return { kind: 'applied' };
    };
    rig.clock.set(RUN_AT);
    await one.react(timerOf(actionId, 'open_stage'));
    await one.react(timerOf(actionId, 'work'));
    await gate.reached;
    await one.crew.stop(0);
    await one.idle();
    expect(await outcomes(rig, actionId)).toEqual([]);
  });
});
