import type { Channel } from './application/ports/channel.port.js';
import type { Clock } from './application/ports/clock.port.js';
import type { Journal } from './application/ports/journal.port.js';
import type { RecipientDirectory } from './application/ports/recipients.port.js';
import { CAPABILITY, CHANNELS } from './domain/notice/dispatch.js';
import type { ChannelName } from './domain/notice/dispatch.js';
import { EmailChannel } from './infrastructure/channels/email/email.channel.js';
import { HttpMailProvider } from './infrastructure/channels/email/http.provider.js';
import type { MailProvider } from './infrastructure/channels/email/mail.js';
import { mailboxOf, smtpServerOf } from './infrastructure/channels/email/smtp-url.js';
import { SmtpMailProvider } from './infrastructure/channels/email/smtp.provider.js';
import { PushChannel } from './infrastructure/channels/push/push.channel.js';
import { WebhookChannel } from './infrastructure/channels/webhook/webhook.channel.js';
import type { Config } from './infrastructure/config/config.js';
import type { EgressGuard } from './infrastructure/egress/egress-guard.js';

export interface ChannelGround {
  readonly config: Config;
  readonly clock: Clock;
  readonly guard: EgressGuard;
  readonly recipients: RecipientDirectory;
  readonly journal: Journal;
}

/** The channels that leave the process, as far as they are configured. */
export function openChannels(ground: ChannelGround): readonly Channel[] {
  return [emailChannel(ground), webhookChannel(ground), pushChannel(ground)].filter(
    (channel): channel is Channel => channel !== null,
  );
}

/** Names of all channels that a notice may use here. */
export function configuredChannels(config: Config): readonly ChannelName[] {
  const isOff: Partial<Record<ChannelName, boolean>> = {
    email: !isMailConfigured(config),
    push: vapidOf(config) === null,
  };
  return CHANNELS.filter((name) => CAPABILITY[name] === 'transactional' || isOff[name] !== true);
}

function emailChannel({ config, clock }: ChannelGround): Channel | null {
  const provider = mailProvider(config, () => clock.now());
  if (provider === null) return null;
  return new EmailChannel({
    provider,
    messageIdDomain: config.messageIdDomain,
    ...sendTimeoutOf(config),
  });
}

/** Each channel has a timeout of its own unless the operator sets one. */
const sendTimeoutOf = ({ sendTimeoutSeconds }: Config): { readonly timeoutMs?: number } =>
  sendTimeoutSeconds === null ? {} : { timeoutMs: sendTimeoutSeconds * 1_000 };

const isMailConfigured = (config: Config): boolean => mailProvider(config, () => 0) !== null;

function mailProvider(config: Config, now: () => number): MailProvider | null {
  const { emailProvider, smtpUrl, mailFrom, mailHttpUrl, mailHttpSecret } = config;
  if (emailProvider === 'http') {
    if (mailHttpUrl === null || mailHttpSecret === null) return null;
    return new HttpMailProvider({ url: mailHttpUrl, secret: mailHttpSecret, now });
  }
  if (smtpUrl === null) return null;
  const server = smtpServerOf(smtpUrl, config.messageIdDomain);
  return new SmtpMailProvider({ server, from: mailboxOf(mailFrom), now });
}

const webhookChannel = ({ config, clock, guard }: ChannelGround): Channel =>
  new WebhookChannel({
    guard,
    now: () => clock.now(),
    typePrefix: config.eventSourcePrefix,
    source: config.publicBaseUrl,
    ...sendTimeoutOf(config),
  });

function pushChannel(ground: ChannelGround): Channel | null {
  const { config, clock, guard, recipients, journal } = ground;
  const vapid = vapidOf(config);
  if (vapid === null) return null;
  return new PushChannel({
    guard,
    now: () => clock.now(),
    vapid,
    ...sendTimeoutOf(config),
    deepLink: (actionId, targetId) =>
      `${config.publicBaseUrl}/v1/targets/${targetId}/status?action=${actionId}`,
    onGone: (recipientId, endpoint) => {
      recipients.removePushSubscription(recipientId, endpoint).catch((fault: unknown) => {
        journal.fault('push', fault);
      });
    },
  });
}

function vapidOf({
  vapidSubject,
  vapidPublicKey,
  vapidPrivateKey,
}: Config): { subject: string; publicKey: string; privateKey: string } | null {
  if (vapidSubject === null || vapidPublicKey === null || vapidPrivateKey === null) return null;
  return { subject: vapidSubject, publicKey: vapidPublicKey, privateKey: vapidPrivateKey };
}
