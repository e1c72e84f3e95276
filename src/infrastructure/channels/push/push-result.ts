import type { SendResult } from '../../../application/ports/channel.port.js';

/**
 * One result of many devices, first match: one took it; one may have; one may take it later (the longest wait
 * that any asked for); else all have failed for good.
 */
export const mergedResult = (results: readonly SendResult[]): SendResult => {
  const sent = results.filter((result) => result.kind === 'sent');
  if (sent.length > 0) {
    return { kind: 'sent', detail: `${String(sent.length)} of ${String(results.length)} devices` };
  }
  const maybe = results.find((result) => result.kind === 'uncertain');
  if (maybe !== undefined) return maybe;
  const failures = results.filter((result) => result.kind === 'failed');
  const retried = failures.filter((failure) => !failure.permanent);
  const [first] = retried.length > 0 ? retried : failures;
  if (first === undefined) return { kind: 'suppressed', reason: 'no_push_subscription' };
  const waitMs = Math.max(0, ...retried.map((failure) => failure.retryAfterMs ?? 0));
  return waitMs > 0 ? { ...first, retryAfterMs: waitMs } : first;
};
