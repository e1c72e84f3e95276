import { integer, keyOf, matching, networks, oneOf, url } from '../kinds.js';
import { optional, setting } from '../setting.js';

/** Notices, and the channels that carry them. */
export const noticeSettings = {
  noticeLeadDefaultHours: setting({
    env: 'FOREWARN_NOTICE_LEAD_DEFAULT_HOURS',
    kind: integer(0, 8_760),
    fallback: 24,
    doc: 'Hours before its time at which an action is announced, unless its request says otherwise.',
  }),
  noticeLeadMaxHours: setting({
    env: 'FOREWARN_NOTICE_LEAD_MAX_HOURS',
    kind: integer(0, 8_760),
    fallback: 168,
    doc: 'The most hours that a request may ask for.',
  }),
  uncertainPolicy: setting({
    env: 'FOREWARN_UNCERTAIN_POLICY',
    kind: oneOf('hold', 'resend'),
    fallback: 'hold',
    doc: 'What follows a crash in the middle of a mail or push: `hold` leaves it to an operator, `resend` sends again under the same identity.',
  }),
  sendTimeoutSeconds: optional({
    env: 'FOREWARN_SEND_TIMEOUT_SECONDS',
    kind: integer(1, 120),
    unset: 'mail has 30 seconds, a webhook 15, a push 10',
    doc: 'Seconds that one send may take, on any channel. What a crash interrupts is taken up again after twice this time and 20 seconds.',
  }),
  emailProvider: setting({
    env: 'FOREWARN_EMAIL_PROVIDER',
    kind: oneOf('smtp', 'http'),
    fallback: 'smtp',
    doc: 'Who sends mail: an SMTP server (`SMTP_URL`), or a route of your own (`FOREWARN_MAIL_HTTP_URL`).',
  }),
  smtpUrl: optional({
    env: 'SMTP_URL',
    kind: url('smtp', 'smtps'),
    secret: true,
    unset: 'the e-mail channel is off, with the `smtp` provider',
    doc: 'SMTP server, with user and password if it wants them.',
  }),
  mailFrom: setting({
    env: 'FOREWARN_MAIL_FROM',
    kind: matching(/^[^\r\n]*[^\s@<>]+@[^\s@<>]+>?$/, 'an address, or a name and an <address>'),
    fallback: 'Forewarn <forewarn@localhost>',
    doc: 'Sender of every mail.',
  }),
  mailDomain: optional({
    env: 'FOREWARN_MAIL_DOMAIN',
    kind: matching(/^[a-z\d.-]+$/i, 'a domain name'),
    unset: 'the domain of `FOREWARN_MAIL_FROM`',
    doc: 'Domain in the Message-ID of every mail. Never change it while notices are under way.',
  }),
  mailHttpUrl: optional({
    env: 'FOREWARN_MAIL_HTTP_URL',
    kind: url('http', 'https'),
    unset: 'the e-mail channel is off, with the `http` provider',
    doc: 'Route of your own that sends mail.',
  }),
  mailHttpSecret: optional({
    env: 'FOREWARN_MAIL_HTTP_SECRET',
    kind: matching(/^\S{16,}$/, 'at least 16 characters without spaces'),
    secret: true,
    unset: 'the e-mail channel is off, with the `http` provider',
    doc: 'Secret that you share with that route.',
  }),
  webhookAllow: setting({
    env: 'FOREWARN_WEBHOOK_ALLOW',
    kind: networks,
    fallback: [],
    doc: 'Hosts and networks that webhooks may reach although they are private. Public ones are always allowed.',
  }),
  vapidPublicKey: optional({
    env: 'FOREWARN_VAPID_PUBLIC_KEY',
    kind: keyOf({ min: 65, max: 65 }),
    unset: 'the push channel is off',
    doc: 'Public key for Web Push.',
  }),
  vapidPrivateKey: optional({
    env: 'FOREWARN_VAPID_PRIVATE_KEY',
    kind: keyOf({ min: 32, max: 32 }),
    secret: true,
    unset: 'the push channel is off',
    doc: 'Private key for Web Push.',
  }),
  vapidSubject: optional({
    env: 'FOREWARN_VAPID_SUBJECT',
    kind: matching(/^(mailto:\S+@\S+|https:\/\/\S+)$/, 'a mailto: or https:// URL'),
    unset: 'the push channel is off',
    doc: 'Where the push services reach you.',
  }),
};
