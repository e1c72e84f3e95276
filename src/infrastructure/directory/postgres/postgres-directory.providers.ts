import type { Provider } from '@nestjs/common';

import { RecipientTable } from '../../../application/ports/recipients.port.js';
import { TargetTable } from '../../../application/ports/target-table.port.js';
import { Texts } from '../../../application/ports/texts.port.js';
import { VersionTable } from '../../../application/ports/versions.port.js';
import { WebhookEndpointTable } from '../../../application/ports/webhook-endpoints.port.js';
import { PostgresDirectorySink } from './postgres.directory-sink.js';
import { PostgresRecipientTable } from './postgres.recipient-table.js';
import { PostgresTargetTable } from './postgres.target-table.js';
import { PostgresTexts } from './postgres.texts.js';
import { PostgresVersionTable } from './postgres.version-table.js';
import { PostgresWebhookEndpointTable } from './postgres.webhook-endpoint-table.js';

/** The directory's tables, for a composition root that provides a `DataSource` with `DIRECTORY_ENTITIES`, and `Postgres`. */
export const POSTGRES_DIRECTORY_PROVIDERS: readonly Provider[] = [
  PostgresDirectorySink,
  { provide: RecipientTable, useClass: PostgresRecipientTable },
  { provide: TargetTable, useClass: PostgresTargetTable },
  { provide: Texts, useClass: PostgresTexts },
  { provide: VersionTable, useClass: PostgresVersionTable },
  { provide: WebhookEndpointTable, useClass: PostgresWebhookEndpointTable },
];
