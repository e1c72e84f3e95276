import { describe, expect, it } from '@jest/globals';

import { newGate } from '../../support/gate.js';
import { dispatchesOf, inFlight, pendingRows, statusOf, withDueNotices } from './told-world.js';

describe('a cancel that races a relay', () => {
  it('keeps a notice from being sent when it comes before the claim (N4)', async () => {
    const world = await withDueNotices(['email']);
    const { rig, one, two, actionId } = world;
    await two.cancel(actionId);
    await one.relay.runOnce();
    expect(rig.channels.email.sent).toEqual([]);
    expect(await rig.events(actionId, 'NoticeFailed')).toMatchObject([
      { data: { reason: 'action cancelled before notice was dispatched', attempt: 0 } },
    ]);
    expect(await pendingRows(world)).toBe(0);
    await one.settle();
    expect(await dispatchesOf(world)).toEqual(['notice on email to ann about t1: failed']);
  });

  it('keeps a notice from being sent when it comes between claim and look (RULES 1)', async () => {
    const world = await withDueNotices(['email']);
    const { rig, one, two, actionId } = world;
    one.store.once('before', 'readStream', () => two.cancel(actionId));
    const counts = await one.relay.runOnce();
    expect(rig.channels.email.sent).toEqual([]);
    expect(counts).toMatchObject({ processed: 1, sent: 0, voidedStale: 1 });
    expect(await statusOf(world)).toBe('failed');
  });

  it('lets a notice that is being sent end, and queues the cancellation in the same append (N5)', async () => {
    const world = await withDueNotices(['email']);
    const { rig, one, two, actionId } = world;
    const gate = newGate();
    rig.channels.email.next(async () => {
      await gate.pass();
      return { kind: 'sent' };
    });
    const sweep = one.relay.runOnce();
    await gate.reached;
    expect(await inFlight(world)).toBe(1);
    await two.cancel(actionId);
    await two.settle();
    expect(await rig.story(actionId)).toEqual(['NoticeDue', 'ActionCancelled', 'ActionEnded']);
    gate.open();
    await sweep;
    const [sent, queued] = (await rig.recorded(actionId)).slice(-2);
    expect([sent?.type, queued?.type]).toEqual(['NoticeSent', 'CancellationQueued']);
    expect(sent?.metadata.commandId).toBe(queued?.metadata.commandId);
    await one.settle();
    await one.relay.runOnce();
    await one.settle();
    expect(rig.channels.email.sent.map(({ kind }) => kind)).toEqual(['notice', 'cancelled']);
    expect(await pendingRows(world)).toBe(0);
  });

  it('tells once that it is off, however often it is cancelled and swept (N4)', async () => {
    const world = await withDueNotices(['email', 'webhook']);
    const { rig, one, two, actionId } = world;
    rig.channels.webhook.next(() => ({
      kind: 'failed',
      permanent: true,
      failureClass: 'not_found',
      error: '404',
    }));
    await one.relay.runOnce();
    await one.settle();
    await Promise.all([one.cancel(actionId), two.cancel(actionId)]);
    await two.cancel(actionId);
    for (const process of [one, two, one, two]) {
      await process.settle();
      await Promise.all([one.relay.runOnce(), two.relay.runOnce()]);
    }
    expect(await dispatchesOf(world)).toEqual([
      'cancelled on email to ann about t1: sent',
      'notice on email to ann about t1: sent',
      'notice on webhook to ann about t1: failed',
    ]);
    expect(rig.channels.webhook.sent).toHaveLength(1);
  });

  it('does the same for one target of several (N5)', async () => {
    const world = await withDueNotices(['email'], { owners: { t1: 'ann', t2: 'bob' } });
    const { rig, one, two, actionId } = world;
    const gate = newGate();
    rig.channels.email.otherwise = async ({ recipient }) => {
      if (recipient.recipientId === 'ann') await gate.pass();
      return { kind: 'sent' };
    };
    const sweep = one.relay.runOnce();
    await gate.reached;
    await two.cancelTarget(actionId, 't1', 'the owner asked');
    gate.open();
    await sweep;
    await one.settle();
    await one.relay.runOnce();
    expect(await dispatchesOf(world)).toEqual([
      'cancelled on email to ann about t1: sent',
      'notice on email to ann about t1: sent',
      'notice on email to bob about t2: sent',
    ]);
    expect(rig.channels.email.sent.at(-1)?.action.reason).toBe('the owner asked');
  });

  it('says "if you received" to one who may have been told (RULES 3)', async () => {
    const world = await withDueNotices(['email']);
    const { rig, one, actionId } = world;
    rig.channels.email.next(() => ({ kind: 'uncertain', failureClass: 'reset', error: 'gone' }));
    await one.relay.runOnce();
    await one.cancel(actionId);
    await one.settle();
    await one.relay.runOnce();
    expect(rig.channels.email.sent[1]).toMatchObject({ kind: 'cancelled', hedged: true });
  });
});

