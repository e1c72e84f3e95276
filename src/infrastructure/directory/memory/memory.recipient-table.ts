import type { PushSubscription } from '../../../application/ports/channel.port.js';
import type { Page } from '../../../application/ports/directory.port.js';
import {
  PUSH_SUBSCRIPTIONS_MAX,
  RecipientTable,
} from '../../../application/ports/recipients.port.js';
import type { Recipient, RecipientRow } from '../../../application/ports/recipients.port.js';
import { recipientAfter } from '../../../domain/directory/recipient.js';
import { inIdOrder } from './in-id-order.js';
import type { MemoryRecipients } from './memory.recipients.js';

/** Recipients in maps. */
export class MemoryRecipientTable extends RecipientTable {
  constructor(private readonly memory: MemoryRecipients) {
    super();
  }

  override findMany(recipientIds: readonly string[]): Promise<ReadonlyMap<string, RecipientRow>> {
    const found = recipientIds.flatMap((id) => this.memory.rows.get(id) ?? []);
    return Promise.resolve(new Map(found.map((row) => [row.recipientId, row])));
  }

  override async findReachable(
    recipientIds: readonly string[],
  ): Promise<ReadonlyMap<string, Recipient>> {
    const rows = await this.findMany(recipientIds);
    return new Map([...rows].map(([id, row]) => [id, this.reachable(row)]));
  }

  override write(rows: readonly RecipientRow[]): Promise<ReadonlySet<string>> {
    const fresh = rows.filter(({ recipientId, rowRevision }) => {
      const current = this.memory.rows.get(recipientId);
      return (current?.rowRevision ?? 0) === rowRevision && current?.erased !== true;
    });
    for (const row of fresh) {
      this.memory.rows.set(row.recipientId, { ...row, rowRevision: row.rowRevision + 1 });
    }
    return Promise.resolve(new Set(fresh.map(({ recipientId }) => recipientId)));
  }

  override erase(recipientIds: readonly string[]): Promise<void> {
    for (const recipientId of recipientIds) {
      const rowRevision = (this.memory.rows.get(recipientId)?.rowRevision ?? 0) + 1;
      const blank = recipientAfter(null, { recipientId });
      this.memory.rows.set(recipientId, { ...blank, erased: true, rowRevision });
      this.memory.subscriptions.delete(recipientId);
      for (const endpoint of this.memory.endpoints.values()) {
        if (endpoint.recipientId === recipientId) {
          this.memory.endpoints.delete(endpoint.endpointId);
        }
      }
    }
    return Promise.resolve();
  }

  override list(page: Page): Promise<readonly RecipientRow[]> {
    const rows = [...this.memory.rows.values()];
    return Promise.resolve(inIdOrder(rows, ({ recipientId }) => recipientId, page));
  }

  override putPushSubscription(
    recipientId: string,
    subscriptionId: string,
    subscription: PushSubscription,
  ): Promise<'written' | 'unknown' | 'full'> {
    if (!this.memory.canGetMore(recipientId)) return Promise.resolve('unknown');
    const known = this.memory.subscriptions.get(recipientId) ?? new Map<string, PushSubscription>();
    if (!known.has(subscriptionId) && known.size >= PUSH_SUBSCRIPTIONS_MAX) {
      return Promise.resolve('full');
    }
    this.memory.subscriptions.set(recipientId, known.set(subscriptionId, subscription));
    return Promise.resolve('written');
  }

  override removePushSubscription(recipientId: string, subscriptionId: string): Promise<boolean> {
    const removed = this.memory.subscriptions.get(recipientId)?.delete(subscriptionId);
    return Promise.resolve(removed ?? false);
  }

  private reachable(row: RecipientRow): Recipient {
    const { recipientId, displayName, zone, locale, emails, erased } = row;
    const endpoint = erased
      ? null
      : (this.memory.enabledEndpoint(recipientId) ?? this.memory.enabledEndpoint(null));
    const subscriptions = this.memory.subscriptions.get(recipientId)?.entries() ?? [];
    return {
      ...{ recipientId, displayName, zone, locale, emails, erased },
      webhook: endpoint && {
        endpointId: endpoint.endpointId,
        url: endpoint.url,
        secrets: [endpoint.secret],
      },
      pushSubscriptions: [...subscriptions]
        .toSorted(([one], [other]) => (one < other ? -1 : 1))
        .map(([, subscription]) => subscription),
    };
  }
}
