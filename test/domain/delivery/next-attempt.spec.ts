import { describe, expect, it } from '@jest/globals';

import {
  FAILURES,
  classOfSmtpReply,
  classOfStatus,
  isPermanent,
} from '../../../src/domain/delivery/failure-class.js';
import { nextAttempt } from '../../../src/domain/delivery/next-attempt.js';
import type { FailedAttempt } from '../../../src/domain/delivery/next-attempt.js';
import { RETRY_AFTER_MS_MAX } from '../../../src/domain/delivery/retry-table.js';

const NOW = '2030-01-01T00:00:00.000Z';

const after = (overrides: Partial<FailedAttempt>) =>
  nextAttempt({
    channel: 'webhook',
    attempt: 1,
    failureClass: 'server_error',
    retryAfterMs: null,
    now: NOW,
    notAfter: null,
    jitter01: 0,
    ...overrides,
  });

const delayMs = (overrides: Partial<FailedAttempt>): number | null => {
  const next = after(overrides);
  return next.kind === 'retry' ? Date.parse(next.at) - Date.parse(NOW) : null;
};

const LADDER = ['5s', '5m', '30m', '2h', '5h', '10h', '14h', '20h', '24h'];
const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 };
const inMs = (step: string) => Number.parseInt(step) * (UNIT_MS[step.at(-1) ?? ''] ?? 0);

describe('the next attempt', () => {
  it.each(LADDER.map((step, index) => [index + 1, step] as const))(
    'N10: follows attempt %i of a webhook after %s, at the earliest',
    (attempt, step) => {
      expect(delayMs({ attempt })).toBe(inMs(step));
      const late = delayMs({ attempt, jitter01: 0.999_999 });
      expect(late).toBeGreaterThan(inMs(step));
      expect(late).toBeLessThanOrEqual(inMs(step) * 1.2);
    },
  );

  it('N10: gives a webhook up after its tenth attempt', () => {
    expect(after({ attempt: 10 })).toEqual({ kind: 'give_up', reason: 'exhausted' });
  });

  it.each([
    ['email', 1, 30_000],
    ['email', 2, 60_000],
    ['email', 9, 7_200_000],
    ['push', 1, 5_000],
    ['push', 7, 320_000],
  ] as const)(
    'N10: spreads the retry of %s after attempt %i over %i ms',
    (channel, attempt, capMs) => {
      expect(delayMs({ channel, attempt, jitter01: 0.5 })).toBe(capMs / 2);
      expect(delayMs({ channel, attempt, jitter01: 0 })).toBe(1_000);
    },
  );

  it.each([
    ['email', 10],
    ['push', 8],
    ['banner', 1],
    ['inbox', 1],
  ] as const)('N10: gives %s up after attempt %i', (channel, attempt) => {
    expect(after({ channel, attempt })).toEqual({ kind: 'give_up', reason: 'exhausted' });
  });

  it('N10: waits for as long as the receiver asked, when that is longer', () => {
    expect(delayMs({ retryAfterMs: 90_000 })).toBe(90_000);
    expect(delayMs({ retryAfterMs: 1_000 })).toBe(5_000);
  });

  it('N10: waits a day at most, whatever the receiver asks', () => {
    expect(delayMs({ retryAfterMs: Number.MAX_SAFE_INTEGER })).toBe(RETRY_AFTER_MS_MAX);
  });

  it('N10: ends the budget at notAfter', () => {
    const notAfter = '2030-01-01T00:00:05.000Z';
    expect(after({ notAfter })).toEqual({ kind: 'give_up', reason: 'past_not_after' });
    expect(after({ notAfter: '2030-01-01T00:00:05.001Z' })).toEqual({
      kind: 'retry',
      at: notAfter,
    });
  });

  it('N10: fails at once for good, on the first attempt too', () => {
    expect(after({ failureClass: 'gone', retryAfterMs: 5 })).toEqual({
      kind: 'give_up',
      reason: 'permanent',
    });
  });
});

describe('the failure classes', () => {
  it.each([400, 401, 403, 404, 410, 413, 422])('N10: HTTP %i is permanent', (status) => {
    expect(isPermanent(classOfStatus(status))).toBe(true);
  });

  it.each([301, 302, 307, 308, 408, 425, 429, 500, 502, 503, 504, 599])(
    'N10: HTTP %i is tried again',
    (status) => {
      expect(isPermanent(classOfStatus(status))).toBe(false);
    },
  );

  it.each([
    [421, false],
    [451, false],
    [452, false],
    [500, true],
    [550, true],
    [554, true],
  ])('N10: SMTP %i is permanent: %p', (code, permanent) => {
    expect(isPermanent(classOfSmtpReply(code))).toBe(permanent);
  });

  it('N10: timeouts, refused and broken connections are tried again; a missing address is not', () => {
    const transient = ['timeout', 'refused', 'reset', 'unreachable', 'redirect'] as const;
    expect(transient.filter(isPermanent)).toEqual([]);
    expect(FAILURES.no_address.permanent).toBe(true);
  });
});
