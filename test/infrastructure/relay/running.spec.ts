import { afterEach, describe, expect, it } from '@jest/globals';

import { StoreUnavailable } from '../../../src/application/ports/event-store.port.js';
import { eventually } from '../../support/eventually.js';
import { newGate } from '../../support/gate.js';
import type { RigProcess } from '../../support/rig-process.js';
import { dispatchesOf, pendingRows, statusOf, withDueNotices } from './told-world.js';
import type { ToldWorld } from './told-world.js';

const manyOwners = (count: number): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`t${String(index)}`, `r${String(index)}`]),
  );

describe('a relay that runs', () => {
  const started: RigProcess[] = [];

  afterEach(async () => {
    await Promise.all(started.splice(0).map(({ relay }) => relay.stop(0)));
  });

  const start = ({ one }: ToldWorld): void => {
    started.push(one);
    one.relay.start();
  };

  it('sends what comes while it waits, on its signal', async () => {
    const world = await withDueNotices(['email']);
    const { rig, one } = world;
    await one.relay.runOnce();
    start(world);
    const actionId = await (async () => {
      await rig.directory.putTargets({ targetId: 't9', ownerId: 'ann' });
      return one.schedule(['t9'], { runAt: '2030-01-02T14:00:00.000Z' });
    })();
    await one.settle();
    await eventually(async () => {
      expect(await rig.events(actionId, 'NoticeSent')).toHaveLength(1);
    });
  });

  it('delays no channel because another is slow (N9)', async () => {
    const world = await withDueNotices(['email', 'webhook', 'push'], { owners: manyOwners(40) });
    const { rig } = world;
    const gate = newGate();
    rig.channels.webhook.otherwise = async () => {
      await gate.pass();
      return { kind: 'sent' };
    };
    start(world);
    await gate.reached;
    await eventually(async () => {
      const sent = (await dispatchesOf(world)).filter((text) => text.endsWith('sent'));
      expect(sent).toHaveLength(80);
    });
    expect(rig.channels.webhook.sent).toHaveLength(rig.channels.webhook.concurrency);
    gate.open();
    await eventually(async () => {
      await rig.followOutbox();
      expect(await pendingRows(world)).toBe(0);
    });
    expect(rig.channels.webhook.underwayMax).toBe(rig.channels.webhook.concurrency);
  });

  it('fills the slots of its channel as they become free, without waiting for the slowest', async () => {
    const world = await withDueNotices(['email'], { owners: manyOwners(60) });
    const { rig } = world;
    const gate = newGate();
    rig.channels.email.next(async () => {
      await gate.pass();
      return { kind: 'sent' };
    });
    start(world);
    await eventually(() => {
      expect(rig.channels.email.sent).toHaveLength(60);
    });
    gate.open();
  });

  it('claims nothing while it has no room, and looks no more often for it', async () => {
    const world = await withDueNotices(['email'], { owners: manyOwners(60) });
    const { rig } = world;
    const claim = rig.outbox.claim.bind(rig.outbox);
    let claims = 0;
    rig.outbox.claim = (request) => {
      claims += request.channel === 'email' ? 1 : 0;
      return claim(request);
    };
    const gate = newGate();
    rig.channels.email.otherwise = async () => {
      await gate.pass();
      return { kind: 'sent' };
    };
    start(world);
    await gate.reached;
    // Many turns of the loop later it still waits for a slot.
    for (let turn = 0; turn < 200; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(claims).toBeLessThanOrEqual(2);
    expect(rig.channels.email.sent).toHaveLength(rig.channels.email.concurrency);
    gate.open();
  });

  it('stops a batch for no envelope that breaks its channel (N9)', async () => {
    const world = await withDueNotices(['email', 'webhook'], {
      owners: { t1: 'ann', t2: 'bob', t3: 'cid' },
    });
    const { rig, one } = world;
    for (const channel of [rig.channels.email, rig.channels.webhook]) {
      channel.otherwise = ({ recipient }) => {
        if (recipient.recipientId === 'bob') throw new TypeError('a defect');
        return { kind: 'sent' };
      };
    }
    await one.relay.runOnce();
    expect(await dispatchesOf(world)).toEqual([
      'notice on email to ann about t1: sent',
      'notice on email to bob about t2: uncertain',
      'notice on email to cid about t3: sent',
      'notice on webhook to ann about t1: sent',
      'notice on webhook to bob about t2: pending',
      'notice on webhook to cid about t3: sent',
    ]);
    const [broken] = await rig.events(world.actionId, 'NoticeAttemptFailed');
    expect(broken?.data).toMatchObject({ recipientId: 'bob', ambiguous: true });
  });

  it('stops no action because another cannot be read (N9)', async () => {
    const world = await withDueNotices(['email']);
    const { rig, one } = world;
    await rig.directory.putTargets({ targetId: 't2', ownerId: 'ann' });
    const other = await one.schedule(['t2'], { runAt: '2030-01-02T14:00:00.000Z' });
    await one.settle();
    const read = one.store.readStream.bind(one.store);
    one.store.readStream = (streamId, options) =>
      streamId.endsWith(other)
        ? Promise.reject(new TypeError('unreadable'))
        : read(streamId, options);
    expect(await one.relay.runOnce()).toMatchObject({ sent: 1 });
    expect(await statusOf(world)).toBe('sent');
    expect(one.journal.faults).toHaveLength(1);
  });

  it('gives a channel a rest that is down for everybody, and leaves the others alone', async () => {
    const world = await withDueNotices(['email', 'webhook'], { owners: manyOwners(30) });
    const { rig, one } = world;
    rig.channels.webhook.otherwise = () => ({
      kind: 'failed',
      permanent: false,
      failureClass: 'refused',
      error: 'nobody listens',
    });
    await one.relay.runOnce();
    const [, webhook] = one.channelRelays;
    expect(webhook?.restMs()).toBeGreaterThan(0);
    expect(rig.channels.email.sent).toHaveLength(30);
    const tried = rig.channels.webhook.sent.length;
    expect(tried).toBeLessThan(30);
    await one.relay.runOnce();
    expect(rig.channels.webhook.sent).toHaveLength(tried);
    rig.channels.webhook.otherwise = () => ({ kind: 'sent' });
    rig.clock.advance(16_000);
    await one.relay.runOnce();
    await rig.followOutbox();
    expect(await pendingRows(world)).toBe(0);
  });

  it('never rests a channel because of one broken endpoint', async () => {
    const owners = Object.fromEntries(
      Array.from({ length: 12 }, (_, no) => [`t${String(no)}`, `r${String(no % 2)}`]),
    );
    const world = await withDueNotices(['webhook'], { owners });
    const { rig, one } = world;
    rig.channels.webhook.otherwise = ({ recipient }) =>
      recipient.recipientId === 'r0'
        ? { kind: 'failed', permanent: false, failureClass: 'refused', error: 'nobody listens' }
        : { kind: 'sent' };
    for (let round = 0; round < 10; round += 1) {
      rig.clock.advance(60_000);
      await one.relay.runOnce();
    }
    expect(one.channelRelays[1]?.restMs()).toBe(0);
  });

  it('goes on after the database was away', async () => {
    const world = await withDueNotices(['email']);
    const { rig, one } = world;
    const claim = rig.outbox.claim.bind(rig.outbox);
    rig.outbox.claim = () => Promise.reject(new StoreUnavailable('away'));
    start(world);
    await eventually(() => {
      expect(one.journal.faults.length).toBeGreaterThan(0);
    });
    rig.outbox.claim = claim;
    await eventually(async () => {
      expect(await statusOf(world)).toBe('sent');
    });
  });

  it('waits when it stops for what is being sent, and gives back what is not (O8)', async () => {
    const world = await withDueNotices(['email'], { owners: manyOwners(10) });
    const { rig, one } = world;
    const gate = newGate();
    rig.channels.email.otherwise = async () => {
      await gate.pass();
      return { kind: 'sent' };
    };
    one.relay.start();
    await gate.reached;
    const stopped = one.relay.stop(60_000);
    await eventually(async () => {
      expect(await rig.outbox.counts()).toContainEqual({
        channel: 'email',
        status: 'pending',
        count: 6,
      });
    });
    gate.open();
    await stopped;
    expect(rig.channels.email.sent).toHaveLength(4);
    const sent = (await dispatchesOf(world)).filter((text) => text.endsWith('sent'));
    expect(sent).toHaveLength(4);
    await rig.process().relay.runOnce();
    expect(rig.channels.email.sent).toHaveLength(10);
    expect(rig.channels.email.sent.every(({ attempt }) => attempt === 1)).toBe(true);
  });

  it('breaks off what is still being sent when its patience ends, and records that (O8)', async () => {
    const world = await withDueNotices(['email']);
    const { rig, one } = world;
    const gate = newGate();
    rig.channels.email.next(
      (_, signal) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => {
            resolve({ kind: 'uncertain', failureClass: 'aborted', error: 'stopped' });
          });
          void gate.pass();
        }),
    );
    one.relay.start();
    await gate.reached;
    await one.relay.stop(0);
    expect(await statusOf(world)).toBe('uncertain');
  });

  it('stops even if the database is away and a channel does not listen (O8)', async () => {
    const world = await withDueNotices(['email', 'webhook']);
    const { rig, one } = world;
    const gate = newGate();
    rig.channels.webhook.next(() => new Promise(() => undefined));
    rig.channels.email.next(() => {
      one.store.isDown = true;
      void gate.pass();
      return { kind: 'sent' };
    });
    one.relay.start();
    await gate.reached;
    await one.relay.stop(0);
    expect(await statusOf(world)).toBe('pending');
  });

  it('leaves no timer behind', async () => {
    const timers = (): number =>
      process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
    const before = timers();
    const world = await withDueNotices(['email', 'webhook'], { owners: manyOwners(10) });
    world.one.relay.start();
    await eventually(() => {
      expect(world.rig.channels.webhook.sent).toHaveLength(10);
    });
    await world.one.relay.stop(60_000);
    expect(timers()).toBeLessThanOrEqual(before);
  });
});
