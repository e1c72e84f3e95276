import { Command, CommandBus, CommandHandler } from '@nestjs/cqrs';
import type { ICommandHandler } from '@nestjs/cqrs';

import type { RecipientChange } from '../../domain/directory/recipient.js';
import type { TargetChange } from '../../domain/directory/target.js';
import type { EventMetadata } from '../ports/event-store.port.js';
import { VersionCatalogue } from '../ports/versions.port.js';
import { uuidV5 } from '../shared/uuid-v5.js';
import { RecordRecipients } from './record-recipients.js';
import { RecordTargets } from './record-targets.js';

export type ImportRecord =
  | { readonly kind: 'target'; readonly change: TargetChange }
  | { readonly kind: 'recipient'; readonly change: RecipientChange }
  | { readonly kind: 'version'; readonly version: string; readonly disabled: boolean };

export interface Imported {
  /** Position of the last event that was appended, or null when none was. */
  readonly position: bigint | null;
  /** Erased recipients among the records: nothing was written for them. */
  readonly erasedRecipientIds: ReadonlySet<string>;
}

/** Writes a bounded batch of records in which no target, recipient or version comes twice. */
export class ImportRecords extends Command<Imported> {
  constructor(
    readonly records: readonly ImportRecord[],
    readonly metadata: EventMetadata,
  ) {
    super();
  }
}

@CommandHandler(ImportRecords)
export class ImportRecordsHandler implements ICommandHandler<ImportRecords> {
  constructor(
    private readonly commands: CommandBus,
    private readonly catalogue: VersionCatalogue,
  ) {}

  async execute({ records, metadata }: ImportRecords): Promise<Imported> {
    const versions = await this.importVersions(records, metadata);
    const targets = records.flatMap((each) => (each.kind === 'target' ? [each.change] : []));
    const recipients = records.flatMap((each) => (each.kind === 'recipient' ? [each.change] : []));
    const [written, told] = await Promise.all([
      this.commands.execute(new RecordTargets(targets, metadata)),
      this.commands.execute(new RecordRecipients(recipients)),
    ]);
    const positions = [...versions, ...[...written.values()].map(({ position }) => position)];
    const erased = [...told].flatMap(([id, outcome]) => (outcome === 'erased' ? [id] : []));
    return { position: latestOf(positions), erasedRecipientIds: new Set(erased) };
  }

  /** One after the other: a catalogue is short. */
  private async importVersions(
    records: readonly ImportRecord[],
    metadata: EventMetadata,
  ): Promise<readonly (bigint | null)[]> {
    const positions: (bigint | null)[] = [];
    for (const record of records) {
      if (record.kind !== 'version') continue;
      positions.push(await this.importVersion(record, metadata));
    }
    return positions;
  }

  /** A version that is disabled from the start was published all the same. */
  private async importVersion(
    { version, disabled }: Extract<ImportRecord, { kind: 'version' }>,
    metadata: EventMetadata,
  ): Promise<bigint | null> {
    const known = await this.catalogue.find(version);
    const published =
      disabled && known !== null ? null : await this.catalogue.publish(version, metadata);
    const ended = disabled ? await this.catalogue.disable(version, metadata) : null;
    return ended?.position ?? published?.position ?? null;
  }
}

const latestOf = (positions: readonly (bigint | null)[]): bigint | null =>
  positions.reduce<bigint | null>(
    (latest, each) => (each !== null && (latest === null || each > latest) ? each : latest),
    null,
  );

/** Each batch of an import is a command of its own, so that its events have ids of their own. */
export const batchMetadata = (metadata: EventMetadata, batch: number): EventMetadata => ({
  ...metadata,
  commandId: uuidV5(metadata.commandId, `batch ${String(batch)}`),
});
