import type { Page } from '../../../application/ports/directory.port.js';
import { VersionTable } from '../../../application/ports/versions.port.js';
import type { RecordedVersion } from '../../../application/ports/versions.port.js';
import { inIdOrder } from './in-id-order.js';

/** The catalogue in a map. */
export class MemoryVersionTable extends VersionTable {
  private readonly rows = new Map<string, RecordedVersion>();

  override find(version: string): Promise<RecordedVersion | null> {
    return Promise.resolve(this.rows.get(version) ?? null);
  }

  override apply(recorded: readonly RecordedVersion[]): Promise<void> {
    for (const entry of recorded) {
      const current = this.rows.get(entry.version);
      if (current === undefined || current.revision < entry.revision) {
        this.rows.set(entry.version, entry);
      }
    }
    return Promise.resolve();
  }

  override list(page: Page): Promise<readonly RecordedVersion[]> {
    return Promise.resolve(inIdOrder([...this.rows.values()], ({ version }) => version, page));
  }
}
