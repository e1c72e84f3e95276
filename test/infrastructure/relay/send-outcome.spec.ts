import { describe, expect, it } from '@jest/globals';

import type { SendResult } from '../../../src/application/ports/channel.port.js';
import type { ClaimedDispatch } from '../../../src/application/ports/outbox.port.js';
import { sendOutcomeOf } from '../../../src/infrastructure/relay/send-outcome.js';

const ROW: ClaimedDispatch = {
  dispatchId: '00000000-0000-5000-8000-000000000001',
  streamId: 'action-a1',
  key: {
    targetId: 't1',
    recipientId: 'ann',
    channel: 'webhook',
    kind: 'cancelled',
    revision: 0,
    lead: 0,
  },
  stage: 0,
  notAfter: null,
  dueAt: 0,
  position: 1n,
  fence: 1,
  attempt: 1,
  envelopeId: '00000000-0000-5000-8000-000000000001',
  ambiguous: false,
  recovered: false,
};

const failed = (more: Partial<Extract<SendResult, { kind: 'failed' }>> = {}): SendResult => ({
  kind: 'failed',
  permanent: false,
  failureClass: 'server_error',
  error: '503',
  ...more,
});

const outcomeOf = (sent: SendResult, row: Partial<ClaimedDispatch> = {}) =>
  sendOutcomeOf({ ...ROW, ...row }, sent, {
    policy: { uncertain: 'hold' },
    nowMs: 0,
    jitter01: 0,
  });

describe('what a send comes to', () => {
  it('keeps at most 500 characters of an error (N9)', () => {
    const { result } = outcomeOf(failed({ error: 'x'.repeat(2_000) }));
    expect(result).toMatchObject({ result: 'attempt_failed', error: 'x'.repeat(500) });
    const refused = outcomeOf(failed({ permanent: true, error: 'x'.repeat(2_000) }));
    expect('reason' in refused.result && refused.result.reason).toHaveLength(500);
  });

  it('waits as long as the receiver asks for (N10)', () => {
    expect(outcomeOf(failed({ retryAfterMs: 60_000 })).retryAt).toBe(60_000);
  });

  it('retries a class that it does not know, as it would a refusal for now', () => {
    expect(outcomeOf(failed({ failureClass: 'unheard_of' })).retryAt).toBe(5_000);
  });

  it.each([
    ['refused', failed({ permanent: true }), 1],
    ['dead', failed(), 10],
  ] as const)('says %s only if no attempt may have arrived', (result, sent, attempt) => {
    expect(outcomeOf(sent, { attempt }).result.result).toBe(result);
    expect(outcomeOf(sent, { attempt, ambiguous: true }).result).toMatchObject({
      result: 'uncertain',
      then: 'hold',
    });
  });

  it('leaves nothing to retry behind what has ended', () => {
    expect(outcomeOf({ kind: 'sent' }).retryAt).toBeNull();
    expect(outcomeOf({ kind: 'suppressed', reason: 'opted_out' }).retryAt).toBeNull();
  });
});
