import { describe, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';

import { retryAfterMs } from '../../../src/infrastructure/egress/retry-after.js';
import {
  UnusableSecret,
  keyOf,
  signatureHeaders,
} from '../../../src/infrastructure/egress/standard-webhook.js';

const secretOf = (bytes: number) => `whsec_${Buffer.alloc(bytes, 7).toString('base64')}`;

describe('a standard webhook', () => {
  it('is verified by the reference library, with the old secret and with the new one', () => {
    const secrets = [secretOf(24), secretOf(64)];
    const body = '{"ü":1}';
    const headers = signatureHeaders({
      id: 'm-1',
      atMs: Date.now(),
      body,
      keys: secrets.map(keyOf),
    });
    for (const secret of secrets)
      expect(new Webhook(secret).verify(body, headers)).toEqual({ ü: 1 });
    expect(() => new Webhook(secretOf(32)).verify(body, headers)).toThrow('No matching signature');
    expect(() => new Webhook(secretOf(24)).verify('{}', headers)).toThrow('No matching signature');
  });

  it.each(['', 'whsec_', 'whsec_!!!', secretOf(23), secretOf(65), secretOf(32).slice(6)])(
    'refuses to sign with %p',
    (secret) => {
      expect(() => keyOf(secret)).toThrow(UnusableSecret);
    },
  );
});

describe('Retry-After', () => {
  const now = Date.parse('Wed, 21 Oct 2015 07:28:00 GMT');
  it.each([
    ['120', 120_000],
    ['0', 0],
    ['Wed, 21 Oct 2015 07:29:00 GMT', 60_000],
    ['Wednesday, 21-Oct-15 07:29:00 GMT', 60_000],
    ['Wed, 21 Oct 2015 07:00:00 GMT', 0],
    ['-5', null],
    ['soon', null],
    ['1e9', null],
    ['99999999999999999999', null],
    ['Wed, never', null],
    ['', null],
    [undefined, null],
  ])('N10: %p means %p ms', (header, waitMs) => {
    expect(retryAfterMs(header, now)).toBe(waitMs);
  });
});
