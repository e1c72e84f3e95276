import { EmailChannel } from '../../../src/infrastructure/channels/email/email.channel.js';
import { SmtpMailProvider } from '../../../src/infrastructure/channels/email/smtp.provider.js';
import { describeChannel } from './channel.contract.js';
import { permanent, transient, uncertain } from './expected.js';
import { startSmtpReceiver } from './smtp-receiver.js';

describeChannel({
  name: 'email (smtp)',
  start: async () => {
    const receiver = await startSmtpReceiver();
    return {
      receiver,
      channel: ({ timeoutMs }) =>
        new EmailChannel({
          provider: new SmtpMailProvider({
            server: {
              host: '127.0.0.1',
              port: receiver.port,
              secure: false,
              requireTls: false,
              auth: null,
              clientName: 'forewarn.test',
            },
            from: { name: 'Forewarn', address: 'forewarn@example.test' },
            now: () => Date.now(),
          }),
          messageIdDomain: 'example.test',
          timeoutMs,
        }),
      recipient: { emails: ['ada@example.test'] },
      secrets: ['ada', '127.0.0.1', 'forewarn@'],
    };
  },
  results: {
    mute: transient('timeout'),
    hang: uncertain('timeout'),
    drop: uncertain('reset'),
    cut: uncertain('reset'),
    flood: uncertain('bad_answer'),
    busy: transient('smtp_transient'),
    gone: permanent('smtp_permanent'),
    moved: transient('smtp_transient'),
    broken: transient('smtp_transient'),
    wrong: permanent('smtp_permanent'),
  },
  aborted: uncertain('aborted'),
  withoutAddress: {
    ...permanent('no_address'),
    error: 'the recipient has no e-mail address',
  },
});
