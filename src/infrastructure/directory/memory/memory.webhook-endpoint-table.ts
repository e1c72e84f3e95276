import type { Clock } from '../../../application/ports/clock.port.js';
import type { Page } from '../../../application/ports/directory.port.js';
import { WebhookEndpointTable } from '../../../application/ports/webhook-endpoints.port.js';
import type {
  EndpointAdded,
  NewWebhookEndpoint,
  WebhookEndpoint,
} from '../../../application/ports/webhook-endpoints.port.js';
import { toInstant } from '../../../domain/shared/instant.js';
import { inIdOrder } from './in-id-order.js';
import type { MemoryEndpoint, MemoryRecipients } from './memory.recipients.js';

/** Endpoints in a map. */
export class MemoryWebhookEndpointTable extends WebhookEndpointTable {
  constructor(
    private readonly memory: MemoryRecipients,
    private readonly clock: Clock,
  ) {
    super();
  }

  override add(endpoint: NewWebhookEndpoint): Promise<EndpointAdded> {
    const { endpointId, recipientId } = endpoint;
    if (recipientId !== null && !this.memory.canGetMore(recipientId)) {
      return Promise.resolve({ kind: 'no_recipient' });
    }
    const holder = this.memory.enabledEndpoint(recipientId);
    if (holder) return Promise.resolve({ kind: 'taken', endpointId: holder.endpointId });
    this.memory.endpoints.set(endpointId, { ...endpoint, disabledAt: null, disabledReason: null });
    return Promise.resolve({ kind: 'added' });
  }

  override find(endpointId: string): Promise<WebhookEndpoint | null> {
    const endpoint = this.memory.endpoints.get(endpointId);
    return Promise.resolve(endpoint ? withoutSecret(endpoint) : null);
  }

  override list(page: Page): Promise<readonly WebhookEndpoint[]> {
    const rows = [...this.memory.endpoints.values()].map(withoutSecret);
    return Promise.resolve(inIdOrder(rows, ({ endpointId }) => endpointId, page));
  }

  override remove(endpointId: string): Promise<boolean> {
    return Promise.resolve(this.memory.endpoints.delete(endpointId));
  }

  override disable(endpointId: string, disabledReason: string): Promise<void> {
    const endpoint = this.memory.endpoints.get(endpointId);
    if (endpoint?.disabledAt === null) {
      const disabledAt = toInstant(this.clock.now());
      this.memory.endpoints.set(endpointId, { ...endpoint, disabledAt, disabledReason });
    }
    return Promise.resolve();
  }
}

const withoutSecret = (endpoint: MemoryEndpoint): WebhookEndpoint => {
  const { endpointId, url, recipientId, disabledAt, disabledReason } = endpoint;
  return { endpointId, url, recipientId, disabledAt, disabledReason };
};
