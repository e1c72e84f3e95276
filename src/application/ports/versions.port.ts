import type { Page } from './directory.port.js';
import type { EventMetadata } from './event-store.port.js';

export interface CatalogueEntry {
  readonly version: string;
  /** A disabled version is rolled out no more. */
  readonly disabled: boolean;
}

/** What a change of the catalogue did; null for the position when everything was so already. */
export interface CatalogueChanged {
  readonly position: bigint | null;
}

/** The versions that may be rolled out (S2, C5). */
export abstract class VersionCatalogue {
  abstract find(version: string): Promise<{ readonly disabled: boolean } | null>;
  /** Makes a version known, or enables a disabled one. */
  abstract publish(version: string, metadata: EventMetadata): Promise<CatalogueChanged>;
  /** Null when the version is unknown. */
  abstract disable(version: string, metadata: EventMetadata): Promise<CatalogueChanged | null>;
  abstract list(page: Page): Promise<readonly CatalogueEntry[]>;
}

/** An entry as the log has it. */
export interface RecordedVersion extends CatalogueEntry {
  /** Version of the event in the catalogue's stream. */
  readonly revision: number;
}

/** The table behind the catalogue. */
export abstract class VersionTable {
  abstract find(version: string): Promise<RecordedVersion | null>;
  /** Takes over entries where they are newer than the table's. */
  abstract apply(recorded: readonly RecordedVersion[]): Promise<void>;
  abstract list(page: Page): Promise<readonly RecordedVersion[]>;
}
