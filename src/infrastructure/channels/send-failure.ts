import type { SendResult } from '../../application/ports/channel.port.js';
import { classOfStatus, isPermanent } from '../../domain/delivery/failure-class.js';
import type { FailureClass } from '../../domain/delivery/failure-class.js';
import type { Capability } from '../../domain/notice/dispatch.js';
import type { Exchange } from '../egress/guarded-request.js';
import { retryAfterMs } from '../egress/retry-after.js';

type Unanswered = Exclude<Exchange, { readonly kind: 'answered' }>;
type Failed = Extract<SendResult, { readonly kind: 'failed' }>;
type Answered = Extract<Exchange, { readonly kind: 'answered' }>;

/** Error texts are ours alone: what a server says may hold addresses, and is never kept. */
export const failed = (failureClass: FailureClass, error: string): Failed => ({
  kind: 'failed',
  permanent: isPermanent(failureClass),
  failureClass,
  error,
});

export const uncertain = (failureClass: FailureClass, error: string): SendResult => ({
  kind: 'uncertain',
  failureClass,
  error,
});

/** An answer that is not 2xx. */
export const failedByStatus = ({ status, headers }: Answered, nowMs: number): SendResult => {
  const failureClass = classOfStatus(status);
  const waitMs = retryAfterMs(headers['retry-after'], nowMs);
  return {
    kind: 'failed',
    permanent: isPermanent(failureClass),
    failureClass,
    error: `the receiver answered HTTP ${String(status)}`,
    ...(waitMs !== null && { retryAfterMs: waitMs }),
  };
};

/** An exchange without a status. What `broken` means depends on whether a second attempt could do harm. */
export const failedExchange = (exchange: Unanswered, capability: Capability): SendResult => {
  switch (exchange.kind) {
    case 'forbidden':
      return failed('egress_refused', `the address is not allowed: ${exchange.reason}`);
    case 'not_sent':
      return failed(exchange.cause, `not sent: ${exchange.cause}`);
    case 'broken': {
      const error = `broke off after the request was written: ${exchange.cause}`;
      return capability === 'keyed'
        ? { ...failed(exchange.cause, error), ambiguous: true }
        : uncertain(exchange.cause, error);
    }
  }
};
