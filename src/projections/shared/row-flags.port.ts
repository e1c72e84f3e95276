import type { ReadModel } from './read-model.js';
import type { Condition, Shown } from './row-reader.port.js';

/** What readers do to rows: kept beside the read model, where no rebuild touches it. */
export abstract class RowFlags {
  /** Raises the flag on all shown rows that meet the conditions; one that is raised keeps its time. Answers how many were raised. */
  abstract raise<Row extends object, Flags extends object>(
    model: ReadModel<Row, Flags>,
    flag: keyof Flags & string,
    where: readonly Condition<Shown<Row, Flags>>[],
  ): Promise<number>;
}
