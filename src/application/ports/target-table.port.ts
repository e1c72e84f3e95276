import type { Target } from '../../domain/directory/target.js';
import type { Page, TargetFacts, TargetFilter, TargetQuery } from './directory.port.js';

/** A target as its row has it. */
export interface TargetRow extends TargetFacts {
  /** Number of writes to the row: the optimistic lock of the table. 0 for a row that is not there yet. */
  readonly rowRevision: number;
}

/** A recorded change of a target on its way from the log into the table. */
export interface RecordedTarget {
  /** Name, type and labels count only when the row is made by this. */
  readonly target: Target;
  /** Version of the event in the target's stream. */
  readonly revision: number;
}

/** The table behind the target directory. It decides nothing: facts get here from the log. */
export abstract class TargetTable {
  abstract findMany(targetIds: readonly string[]): Promise<ReadonlyMap<string, TargetRow>>;

  /**
   * Writes each row that was not written by anybody else since it was read at `rowRevision`, in one transaction.
   * Answers the ids of those written.
   */
  abstract write(rows: readonly TargetRow[]): Promise<ReadonlySet<string>>;

  /** Takes over recorded facts where they are newer than the row's. */
  abstract apply(recorded: readonly RecordedTarget[]): Promise<void>;

  abstract select(query: TargetQuery, limit: number): Promise<readonly TargetFacts[]>;

  abstract list(filter: TargetFilter, page: Page): Promise<readonly TargetFacts[]>;
}
