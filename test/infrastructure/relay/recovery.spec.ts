import { describe, expect, it } from '@jest/globals';

import { StoreUnavailable } from '../../../src/application/ports/event-store.port.js';
import { eventually } from '../../support/eventually.js';
import { newGate } from '../../support/gate.js';
import {
  claimAndDie,
  dispatchesOf,
  loseLeases,
  pendingRows,
  statusOf,
  withDueNotices,
} from './told-world.js';

describe('a relay that died inside the send', () => {
  it('is repeated under the same key where there is one, and marked as ambiguous (N8)', async () => {
    const world = await withDueNotices(['webhook']);
    const { rig, two, one, actionId } = world;
    const [lost] = await claimAndDie(world, 'webhook');
    expect(await two.relay.runOnce()).toMatchObject({ recovered: 0, processed: 0 });
    loseLeases(world);
    expect(await two.relay.runOnce()).toMatchObject({ recovered: 1, sent: 1, processed: 2 });
    expect(rig.channels.webhook.sent).toMatchObject([{ id: lost?.envelopeId, attempt: 2 }]);
    expect(await rig.events(actionId, 'NoticeAttemptFailed')).toMatchObject([
      { data: { attempt: 1, ambiguous: true } },
    ]);
    expect(await statusOf(world)).toBe('sent');
    await one.settle();
    expect(await pendingRows(world)).toBe(0);
  });

  it('is uncertain where there is no key, and held (N8, RULES 5)', async () => {
    const world = await withDueNotices(['email']);
    const { rig, two, one } = world;
    await claimAndDie(world, 'email');
    loseLeases(world);
    expect(await two.relay.runOnce()).toMatchObject({ recovered: 1, sent: 0 });
    await one.settle();
    await two.relay.runOnce();
    expect(rig.channels.email.sent).toEqual([]);
    expect(await statusOf(world)).toBe('uncertain');
    expect(await pendingRows(world)).toBe(0);
  });

  it('is sent once more where the policy says so, and no more often', async () => {
    const world = await withDueNotices(['email']);
    const { rig, one } = world;
    const eager = rig.process({ uncertain: 'resend' });
    await claimAndDie(world, 'email');
    loseLeases(world);
    await eager.relay.runOnce();
    await one.settle();
    await claimAndDie(world, 'email');
    loseLeases(world);
    await eager.relay.runOnce();
    await one.settle();
    await eager.relay.runOnce();
    expect(await statusOf(world)).toBe('uncertain');
    expect(await pendingRows(world)).toBe(0);
  });

  it('is sent once more where the policy says so, even if the answer to the record got lost', async () => {
    const world = await withDueNotices(['email']);
    const { rig, one, actionId } = world;
    const eager = rig.process({ uncertain: 'resend' });
    await claimAndDie(world, 'email');
    loseLeases(world);
    eager.store.loseNextAnswer();
    eager.store.once('before', 'findEvent', () => {
      throw new StoreUnavailable('still away');
    });
    await eager.relay.runOnce();
    await one.settle();
    await eager.relay.runOnce();
    expect(await rig.events(actionId, 'NoticeUncertain')).toHaveLength(1);
    expect(await statusOf(world)).toBe('sent');
  });

  it.each(['email', 'webhook'] as const)(
    'is never sent again by %s once it is unwanted, and counts as told (RULES 5)',
    async (channel) => {
      const world = await withDueNotices([channel]);
      const { rig, one, two, actionId } = world;
      await claimAndDie(world, channel);
      await one.cancel(actionId);
      loseLeases(world);
      await two.relay.runOnce();
      await one.settle();
      await two.relay.runOnce();
      expect(await dispatchesOf(world)).toEqual([
        `cancelled on ${channel} to ann about t1: sent`,
        `notice on ${channel} to ann about t1: uncertain`,
      ]);
      expect(rig.channels[channel].sent).toMatchObject([{ kind: 'cancelled', hedged: true }]);
    },
  );

  it('counts as told when it is withdrawn after it was taken over (RULES 5)', async () => {
    const world = await withDueNotices(['webhook']);
    const { rig, one, two, actionId } = world;
    rig.channels.webhook.otherwise = () => ({
      kind: 'failed',
      permanent: false,
      failureClass: 'refused',
      error: 'nobody listens',
    });
    await claimAndDie(world, 'webhook');
    loseLeases(world);
    await two.relay.runOnce();
    await one.cancel(actionId);
    await one.settle();
    await two.relay.runOnce();
    expect(await statusOf(world)).toBe('uncertain');
  });

  it('keeps a paused notice that may be repeated for later', async () => {
    const world = await withDueNotices(['webhook']);
    const { rig, one, two, actionId } = world;
    await claimAndDie(world, 'webhook');
    await one.pause(actionId);
    loseLeases(world);
    await two.relay.runOnce();
    expect(await statusOf(world)).toBe('deferred');
    await one.resume(actionId);
    await one.settle();
    await two.relay.runOnce();
    expect(await statusOf(world)).toBe('sent');
    expect(rig.channels.webhook.sent).toHaveLength(1);
  });
});

