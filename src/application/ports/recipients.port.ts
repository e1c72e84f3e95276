import type { RecipientProfile } from '../../domain/directory/recipient.js';
import type { EnvelopeRecipient, PushSubscription } from './channel.port.js';
import type { Page } from './directory.port.js';
import type { EventMetadata } from './event-store.port.js';

/** A recipient with everything that a channel needs, as of now. */
export interface Recipient extends EnvelopeRecipient {
  /** Everything personal is gone for good: there are no addresses, not even a default endpoint. */
  readonly erased: boolean;
}

/** Who is told. Addresses are read when a message goes out, so that a change counts at once. */
export abstract class RecipientDirectory {
  /** Those of the recipients that are known or were erased, by id. Who has no endpoint gets the default one. */
  abstract findMany(recipientIds: readonly string[]): Promise<ReadonlyMap<string, Recipient>>;

  /**
   * Forgets everything personal: recorded first, then deleted (RULES 23). Erasing twice is the same. Null when nobody
   * knows the recipient.
   */
  abstract erase(recipientId: string, metadata: EventMetadata): Promise<Erased | null>;

  /** Forgets a subscription that its push service has given up. */
  abstract removePushSubscription(recipientId: string, endpoint: string): Promise<void>;

  /** Stops calling an endpoint, as when it answers 410. */
  abstract disableWebhook(endpointId: string, reason: string): Promise<void>;
}

/** The position is that of `RecipientErased`, whenever it was appended. */
export interface Erased {
  readonly position: bigint;
}

export interface RecipientRow extends RecipientProfile {
  readonly erased: boolean;
  /** Number of writes to the row: the optimistic lock of the table. 0 for a row that is not there yet. */
  readonly rowRevision: number;
}

/** The tables behind the recipient directory, endpoints aside. Nothing is ever written to an erased recipient. */
export abstract class RecipientTable {
  abstract findMany(recipientIds: readonly string[]): Promise<ReadonlyMap<string, RecipientRow>>;

  /** With endpoints and subscriptions, for channels. */
  abstract findReachable(recipientIds: readonly string[]): Promise<ReadonlyMap<string, Recipient>>;

  /** Writes each row that nobody else has written since it was read, erased ones aside. Answers the ids of those written. */
  abstract write(rows: readonly RecipientRow[]): Promise<ReadonlySet<string>>;

  /** Deletes names, addresses, subscriptions and endpoints, and leaves the bare id marked as erased. */
  abstract erase(recipientIds: readonly string[]): Promise<void>;

  abstract list(page: Page): Promise<readonly RecipientRow[]>;

  /** Adds or renews a subscription; `unknown` also for an erased recipient, `full` at `PUSH_SUBSCRIPTIONS_MAX`. */
  abstract putPushSubscription(
    recipientId: string,
    subscriptionId: string,
    subscription: PushSubscription,
  ): Promise<'written' | 'unknown' | 'full'>;

  abstract removePushSubscription(recipientId: string, subscriptionId: string): Promise<boolean>;
}

/** Browsers of one person; each has a subscription of its own. */
export const PUSH_SUBSCRIPTIONS_MAX = 20;
