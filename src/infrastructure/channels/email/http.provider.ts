import type { SendResult } from '../../../application/ports/channel.port.js';
import { isSuccessStatus } from '../../../domain/delivery/failure-class.js';
import { CAPABILITY } from '../../../domain/notice/dispatch.js';
import { EgressGuard } from '../../egress/egress-guard.js';
import { guardedRequest } from '../../egress/guarded-request.js';
import type { Exchange } from '../../egress/guarded-request.js';
import { signatureHeaders } from '../../egress/standard-webhook.js';
import { failedByStatus, failedExchange, uncertain } from '../send-failure.js';
import type { DeliverOptions, Mail, MailProvider } from './mail.js';

export interface HttpMailProviderOptions {
  /** The host's own mail route. The operator names it, so it may be inside of the network. */
  readonly url: string;
  /** Shared with the route, 16 characters at least; its bytes are the key. */
  readonly secret: string;
  readonly now: () => number;
}

const ANSWER_BYTES_MAX = 4_096;

const SECRET_CHARS_MIN = 16;

export class WeakMailSecret extends Error {
  override readonly name = 'WeakMailSecret';
  constructor() {
    super(`the secret of the mail route needs at least ${String(SECRET_CHARS_MIN)} characters`);
  }
}

/** Answers by which the route says that it has not sent: 502 is its word for a sender that threw. */
const NOT_SENT = new Set([429, 502, 503]);

/**
 * Hands the mail to a route of the host application, which sends it (N16). Signed like our webhooks; the
 * envelope's id is the idempotency key. Yet not every route keeps keys, so a call that broke off late, or an
 * error that may have come after the mail had left, stays `uncertain`.
 */
export class HttpMailProvider implements MailProvider {
  private readonly key: Buffer;
  private readonly guard: EgressGuard;

  /** @throws {WeakMailSecret} when the secret is empty or short: a mail route that anybody could call is never used. */
  constructor(private readonly options: HttpMailProviderOptions) {
    if (options.secret.trim().length < SECRET_CHARS_MIN) throw new WeakMailSecret();
    this.key = Buffer.from(options.secret, 'utf8');
    this.guard = EgressGuard.trusting(options.url);
  }

  async deliver(mail: Mail, { timeoutMs, signal }: DeliverOptions): Promise<SendResult> {
    const atMs = this.options.now();
    const body = JSON.stringify({ channel: 'email', ...mail });
    const exchange = await guardedRequest({
      guard: this.guard,
      url: this.options.url,
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'idempotency-key': mail.envelopeId,
        ...signatureHeaders({ id: mail.envelopeId, atMs, body, keys: [this.key] }),
      },
      body,
      timeoutMs,
      signal,
      answerBytesMax: ANSWER_BYTES_MAX,
    });
    return resultOf(exchange, this.options.now());
  }

  async close(): Promise<void> {
    // Every call has a connection of its own, which ends with it.
  }
}

const resultOf = (exchange: Exchange, nowMs: number): SendResult => {
  if (exchange.kind !== 'answered') return failedExchange(exchange, CAPABILITY.email);
  const { status } = exchange;
  if (isSuccessStatus(status)) return { kind: 'sent', detail: `HTTP ${String(status)}` };
  return status >= 500 && !NOT_SENT.has(status)
    ? uncertain('server_error', `the mail route answered HTTP ${String(status)}`)
    : failedByStatus(exchange, nowMs);
};
