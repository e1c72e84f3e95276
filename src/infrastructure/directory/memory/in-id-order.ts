import type { Page } from '../../../application/ports/directory.port.js';

/** The page of a list in the order of its ids, compared as PostgreSQL's "C" collation does for ASCII. */
export function inIdOrder<Row>(
  rows: readonly Row[],
  idOf: (row: Row) => string,
  { after, limit }: Page,
): readonly Row[] {
  return rows
    .filter((row) => after === null || idOf(row) > after)
    .toSorted((one, other) => (idOf(one) < idOf(other) ? -1 : 1))
    .slice(0, limit);
}
