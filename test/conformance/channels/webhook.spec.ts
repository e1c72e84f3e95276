import { WebhookChannel } from '../../../src/infrastructure/channels/webhook/webhook.channel.js';
import { EgressGuard } from '../../../src/infrastructure/egress/egress-guard.js';
import { describeChannel } from './channel.contract.js';
import { busy, permanent, transient } from './expected.js';
import { startHttpReceiver } from './http-receiver.js';

const secret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;

describeChannel({
  name: 'webhook',
  start: async () => {
    const receiver = await startHttpReceiver(({ headers }) => String(headers['webhook-id']));
    const url = `http://127.0.0.1:${String(receiver.port)}/hook?key=hidden`;
    return {
      receiver,
      channel: ({ timeoutMs }) =>
        new WebhookChannel({
          guard: new EgressGuard({ allow: ['127.0.0.1'] }),
          now: () => Date.now(),
          typePrefix: 'com.example',
          source: 'https://forewarn.test',
          timeoutMs,
        }),
      recipient: { webhook: { endpointId: 'e-1', url, secrets: [secret] } },
      secrets: [secret, 'hidden', '127.0.0.1'],
    };
  },
  results: {
    mute: { ...transient('timeout'), ambiguous: true },
    hang: { ...transient('timeout'), ambiguous: true },
    drop: { ...transient('reset'), ambiguous: true },
    cut: { ...transient('reset'), ambiguous: true },
    flood: { kind: 'sent' },
    busy,
    gone: permanent('gone'),
    moved: transient('redirect'),
    broken: transient('server_error'),
    wrong: permanent('bad_request'),
  },
  aborted: { ...transient('aborted'), ambiguous: true },
  withoutAddress: {
    ...permanent('no_address'),
    error: 'the recipient has no webhook endpoint',
  },
});
