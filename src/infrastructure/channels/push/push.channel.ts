// The package is CommonJS and exports no names that ESM could see.

import webPush from 'web-push';

import { Channel } from '../../../application/ports/channel.port.js';
import type {
  Envelope,
  PushSubscription,
  SendResult,
} from '../../../application/ports/channel.port.js';
import { PUSH_SUBSCRIPTIONS_MAX } from '../../../application/ports/recipients.port.js';
import { isSuccessStatus } from '../../../domain/delivery/failure-class.js';
import { CAPABILITY } from '../../../domain/notice/dispatch.js';
import type { EgressGuard } from '../../egress/egress-guard.js';
import { guardedRequest } from '../../egress/guarded-request.js';
import { failed, failedByStatus, failedExchange } from '../send-failure.js';
import { PAYLOAD_BYTES_MAX, URGENCY, pushPayload, topicOf, ttlSeconds } from './push-payload.js';
import { mergedResult } from './push-result.js';

export interface PushChannelOptions {
  readonly guard: EgressGuard;
  /** Milliseconds since the Unix epoch, as the database's clock shows them. */
  readonly now: () => number;
  readonly vapid: VapidKeys;
  /** Where a tap leads. */
  readonly deepLink: (actionId: string, targetId: string) => string;
  /** Told of every subscription that the push service no longer knows, to delete it. Must not throw. */
  readonly onGone: (recipientId: string, endpoint: string) => void;
  readonly timeoutMs?: number;
  readonly concurrency?: number;
}

/** How push services know us (RFC 8292). */
export interface VapidKeys {
  /** `mailto:` or `https:` address of whoever runs this service. */
  readonly subject: string;
  /** Both keys in URL-safe base64. */
  readonly publicKey: string;
  readonly privateKey: string;
}

const TIMEOUT_MS = 10_000;
const CONCURRENCY = 16;
const ANSWER_BYTES_MAX = 1_024;

/**
 * Web Push with VAPID. Each subscription of the recipient is tried; one that took the message is enough for
 * `sent`. The push service knows no key of ours, so a call that broke off late is `uncertain`.
 */
export class PushChannel extends Channel {
  readonly name = 'push';
  readonly capability = CAPABILITY.push;
  readonly timeoutMs: number;
  readonly concurrency: number;
  readonly membersNamedMax = 1;

  constructor(private readonly options: PushChannelOptions) {
    super();
    this.timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
    this.concurrency = options.concurrency ?? CONCURRENCY;
  }

  async send(envelope: Envelope, signal: AbortSignal): Promise<SendResult> {
    const subscriptions = envelope.recipient.pushSubscriptions.slice(0, PUSH_SUBSCRIPTIONS_MAX);
    if (subscriptions.length === 0) return { kind: 'suppressed', reason: 'no_push_subscription' };
    const payload = pushPayload(envelope, this.options.deepLink);
    if (Buffer.byteLength(payload) > PAYLOAD_BYTES_MAX) {
      return failed('too_large', 'the push data is larger than 1 kB');
    }
    return mergedResult(
      await Promise.all(
        subscriptions.map((subscription) => this.sendTo(subscription, payload, envelope, signal)),
      ),
    );
  }

  async close(): Promise<void> {
    // Every call has a connection of its own, which ends with it.
  }

  private async sendTo(
    subscription: PushSubscription,
    payload: string,
    envelope: Envelope,
    signal: AbortSignal,
  ): Promise<SendResult> {
    const request = this.requestFor(subscription, payload, envelope);
    if (request === null) return failed('bad_address', 'the push subscription is not usable');
    const exchange = await guardedRequest({
      guard: this.options.guard,
      url: subscription.endpoint,
      headers: request.headers,
      body: request.body,
      timeoutMs: this.timeoutMs,
      signal,
      answerBytesMax: ANSWER_BYTES_MAX,
    });
    if (exchange.kind !== 'answered') return failedExchange(exchange, this.capability);
    if (isSuccessStatus(exchange.status)) return { kind: 'sent' };
    if (exchange.status === 404 || exchange.status === 410) {
      this.options.onGone(envelope.recipient.recipientId, subscription.endpoint);
      return failed('gone', 'the push subscription is gone');
    }
    return failedByStatus(exchange, this.options.now());
  }

  /** The encrypted request, or null where the subscription's address or keys are broken. */
  private requestFor(
    { endpoint, p256dh, auth }: PushSubscription,
    payload: string,
    envelope: Envelope,
  ): { readonly headers: Record<string, string>; readonly body: Buffer } | null {
    try {
      // The package is CommonJS and exports no names that ESM could see.
      // eslint-disable-next-line import-x/no-named-as-default-member -- see above
      const { headers, body } = webPush.generateRequestDetails(
        { endpoint, keys: { p256dh, auth } },
        payload,
        {
          vapidDetails: this.options.vapid,
          TTL: ttlSeconds(envelope, this.options.now()),
          topic: topicOf(envelope.action.actionId),
          urgency: URGENCY[envelope.kind],
        },
      );
      return {
        headers: Object.fromEntries(
          Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
        ),
        body,
      };
    } catch {
      return null;
    }
  }
}
