import type { Clock } from '../../../application/ports/clock.port.js';
import { toInstant } from '../../../domain/shared/instant.js';
import { untyped } from '../../../projections/shared/read-model.js';
import type { ReadModel } from '../../../projections/shared/read-model.js';
import { RowFlags } from '../../../projections/shared/row-flags.port.js';
import type { Condition, Shown } from '../../../projections/shared/row-reader.port.js';
import type { MemoryReadModels } from './memory.read-models.js';
import { MemoryRowReader } from './memory.row-reader.js';

export class MemoryRowFlags extends RowFlags {
  private readonly reader: MemoryRowReader;

  constructor(
    private readonly models: MemoryReadModels,
    private readonly clock: Clock,
  ) {
    super();
    this.reader = new MemoryRowReader(models);
  }

  override raise<Row extends object, Flags extends object>(
    model: ReadModel<Row, Flags>,
    flag: keyof Flags & string,
    where: readonly Condition<Shown<Row, Flags>>[],
  ): Promise<number> {
    const table = this.models.table(untyped(model));
    const at = toInstant(this.clock.now());
    const raised = this.reader.matching(model, where).filter((row) => table.raise(row, flag, at));
    return Promise.resolve(raised.length);
  }
}
