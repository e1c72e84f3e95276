import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { EmailChannel } from '../../../../src/infrastructure/channels/email/email.channel.js';
import {
  HttpMailProvider,
  WeakMailSecret,
} from '../../../../src/infrastructure/channels/email/http.provider.js';
import { signatureHeaders } from '../../../../src/infrastructure/egress/standard-webhook.js';
import { envelopeOf } from '../../../conformance/channels/envelopes.js';
import { startExample } from '../../../support/example-program.js';
import type { Program } from '../../../support/example-program.js';

const SECRET = 'correct horse battery staple';

describe("the host's own mail route", () => {
  let receiver: Program;

  beforeAll(async () => {
    receiver = await startExample('mail-receiver/mail-receiver.js', { MAIL_SECRET: SECRET });
  });

  afterAll(() => receiver.stop());

  const url = () => `http://127.0.0.1:${String(receiver.port)}/`;
  const send = (email: string, { secret = SECRET, id = 'env-1' } = {}) =>
    new EmailChannel({
      provider: new HttpMailProvider({ url: url(), secret, now: () => Date.now() }),
      messageIdDomain: 'example.test',
    }).send(envelopeOf({ id, recipient: { emails: [email] } }), new AbortController().signal);

  it('N16: sends, and sends once under one envelope id', async () => {
    expect(await send('ada@example.test', { id: 'env-once' })).toEqual({
      kind: 'sent',
      detail: 'HTTP 200',
    });
    expect(await send('ada@example.test', { id: 'env-once' })).toMatchObject({ kind: 'sent' });
    expect(receiver.lines.filter(({ sent }) => sent === 'env-once')).toEqual([
      { sent: 'env-once', to: ['ada@example.test'], subject: 'Planned restart: web-1' },
    ]);
  });

  it('N16: fails for good when the provider declined', async () => {
    expect(await send('ada@declined.test')).toMatchObject({
      kind: 'failed',
      permanent: true,
      failureClass: 'unprocessable',
    });
  });

  it('N16: is tried again when sending threw', async () => {
    expect(await send('ada@throws.test')).toMatchObject({
      kind: 'failed',
      permanent: false,
      failureClass: 'server_error',
    });
  });

  it('N16: fails for good under another secret', async () => {
    expect(await send('ada@example.test', { secret: 'another long secret' })).toMatchObject({
      kind: 'failed',
      permanent: true,
      failureClass: 'unauthorized',
    });
  });

  it.each(['', '    ', '                    ', 'too short'])(
    'N16: never takes the secret %j',
    (secret) => {
      const create = () => new HttpMailProvider({ url: url(), secret, now: () => 0 });
      expect(create).toThrow(WeakMailSecret);
    },
  );

  it('N16: does not start a route without a secret', async () => {
    await expect(
      startExample('mail-receiver/mail-receiver.js', { MAIL_SECRET: '' }),
    ).rejects.toThrow('did not start');
  });

  const mail = { channel: 'email', envelopeId: 'e', to: ['a@b.test'], subject: 's', text: 't' };
  const post = async (body: string, headers: Record<string, string> = {}) => {
    const key = Buffer.from(SECRET);
    const signed = signatureHeaders({ id: 'm', atMs: Date.now(), body, keys: [key] });
    return (await fetch(url(), { method: 'POST', body, headers: { ...signed, ...headers } }))
      .status;
  };

  it.each([
    [400, 'no JSON', 'nonsense'],
    [400, 'null', 'null'],
    [400, 'another channel', JSON.stringify({ ...mail, channel: 'push' })],
    [400, 'no subject', JSON.stringify({ ...mail, subject: undefined })],
    [422, 'no address', JSON.stringify({ ...mail, to: [] })],
    [200, 'a mail', JSON.stringify(mail)],
  ])('N16: answers %i to %s', async (status, _what, body) => {
    expect(await post(body)).toBe(status);
  });

  it.each([
    ['no signature', { 'webhook-signature': '' }],
    ['a wrong signature', { 'webhook-signature': 'v1,AAAA' }],
    ['an old message', { 'webhook-timestamp': '1000' }],
    ['no number for a time', { 'webhook-timestamp': 'now' }],
    ['another id', { 'webhook-id': 'other' }],
  ])('N16: answers 401 to %s', async (_what, headers) => {
    expect(await post(JSON.stringify(mail), headers)).toBe(401);
  });
});
