import { Injectable } from '@nestjs/common';
import { DataSource, In } from 'typeorm';

import { sealText } from '../../../application/directory/seal-text.js';
import { Texts } from '../../../application/ports/texts.port.js';
import type { TextKind } from '../../../application/ports/texts.port.js';
import type { TextRef } from '../../../domain/action/action.events.js';
import { storeCall } from './store-call.js';
import { TextEntity } from './text.entity.js';

/** Texts in `forewarn.texts`. */
@Injectable()
export class PostgresTexts extends Texts {
  constructor(private readonly source: DataSource) {
    super();
  }

  override async put(kind: TextKind, text: string): Promise<TextRef> {
    const { ref, hash, salt } = sealText(text);
    await storeCall(() => this.rows().insert({ ref, kind, text, salt }));
    return { ref, hash };
  }

  override async findMany(refs: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const rows = await storeCall(() =>
      this.rows().find({ where: { ref: In(refs) }, select: { ref: true, text: true } }),
    );
    return new Map(rows.map(({ ref, text }) => [ref, text]));
  }

  override async erase(refs: readonly string[]): Promise<void> {
    await storeCall(() => this.rows().delete({ ref: In(refs) }));
  }

  private rows() {
    return this.source.getRepository(TextEntity);
  }
}
