import { Command, CommandHandler } from '@nestjs/cqrs';
import type { ICommandHandler } from '@nestjs/cqrs';

import { recipientAfter } from '../../domain/directory/recipient.js';
import type { RecipientChange } from '../../domain/directory/recipient.js';
import { RecipientTable } from '../ports/recipients.port.js';
import type { RecipientRow } from '../ports/recipients.port.js';
import { DirectoryContended } from './directory-contended.js';

/** An erased recipient stays erased: a person who comes back gets a new id. */
export type RecipientWritten = 'created' | 'changed' | 'erased';

/** Adds or changes recipients. Each id comes once; what a change leaves out stays as it is. */
export class RecordRecipients extends Command<ReadonlyMap<string, RecipientWritten>> {
  constructor(readonly changes: readonly RecipientChange[]) {
    super();
  }
}

const ROUNDS_MAX = 30;

/** Addresses are not events: they are read when a message goes out, and have to be erasable. */
@CommandHandler(RecordRecipients)
export class RecordRecipientsHandler implements ICommandHandler<RecordRecipients> {
  constructor(private readonly table: RecipientTable) {}

  async execute({ changes }: RecordRecipients): Promise<ReadonlyMap<string, RecipientWritten>> {
    const done = new Map<string, RecipientWritten>();
    let pending = changes;
    for (let round = 1; pending.length > 0; round += 1) {
      if (round > ROUNDS_MAX) {
        throw new DirectoryContended(pending.map(({ recipientId }) => recipientId));
      }
      const rows = await this.table.findMany(pending.map(({ recipientId }) => recipientId));
      const written = await this.write(pending, rows);
      for (const { recipientId } of pending) {
        const row = rows.get(recipientId);
        if (row?.erased === true) done.set(recipientId, 'erased');
        else if (written.has(recipientId)) done.set(recipientId, row ? 'changed' : 'created');
      }
      pending = pending.filter(({ recipientId }) => !done.has(recipientId));
    }
    return done;
  }

  private write(
    changes: readonly RecipientChange[],
    rows: ReadonlyMap<string, RecipientRow>,
  ): Promise<ReadonlySet<string>> {
    const next = changes
      .map((change) => ({ change, row: rows.get(change.recipientId) ?? null }))
      .filter(({ row }) => row?.erased !== true)
      .map(({ change, row }) => ({
        ...recipientAfter(row, change),
        erased: false,
        rowRevision: row?.rowRevision ?? 0,
      }));
    return this.table.write(next);
  }
}
