import { createECDH, randomBytes } from 'node:crypto';

import webPush from 'web-push';

import { PushChannel } from '../../../src/infrastructure/channels/push/push.channel.js';
import { EgressGuard } from '../../../src/infrastructure/egress/egress-guard.js';
import { describeChannel } from './channel.contract.js';
import { busy, permanent, transient, uncertain } from './expected.js';
import { startHttpReceiver } from './http-receiver.js';

// The package is CommonJS and exports no names that ESM could see.
// eslint-disable-next-line import-x/no-named-as-default-member -- see above
const vapid = { subject: 'mailto:ops@example.test', ...webPush.generateVAPIDKeys() };

describeChannel({
  name: 'push',
  start: async () => {
    // A push message carries no id of ours in the open; its tag is what stays the same.
    const receiver = await startHttpReceiver(({ url }) => url);
    let device = 0;
    const keys = createECDH('prime256v1');
    keys.generateKeys();
    const auth = randomBytes(16).toString('base64url');
    return {
      receiver,
      channel: ({ timeoutMs }) =>
        new PushChannel({
          guard: new EgressGuard({ allow: ['127.0.0.1'] }),
          now: () => Date.parse('2030-07-01T00:00:00.000Z'),
          vapid,
          deepLink: (actionId, targetId) => `app://${actionId}/${targetId}`,
          onGone: () => undefined,
          timeoutMs,
        }),
      recipient: {
        get pushSubscriptions() {
          device += 1;
          return [
            {
              endpoint: `http://127.0.0.1:${String(receiver.port)}/hidden/${String(device)}`,
              p256dh: keys.getPublicKey('base64url'),
              auth,
            },
          ];
        },
      },
      secrets: ['hidden', auth, vapid.privateKey, '127.0.0.1'],
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
  withoutAddress: { kind: 'suppressed', reason: 'no_push_subscription' },
});
