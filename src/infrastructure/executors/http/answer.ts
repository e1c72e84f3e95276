import type { ExecutorAnswer } from '../../../application/ports/executor.port.js';
import type { Exchange } from '../../egress/guarded-request.js';

type Answered = Extract<Exchange, { readonly kind: 'answered' }>;

const REASON_CHARS_MAX = 256;
const CONTROLS = /\p{Cc}+/gu;

/** The executor answered with something that is none of its four outcomes. */
const BAD_ANSWER: ExecutorAnswer = { kind: 'failed', reason: 'bad_answer', retryable: false };

/**
 * What an exchange says about the effect. Provably not started → `failed`, to be tried again; possibly started
 * and no outcome known → `unknown`; an answer in words → that.
 */
export const answerOf = (exchange: Exchange): ExecutorAnswer => {
  switch (exchange.kind) {
    case 'forbidden':
      return { kind: 'failed', reason: `egress_${exchange.reason}`, retryable: false };
    case 'not_sent':
      return { kind: 'failed', reason: `not_started_${exchange.cause}`, retryable: true };
    case 'broken':
      return { kind: 'unknown', reason: exchange.cause };
    case 'answered':
      return answerOfStatus(exchange);
  }
};

const answerOfStatus = (answer: Answered): ExecutorAnswer => {
  const { status } = answer;
  if (status === 200 || status === 202) return answerOfBody(answer);
  if (status === 409) return conflictOf(answer);
  if (isPutOff(answer))
    return { kind: 'failed', reason: `http_${String(status)}`, retryable: true };
  if (status >= 500) return { kind: 'unknown', reason: `http_${String(status)}` };
  if (status >= 200 && status < 300) return BAD_ANSWER;
  return { kind: 'failed', reason: `http_${String(status)}`, retryable: false };
};

/** Refused before any work: too many requests, or a service that says when it will be back. */
const isPutOff = ({ status, headers }: Answered): boolean =>
  status === 429 || (status === 503 && headers['retry-after'] !== undefined);

const conflictOf = (answer: Answered): ExecutorAnswer => {
  const reason = fieldsOf(answer)?.['reason'];
  return {
    kind: 'failed',
    reason: reason === 'stale_fence' ? 'stale_fence' : 'http_409',
    retryable: false,
  };
};

const answerOfBody = (answer: Answered): ExecutorAnswer => {
  const fields = fieldsOf(answer);
  if (fields === null) {
    // Cut short by the network, the outcome is unknown; cut short by our limit, it is not an answer.
    return answer.whole || answer.cut
      ? BAD_ANSWER
      : { kind: 'unknown', reason: 'answer_cut_short' };
  }
  return OUTCOMES.get(fields['outcome'])?.(fields) ?? BAD_ANSWER;
};

type Fields = Readonly<Record<string, unknown>>;

const OUTCOMES: ReadonlyMap<unknown, (fields: Fields) => ExecutorAnswer | null> = new Map<
  unknown,
  (fields: Fields) => ExecutorAnswer | null
>([
  ['applied', () => ({ kind: 'applied' })],
  ['accepted', () => ({ kind: 'accepted' })],
  [
    'skipped',
    (fields) => {
      const reason = reasonIn(fields);
      return reason === null ? null : { kind: 'skipped', reason };
    },
  ],
  [
    'failed',
    (fields) => {
      const reason = reasonIn(fields);
      const retryable = fields['retryable'];
      return reason === null || typeof retryable !== 'boolean'
        ? null
        : { kind: 'failed', reason, retryable };
    },
  ],
]);

const reasonIn = ({ reason }: Fields): string | null => {
  if (typeof reason !== 'string') return null;
  const line = reason.replace(CONTROLS, ' ').trim().slice(0, REASON_CHARS_MAX);
  return line === '' ? null : line;
};

const fieldsOf = ({ body, whole }: Answered): Fields | null => {
  if (!whole) return null;
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return typeof value === 'object' && value !== null ? { ...value } : null;
  } catch {
    return null;
  }
};
