import { describe, expect, it } from '@jest/globals';

import { StoreUnavailable } from '../../../src/application/ports/event-store.port.js';
import type { Rig } from '../../support/rig.js';
import { newFleet, RUN_AT, timerOf } from './fleet.js';

const LEAD_OPENS = '2030-01-02T12:00:00.000Z';
const notice = (...leadsSeconds: readonly number[]) => ({
  leadsSeconds,
  channels: ['email', 'inbox'] as const,
  tellCompleted: false,
  subject: null,
  body: null,
});

const noticed = async (rig: Rig, actionId: string): Promise<readonly string[]> =>
  (await rig.events(actionId, 'NoticeDue')).map(({ data }) => data.targetId);

describe('opening a stage', () => {
  it('is never early, whatever the error of the clock (C8)', async () => {
    const { rig, ids } = await newFleet(1);
    const one = rig.process();
    const actionId = await one.schedule(ids);
    const timer = timerOf(actionId, 'open_stage');
    rig.clock.setErrorBound(40);
    rig.clock.set(Date.parse(RUN_AT) + 39);
    expect(await one.react(timer)).toEqual({ kind: 'not_due_until', dueAt: Date.parse(RUN_AT) });
    expect(await rig.events(actionId, 'StageOpened')).toEqual([]);
    rig.clock.advance(1);
    expect(await one.react(timer)).toEqual({ kind: 'done' });
    expect(await one.react(timer)).toEqual({ kind: 'done' });
    expect(await rig.events(actionId, 'StageOpened')).toHaveLength(1);
  });

  it('is asked again while the action is paused: the clock of who resumes it may lag behind', async () => {
    const { rig, ids } = await newFleet(1);
    const one = rig.process();
    const actionId = await one.schedule(ids);
    rig.clock.set(RUN_AT);
    await one.pause(actionId);
    await rig.follow();
    await one.fireTimers();
    rig.clock.set(Date.parse(RUN_AT) - 20);
    await one.resume(actionId);
    rig.clock.set(Date.parse(RUN_AT) + 40_000);
    await one.settle();
    expect(await rig.events(actionId, 'StageOpened')).toHaveLength(1);
  });

  it('is done with when the action was called off', async () => {
    const { rig, ids } = await newFleet(1);
    const one = rig.process();
    const actionId = await one.schedule(ids);
    await one.cancel(actionId);
    rig.clock.set(RUN_AT);
    expect(await one.react(timerOf(actionId, 'open_stage'))).toEqual({ kind: 'done' });
  });
});

