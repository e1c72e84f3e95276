import { PushSubscriptionEntity } from './push-subscription.entity.js';
import { RecipientEntity } from './recipient.entity.js';
import { TargetEntity } from './target.entity.js';
import { TextEntity } from './text.entity.js';
import { VersionEntity } from './version.entity.js';
import { WebhookEndpointEntity } from './webhook-endpoint.entity.js';

/** What the data source of the composition root has to know for the directory's tables. */
export const DIRECTORY_ENTITIES = [
  PushSubscriptionEntity,
  RecipientEntity,
  TargetEntity,
  TextEntity,
  VersionEntity,
  WebhookEndpointEntity,
] as const;