describe('a relay that died behind its record', () => {
  it('leaves a row that finds its dispatch sent', async () => {
    const world = await withDueNotices(['email']);
    const { rig, one, two } = world;
    const close = rig.outbox.close.bind(rig.outbox);
    rig.outbox.close = () => Promise.reject(new StoreUnavailable('died'));
    const died = one.relay.runOnce();
    await eventually(async () => {
      expect(await statusOf(world)).toBe('sent');
    });
    rig.outbox.close = close;
    loseLeases(world);
    await two.relay.runOnce();
    await died;
    expect(await pendingRows(world)).toBe(0);
    expect(await statusOf(world)).toBe('sent');
    expect(rig.channels.email.sent).toHaveLength(1);
  });

  it('leaves a row that is not uncertain, because its failure is on record (RULES 10)', async () => {
    const world = await withDueNotices(['email']);
    const { rig, one, two, actionId } = world;
    rig.channels.email.next(() => ({
      kind: 'failed',
      permanent: false,
      failureClass: 'smtp_transient',
      error: '451 later',
    }));
    const release = rig.outbox.release.bind(rig.outbox);
    rig.outbox.release = () => new Promise(() => undefined);
    void one.relay.runOnce();
    await eventually(async () => {
      expect(await rig.events(actionId, 'NoticeAttemptFailed')).toHaveLength(1);
    });
    rig.outbox.release = release;
    await rig.followOutbox();
    loseLeases(world);
    await two.relay.runOnce();
    expect(await rig.events(actionId, 'NoticeUncertain')).toEqual([]);
    expect(await statusOf(world)).toBe('sent');
    expect(rig.channels.email.sent.map(({ attempt }) => attempt)).toEqual([1, 2]);
  });
});

describe('a result that comes late', () => {
  it('is recorded as late when it is a success (RULES 5)', async () => {
    const world = await withDueNotices(['email']);
    const { rig, one, two, actionId } = world;
    const gate = newGate();
    rig.channels.email.next(async () => {
      await gate.pass();
      return { kind: 'sent' };
    });
    const sweep = one.relay.runOnce();
    await gate.reached;
    loseLeases(world);
    await two.relay.runOnce();
    await one.cancel(actionId);
    await one.settle();
    gate.open();
    await sweep;
    await one.settle();
    const [sent] = await rig.events(actionId, 'NoticeSent');
    expect(sent?.data.late).toBe(true);
    await two.relay.runOnce();
    expect(await dispatchesOf(world)).toEqual([
      'cancelled on email to ann about t1: sent',
      'notice on email to ann about t1: sent',
    ]);
  });

  it('is discarded and noted when it is a failure (N8)', async () => {
    const world = await withDueNotices(['email']);
    const { rig, one, two, actionId } = world;
    const gate = newGate();
    rig.channels.email.next(async () => {
      await gate.pass();
      return { kind: 'failed', permanent: true, failureClass: 'smtp_permanent', error: '550' };
    });
    const sweep = one.relay.runOnce();
    await gate.reached;
    loseLeases(world);
    await two.relay.runOnce();
    gate.open();
    await sweep;
    expect(await statusOf(world)).toBe('uncertain');
    expect(await rig.events(actionId, 'NoticeFailed')).toEqual([]);
    expect(one.journal.notes).toMatchObject([{ message: 'late failures discarded' }]);
  });
});

describe('a database that is away between send and record', () => {
  it.each(['email', 'webhook'] as const)(
    'neither loses nor doubles what %s has sent',
    async (channel) => {
      const world = await withDueNotices([channel]);
      const { rig, one } = world;
      rig.channels[channel].next(() => {
        one.store.isDown = true;
        return { kind: 'sent' };
      });
      const sweep = one.relay.runOnce();
      await eventually(() => {
        expect(one.journal.faults.length).toBeGreaterThan(1);
      });
      loseLeases(world);
      // Its own row comes up as abandoned, but nobody has died.
      expect(await one.relay.runOnce()).toMatchObject({ recovered: 0 });
      one.store.isDown = false;
      await sweep;
      await one.settle();
      await one.relay.runOnce();
      expect(await statusOf(world)).toBe('sent');
      expect(rig.channels[channel].sent).toHaveLength(1);
      expect(await pendingRows(world)).toBe(0);
    },
  );

  it('is recorded once when only the answer to the record got lost', async () => {
    const world = await withDueNotices(['email']);
    const { rig, one, actionId } = world;
    one.store.loseNextAnswer();
    one.store.once('before', 'findEvent', () => {
      throw new StoreUnavailable('still away');
    });
    await one.relay.runOnce();
    expect(await rig.events(actionId, 'NoticeSent')).toHaveLength(1);
    expect(await pendingRows(world)).toBe(0);
  });

  it('gives a row back that it could not look at: no call was made, so nothing is uncertain (RULES 10)', async () => {
    const world = await withDueNotices(['email']);
    const { rig, one, actionId } = world;
    one.store.isDown = true;
    await one.relay.runOnce();
    expect(rig.channels.email.sent).toEqual([]);
    one.store.isDown = false;
    loseLeases(world);
    await one.relay.runOnce();
    expect(await rig.story(actionId)).toEqual(['NoticeDue', 'NoticeSent']);
    expect(rig.channels.email.sent).toMatchObject([{ attempt: 1 }]);
  });

  it('gives rows back when the directory cannot be read', async () => {
    const world = await withDueNotices(['email']);
    const { rig, one, actionId } = world;
    const findMany = rig.directory.texts.findMany.bind(rig.directory.texts);
    rig.directory.texts.findMany = () => Promise.reject(new StoreUnavailable('away'));
    await one.relay.runOnce();
    rig.directory.texts.findMany = findMany;
    loseLeases(world);
    await one.relay.runOnce();
    expect(await rig.story(actionId)).toEqual(['NoticeDue', 'NoticeSent']);
  });
});
