import { Injectable } from '@nestjs/common';

import { recipientStream } from '../../domain/directory/directory-streams.js';
import { toInstant } from '../../domain/shared/instant.js';
import { Clock } from '../ports/clock.port.js';
import { EventStore } from '../ports/event-store.port.js';
import type { EventMetadata } from '../ports/event-store.port.js';
import { RecipientDirectory, RecipientTable } from '../ports/recipients.port.js';
import type { Erased, Recipient } from '../ports/recipients.port.js';
import { WebhookEndpointTable } from '../ports/webhook-endpoints.port.js';
import { newDirectoryEvent } from './new-directory-event.js';
import { subscriptionIdOf } from './subscription-id.js';

/** Recipients whose erasure is recorded in the log before their rows are deleted. */
@Injectable()
export class LoggedRecipientDirectory extends RecipientDirectory {
  constructor(
    private readonly events: EventStore,
    private readonly clock: Clock,
    private readonly table: RecipientTable,
    private readonly endpoints: WebhookEndpointTable,
  ) {
    super();
  }

  override findMany(recipientIds: readonly string[]): Promise<ReadonlyMap<string, Recipient>> {
    return this.table.findReachable(recipientIds);
  }

  override async erase(recipientId: string, metadata: EventMetadata): Promise<Erased | null> {
    const known = await this.table.findMany([recipientId]);
    if (!known.has(recipientId)) return null;
    const position = await this.recordErasure(recipientId, metadata);
    await this.table.erase([recipientId]);
    return { position };
  }

  override async removePushSubscription(recipientId: string, endpoint: string): Promise<void> {
    await this.table.removePushSubscription(recipientId, subscriptionIdOf(endpoint));
  }

  override disableWebhook(endpointId: string, reason: string): Promise<void> {
    return this.endpoints.disable(endpointId, reason);
  }

  /** The stream holds one event for ever, so whoever comes second reads the position of the first. */
  private async recordErasure(recipientId: string, metadata: EventMetadata): Promise<bigint> {
    const streamId = recipientStream(recipientId);
    const { events } = await this.events.readStream(streamId, { limit: 1 });
    if (events[0]) return events[0].position;
    const at = toInstant(this.clock.now());
    const event = newDirectoryEvent(
      { type: 'RecipientErased', data: { recipientId, at } },
      streamId,
      metadata,
    );
    const result = await this.events.append({ streamId, expected: 'no_stream', events: [event] });
    if (result.kind === 'appended' || result.kind === 'duplicate') return result.position;
    return this.recordErasure(recipientId, metadata);
  }
}
