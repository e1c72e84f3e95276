import type { ImportRecord } from '../../../../application/directory/import-records.js';
import { BATCH_BYTES_MAX, BATCH_LINES_MAX } from './import-limits.js';

/** Lines that wait to be written together. No target, recipient or version is in it twice. */
export class ImportBatch {
  private readonly lines = new Map<
    string,
    { readonly number: number; readonly record: ImportRecord }
  >();
  private bytes = 0;

  get records(): readonly ImportRecord[] {
    return [...this.lines.values()].map(({ record }) => record);
  }

  get size(): number {
    return this.lines.size;
  }

  /** Whether the batch has to be written before this record goes into the next one. */
  isClosedTo(record: ImportRecord): boolean {
    const full = this.size >= BATCH_LINES_MAX || this.bytes >= BATCH_BYTES_MAX;
    return full || this.lines.has(keyOf(record));
  }

  add(record: ImportRecord, { number, bytes }: { number: number; bytes: number }): void {
    this.lines.set(keyOf(record), { number, record });
    this.bytes += bytes;
  }

  /** Number of the line that a recipient of the batch stands on. */
  lineOfRecipient(recipientId: string): number {
    return this.lines.get(`recipient ${recipientId}`)?.number ?? 0;
  }
}

const keyOf = (record: ImportRecord): string => {
  switch (record.kind) {
    case 'target':
      return `target ${record.change.targetId}`;
    case 'recipient':
      return `recipient ${record.change.recipientId}`;
    case 'version':
      return `version ${record.version}`;
  }
};
