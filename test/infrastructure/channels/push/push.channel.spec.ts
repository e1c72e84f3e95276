import { createECDH, randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import webPush from 'web-push';

import type { Envelope, PushSubscription } from '../../../../src/application/ports/channel.port.js';
import { PushChannel } from '../../../../src/infrastructure/channels/push/push.channel.js';
import { EgressGuard } from '../../../../src/infrastructure/egress/egress-guard.js';
import { envelopeOf, memberOf } from '../../../conformance/channels/envelopes.js';
import { startHttpReceiver } from '../../../conformance/channels/http-receiver.js';
import type { HttpReceiver } from '../../../conformance/channels/http-receiver.js';

interface HttpEce {
  decrypt(
    message: Buffer,
    options: { version: 'aes128gcm'; privateKey: object; authSecret: string },
  ): Buffer;
}
const httpEce = createRequire(import.meta.url)('http_ece') as HttpEce;

const NOW = Date.parse('2030-07-01T00:00:00.000Z');
// The package is CommonJS and exports no names that ESM could see.
// eslint-disable-next-line import-x/no-named-as-default-member -- see above
const vapid = { subject: 'mailto:ops@example.test', ...webPush.generateVAPIDKeys() };

describe('a push message', () => {
  let receivers: HttpReceiver[];
  let gone: string[];
  const browser = createECDH('prime256v1');
  browser.generateKeys();
  const auth = randomBytes(16).toString('base64url');

  beforeEach(async () => {
    gone = [];
    receivers = await Promise.all([0, 1].map(() => startHttpReceiver(({ url }) => url)));
  });

  afterEach(async () => {
    for (const receiver of receivers) await receiver.close();
  });

  const at = (index: number): HttpReceiver => {
    const receiver = receivers[index];
    if (receiver === undefined) throw new TypeError('no such device');
    return receiver;
  };
  const deviceOf = (
    { port }: HttpReceiver,
    more: Partial<PushSubscription> = {},
  ): PushSubscription => ({
    endpoint: `http://127.0.0.1:${String(port)}/device`,
    p256dh: browser.getPublicKey('base64url'),
    auth,
    ...more,
  });
  const send = (
    envelope: Partial<Pick<Envelope, 'kind' | 'notAfter' | 'members'>> = {},
    pushSubscriptions: readonly PushSubscription[] = receivers.map((receiver) =>
      deviceOf(receiver),
    ),
  ) => {
    return new PushChannel({
      guard: new EgressGuard({ allow: ['127.0.0.1'] }),
      now: () => NOW,
      vapid,
      deepLink: (actionId, targetId) => `app://actions/${actionId}/${targetId}`,
      onGone: (recipientId, endpoint) => gone.push(`${recipientId} ${endpoint}`),
    }).send(
      envelopeOf({ ...envelope, recipient: { pushSubscriptions } }),
      new AbortController().signal,
    );
  };
  const headersAt = (index: number) => at(index).requests[0]?.headers;

  it('N15: says type, event, target, revision and deep link, all in strings, to every device', async () => {
    expect(await send()).toEqual({ kind: 'sent', detail: '2 of 2 devices' });
    for (const receiver of receivers) {
      const text = httpEce
        .decrypt(receiver.requests[0]?.body ?? Buffer.alloc(0), {
          version: 'aes128gcm',
          privateKey: browser,
          authSecret: auth,
        })
        .toString();
      expect(JSON.parse(text)).toEqual({
        v: '1',
        type: 'scheduled_action',
        event: 'notice',
        actionId: 'a-1',
        targetId: 'i-1',
        dispatchId: memberOf().dispatchId,
        revision: '1',
        startsAt: '2030-07-01T20:00:00.000Z',
        deepLink: 'app://actions/a-1/i-1',
      });
    }
  });

  it('N12: lives until notAfter at the push service', async () => {
    await send();
    expect(headersAt(0)).toMatchObject({ ttl: String(20 * 3_600), urgency: 'normal' });
  });

  it('lives for a day and in a hurry when it calls off, under the tag that it replaces', async () => {
    await send();
    await send({ kind: 'cancelled', notAfter: null });
    const [notice, cancelled] = at(0).requests;
    expect(cancelled?.headers).toMatchObject({ ttl: '86400', urgency: 'high' });
    expect(cancelled?.headers['topic']).toMatch(/^[\w-]{1,32}$/);
    expect(cancelled?.headers['topic']).toBe(notice?.headers['topic']);
  });

  it('is signed with our VAPID key', async () => {
    await send();
    expect(headersAt(0)?.authorization).toMatch(
      new RegExp(`^vapid t=[\\w.-]+, k=${vapid.publicKey}$`),
    );
  });

  it('counts the targets of a message about several', async () => {
    await send({ members: [memberOf(), memberOf({ targetId: 'i-2' })] });
    const body = at(0).requests[0]?.body ?? Buffer.alloc(0);
    const text = httpEce.decrypt(body, {
      version: 'aes128gcm',
      privateKey: browser,
      authSecret: auth,
    });
    expect(JSON.parse(text.toString())).toMatchObject({ targetId: 'i-1', targets: '2' });
  });

  it('N15: is sent when one device took it, and reports the one that is gone', async () => {
    at(0).behaviour = 'gone';
    expect(await send()).toEqual({ kind: 'sent', detail: '1 of 2 devices' });
    expect(gone).toEqual([`r-1 http://127.0.0.1:${String(at(0).port)}/device`]);
  });

  it('N15: fails for good when every device is gone', async () => {
    for (const receiver of receivers) receiver.behaviour = 'gone';
    expect(await send()).toMatchObject({ kind: 'failed', permanent: true, failureClass: 'gone' });
    expect(gone).toHaveLength(2);
  });

  it('N10: is tried again when one of the devices may take it later', async () => {
    at(0).behaviour = 'wrong';
    at(1).behaviour = 'busy';
    expect(await send()).toMatchObject({ kind: 'failed', permanent: false, retryAfterMs: 120_000 });
  });

  it('is uncertain when nobody took it and one may have', async () => {
    at(0).behaviour = 'broken';
    at(1).behaviour = 'drop';
    expect(await send()).toMatchObject({ kind: 'uncertain', failureClass: 'reset' });
  });

  it('N9: survives keys and addresses that make no sense', async () => {
    const broken = [
      deviceOf(at(0), { p256dh: 'short' }),
      deviceOf(at(0), { auth: '' }),
      deviceOf(at(0), { endpoint: 'nonsense' }),
    ];
    expect(await send({}, broken)).toMatchObject({ kind: 'failed', permanent: true });
    expect(await send({}, [...broken, deviceOf(at(1))])).toMatchObject({ kind: 'sent' });
  });

  it('N15: is suppressed, not sent, when there is no device', async () => {
    expect(await send({}, [])).toEqual({ kind: 'suppressed', reason: 'no_push_subscription' });
  });

  it('is refused when its data would be larger than 1 kB', async () => {
    const members = [memberOf({ targetId: 'i'.repeat(600) })];
    expect(await send({ members })).toMatchObject({ permanent: true, failureClass: 'too_large' });
    expect(at(0).requests).toEqual([]);
  });
});
