import { randomUUID } from 'node:crypto';

import { LoggedRecipientDirectory } from '../../src/application/directory/logged.recipient-directory.js';
import { LoggedTargetDirectory } from '../../src/application/directory/logged.target-directory.js';
import { LoggedVersionCatalogue } from '../../src/application/directory/logged.version-catalogue.js';
import {
  RecordTargets,
  RecordTargetsHandler,
} from '../../src/application/directory/record-targets.js';
import { TargetLog } from '../../src/application/directory/target-log.js';
import type { Clock } from '../../src/application/ports/clock.port.js';
import type { EventMetadata, EventStore } from '../../src/application/ports/event-store.port.js';
import { recipientAfter } from '../../src/domain/directory/recipient.js';
import type { RecipientChange } from '../../src/domain/directory/recipient.js';
import type { TargetChange } from '../../src/domain/directory/target.js';
import { MemoryRecipientTable } from '../../src/infrastructure/directory/memory/memory.recipient-table.js';
import { MemoryRecipients } from '../../src/infrastructure/directory/memory/memory.recipients.js';
import { MemoryTargetTable } from '../../src/infrastructure/directory/memory/memory.target-table.js';
import { MemoryTexts } from '../../src/infrastructure/directory/memory/memory.texts.js';
import { MemoryVersionTable } from '../../src/infrastructure/directory/memory/memory.version-table.js';
import { MemoryWebhookEndpointTable } from '../../src/infrastructure/directory/memory/memory.webhook-endpoint-table.js';

export const asAdmin = (): EventMetadata => {
  const commandId = randomUUID();
  return { actor: 'user:ann', commandId, correlationId: commandId, causationId: null };
};

/** The directory that all processes of a rig share, with what tests need to fill it. */
export class RigDirectory {
  readonly texts = new MemoryTexts();
  readonly targets: LoggedTargetDirectory;
  readonly recipients: LoggedRecipientDirectory;
  readonly catalogue: LoggedVersionCatalogue;
  readonly endpoints: MemoryWebhookEndpointTable;
  private readonly recording: RecordTargetsHandler;
  private readonly recipientTable: MemoryRecipientTable;

  constructor(log: EventStore, clock: Clock) {
    const table = new MemoryTargetTable();
    const targetLog = new TargetLog(log, clock, table);
    const memory = new MemoryRecipients();
    this.targets = new LoggedTargetDirectory(table, targetLog);
    this.recording = new RecordTargetsHandler(table, targetLog);
    this.recipientTable = new MemoryRecipientTable(memory);
    this.endpoints = new MemoryWebhookEndpointTable(memory, clock);
    this.recipients = new LoggedRecipientDirectory(log, clock, this.recipientTable, this.endpoints);
    this.catalogue = new LoggedVersionCatalogue(log, clock, new MemoryVersionTable());
  }

  async putTargets(...changes: readonly TargetChange[]): Promise<void> {
    await this.recording.execute(new RecordTargets(changes, asAdmin()));
  }

  /** A recipient who can be reached on every channel. */
  async putRecipient(change: RecipientChange): Promise<void> {
    const { recipientId } = change;
    const profile = recipientAfter(null, { emails: [`${recipientId}@example.test`], ...change });
    await this.recipientTable.write([{ ...profile, erased: false, rowRevision: 0 }]);
    await this.endpoints.add({
      endpointId: `endpoint-${recipientId}`,
      url: `https://${recipientId}.example.test/hook`,
      recipientId,
      secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    });
  }
}
