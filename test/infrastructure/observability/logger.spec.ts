import { describe, expect, it } from '@jest/globals';

import { ServiceLogger } from '../../../src/infrastructure/observability/logger.js';
import type { LoggerOptions } from '../../../src/infrastructure/observability/logger.js';

function logInto(options: Partial<LoggerOptions> = {}) {
  const lines: string[] = [];
  const destination = { write: (line: string) => lines.push(line) };
  const logger = new ServiceLogger(
    { logLevel: 'info', logFormat: 'json', ...options },
    destination,
  );
  const entries = (): unknown[] => lines.map((line) => JSON.parse(line) as unknown);
  return { logger, lines, entries };
}

class TransportFailed extends Error {
  override readonly name = 'TransportFailed';
  readonly host = 'mail.example';
  readonly password = 'hunter2';
}

describe('the log', () => {
  it('writes one object a line, with level, context and fields (O7)', () => {
    const { logger, entries } = logInto();
    logger.log('sent', { dispatchId: 'd1', tookMs: 5 }, 'Relay');
    expect(entries()).toEqual([
      {
        level: 30,
        time: expect.any(Number),
        msg: 'sent',
        context: 'Relay',
        dispatchId: 'd1',
        tookMs: 5,
      },
    ]);
  });

  it('leaves out what is below its level', () => {
    const { logger, lines } = logInto({ logLevel: 'warn' });
    logger.log('chatter');
    logger.debug('chatter');
    logger.verbose('chatter');
    logger.warn('heed this');
    expect(lines).toHaveLength(1);
  });

  it('shows an error with its fields, its cause and its stack', () => {
    const { logger, entries } = logInto();
    const failure = new TransportFailed('no answer', { cause: new TypeError('reset') });
    logger.error(failure, 'Relay');
    expect(entries()).toMatchObject([
      {
        msg: 'no answer',
        context: 'Relay',
        err: {
          name: 'TransportFailed',
          host: 'mail.example',
          password: '[redacted]',
          stack: expect.stringContaining('logger.spec'),
          cause: { name: 'TypeError', message: 'reset' },
        },
      },
    ]);
  });

  it('takes the stack that Nest hands over as a text', () => {
    const { logger, entries } = logInto();
    logger.error('broken', 'TypeError: broken\n    at here', 'Router');
    expect(entries()).toMatchObject([{ context: 'Router', err: { stack: expect.any(String) } }]);
  });

  it.each([
    ['an authorization header', { req: { headers: { Authorization: 'Bearer abcdef123456' } } }],
    ['a cookie', { headers: { cookie: 'session=abcdef123456' } }],
    ['a field that is called a secret', { webhook: { signingSecret: 'abcdef123456' } }],
    ['a list of addresses', { recipients: [{ addresses: ['abcdef123456@example.com'] }] }],
    ['an address in a text', { note: 'refused abcdef123456@example.com at RCPT' }],
    ['a bearer token in a text', { note: 'sent Authorization: Bearer abcdef123456' }],
    ['a webhook key in a text', { note: 'key whsec_abcdef123456 is used' }],
    ['a password in a URL', { note: 'connecting to postgres://app:abcdef123456@db/forewarn' }],
    ['an error message', new TypeError('550 <abcdef123456@example.com> unknown')],
  ])('never shows %s (O7)', (_case, fields) => {
    const { logger, lines } = logInto();
    logger.log('something happened', fields, 'Relay');
    expect(lines.join()).toContain('[redacted]');
    expect(lines.join()).not.toContain('abcdef123456');
  });

  it('never shows a secret in the message itself (O7)', () => {
    const { logger, lines } = logInto();
    logger.error('cannot reach smtp://user:abcdef123456@mail.example');
    expect(lines.join()).toContain('smtp://[redacted]@mail.example');
  });

  it('bounds what it prints, rings included', () => {
    const { logger, lines } = logInto();
    const ring: { self?: unknown; items: number[] } = {
      items: Array.from({ length: 1_000 }, () => 7),
    };
    ring.self = ring;
    logger.log('ring', ring);
    expect(lines.join().length).toBeLessThan(5_000);
  });

  it('writes lines for people when asked to', () => {
    const { logger, lines } = logInto({ logFormat: 'pretty' });
    logger.warn('slow answer', { tookMs: 900, host: 'a b' }, 'Relay');
    logger.error(new TypeError('broken'));
    expect(lines[0]).toMatch(
      /^\d\d:\d\d:\d\d\.\d{3} WARN {2}\[Relay\] slow answer tookMs=900 host="a b"\n$/,
    );
    expect(lines[1]).toMatch(/ERROR broken\nTypeError: broken\n {4}at /);
  });
});