describe('a reschedule that races a relay', () => {
  const LATER = '2030-01-05T12:00:00.000Z';

  it('withdraws what was not sent, and announces the new time at its own lead (N7)', async () => {
    const world = await withDueNotices(['email']);
    const { rig, one, two, actionId } = world;
    one.store.once('before', 'readStream', () => two.reschedule(actionId, LATER));
    await one.relay.runOnce();
    expect(rig.channels.email.sent).toEqual([]);
    expect(await statusOf(world)).toBe('failed');
    await one.settle();
    rig.clock.set('2030-01-04T12:00:00.000Z');
    await one.settle();
    await one.relay.runOnce();
    expect(rig.channels.email.sent).toMatchObject([
      { kind: 'notice', members: [{ startsAt: LATER, revision: 1 }] },
    ]);
  });

  it('corrects what was being sent, in the same append, with the reason (N7)', async () => {
    const world = await withDueNotices(['email']);
    const { rig, one, two, actionId } = world;
    rig.channels.email.next(async () => {
      await two.reschedule(actionId, LATER, 'the vendor is late');
      return { kind: 'sent' };
    });
    await one.relay.runOnce();
    expect((await rig.story(actionId)).slice(-2)).toEqual(['NoticeSent', 'FollowUpQueued']);
    await one.settle();
    await one.relay.runOnce();
    expect(rig.channels.email.sent[1]).toMatchObject({
      kind: 'rescheduled',
      action: { reason: 'the vendor is late' },
      members: [{ startsAt: LATER, previousStartsAt: '2030-01-03T12:00:00.000Z' }],
    });
  });

  it('asks again when the look has grown old while a send waited for its turn (RULES 1)', async () => {
    const world = await withDueNotices(['email'], {
      owners: { t1: 'ann', t2: 'bob', t3: 'cid', t4: 'dan', t5: 'eve' },
    });
    const { rig, one, two, actionId } = world;
    const gate = newGate();
    rig.channels.email.otherwise = async () => {
      await gate.pass();
      return { kind: 'sent' };
    };
    const sweep = one.relay.runOnce();
    await gate.reached;
    await two.cancel(actionId);
    rig.clock.advance(1_500);
    gate.open();
    await sweep;
    expect(rig.channels.email.sent).toHaveLength(4);
    const dispatches = await dispatchesOf(world);
    expect(dispatches.filter((text) => text.endsWith('failed'))).toHaveLength(1);
  });

  it('looks once more when the look itself took longer than it is good for (RULES 1)', async () => {
    const world = await withDueNotices(['email']);
    const { rig, one, two, actionId } = world;
    one.store.once('after', 'readStream', () => {
      rig.clock.advance(1_200);
    });
    one.store.once('after', 'readStream', async () => {
      rig.clock.advance(1_200);
      await two.cancel(actionId);
    });
    await one.relay.runOnce();
    expect(rig.channels.email.sent).toEqual([]);
    expect(await statusOf(world)).toBe('failed');
  });
});
