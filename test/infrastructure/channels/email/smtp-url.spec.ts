import { describe, expect, it } from '@jest/globals';

import { mailboxOf, smtpServerOf } from '../../../../src/infrastructure/channels/email/smtp-url.js';

describe('the address of a mail server', () => {
  it.each([
    [
      'smtp://mail.test',
      { host: 'mail.test', port: 587, secure: false, requireTls: false, auth: null },
    ],
    ['smtps://mail.test', { port: 465, secure: true, requireTls: false }],
    ['smtp://u:p@mail.test:2525', { port: 2525, requireTls: true, auth: { user: 'u', pass: 'p' } }],
    ['smtps://u:p@mail.test', { secure: true, requireTls: false }],
    ['smtp://u:p@127.0.0.1', { host: '127.0.0.1', requireTls: false }],
    ['smtp://u:p@[::1]', { host: '::1', requireTls: false }],
  ])('reads %s', (text, server) => {
    expect(smtpServerOf(text, 'us.test')).toMatchObject(server);
  });

  it.each([
    ['Fore Warn <a@b.test>', { name: 'Fore Warn', address: 'a@b.test' }],
    ['"Fore, Warn" <a@b.test>', { name: 'Fore, Warn', address: 'a@b.test' }],
    ['<a@b.test>', { name: '', address: 'a@b.test' }],
    ['a@b.test', { name: '', address: 'a@b.test' }],
  ])('reads the sender %s', (text, mailbox) => {
    expect(mailboxOf(text)).toEqual(mailbox);
  });
});
