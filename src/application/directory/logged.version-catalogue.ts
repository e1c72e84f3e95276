import { Injectable } from '@nestjs/common';

import { CATALOGUE_STREAM } from '../../domain/directory/directory-streams.js';
import type { VersionDisabled, VersionPublished } from '../../domain/directory/directory.events.js';
import { toInstant } from '../../domain/shared/instant.js';
import { Clock } from '../ports/clock.port.js';
import type { Page } from '../ports/directory.port.js';
import { EventStore, StoreUnavailable } from '../ports/event-store.port.js';
import type { EventMetadata } from '../ports/event-store.port.js';
import { VersionCatalogue, VersionTable } from '../ports/versions.port.js';
import type { CatalogueChanged, CatalogueEntry } from '../ports/versions.port.js';
import { newDirectoryEvent } from './new-directory-event.js';

/** Versions whose publishing and disabling is recorded in the log before the table changes. */
@Injectable()
export class LoggedVersionCatalogue extends VersionCatalogue {
  constructor(
    private readonly events: EventStore,
    private readonly clock: Clock,
    private readonly table: VersionTable,
  ) {
    super();
  }

  override find(version: string): Promise<{ readonly disabled: boolean } | null> {
    return this.table.find(version);
  }

  override list(page: Page): Promise<readonly CatalogueEntry[]> {
    return this.table.list(page);
  }

  override async publish(version: string, metadata: EventMetadata): Promise<CatalogueChanged> {
    const entry = await this.table.find(version);
    if (entry?.disabled === false) return { position: null };
    return this.record('VersionPublished', version, metadata);
  }

  override async disable(
    version: string,
    metadata: EventMetadata,
  ): Promise<CatalogueChanged | null> {
    const entry = await this.table.find(version);
    if (entry === null) return null;
    if (entry.disabled) return { position: null };
    return this.record('VersionDisabled', version, metadata);
  }

  /** All versions share a stream, and each event says everything of its version: no order has to be insisted on. */
  private async record(
    type: (VersionPublished | VersionDisabled)['type'],
    version: string,
    metadata: EventMetadata,
  ): Promise<CatalogueChanged> {
    const at = toInstant(this.clock.now());
    const event = newDirectoryEvent(
      { type, data: { version, at } },
      `${type} ${version}`,
      metadata,
    );
    const append = { streamId: CATALOGUE_STREAM, expected: 'any', events: [event] } as const;
    const result = await this.events.append(append);
    if (result.kind === 'conflict' || result.kind === 'busy') {
      throw new StoreUnavailable(`an unconditional append was answered with ${result.kind}`);
    }
    const disabled = type === 'VersionDisabled';
    await this.table.apply([{ version, disabled, revision: result.version }]);
    return { position: result.position };
  }
}
