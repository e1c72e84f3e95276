import type { Consumer } from '../../application/ports/consumer.port.js';
import type { RecordedEvent } from '../../application/ports/event-store.port.js';
import { decodeEvent } from '../../application/shared/decode-event.js';
import type { KnownEvent } from '../../domain/upcasters/current-schemas.js';
import type { RowChange, RowData } from './row-change.js';

/**
 * How a column is stored. An `integer` is safe up to 2^53. An `instant` is ISO-8601 UTC with milliseconds, a `position` a decimal string that is
 * ordered as a number; both read the same from every store.
 */
export type ColumnType = 'text' | 'uuid' | 'integer' | 'position' | 'boolean' | 'instant' | 'json';

export interface TableDeclaration<Row, Flags> {
  readonly columns: Readonly<Record<keyof Row & string, ColumnType>>;
  readonly key: readonly (keyof Row & string)[];
  readonly indexes: readonly IndexDeclaration<Row>[];
  /** Rows show from the moment in which this column is not null. Without it they show at once. */
  readonly shownFrom?: keyof Row & string;
  /** What readers did to rows: kept in a table of its own, which no rebuild touches, and shown with the row. */
  readonly flags?: FlagsDeclaration<Flags>;
}

export interface IndexDeclaration<Row> {
  readonly on: readonly (keyof Row & string)[];
  /** Holds only the rows that have a value here. */
  readonly whereSet?: keyof Row & string;
}

/** Each flag is an instant, null until it is raised. */
export interface FlagsDeclaration<Flags> {
  readonly table: string;
  readonly columns: readonly (keyof Flags & string)[];
}

/** A table that follows the log. Its rows depend on events and on nothing else. */
export interface ReadModel<Row extends object = RowData, Flags extends object = object> {
  readonly name: string;
  /** Raised when `project` or the table changes: the next version is filled from the start of the log. */
  readonly version: number;
  readonly table: TableDeclaration<Row, Flags>;
  readonly project: (event: KnownEvent, recorded: RecordedEvent) => readonly RowChange<Row>[];
}

/** The read model as the machinery sees it, which moves rows without knowing what is in them. */
export const untyped = <Row extends object, Flags extends object>(
  model: ReadModel<Row, Flags>,
): ReadModel => model as unknown as ReadModel;

/** The read model as the projector runs it. */
export const consumerOf = ({ name, version, project }: ReadModel): Consumer<RowChange> => ({
  name,
  version,
  project: (recorded) => project(decodeEvent(recorded), recorded),
});
