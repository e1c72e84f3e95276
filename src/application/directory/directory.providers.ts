import type { Provider } from '@nestjs/common';

import { TargetDirectory } from '../ports/directory.port.js';
import { RecipientDirectory } from '../ports/recipients.port.js';
import { VersionCatalogue } from '../ports/versions.port.js';
import { AddWebhookEndpointHandler } from './add-webhook-endpoint.js';
import { ApplyDirectoryChanges } from './apply-directory-changes.js';
import { DestroyTargetHandler } from './destroy-target.js';
import { ImportRecordsHandler } from './import-records.js';
import { LoggedRecipientDirectory } from './logged.recipient-directory.js';
import { LoggedTargetDirectory } from './logged.target-directory.js';
import { LoggedVersionCatalogue } from './logged.version-catalogue.js';
import { PutPushSubscriptionHandler } from './put-push-subscription.js';
import { RecordRecipientsHandler } from './record-recipients.js';
import { RecordTargetsHandler } from './record-targets.js';
import { TargetLog } from './target-log.js';

/**
 * The use cases of the directory and the ports that they serve, for a composition root that has `CqrsModule` and
 * provides `EventStore`, `Clock`, `UrlGuard` and the directory's tables.
 */
export const DIRECTORY_PROVIDERS: readonly Provider[] = [
  AddWebhookEndpointHandler,
  ApplyDirectoryChanges,
  DestroyTargetHandler,
  ImportRecordsHandler,
  PutPushSubscriptionHandler,
  RecordRecipientsHandler,
  RecordTargetsHandler,
  TargetLog,
  { provide: RecipientDirectory, useClass: LoggedRecipientDirectory },
  { provide: TargetDirectory, useClass: LoggedTargetDirectory },
  { provide: VersionCatalogue, useClass: LoggedVersionCatalogue },
];
