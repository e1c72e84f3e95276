import { DirectoryImport } from './import/directory-import.js';
import { ImportController } from './import/import.controller.js';
import { PushSubscriptionsController } from './push-subscriptions.controller.js';
import { RecipientsController } from './recipients.controller.js';
import { TargetsController } from './targets.controller.js';
import { VersionsController } from './versions.controller.js';
import { WebhookEndpointsController } from './webhook-endpoints.controller.js';

/** The routes of the directory. */
export const DIRECTORY_CONTROLLERS = [
  ImportController,
  PushSubscriptionsController,
  RecipientsController,
  TargetsController,
  VersionsController,
  WebhookEndpointsController,
] as const;

/** What those routes need beyond use cases and ports. */
export const DIRECTORY_REST_PROVIDERS = [DirectoryImport] as const;
