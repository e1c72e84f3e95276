import { EmailChannel } from '../../../src/infrastructure/channels/email/email.channel.js';
import { HttpMailProvider } from '../../../src/infrastructure/channels/email/http.provider.js';
import { describeChannel } from './channel.contract.js';
import { busy, permanent, transient, uncertain } from './expected.js';
import { startHttpReceiver } from './http-receiver.js';

const secret = 'correct horse battery';

describeChannel({
  name: 'email (http)',
  start: async () => {
    const receiver = await startHttpReceiver(({ headers }) => String(headers['idempotency-key']));
    return {
      receiver,
      channel: ({ timeoutMs }) =>
        new EmailChannel({
          provider: new HttpMailProvider({
            url: `http://127.0.0.1:${String(receiver.port)}/mail?key=hidden`,
            secret,
            now: () => Date.now(),
          }),
          messageIdDomain: 'example.test',
          timeoutMs,
        }),
      recipient: { emails: ['ada@example.test'] },
      secrets: ['ada', 'hidden', secret, '127.0.0.1'],
    };
  },
  results: {
    mute: uncertain('timeout'),
    hang: uncertain('timeout'),
    drop: uncertain('reset'),
    cut: uncertain('reset'),
    flood: { kind: 'sent' },
    busy,
    gone: permanent('gone'),
    moved: transient('redirect'),
    broken: transient('server_error'),
    wrong: permanent('bad_request'),
  },
  aborted: uncertain('aborted'),
  withoutAddress: {
    ...permanent('no_address'),
    error: 'the recipient has no e-mail address',
  },
});
