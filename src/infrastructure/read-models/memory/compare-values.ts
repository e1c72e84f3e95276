import type { ColumnType } from '../../../projections/shared/read-model.js';
import type { Value } from '../../../projections/shared/row-change.js';

/** The order that a database gives the values of a column. */
export function compareValues(
  type: ColumnType | undefined,
  a: Value | undefined,
  b: Value | undefined,
): number {
  if (type === 'position') return compare(BigInt(a as string), BigInt(b as string));
  return typeof a === 'string' && typeof b === 'string'
    ? Buffer.compare(Buffer.from(a), Buffer.from(b))
    : compare(Number(a), Number(b));
}

const compare = <Scalar extends number | bigint>(a: Scalar, b: Scalar): number =>
  a < b ? -1 : a > b ? 1 : 0;
