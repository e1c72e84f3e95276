import { Channel } from '../../../application/ports/channel.port.js';
import type {
  Envelope,
  SendResult,
  WebhookAddress,
} from '../../../application/ports/channel.port.js';
import { isSuccessStatus } from '../../../domain/delivery/failure-class.js';
import { CAPABILITY } from '../../../domain/notice/dispatch.js';
import type { EgressGuard } from '../../egress/egress-guard.js';
import { guardedRequest } from '../../egress/guarded-request.js';
import { UnusableSecret, keyOf, signatureHeaders } from '../../egress/standard-webhook.js';
import { failed, failedByStatus, failedExchange } from '../send-failure.js';
import { cloudEventOf } from './cloud-event.js';

export interface WebhookChannelOptions {
  readonly guard: EgressGuard;
  /** Milliseconds since the Unix epoch, as the database's clock shows them. */
  readonly now: () => number;
  /** Reverse DNS name in front of every event type. */
  readonly typePrefix: string;
  /** URI of this service: the `source` of every event. */
  readonly source: string;
  readonly timeoutMs?: number;
  readonly concurrency?: number;
  readonly membersNamedMax?: number;
}

const TIMEOUT_MS = 15_000;
const CONCURRENCY = 32;
const MEMBERS_NAMED_MAX = 50;

/** Only the status counts; so much of the body is read to let a polite server finish. */
const ANSWER_BYTES_MAX = 4_096;

/**
 * Standard Webhooks 1.0 carrying a CloudEvent 1.0. Every attempt has the envelope's id as `webhook-id`, so a
 * receiver that keeps ids takes each message once; therefore all that is not 2xx is `failed`, never `uncertain`,
 * and `ambiguous` where no answer came to a request that had left.
 * `failureClass` `gone` (HTTP 410) means that the receiver wants the endpoint disabled.
 */
export class WebhookChannel extends Channel {
  readonly name = 'webhook';
  readonly capability = CAPABILITY.webhook;
  readonly timeoutMs: number;
  readonly concurrency: number;
  readonly membersNamedMax: number;

  constructor(private readonly options: WebhookChannelOptions) {
    super();
    this.timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
    this.concurrency = options.concurrency ?? CONCURRENCY;
    this.membersNamedMax = options.membersNamedMax ?? MEMBERS_NAMED_MAX;
  }

  async send(envelope: Envelope, signal: AbortSignal): Promise<SendResult> {
    const address = envelope.recipient.webhook;
    if (address === null) return failed('no_address', 'the recipient has no webhook endpoint');
    const keys = keysOf(address);
    if (keys === null) return failed('bad_address', 'the endpoint has no usable signing secret');
    return this.post(envelope, address.url, keys, signal);
  }

  async close(): Promise<void> {
    // Every call has a connection of its own, which ends with it.
  }

  private async post(
    envelope: Envelope,
    url: string,
    keys: readonly Buffer[],
    signal: AbortSignal,
  ): Promise<SendResult> {
    const atMs = this.options.now();
    const { typePrefix, source, guard } = this.options;
    const names = { typePrefix, source, membersNamedMax: this.membersNamedMax };
    const body = cloudEventOf(envelope, names, atMs);
    const exchange = await guardedRequest({
      guard,
      url,
      headers: {
        'content-type': 'application/cloudevents+json; charset=utf-8',
        'user-agent': 'Forewarn',
        ...signatureHeaders({ id: envelope.id, atMs, body, keys }),
      },
      body,
      timeoutMs: this.timeoutMs,
      signal,
      answerBytesMax: ANSWER_BYTES_MAX,
    });
    if (exchange.kind !== 'answered') return failedExchange(exchange, this.capability);
    return isSuccessStatus(exchange.status)
      ? { kind: 'sent', detail: `HTTP ${String(exchange.status)}` }
      : failedByStatus(exchange, this.options.now());
  }
}

const keysOf = ({ secrets }: WebhookAddress): readonly Buffer[] | null => {
  try {
    return secrets.length === 0 ? null : secrets.map(keyOf);
  } catch (error) {
    if (error instanceof UnusableSecret) return null;
    throw error;
  }
};
