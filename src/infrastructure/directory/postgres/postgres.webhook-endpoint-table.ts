import { Injectable } from '@nestjs/common';
import { DataSource, IsNull, MoreThan, QueryFailedError } from 'typeorm';

import type { Page } from '../../../application/ports/directory.port.js';
import { WebhookEndpointTable } from '../../../application/ports/webhook-endpoints.port.js';
import type {
  EndpointAdded,
  NewWebhookEndpoint,
  WebhookEndpoint,
} from '../../../application/ports/webhook-endpoints.port.js';
import { lockRecipient } from './postgres.recipient-table.js';
import { storeCall } from './store-call.js';
import { WebhookEndpointEntity } from './webhook-endpoint.entity.js';

const DISABLE = `
  update forewarn.webhook_endpoints set disabled_at = clock_timestamp(), disabled_reason = $2
  where endpoint_id = $1 and disabled_at is null`;

/** Endpoints in `forewarn.webhook_endpoints`; its unique index keeps a second enabled one out. */
@Injectable()
export class PostgresWebhookEndpointTable extends WebhookEndpointTable {
  constructor(private readonly source: DataSource) {
    super();
  }

  override async add(endpoint: NewWebhookEndpoint): Promise<EndpointAdded> {
    for (;;) {
      try {
        return await storeCall(() => this.insert(endpoint));
      } catch (error) {
        if (!isTaken(error)) throw error;
      }
      // The one in the way can be gone again by now; then the place is free.
      const holder = await this.enabledOf(endpoint.recipientId);
      if (holder !== null) return { kind: 'taken', endpointId: holder.endpointId };
    }
  }

  override async find(endpointId: string): Promise<WebhookEndpoint | null> {
    const row = await storeCall(() => this.rows().findOneBy({ endpointId }));
    return row === null ? null : endpointOf(row);
  }

  override async list({ after, limit }: Page): Promise<readonly WebhookEndpoint[]> {
    const where = after === null ? {} : { endpointId: MoreThan(after) };
    const rows = await storeCall(() =>
      this.rows().find({ where, order: { endpointId: 'ASC' }, take: limit }),
    );
    return rows.map(endpointOf);
  }

  override async remove(endpointId: string): Promise<boolean> {
    const { affected } = await storeCall(() => this.rows().delete({ endpointId }));
    return affected === 1;
  }

  override async disable(endpointId: string, reason: string): Promise<void> {
    await storeCall(() => this.source.query(DISABLE, [endpointId, reason]));
  }

  private insert({ secret, ...endpoint }: NewWebhookEndpoint): Promise<EndpointAdded> {
    return this.source.transaction(async (manager) => {
      const { recipientId } = endpoint;
      if (recipientId !== null && !(await lockRecipient(manager, recipientId))) {
        return { kind: 'no_recipient' };
      }
      await manager.getRepository(WebhookEndpointEntity).insert({ ...endpoint, secrets: [secret] });
      return { kind: 'added' };
    });
  }

  private enabledOf(recipientId: string | null): Promise<WebhookEndpointEntity | null> {
    const owner = recipientId ?? IsNull();
    return storeCall(() => this.rows().findOneBy({ recipientId: owner, disabledAt: IsNull() }));
  }

  private rows() {
    return this.source.getRepository(WebhookEndpointEntity);
  }
}

const UNIQUE_VIOLATION = '23505';

const isTaken = (error: unknown): boolean =>
  error instanceof QueryFailedError &&
  (error.driverError as { readonly code?: string }).code === UNIQUE_VIOLATION;

const endpointOf = (row: WebhookEndpointEntity): WebhookEndpoint => ({
  endpointId: row.endpointId,
  url: row.url,
  recipientId: row.recipientId,
  disabledAt: row.disabledAt?.toISOString() ?? null,
  disabledReason: row.disabledReason,
});
