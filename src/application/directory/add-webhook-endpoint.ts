import { randomBytes, randomUUID } from 'node:crypto';

import { Command, CommandHandler } from '@nestjs/cqrs';
import type { ICommandHandler } from '@nestjs/cqrs';

import { refuse } from '../../domain/shared/decider.js';
import type { Refusal } from '../../domain/shared/decider.js';
import { UrlGuard } from '../ports/url-guard.port.js';
import { WebhookEndpointTable } from '../ports/webhook-endpoints.port.js';
import { refusedUrl } from './refused-url.js';

export type WebhookEndpointAdded =
  | { readonly ok: true; readonly endpointId: string; readonly secret: string }
  | { readonly ok: false; readonly refusal: Refusal };

/** Has a recipient, or with null everybody who has no endpoint of their own, called at an address. */
export class AddWebhookEndpoint extends Command<WebhookEndpointAdded> {
  constructor(
    readonly url: string,
    readonly recipientId: string | null,
  ) {
    super();
  }
}

const SECRET_BYTES = 32;

@CommandHandler(AddWebhookEndpoint)
export class AddWebhookEndpointHandler implements ICommandHandler<AddWebhookEndpoint> {
  constructor(
    private readonly guard: UrlGuard,
    private readonly endpoints: WebhookEndpointTable,
  ) {}

  async execute({ url, recipientId }: AddWebhookEndpoint): Promise<WebhookEndpointAdded> {
    const verdict = await this.guard.checkUrl(url);
    if (verdict.kind !== 'admitted') return refusedUrl('/url', verdict);
    const endpointId = randomUUID();
    const secret = `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`;
    const added = await this.endpoints.add({ endpointId, url, recipientId, secret });
    switch (added.kind) {
      case 'added':
        return { ok: true, endpointId, secret };
      case 'taken':
        return refuse(
          'invalid_transition',
          'there is an enabled endpoint already: delete it first',
          {
            facts: { endpointId: added.endpointId },
          },
        );
      case 'no_recipient':
        return refuse('not_found', 'there is no such recipient');
    }
  }
}
