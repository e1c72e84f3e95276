/** What a column can hold. */
export type Value = string | number | boolean | null | readonly unknown[] | object;
export type RowData = Readonly<Record<string, Value>>;

/** Some columns of a row. */
export type Part<Row> = string extends keyof Row ? Row : Partial<Row>;

/**
 * What an event does to the rows of a read model. Changes take effect in the order of the log.
 * A change of a row that is not there does nothing.
 */
export type RowChange<Row extends object = RowData> =
  | Insert<Row>
  | Ensure<Row>
  | Patch<Row>
  | Add<Row>
  | PatchWhere<Row>
  | Remove<Row>
  | RemoveWhere<Row>;

/** Writes the whole row, over the one that has its key. */
export interface Insert<Row> {
  readonly kind: 'insert';
  readonly row: Row;
}

/** Writes the row, unless one has its key. */
export interface Ensure<Row> {
  readonly kind: 'ensure';
  readonly row: Row;
}

/** Sets columns of the row with this key. */
export interface Patch<Row> {
  readonly kind: 'patch';
  readonly key: Part<Row>;
  readonly set: Part<Row>;
}

/** Adds to integer columns of the row with this key. */
export interface Add<Row> {
  readonly kind: 'add';
  readonly key: Part<Row>;
  readonly add: Part<Row>;
}

/** Sets columns of all rows that have these values, none of them null. Columns of the key are never set. */
export interface PatchWhere<Row> {
  readonly kind: 'patchWhere';
  readonly match: Part<Row>;
  readonly set: Part<Row>;
}

export interface Remove<Row> {
  readonly kind: 'remove';
  readonly key: Part<Row>;
}

export interface RemoveWhere<Row> {
  readonly kind: 'removeWhere';
  readonly match: Part<Row>;
}
