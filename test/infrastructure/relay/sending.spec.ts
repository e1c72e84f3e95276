import { describe, expect, it } from '@jest/globals';

import type { SendResult } from '../../../src/application/ports/channel.port.js';
import { asAdmin } from '../../support/rig-directory.js';
import { dispatchesOf, pendingRows, STARTS, statusOf, withDueNotices } from './told-world.js';

const transient = (more: Partial<Extract<SendResult, { kind: 'failed' }>> = {}): SendResult => ({
  kind: 'failed',
  permanent: false,
  failureClass: 'server_error',
  error: '503',
  ...more,
});

describe('what a relay sends', () => {
  it('holds a paused notice back and sends it after the resume (N3)', async () => {
    const world = await withDueNotices(['email']);
    const { rig, one, actionId } = world;
    await one.pause(actionId);
    expect(await one.relay.runOnce()).toMatchObject({ voidedStale: 1, sent: 0 });
    await one.settle();
    await one.relay.runOnce();
    expect(await statusOf(world)).toBe('deferred');
    expect(await rig.events(actionId, 'NoticeDeferred')).toHaveLength(1);
    rig.clock.advance(60_000);
    await one.resume(actionId);
    await one.settle();
    await one.relay.runOnce();
    expect(await statusOf(world)).toBe('sent');
    expect(rig.channels.email.sent).toMatchObject([{ attempt: 1 }]);
  });

  it('never sends a notice whose time is over, by the later bound of the clock (N12)', async () => {
    const world = await withDueNotices(['email']);
    const { rig, one } = world;
    rig.clock.set(Date.parse(STARTS) - 20);
    rig.clock.setErrorBound(20);
    await one.relay.runOnce();
    expect(rig.channels.email.sent).toEqual([]);
    await one.relay.runOnce();
    rig.clock.advance(20);
    await one.relay.runOnce();
    expect(await statusOf(world)).toBe('expired');
    expect(await pendingRows(world)).toBe(0);
  });

  it('fails on every channel when the recipient is erased or unknown, or there is none (N11)', async () => {
    const channels = ['email', 'webhook', 'push', 'inbox'] as const;
    const world = await withDueNotices(channels, {
      owners: { t1: 'ann', t2: null },
    });
    const { rig, one, actionId } = world;
    await rig.directory.recipients.erase('ann', asAdmin());
    await one.relay.runOnce();
    const failures = await rig.events(actionId, 'NoticeFailed');
    const reasons = failures.map(({ data }) => [data.channel, data.recipientId, data.reason]);
    expect(reasons.filter(([, who]) => who === 'ann')).toEqual(
      ['email', 'webhook', 'push'].map((channel) => [
        channel,
        'ann',
        'recipient_erased: recipient ann is erased',
      ]),
    );
    expect(reasons.filter(([, who]) => who === 'nobody')).toHaveLength(4);
    expect(await pendingRows(world)).toBe(0);
  });

  it('retries by the table with the same envelope, and gives up when it is used up (N10)', async () => {
    const world = await withDueNotices(['webhook']);
    const { rig, one, actionId } = world;
    rig.channels.webhook.otherwise = () => transient();
    const due = (): Promise<number | null> => rig.outbox.nextDueAt('webhook');
    for (let dueAt = await due(); dueAt !== null; dueAt = await due()) {
      if (dueAt > rig.clock.now()) rig.clock.set(dueAt);
      await one.relay.runOnce();
      await one.settle();
    }
    const failures = await rig.events(actionId, 'NoticeAttemptFailed');
    const delays = failures.map(({ data }) => Date.parse(data.retryAt) - Date.parse(data.at));
    expect(delays[0]).toBeGreaterThanOrEqual(5_000);
    expect(delays[1]).toBeGreaterThanOrEqual(300_000);
    expect(new Set(rig.channels.webhook.sent.map(({ id }) => id)).size).toBe(1);
    expect(await statusOf(world)).toBe('dead');
    const [dead] = await rig.events(actionId, 'NoticeDead');
    expect(dead?.data.reason).toMatch(/^past_not_after; server_error: 503/);
  });

  it('does not call a notice dead that may have arrived with its last attempt (N10)', async () => {
    const world = await withDueNotices(['webhook']);
    const { rig, one } = world;
    rig.clock.set(Date.parse(STARTS) - 3_000);
    rig.channels.webhook.next(() => transient({ failureClass: 'timeout', ambiguous: true }));
    await one.relay.runOnce();
    expect(await statusOf(world)).toBe('uncertain');
  });

  it('does not say that a refused retry failed when an earlier attempt may have arrived', async () => {
    const world = await withDueNotices(['webhook']);
    const { rig, one } = world;
    rig.channels.webhook.next(() => transient({ failureClass: 'timeout', ambiguous: true }));
    rig.channels.webhook.next(() => ({
      kind: 'failed',
      permanent: true,
      failureClass: 'not_found',
      error: '404',
    }));
    await one.relay.runOnce();
    rig.clock.advance(10_000);
    await one.relay.runOnce();
    expect(await statusOf(world)).toBe('uncertain');
  });

  it('keeps an envelope together over its attempts, without those withdrawn in between', async () => {
    const world = await withDueNotices(['webhook'], {
      owners: { t1: 'ann', t2: 'ann', t3: 'ann' },
    });
    const { rig, one, actionId } = world;
    rig.channels.webhook.next(() => transient({ failureClass: 'timeout', ambiguous: true }));
    await one.relay.runOnce();
    await one.cancelTarget(actionId, 't2');
    await one.settle();
    rig.clock.advance(10_000);
    await one.relay.runOnce();
    const [first, second] = rig.channels.webhook.sent;
    expect(first?.members.map(({ targetId }) => targetId)).toEqual(['t1', 't2', 't3']);
    expect(second?.members.map(({ targetId }) => targetId)).toEqual(['t1', 't3']);
    expect(second).toMatchObject({ id: first?.id, attempt: 2 });
    await one.settle();
    await one.relay.runOnce();
    expect(await dispatchesOf(world)).toEqual([
      'cancelled on webhook to ann about t2: sent',
      'notice on webhook to ann about t1: sent',
      'notice on webhook to ann about t2: uncertain',
      'notice on webhook to ann about t3: sent',
    ]);
  });

  it('puts several targets of one owner into one envelope, with their names (N18)', async () => {
    const world = await withDueNotices(['email'], {
      owners: { t1: 'ann', t2: 'bob', t3: 'ann', t4: 'ann' },
    });
    const { rig, one } = world;
    expect(await one.relay.runOnce()).toMatchObject({ processed: 4, sent: 4 });
    const members = rig.channels.email.sent.map((envelope) =>
      envelope.members.map(({ targetName }) => targetName),
    );
    expect(members).toEqual([['The t1', 'The t3', 'The t4'], ['The t2']]);
  });

  it('disables an endpoint that answers 410, and no other channel does', async () => {
    const world = await withDueNotices(['email', 'webhook', 'push']);
    const { rig, one } = world;
    const gone: SendResult = {
      kind: 'failed',
      permanent: true,
      failureClass: 'gone',
      error: '410',
    };
    rig.channels.email.next(() => gone);
    rig.channels.push.next(() => gone);
    await one.relay.runOnce();
    const endpoint = (): Promise<unknown> => rig.directory.endpoints.find('endpoint-ann');
    expect(await endpoint()).toMatchObject({ disabledAt: null });
    const again = await withDueNotices(['webhook']);
    again.rig.channels.webhook.next(() => gone);
    await again.one.relay.runOnce();
    expect(await again.rig.directory.endpoints.find('endpoint-ann')).toMatchObject({
      disabledReason: 'answered 410 Gone',
    });
    expect(await statusOf(again)).toBe('failed');
  });

  it('records what a 410 came to even when the endpoint cannot be disabled', async () => {
    const world = await withDueNotices(['webhook']);
    const { rig, one } = world;
    rig.directory.recipients.disableWebhook = () => Promise.reject(new TypeError('no'));
    rig.channels.webhook.next(() => ({
      kind: 'failed',
      permanent: true,
      failureClass: 'gone',
      error: '410',
    }));
    await one.relay.runOnce();
    expect(await statusOf(world)).toBe('failed');
  });

  it('counts what a sweep did (N17)', async () => {
    const world = await withDueNotices(['email'], {
      owners: { t1: 'ann', t2: 'bob', t3: 'cid', t4: 'dan' },
    });
    const { rig, one, actionId } = world;
    await one.cancelTarget(actionId, 't4');
    rig.channels.email.otherwise = ({ recipient }) =>
      recipient.recipientId === 'bob' ? transient() : { kind: 'sent' };
    expect(await one.relay.runOnce()).toEqual({
      processed: 4,
      sent: 2,
      failed: 1,
      recovered: 0,
      voidedStale: 1,
    });
    expect(await one.relay.runOnce()).toEqual({
      processed: 0,
      sent: 0,
      failed: 0,
      recovered: 0,
      voidedStale: 0,
    });
  });

  it('sends all that is due in one sweep, however much it is (N17)', async () => {
    const owners = Object.fromEntries(
      Array.from({ length: 250 }, (_, index) => [`t${String(index)}`, `r${String(index)}`]),
    );
    const world = await withDueNotices(['email'], { owners });
    expect(await world.one.relay.runOnce()).toMatchObject({ sent: 250 });
    expect(world.rig.channels.email.underwayMax).toBeLessThanOrEqual(
      world.rig.channels.email.concurrency,
    );
  });

  it('records an envelope, and withdraws notices, of far more targets than fit into one append', async () => {
    const owners = Object.fromEntries(
      Array.from({ length: 600 }, (_, index) => [`t${String(index)}`, 'ann']),
    );
    const told = await withDueNotices(['email'], { owners });
    expect(await told.one.relay.runOnce()).toMatchObject({ processed: 600, sent: 600 });
    expect(told.one.journal.faults).toEqual([]);
    const withdrawn = await withDueNotices(['email'], { owners });
    await withdrawn.one.cancel(withdrawn.actionId);
    await withdrawn.one.settle();
    const counts = await withdrawn.one.relay.runOnce();
    expect(counts).toMatchObject({ processed: 600, voidedStale: 600 });
    expect(withdrawn.one.journal.faults).toEqual([]);
    expect(await pendingRows(withdrawn)).toBe(0);
  });
});