describe('opening notices', () => {
  it('tells 250 targets in batches, each once, over two processes and a crash (N2)', async () => {
    const { rig, ids } = await newFleet(250);
    const [one, two] = [rig.process(), rig.process()];
    const actionId = await one.schedule(ids, { notice: notice(86_400) });
    rig.clock.set(LEAD_OPENS);
    const timer = timerOf(actionId, 'open_notices');
    expect(await one.react(timer)).toMatchObject({ kind: 'not_due_until' });
    expect(await noticed(rig, actionId)).toHaveLength(100);
    one.store.loseNextAnswer();
    one.store.once('before', 'findEvent', () => {
      throw new StoreUnavailable('died');
    });
    await expect(one.react(timer)).rejects.toThrow(StoreUnavailable);
    await Promise.all([one.react(timer), two.react(timer), one.react(timer), two.react(timer)]);
    expect(await two.react(timer)).toEqual({ kind: 'done' });
    const told = await noticed(rig, actionId);
    expect(told).toHaveLength(250);
    expect(new Set(told).size).toBe(250);
  });

  it('collapses leads that have gone by into one notice (N2)', async () => {
    const { rig, ids } = await newFleet(2);
    const one = rig.process();
    const leads = notice(604_800, 259_200, 86_400, 3_600);
    const actionId = await one.schedule(ids, { notice: leads });
    await one.settle();
    expect((await rig.events(actionId, 'NoticeDue')).map(({ data }) => data.lead)).toEqual([
      259_200, 259_200,
    ]);
    rig.clock.set(LEAD_OPENS);
    await one.settle();
    expect(await rig.events(actionId, 'NoticeDue')).toHaveLength(4);
  });

  it('opens no lead before its time, whatever the error of the clock (N3)', async () => {
    const { rig, ids } = await newFleet(1);
    const one = rig.process();
    const actionId = await one.schedule(ids, { notice: notice(86_400) });
    rig.clock.setErrorBound(30);
    rig.clock.set(Date.parse(LEAD_OPENS) + 29);
    const answer = await one.react(timerOf(actionId, 'open_notices'));
    expect(answer).toEqual({ kind: 'not_due_until', dueAt: Date.parse(LEAD_OPENS) });
  });

  it('tells nobody while paused, and everybody of all stages after the resume (N3)', async () => {
    const { rig, ids } = await newFleet(4);
    const one = rig.process();
    const tranches = [
      { percent: 50, afterMs: 0 },
      { percent: 50, afterMs: 60_000 },
    ];
    const actionId = await one.schedule(ids, { notice: notice(86_400), tranches });
    await one.pause(actionId);
    rig.clock.set(Date.parse(LEAD_OPENS) + 120_000);
    await one.settle();
    expect(await noticed(rig, actionId)).toEqual([]);
    await one.resume(actionId);
    await one.settle();
    expect(await noticed(rig, actionId)).toHaveLength(4);
  });

  it('tells the owner of the day, and knows who is missing (N11)', async () => {
    const { rig, ids } = await newFleet(2);
    const one = rig.process();
    const actionId = await one.schedule(ids, { notice: notice(86_400) });
    await rig.directory.putRecipient({ recipientId: 'bob' });
    await rig.directory.putTargets(
      { targetId: 't0000', ownerId: 'bob' },
      { targetId: 't0001', ownerId: 'gone' },
    );
    rig.clock.set(LEAD_OPENS);
    await one.settle();
    const told = (await rig.events(actionId, 'NoticeSent', 'NoticeFailed')).map(
      ({ type, data }) => [type, data.recipientId, data.channel],
    );
    expect(told).toHaveLength(2);
    expect(told).toContainEqual(['NoticeFailed', 'gone', 'inbox']);
    expect(told).toContainEqual(['NoticeSent', 'bob', 'inbox']);
  });
});

describe('follow-ups of a big cancel', () => {
  it('are queued in batches, once for each of 600 who were told, crash or not (N4, RULES 2)', async () => {
    const { rig, ids } = await newFleet(600);
    const [one, two] = [rig.process(), rig.process()];
    const actionId = await one.schedule(ids);
    rig.clock.set(LEAD_OPENS);
    await one.settle();
    await one.relay.runOnce();
    expect(await rig.events(actionId, 'NoticeSent')).toHaveLength(600);
    await one.cancel(actionId);
    const timer = timerOf(actionId, 'follow_ups');
    await one.react(timer);
    const first = await rig.events(actionId, 'CancellationQueued');
    expect(first.length).toBeGreaterThan(0);
    expect(first.length).toBeLessThan(600);
    one.store.isDown = true;
    await expect(one.react(timer)).rejects.toThrow(StoreUnavailable);
    await Promise.all([two.react(timer), two.react(timer)]);
    one.store.isDown = false;
    await Promise.all([one.settle(), two.settle()]);
    await two.relay.runOnce();
    await one.settle();
    const queued = (await rig.events(actionId, 'CancellationQueued')).map(
      ({ data }) => data.targetId,
    );
    expect(queued).toHaveLength(600);
    expect(new Set(queued).size).toBe(600);
  });

  it('are not doubled by a notice that ends while they are queued (N5)', async () => {
    const { rig, ids } = await newFleet(3);
    const [one, two] = [rig.process(), rig.process()];
    const actionId = await one.schedule(ids);
    rig.clock.set(LEAD_OPENS);
    await one.settle();
    rig.channels.email.next(async () => {
      await two.cancel(actionId);
      await two.settle();
      return { kind: 'sent' };
    });
    await Promise.all([one.relay.runOnce(), two.settle()]);
    await Promise.all([one.settle(), two.settle()]);
    const queued = await rig.events(actionId, 'CancellationQueued');
    const sent = (await rig.events(actionId, 'NoticeSent')).filter(
      ({ data }) => data.kind === 'notice',
    );
    expect(queued.map(({ data }) => data.targetId).toSorted()).toEqual(
      sent.map(({ data }) => data.targetId).toSorted(),
    );
  });
});
