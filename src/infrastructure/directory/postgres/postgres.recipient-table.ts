import { Injectable } from '@nestjs/common';
import { DataSource, MoreThan } from 'typeorm';
import type { EntityManager } from 'typeorm';

import type { PushSubscription, WebhookAddress } from '../../../application/ports/channel.port.js';
import type { Page } from '../../../application/ports/directory.port.js';
import {
  PUSH_SUBSCRIPTIONS_MAX,
  RecipientTable,
} from '../../../application/ports/recipients.port.js';
import type { Recipient, RecipientRow } from '../../../application/ports/recipients.port.js';
import { PushSubscriptionEntity } from './push-subscription.entity.js';
import { RecipientEntity } from './recipient.entity.js';
import { storeCall } from './store-call.js';

const FIND = `
  select recipient_id as "recipientId", display_name as "displayName", zone, locale, emails,
    erased_at is not null as erased, revision as "rowRevision"
  from forewarn.directory_recipients where recipient_id = any($1)`;

/** An own endpoint that is enabled, else the default; for an erased recipient neither. */
const FIND_REACHABLE = `
  select r.recipient_id as "recipientId", r.display_name as "displayName", r.zone, r.locale, r.emails,
    r.erased_at is not null as erased, hook.webhook, coalesce(push.subscriptions, '[]') as "pushSubscriptions"
  from forewarn.directory_recipients r
  left join lateral (
    select json_build_object('endpointId', w.endpoint_id, 'url', w.url, 'secrets', w.secrets) as webhook
    from forewarn.webhook_endpoints w
    where r.erased_at is null and w.disabled_at is null
      and coalesce(w.recipient_id, '') in (r.recipient_id, '')
    order by w.recipient_id is null limit 1
  ) hook on true
  left join lateral (
    select json_agg(json_build_object('endpoint', p.endpoint, 'p256dh', p.p256dh, 'auth', p.auth)
      order by p.subscription_id) as subscriptions
    from forewarn.push_subscriptions p where p.recipient_id = r.recipient_id
  ) push on true
  where r.recipient_id = any($1)`;

const WRITE = `
  insert into forewarn.directory_recipients as row (recipient_id, display_name, zone, locale, emails, revision)
  select "recipientId", "displayName", zone, locale, emails, "rowRevision" + 1
  from jsonb_to_recordset($1::jsonb) as incoming
    ("recipientId" text, "displayName" text, zone text, locale text, emails text[], "rowRevision" integer)
  order by "recipientId" collate "C"
  on conflict (recipient_id) do update
    set display_name = excluded.display_name, zone = excluded.zone, locale = excluded.locale,
      emails = excluded.emails, revision = excluded.revision, updated_at = clock_timestamp()
    where row.revision = excluded.revision - 1 and row.erased_at is null
  returning recipient_id as "recipientId"`;

/** Zone and locale say something about a person too. */
const ERASE = `
  insert into forewarn.directory_recipients as row (recipient_id, zone, locale, emails, erased_at)
  select id, 'UTC', 'en', '{}', now() from (select distinct id collate "C" as id from unnest($1::text[]) id order by 1) ids
  on conflict (recipient_id) do update
    set display_name = null, zone = 'UTC', locale = 'en', emails = '{}', erased_at = clock_timestamp(),
      revision = row.revision + 1, updated_at = clock_timestamp()
    where row.erased_at is null`;

interface ReachableRow extends Omit<Recipient, 'webhook' | 'pushSubscriptions'> {
  readonly webhook: WebhookAddress | null;
  readonly pushSubscriptions: readonly PushSubscription[];
}

/** Recipients in `forewarn.directory_recipients`, with what hangs on them. */
@Injectable()
export class PostgresRecipientTable extends RecipientTable {
  constructor(private readonly source: DataSource) {
    super();
  }

  override async findMany(
    recipientIds: readonly string[],
  ): Promise<ReadonlyMap<string, RecipientRow>> {
    const rows = await storeCall(() => this.source.query<RecipientRow[]>(FIND, [recipientIds]));
    return new Map(rows.map((row) => [row.recipientId, row]));
  }

  override async findReachable(
    recipientIds: readonly string[],
  ): Promise<ReadonlyMap<string, Recipient>> {
    const rows = await storeCall(() =>
      this.source.query<ReachableRow[]>(FIND_REACHABLE, [recipientIds]),
    );
    return new Map(rows.map((row) => [row.recipientId, row]));
  }

  override async write(rows: readonly RecipientRow[]): Promise<ReadonlySet<string>> {
    if (rows.length === 0) return new Set();
    const parameters = [JSON.stringify(rows)];
    const written = await storeCall(() =>
      this.source.query<{ readonly recipientId: string }[]>(WRITE, parameters),
    );
    return new Set(written.map(({ recipientId }) => recipientId));
  }

  /** The recipient's row is locked first; whoever adds to a recipient locks it too, and then finds it erased. */
  override async erase(recipientIds: readonly string[]): Promise<void> {
    if (recipientIds.length === 0) return;
    await storeCall(() =>
      this.source.transaction(async (manager) => {
        await manager.query(ERASE, [recipientIds]);
        await manager.query(
          'delete from forewarn.push_subscriptions where recipient_id = any($1)',
          [recipientIds],
        );
        await manager.query('delete from forewarn.webhook_endpoints where recipient_id = any($1)', [
          recipientIds,
        ]);
      }),
    );
  }

  override async list({ after, limit }: Page): Promise<readonly RecipientRow[]> {
    const recipients = this.source.getRepository(RecipientEntity);
    const where = after === null ? {} : { recipientId: MoreThan(after) };
    const rows = await storeCall(() =>
      recipients.find({ where, order: { recipientId: 'ASC' }, take: limit }),
    );
    return rows.map(rowOf);
  }

  override putPushSubscription(
    recipientId: string,
    subscriptionId: string,
    subscription: PushSubscription,
  ): Promise<'written' | 'unknown' | 'full'> {
    return storeCall(() =>
      this.source.transaction(async (manager) => {
        if (!(await lockRecipient(manager, recipientId))) return 'unknown';
        const subscriptions = manager.getRepository(PushSubscriptionEntity);
        const known = await subscriptions.existsBy({ recipientId, subscriptionId });
        const count = await subscriptions.countBy({ recipientId });
        if (!known && count >= PUSH_SUBSCRIPTIONS_MAX) return 'full';
        await subscriptions.save({ recipientId, subscriptionId, ...subscription });
        return 'written';
      }),
    );
  }

  override async removePushSubscription(
    recipientId: string,
    subscriptionId: string,
  ): Promise<boolean> {
    const subscriptions = this.source.getRepository(PushSubscriptionEntity);
    const { affected } = await storeCall(() =>
      subscriptions.delete({ recipientId, subscriptionId }),
    );
    return affected === 1;
  }
}

const rowOf = (entity: RecipientEntity): RecipientRow => {
  const { recipientId, displayName, zone, locale, emails, erasedAt, rowRevision } = entity;
  return { recipientId, displayName, zone, locale, emails, erased: erasedAt !== null, rowRevision };
};

/** False when there is nobody to add anything to. The lock keeps an erasure out until the transaction ends. */
export async function lockRecipient(manager: EntityManager, recipientId: string): Promise<boolean> {
  const row = await manager.getRepository(RecipientEntity).findOne({
    where: { recipientId },
    lock: { mode: 'pessimistic_write' },
  });
  return row !== null && row.erasedAt === null;
}
