import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import PostalMime from 'postal-mime';
import { SMTPServer } from 'smtp-server';
import type { SMTPServerOptions } from 'smtp-server';

import { EmailChannel } from '../../../../src/infrastructure/channels/email/email.channel.js';
import { mailboxOf, smtpServerOf } from '../../../../src/infrastructure/channels/email/smtp-url.js';
import { SmtpMailProvider } from '../../../../src/infrastructure/channels/email/smtp.provider.js';
import { envelopeOf, memberOf } from '../../../conformance/channels/envelopes.js';
import { startSmtpReceiver } from '../../../conformance/channels/smtp-receiver.js';

const channelAt = (url: string) =>
  new EmailChannel({
    provider: new SmtpMailProvider({
      server: smtpServerOf(url, 'forewarn.test'),
      from: mailboxOf('Forewarn <forewarn@example.test>'),
      now: () => Date.parse('2030-06-30T12:00:00.000Z'),
    }),
    messageIdDomain: 'example.test',
  });
const send = (
  url: string,
  envelope = envelopeOf({ recipient: { emails: ['ada@example.test'] } }),
) => channelAt(url).send(envelope, new AbortController().signal);

describe('mail by SMTP', () => {
  let mails: { readonly to: readonly string[]; readonly raw: string }[];
  let server: SMTPServer;
  let url: string;

  const start = async (options: SMTPServerOptions = {}) => {
    mails = [];
    server = new SMTPServer({
      disabledCommands: ['STARTTLS'],
      authOptional: true,
      onData: (stream, session, done) => {
        let raw = '';
        stream.setEncoding('utf8').on('data', (chunk: string) => (raw += chunk));
        stream.on('end', () => {
          mails.push({ to: session.envelope.rcptTo.map(({ address }) => address), raw });
          done();
        });
      },
      ...options,
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    url = `smtp://127.0.0.1:${String((server.server.address() as AddressInfo).port)}`;
  };
  const received = async () => {
    expect(mails).toHaveLength(1);
    return PostalMime.parse(mails[0]?.raw ?? '');
  };
  const header = (mail: Awaited<ReturnType<typeof received>>, key: string) =>
    mail.headers.find((found) => found.key === key)?.value;

  beforeEach(() => start());

  afterEach(async () => {
    await new Promise<void>((resolve) => {
      server.close(resolve);
    });
  });

  it('has our identity, both parts, and the mark of an automatic message', async () => {
    const envelope = envelopeOf({
      id: 'env-1',
      members: [memberOf({ targetName: '<b>web & co</b>' })],
      recipient: { emails: ['ada@example.test'] },
    });
    expect(await send(url, envelope)).toEqual({ kind: 'sent', detail: '1 of 1 addresses' });
    const mail = await received();
    expect(mail).toMatchObject({
      from: { name: 'Forewarn', address: 'forewarn@example.test' },
      to: [{ name: 'Ada', address: 'ada@example.test' }],
      subject: 'Planned restart: <b>web & co</b>',
      messageId: '<env-1@example.test>',
      date: '2030-06-30T12:00:00.000Z',
    });
    expect(header(mail, 'auto-submitted')).toBe('auto-generated');
    expect(header(mail, 'in-reply-to')).toBeUndefined();
    expect(mail.text).toContain('- <b>web & co</b>: Mon, Jul 1, 2030, 08:00 PM UTC');
    expect(mail.html).toContain('Hello Ada,<br>\n<br>\n');
    expect(mail.html).toContain('- &lt;b&gt;web &amp; co&lt;/b&gt;: Mon');
  });

  it('is put into the thread of the first notice', async () => {
    await send(
      url,
      envelopeOf({ inReplyTo: 'env-0', recipient: { emails: ['ada@example.test'] } }),
    );
    const mail = await received();
    expect(mail.inReplyTo).toBe('<env-0@example.test>');
    expect(mail.references).toBe('<env-0@example.test>');
  });

  it('goes to all addresses of the recipient in one message', async () => {
    const emails = ['ada@example.test', 'ada@work.test'];
    await send(url, envelopeOf({ recipient: { emails } }));
    expect(mails.map(({ to }) => to)).toEqual([emails]);
  });

  it('is sent when one of the addresses is refused', async () => {
    await new Promise<void>((resolve) => {
      server.close(resolve);
    });
    await start({
      onRcptTo: ({ address }, _session, done) => {
        done(address.startsWith('gone') ? new TypeError('no such user') : null);
      },
    });
    const emails = ['gone@example.test', 'ada@example.test'];
    expect(await send(url, envelopeOf({ recipient: { emails } }))).toEqual({
      kind: 'sent',
      detail: '1 of 2 addresses',
    });
  });

  it.each([
    'a@b.test\r\nRCPT TO:<eve@evil.test>',
    'a@b.test, eve@evil.test',
    '<a@b.test>',
    'a b@c.test',
    '@',
    '',
  ])('N13: leaves out an address that could smuggle something in: %j', async (email) => {
    const both = envelopeOf({ recipient: { emails: [email, 'ada@example.test'] } });
    expect(await send(url, both)).toMatchObject({ kind: 'sent' });
    expect(mails[0]?.to).toEqual(['ada@example.test']);
    expect(mails[0]?.raw).not.toContain('evil');
    expect(await send(url, envelopeOf({ recipient: { emails: [email] } }))).toMatchObject({
      kind: 'failed',
      permanent: true,
      failureClass: 'bad_address',
    });
  });

  it('N13: keeps an injected header inside of the subject', async () => {
    const action = { subject: 'Hi\r\nBcc: eve@evil.test\r\n\r\nbody' };
    await send(url, envelopeOf({ action, recipient: { emails: ['ada@example.test'] } }));
    const mail = await received();
    expect(mail.bcc).toBeUndefined();
    expect(mail.subject).toBe('Hi Bcc: eve@evil.test body');
  });

  it('N13: carries a body with lone dots and long lines unharmed', async () => {
    const body = `.\n..\n${'x'.repeat(1_500)}\n.`;
    await send(url, envelopeOf({ action: { body }, recipient: { emails: ['ada@example.test'] } }));
    expect((await received()).text).toContain(body);
  });

  it('logs in with the name and password of the URL', async () => {
    await new Promise<void>((resolve) => {
      server.close(resolve);
    });
    await start({
      authOptional: false,
      allowInsecureAuth: true,
      onAuth: ({ username, password }, _session, done) => {
        if (username === 'us er' && password === 'p@ss') done(null, { user: username });
        else done(new TypeError('wrong'));
      },
    });
    const withAuth = (auth: string) => url.replace('://', `://${auth}@`);
    expect(await send(withAuth('us%20er:p%40ss'))).toMatchObject({ kind: 'sent' });
    const refused = await send(withAuth('us%20er:hidden'));
    expect(refused).toMatchObject({ kind: 'failed', failureClass: 'smtp_permanent' });
    expect(JSON.stringify(refused)).not.toContain('hidden');
  });

  it('sends nothing in the open where TLS is demanded', async () => {
    const channel = new EmailChannel({
      provider: new SmtpMailProvider({
        server: { ...smtpServerOf(url, 'forewarn.test'), requireTls: true },
        from: mailboxOf('forewarn@example.test'),
        now: () => 0,
      }),
      messageIdDomain: 'example.test',
    });
    const envelope = envelopeOf({ recipient: { emails: ['ada@example.test'] } });
    expect(await channel.send(envelope, new AbortController().signal)).toMatchObject({
      kind: 'failed',
    });
    expect(mails).toEqual([]);
  });
});

describe('mail by SMTP that breaks off', () => {
  let server: Server;
  let sockets: Set<Socket>;

  /** A server that answers the n-th line that it gets by the n-th action, the greeting first. */
  const script = async (...steps: readonly ((socket: Socket) => void)[]) => {
    sockets = new Set();
    server = createServer((socket) => {
      sockets.add(socket);
      let next = 0;
      const step = () => {
        steps[next]?.(socket);
        next += 1;
      };
      socket.on('error', () => undefined);
      socket.on('data', step);
      step();
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return `smtp://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  };
  const say = (text: string) => (socket: Socket) => {
    socket.write(`${text}\r\n`);
  };
  const breakOff = (socket: Socket) => {
    socket.resetAndDestroy();
  };

  afterEach(async () => {
    const closed = once(server.close(), 'close');
    for (const socket of sockets) socket.destroy();
    await closed;
  });

  it.each([
    ['before the greeting', []],
    ['after the greeting', ['220 here']],
    ['after EHLO', ['220 here', '250 here']],
    ['after MAIL', ['220 here', '250 here', '250 ok']],
    ['after RCPT, in place of an answer to DATA', ['220 here', '250 here', '250 ok', '250 ok']],
  ])('is failed and may be tried again: %s', async (_when, replies) => {
    const url = await script(...replies.map(say), breakOff);
    expect(await send(url)).toMatchObject({
      kind: 'failed',
      permanent: false,
      failureClass: 'reset',
    });
  });

  it('is uncertain as soon as the end of the message may have left', async () => {
    const replies = ['220 here', '250 here', '250 ok', '250 ok', '354 go on'];
    const url = await script(...replies.map(say), breakOff);
    expect(await send(url)).toMatchObject({ kind: 'uncertain', failureClass: 'reset' });
  });

  it.each([
    ['250 queued', { kind: 'sent' }],
    ['450 later', { kind: 'failed', permanent: false }],
    ['421 closing', { kind: 'failed', permanent: false }],
    ['550 never', { kind: 'failed', permanent: true }],
    ['354 what?', { kind: 'uncertain' }],
    ['hello', { kind: 'uncertain' }],
    ['999 what?', { kind: 'uncertain' }],
  ])('takes this for the final answer: %s', async (answer, result) => {
    const replies = ['220 here', '250 here', '250 ok', '250 ok', '354 go on', answer];
    expect(await send(await script(...replies.map(say)))).toMatchObject(result);
  });

  it('does not take half a line for the final answer', async () => {
    const replies = ['220 here', '250 here', '250 ok', '250 ok', '354 go on'];
    const url = await script(...replies.map(say), (socket) => socket.end('451 4.3.0 half a li'));
    expect(await send(url)).toMatchObject({ kind: 'uncertain' });
  });

  it('is failed when a big message breaks off before its end could leave', async () => {
    // The server stops reading after DATA, and the message is larger than all buffers between.
    const url = await script(...['220 here', '250 here', '250 ok', '250 ok'].map(say), (socket) => {
      socket.pause();
      socket.write('354 go on\r\n');
    });
    const provider = new SmtpMailProvider({
      server: smtpServerOf(url, 'forewarn.test'),
      from: mailboxOf('forewarn@example.test'),
      now: () => 0,
    });
    const result = await provider.deliver(
      {
        envelopeId: 'env-1',
        kind: 'notice',
        recipientId: 'r-1',
        to: ['ada@example.test'],
        toName: '',
        subject: 's',
        text: 'x'.repeat(16_000_000),
        html: '',
        messageId: '<env-1@example.test>',
        inReplyTo: null,
      },
      { timeoutMs: 3_000, signal: new AbortController().signal },
    );
    expect(result).toMatchObject({ kind: 'failed', permanent: false, failureClass: 'timeout' });
  });
});

describe('the SMTP provider', () => {
  it('ends what is under way when it is closed', async () => {
    const receiver = await startSmtpReceiver();
    receiver.behaviour = 'mute';
    const channel = channelAt(`smtp://127.0.0.1:${String(receiver.port)}`);
    const envelope = envelopeOf({ recipient: { emails: ['ada@example.test'] } });
    const sending = channel.send(envelope, new AbortController().signal);
    await channel.close();
    expect(await sending).toMatchObject({ kind: 'failed', failureClass: 'aborted' });
    await receiver.close();
  });
});
