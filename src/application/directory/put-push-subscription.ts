import { Command, CommandHandler } from '@nestjs/cqrs';
import type { ICommandHandler } from '@nestjs/cqrs';

import { refuse } from '../../domain/shared/decider.js';
import type { Refusal } from '../../domain/shared/decider.js';
import type { PushSubscription } from '../ports/channel.port.js';
import { PUSH_SUBSCRIPTIONS_MAX, RecipientTable } from '../ports/recipients.port.js';
import { UrlGuard } from '../ports/url-guard.port.js';
import { refusedUrl } from './refused-url.js';
import { subscriptionIdOf } from './subscription-id.js';

export type PushSubscriptionPut =
  | { readonly ok: true; readonly subscriptionId: string }
  | { readonly ok: false; readonly refusal: Refusal };

/** Adds a browser of a recipient, or renews the keys of one that is known. */
export class PutPushSubscription extends Command<PushSubscriptionPut> {
  constructor(
    readonly recipientId: string,
    readonly subscription: PushSubscription,
  ) {
    super();
  }
}

@CommandHandler(PutPushSubscription)
export class PutPushSubscriptionHandler implements ICommandHandler<PutPushSubscription> {
  constructor(
    private readonly guard: UrlGuard,
    private readonly recipients: RecipientTable,
  ) {}

  async execute({ recipientId, subscription }: PutPushSubscription): Promise<PushSubscriptionPut> {
    const verdict = await this.guard.checkUrl(subscription.endpoint);
    if (verdict.kind !== 'admitted') return refusedUrl('/endpoint', verdict);
    const subscriptionId = subscriptionIdOf(subscription.endpoint);
    const put = await this.recipients.putPushSubscription(
      recipientId,
      subscriptionId,
      subscription,
    );
    switch (put) {
      case 'written':
        return { ok: true, subscriptionId };
      case 'unknown':
        return refuse('not_found', 'there is no such recipient');
      case 'full':
        return refuse(
          'invalid_transition',
          `the recipient has ${String(PUSH_SUBSCRIPTIONS_MAX)} subscriptions already`,
          { facts: { limit: PUSH_SUBSCRIPTIONS_MAX } },
        );
    }
  }
}
