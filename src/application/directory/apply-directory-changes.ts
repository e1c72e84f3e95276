import { Injectable } from '@nestjs/common';

import { RecipientTable } from '../ports/recipients.port.js';
import { TargetTable } from '../ports/target-table.port.js';
import { VersionTable } from '../ports/versions.port.js';
import type { DirectoryChange } from './directory.consumer.js';

/** Writes changes that come from the log. Doing so again, or late, changes nothing: the consumer may start from anywhere. */
@Injectable()
export class ApplyDirectoryChanges {
  constructor(
    private readonly targets: TargetTable,
    private readonly recipients: RecipientTable,
    private readonly versions: VersionTable,
  ) {}

  async execute(changes: readonly DirectoryChange[]): Promise<void> {
    const targets = changes.flatMap((each) => (each.kind === 'target' ? [each.recorded] : []));
    const versions = changes.flatMap((each) => (each.kind === 'version' ? [each.recorded] : []));
    const erased = changes.flatMap((each) => (each.kind === 'erasure' ? [each.recipientId] : []));
    await this.targets.apply(targets);
    await this.versions.apply(versions);
    await this.recipients.erase(erased);
  }
}
