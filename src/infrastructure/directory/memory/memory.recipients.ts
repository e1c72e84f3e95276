import type { PushSubscription } from '../../../application/ports/channel.port.js';
import type { RecipientRow } from '../../../application/ports/recipients.port.js';
import type {
  NewWebhookEndpoint,
  WebhookEndpoint,
} from '../../../application/ports/webhook-endpoints.port.js';

export interface MemoryEndpoint extends WebhookEndpoint, Pick<NewWebhookEndpoint, 'secret'> {}

/** What the two tables about recipients share, as the tables of a database do. */
export class MemoryRecipients {
  readonly rows = new Map<string, RecipientRow>();
  readonly endpoints = new Map<string, MemoryEndpoint>();
  /** By recipient, then by subscription id. */
  readonly subscriptions = new Map<string, Map<string, PushSubscription>>();

  canGetMore(recipientId: string): boolean {
    return this.rows.get(recipientId)?.erased === false;
  }

  enabledEndpoint(recipientId: string | null): MemoryEndpoint | null {
    const endpoints = [...this.endpoints.values()];
    const isIt = (each: MemoryEndpoint): boolean =>
      each.recipientId === recipientId && each.disabledAt === null;
    return endpoints.find(isIt) ?? null;
  }
}
