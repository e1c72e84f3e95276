import type { Channel, SendResult } from '../../application/ports/channel.port.js';
import type { ClaimedDispatch } from '../../application/ports/outbox.port.js';
import type { DispatchResult } from '../../domain/action/action.commands.js';
import { keyOf } from '../../domain/action/notices.js';
import type { FailureClass } from '../../domain/delivery/failure-class.js';
import { nextAttempt } from '../../domain/delivery/next-attempt.js';
import { assertNever } from '../../domain/shared/decider.js';
import { toEpochMs, toInstant } from '../../domain/shared/instant.js';

/** What to record of a dispatch, and whether its row waits for another attempt. */
export interface SendOutcome {
  readonly result: DispatchResult;
  /** Milliseconds since the Unix epoch, or null when the row is done with. */
  readonly retryAt: number | null;
  readonly ambiguous: boolean;
}

export interface SendPolicy {
  /** What an uncertain send on an unkeyed channel leads to. */
  readonly uncertain: 'hold' | 'resend';
}

/** From what the channel says to what the log says (N9, N10). */
export function sendOutcomeOf(
  row: ClaimedDispatch,
  sent: SendResult,
  context: {
    readonly channel: Channel;
    readonly policy: SendPolicy;
    readonly nowMs: number;
    readonly jitter01: number;
  },
): SendOutcome {
  const { attempt, envelopeId } = row;
  const key = keyOf(row.key);
  switch (sent.kind) {
    case 'sent':
      return done({ ...key, result: 'sent', attempt, envelopeId });
    case 'suppressed':
      return done({ ...key, result: 'suppressed', reason: sent.reason });
    case 'uncertain': {
      const reason = clipped(`${sent.failureClass}: ${sent.error}`);
      return done({ ...key, result: 'uncertain', attempt, reason, then: context.policy.uncertain });
    }
    case 'failed':
      return failed(row, sent, context);
    default:
      return assertNever(sent);
  }
}

function failed(
  row: ClaimedDispatch,
  sent: Extract<SendResult, { kind: 'failed' }>,
  {
    channel,
    nowMs,
    jitter01,
  }: { readonly channel: Channel; readonly nowMs: number; readonly jitter01: number },
): SendOutcome {
  const { attempt } = row;
  const key = keyOf(row.key);
  const ambiguous = row.ambiguous || sent.ambiguous === true;
  const reason = clipped(`${sent.failureClass}: ${sent.error}`);
  if (sent.permanent) return done({ ...key, result: 'refused', attempt, reason });
  const next = nextAttempt({
    channel: channel.name,
    attempt,
    failureClass: sent.failureClass as FailureClass,
    retryAfterMs: sent.retryAfterMs ?? null,
    now: toInstant(nowMs),
    notAfter: row.notAfter === null ? null : toInstant(row.notAfter),
    jitter01,
  });
  if (next.kind === 'give_up') {
    return done({ ...key, result: 'dead', attempt, reason: clipped(`${next.reason}; ${reason}`) });
  }
  return {
    result: {
      ...key,
      result: 'attempt_failed',
      attempt,
      failureClass: sent.failureClass,
      error: clipped(sent.error),
      ambiguous,
      retryAt: next.at,
    },
    retryAt: toEpochMs(next.at),
    ambiguous,
  };
}

const done = (result: DispatchResult): SendOutcome => ({ result, retryAt: null, ambiguous: false });

const ERROR_CHARS_MAX = 500;

const clipped = (text: string): string => text.slice(0, ERROR_CHARS_MAX);
