import type { SendResult } from '../../application/ports/channel.port.js';
import type { ClaimedDispatch } from '../../application/ports/outbox.port.js';
import type { DispatchResult } from '../../domain/action/action.commands.js';
import { keyOf } from '../../domain/action/notices.js';
import { FAILURES } from '../../domain/delivery/failure-class.js';
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

export interface SendContext {
  readonly policy: SendPolicy;
  readonly nowMs: number;
  readonly jitter01: number;
}

/** From what the channel says to what the log says (N9, N10). */
export function sendOutcomeOf(
  row: ClaimedDispatch,
  sent: SendResult,
  context: SendContext,
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
  { nowMs, jitter01 }: SendContext,
): SendOutcome {
  const { attempt } = row;
  const key = keyOf(row.key);
  const ambiguous = row.ambiguous || sent.ambiguous === true;
  const reason = `${sent.failureClass}: ${sent.error}`;
  if (sent.permanent) return givenUp(row, ambiguous ? 'uncertain' : 'refused', reason);
  const next = nextAttempt({
    channel: key.channel,
    attempt,
    failureClass: isClass(sent.failureClass) ? sent.failureClass : 'rejected',
    retryAfterMs: sent.retryAfterMs ?? null,
    now: toInstant(nowMs),
    notAfter: row.notAfter === null ? null : toInstant(row.notAfter),
    jitter01,
  });
  if (next.kind === 'give_up') {
    return givenUp(row, ambiguous ? 'uncertain' : 'dead', `${next.reason}; ${reason}`);
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

const isClass = (text: string): text is FailureClass => Object.hasOwn(FAILURES, text);

/** After an attempt that may have arrived nobody can say that the message did not. */
function givenUp(
  { key, attempt }: ClaimedDispatch,
  result: 'refused' | 'dead' | 'uncertain',
  why: string,
): SendOutcome {
  const told = { ...keyOf(key), attempt, reason: clipped(why) };
  return result === 'uncertain'
    ? done({ ...told, result, then: 'hold' })
    : done({ ...told, result });
}

const done = (result: DispatchResult): SendOutcome => ({ result, retryAt: null, ambiguous: false });

const ERROR_CHARS_MAX = 500;

const clipped = (text: string): string => text.slice(0, ERROR_CHARS_MAX);
