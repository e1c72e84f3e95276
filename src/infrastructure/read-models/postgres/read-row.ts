import type { ColumnType, ReadModel } from '../../../projections/shared/read-model.js';
import type { RowData, Value } from '../../../projections/shared/row-change.js';

/** The row as it was written: the driver gives instants as dates and large integers as text. */
export function readRow(model: ReadModel, row: Readonly<Record<string, unknown>>): RowData {
  const { columns } = model.table;
  return Object.fromEntries(
    Object.entries(row).map(([column, value]) => [column, readValue(columns[column], value)]),
  );
}

function readValue(type: ColumnType | undefined, value: unknown): Value {
  if (value instanceof Date) return value.toISOString();
  return type === 'integer' && value !== null ? Number(value) : (value as Value);
}
