import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';

import type { Envelope } from '../../../../src/application/ports/channel.port.js';
import { cloudEventOf } from '../../../../src/infrastructure/channels/webhook/cloud-event.js';
import { WebhookChannel } from '../../../../src/infrastructure/channels/webhook/webhook.channel.js';
import { EgressGuard } from '../../../../src/infrastructure/egress/egress-guard.js';
import { envelopeOf, memberOf } from '../../../conformance/channels/envelopes.js';
import { startHttpReceiver } from '../../../conformance/channels/http-receiver.js';
import type { HttpReceiver } from '../../../conformance/channels/http-receiver.js';

const secretOf = (byte: number) => `whsec_${Buffer.alloc(32, byte).toString('base64')}`;
const NAMES = { typePrefix: 'com.example', source: 'https://forewarn.test', membersNamedMax: 50 };
const NOW = Date.parse('2030-06-30T12:00:00.000Z');

describe('a webhook', () => {
  let receiver: HttpReceiver;

  beforeEach(async () => {
    receiver = await startHttpReceiver(({ headers }) => String(headers['webhook-id']));
  });

  afterEach(async () => {
    await receiver.close();
  });

  const send = (secrets: readonly string[], now = () => Date.now(), allow = ['127.0.0.1']) => {
    const channel = new WebhookChannel({ ...NAMES, guard: new EgressGuard({ allow }), now });
    const url = `http://127.0.0.1:${String(receiver.port)}/`;
    const envelope = envelopeOf({ recipient: { webhook: { endpointId: 'e-1', url, secrets } } });
    return channel.send(envelope, new AbortController().signal);
  };
  const received = () => {
    const [request] = receiver.requests;
    if (request === undefined) throw new TypeError('nothing was received');
    return { body: request.body.toString(), headers: request.headers as Record<string, string> };
  };

  it('is verified with either secret during a rotation', async () => {
    await send([secretOf(1), secretOf(2)]);
    const { body, headers } = received();
    expect(new Webhook(secretOf(1)).verify(body, headers)).toEqual(JSON.parse(body));
    expect(new Webhook(secretOf(2)).verify(body, headers)).toEqual(JSON.parse(body));
    expect(() => new Webhook(secretOf(3)).verify(body, headers)).toThrow('No matching signature');
    expect(headers['content-type']).toBe('application/cloudevents+json; charset=utf-8');
  });

  it('carries the time of the attempt', async () => {
    await send([secretOf(1)], () => NOW + 999);
    expect(received().headers['webhook-timestamp']).toBe(String(NOW / 1_000));
  });

  it.each([[[]], [['whsec_']], [['hunter2']], [[secretOf(1), '']]])(
    'is never sent unsigned: %j',
    async (secrets) => {
      expect(await send(secrets)).toMatchObject({
        kind: 'failed',
        permanent: true,
        failureClass: 'bad_address',
      });
      expect(receiver.requests).toEqual([]);
    },
  );

  it('never goes to an address that the guard forbids', async () => {
    expect(await send([secretOf(1)], () => NOW, [])).toEqual({
      kind: 'failed',
      permanent: true,
      failureClass: 'egress_refused',
      error: 'the address is not allowed: address_loopback',
    });
    expect(receiver.requests).toEqual([]);
  });

  it('has 15 seconds', () => {
    const channel = new WebhookChannel({
      ...NAMES,
      guard: new EgressGuard({ allow: [] }),
      now: () => NOW,
    });
    expect(channel).toMatchObject({ name: 'webhook', capability: 'keyed', timeoutMs: 15_000 });
  });
});

describe('the CloudEvent of a webhook', () => {
  const eventOf = (envelope: Envelope) =>
    JSON.parse(cloudEventOf(envelope, NAMES, NOW)) as Record<string, unknown>;

  it('has every attribute and extension of the contract', () => {
    const envelope = envelopeOf({ id: 'env-1', inReplyTo: 'env-0' });
    expect(eventOf(envelope)).toEqual({
      specversion: '1.0',
      id: 'env-1',
      source: 'https://forewarn.test',
      type: 'com.example.notice.notice.v1',
      subject: 'actions/a-1',
      time: '2030-06-30T12:00:00.000Z',
      timestamp: '2030-06-30T12:00:00.000Z',
      datacontenttype: 'application/json',
      sequence: '00000000000000000042',
      correlationid: envelope.correlationId,
      causationid: envelope.causationId,
      expirytime: '2030-07-01T20:00:00.000Z',
      data: {
        kind: 'notice',
        actionId: 'a-1',
        actionType: 'restart',
        stage: 0,
        recipientId: 'r-1',
        subject: null,
        body: null,
        reason: null,
        hedged: false,
        replay: false,
        inReplyTo: 'env-0',
        members: [memberOf()],
        membersOmitted: 0,
      },
    });
  });

  it('N12: has no expiry when it is a correction', () => {
    const event = eventOf(envelopeOf({ kind: 'cancelled', notAfter: null }));
    expect(event).not.toHaveProperty('expirytime');
    expect(event['type']).toBe('com.example.notice.cancelled.v1');
  });

  it('N18: stays under 20 kB with members capped, and says how many are left out', () => {
    const members = Array.from({ length: 300 }, (_, index) =>
      memberOf({ targetId: `i-${String(index)}`, targetName: 'ü'.repeat(500) }),
    );
    const envelope = envelopeOf({ members, action: { body: '\u0001"€'.repeat(5_000) } });
    const body = cloudEventOf(envelope, NAMES, NOW);
    const { data } = JSON.parse(body) as { data: { members: unknown[]; membersOmitted: number } };
    expect(Buffer.byteLength(body)).toBeLessThan(20_000);
    expect(data.members.length).toBeGreaterThan(0);
    expect(data.members.length + data.membersOmitted).toBe(300);
  });
});
