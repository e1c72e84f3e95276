import type { Provider } from '@nestjs/common';

import { Clock } from '../../../application/ports/clock.port.js';
import { RecipientTable } from '../../../application/ports/recipients.port.js';
import { TargetTable } from '../../../application/ports/target-table.port.js';
import { Texts } from '../../../application/ports/texts.port.js';
import { VersionTable } from '../../../application/ports/versions.port.js';
import { WebhookEndpointTable } from '../../../application/ports/webhook-endpoints.port.js';
import { MemoryRecipientTable } from './memory.recipient-table.js';
import { MemoryRecipients } from './memory.recipients.js';
import { MemoryTargetTable } from './memory.target-table.js';
import { MemoryTexts } from './memory.texts.js';
import { MemoryVersionTable } from './memory.version-table.js';
import { MemoryWebhookEndpointTable } from './memory.webhook-endpoint-table.js';

/** The directory without a database, for a simulation that provides `Clock`. */
export const MEMORY_DIRECTORY_PROVIDERS: readonly Provider[] = [
  MemoryRecipients,
  {
    provide: RecipientTable,
    useFactory: (memory: MemoryRecipients) => new MemoryRecipientTable(memory),
    inject: [MemoryRecipients],
  },
  {
    provide: WebhookEndpointTable,
    useFactory: (memory: MemoryRecipients, clock: Clock) =>
      new MemoryWebhookEndpointTable(memory, clock),
    inject: [MemoryRecipients, Clock],
  },
  { provide: TargetTable, useClass: MemoryTargetTable },
  { provide: Texts, useClass: MemoryTexts },
  { provide: VersionTable, useClass: MemoryVersionTable },
];
