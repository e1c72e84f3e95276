import { randomUUID } from 'node:crypto';

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';

import { EventStore } from '../../src/application/ports/event-store.port.js';
import { eventually } from '../support/eventually.js';
import { startHook } from './support/hook.js';
import type { Hook } from './support/hook.js';
import { inSeconds, startService } from './support/service.js';
import type { TestService } from './support/service.js';

type Json = Readonly<Record<string, unknown>>;

const FLEET = [
  { kind: 'recipient', recipientId: 'ann' },
  ...Array.from({ length: 20 }, (_, index) => ({
    kind: 'target',
    targetId: `t-${String(index)}`,
    ownerId: 'ann',
  })),
];

/** No relay runs by itself: what is sent is sent by the sweep or by the request. */
describe('sending a notice again over HTTP', () => {
  let forewarn: TestService;
  let hook: Hook;
  let secret: string;
  let endpointId: string;
  let target = 0;

  beforeAll(async () => {
    hook = await startHook();
    forewarn = await startService({
      FOREWARN_DUTIES: 'api,timers,projections',
      FOREWARN_WEBHOOK_ALLOW: '127.0.0.1',
    });
    await forewarn.import(FLEET);
    await addEndpoint();
  });
  afterEach(() => {
    hook.letGo();
    hook.status = 204;
  });
  afterAll(async () => {
    await forewarn.close();
    await hook.close();
  });

  const addEndpoint = async (): Promise<void> => {
    const body = { url: hook.url, recipientId: 'ann' };
    const { body: added } = await forewarn.post('/v1/webhook-endpoints', body).expect(201);
    ({ secret, endpointId } = added as { secret: string; endpointId: string });
  };
  const read = async (path: string): Promise<Json> =>
    (await forewarn.get(path, 'viewer').expect(200)).body as Json;
  const noticesOf = async (actionId: string, query = ''): Promise<readonly Json[]> => {
    const { items } = await read(`/v1/actions/${actionId}/notices${query}`);
    return items as readonly Json[];
  };
  const sweep = async (): Promise<Json> =>
    (await forewarn.post('/v1/notices/sweep').expect(200)).body as Json;
  const resend = (dispatchId: unknown, key: string = randomUUID()) =>
    forewarn.post(`/v1/notices/${String(dispatchId)}/resend`).set('idempotency-key', key);
  const lastCall = () => {
    const call = hook.calls.at(-1);
    if (call === undefined) throw new TypeError('nothing was received');
    return call;
  };
  const eventTypes = async (actionId: string): Promise<readonly string[]> => {
    const { events } = await forewarn.service.app.get(EventStore).readStream(`action-${actionId}`);
    return events.map(({ type }) => type);
  };

  /** An action over some targets whose notices wait in the outbox. */
  const announced = async (targets = 1, channel = 'webhook'): Promise<Announced> => {
    const ids = Array.from({ length: targets }, () => `t-${String(target++)}`);
    const body = {
      type: 'restart',
      targets: { ids },
      runAt: inSeconds(3_600),
      notice: { leads: ['PT24H'], channels: [channel] },
    };
    const { body: written } = await forewarn.post('/v1/actions', body).expect(201);
    const { actionId } = written as { actionId: string };
    const [notice] = await eventually(async () => {
      const notices = await noticesOf(actionId);
      expect(notices).toHaveLength(targets);
      return notices;
    });
    return { actionId, dispatchId: String(notice?.['dispatchId']) };
  };
  interface Announced {
    readonly actionId: string;
    readonly dispatchId: string;
  }
  /** The outbox and the read models follow the log each by itself. */
  const sweptUntil = (actionId: string, status: string): Promise<Json> =>
    eventually(async () => {
      await sweep();
      const notices = await noticesOf(actionId);
      expect(notices.map((notice) => notice['status'])).toEqual(notices.map(() => status));
      return notices[0] ?? {};
    });

  it('N17 sweeps what is due on demand, counts it, and has nothing to do the second time', async () => {
    const { actionId } = await announced();
    const counts = await eventually(async () => {
      const swept = await sweep();
      expect(swept).toMatchObject({ processed: 1 });
      return swept;
    });
    expect(counts).toEqual({ processed: 1, sent: 1, failed: 0, recovered: 0, voidedStale: 0 });
    expect(await sweep()).toMatchObject({ processed: 0, sent: 0 });
    await sweptUntil(actionId, 'sent');
    expect((await forewarn.post('/v1/notices/sweep', {}, 'viewer')).status).toBe(403);
  });

  it('shows what is being sent as `sending`, alone and by filter, and as nothing else', async () => {
    const { actionId, dispatchId } = await announced();
    hook.isHolding = true;
    const swept = eventually(async () => {
      expect(await sweep()).toMatchObject({ processed: 1 });
    });
    await eventually(async () => {
      expect(await read(`/v1/notices/${dispatchId}`)).toMatchObject({ status: 'sending' });
    });
    expect(await noticesOf(actionId, '?status=sending')).toMatchObject([{ dispatchId }]);
    expect(await noticesOf(actionId, '?status=pending')).toEqual([]);
    const mine = await read(`/v1/notices?actionId=${actionId}&channel=webhook&recipientId=ann`);
    expect(mine).toMatchObject({ items: [{ dispatchId, status: 'sending' }] });
    hook.letGo();
    await swept;
    await sweptUntil(actionId, 'sent');
    expect(await noticesOf(actionId, '?status=sending')).toEqual([]);
  });

  it('puts one that failed back for the relay, under its old key', async () => {
    hook.status = 400;
    const { actionId, dispatchId } = await announced();
    const failed = await sweptUntil(actionId, 'failed');
    expect(failed).toMatchObject({ reason: expect.stringContaining('400'), attempts: 1 });
    const first = lastCall();

    hook.status = 204;
    const key = randomUUID();
    const put = await resend(dispatchId, key).expect(200);
    expect(put.body).toMatchObject({ dispatchId, replay: false, result: null });
    expect((await resend(dispatchId, key)).body).toEqual(put.body);
    await sweptUntil(actionId, 'sent');
    expect(lastCall().id).toBe(first.id);
    expect((await eventTypes(actionId)).filter((type) => type === 'NoticeRequeued')).toHaveLength(
      1,
    );
  });

  it('RULES 7 replays one that was sent: once, under the same id, with the secret of now, and changes nothing', async () => {
    const { actionId, dispatchId } = await announced(2);
    await sweptUntil(actionId, 'sent');
    const first = lastCall();
    const before = await read(`/v1/notices/${dispatchId}`);
    const types = await eventTypes(actionId);
    const oldSecret = secret;
    await forewarn.delete(`/v1/webhook-endpoints/${endpointId}`).expect(204);
    await addEndpoint();

    const calls = hook.calls.length;
    const key = randomUUID();
    const replayed = await resend(dispatchId, key).expect(200);
    const answer = { dispatchId, replay: true, result: 'sent', error: null, position: null };
    expect(replayed.body).toEqual(answer);
    expect((await resend(dispatchId, key)).body).toEqual(answer);

    expect(hook.calls).toHaveLength(calls + 1);
    const again = lastCall();
    expect(again.id).toBe(first.id);
    const headers = again.headers as Record<string, string>;
    expect(() => new Webhook(oldSecret).verify(again.body, headers)).toThrow('No matching');
    const event = new Webhook(secret).verify(again.body, headers) as { data: Json };
    const original = JSON.parse(first.body) as { data: Json; sequence: string };
    expect(event).toMatchObject({ sequence: original.sequence, id: first.id });
    expect(event.data).toEqual({ ...original.data, replay: true });
    expect(await read(`/v1/notices/${dispatchId}`)).toEqual(before);
    expect(await eventTypes(actionId)).toEqual(types);
  });

  it('tells what became of a replay that failed, and still changes nothing', async () => {
    const { actionId, dispatchId } = await announced();
    await sweptUntil(actionId, 'sent');
    hook.status = 500;
    const { body } = await resend(dispatchId).expect(200);
    expect(body).toMatchObject({
      replay: true,
      result: 'failed',
      error: expect.stringContaining('500'),
    });
    expect(await read(`/v1/notices/${dispatchId}`)).toMatchObject({ status: 'sent', attempts: 1 });
  });

  it('refuses what is no longer true, be it sent or failed', async () => {
    const sent = await announced();
    await sweptUntil(sent.actionId, 'sent');
    hook.status = 400;
    const failed = await announced();
    await sweptUntil(failed.actionId, 'failed');
    for (const { actionId } of [sent, failed]) {
      await forewarn.post(`/v1/actions/${actionId}/cancel`).expect(200);
    }
    const calls = hook.calls.length;
    for (const { dispatchId } of [sent, failed]) {
      const refused = await resend(dispatchId);
      expect(refused.body).toMatchObject({ status: 409, code: 'no_longer_true' });
    }
    expect(hook.calls).toHaveLength(calls);
  });

  it('replays nothing while the action is paused', async () => {
    const { actionId, dispatchId } = await announced();
    await sweptUntil(actionId, 'sent');
    await forewarn.post(`/v1/actions/${actionId}/pause`).expect(200);
    const calls = hook.calls.length;
    const refused = await resend(dispatchId);
    expect(refused.body).toMatchObject({
      code: 'invalid_transition',
      detail: expect.stringContaining('paused'),
    });
    expect(hook.calls).toHaveLength(calls);
  });

  it('refuses to repeat a message of the inbox, which is sent for good', async () => {
    const { dispatchId } = await announced(1, 'inbox');
    const refused = await resend(dispatchId);
    expect(refused.body).toMatchObject({ status: 409, code: 'invalid_transition' });
  });

  it('knows nothing of dispatches that were never asked for', async () => {
    expect((await resend(randomUUID())).body).toMatchObject({ status: 404, code: 'not_found' });
    expect((await forewarn.get(`/v1/notices/${randomUUID()}`, 'viewer')).status).toBe(404);
    const viewer = await forewarn.post(`/v1/notices/${randomUUID()}/resend`, {}, 'viewer');
    expect(viewer.status).toBe(403);
  });
});
