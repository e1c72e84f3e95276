import { createHash } from 'node:crypto';

export interface RowsDigest {
  readonly rows: number;
  /** SHA-256 over the rows in the order of their keys. */
  readonly digest: string;
}

/** Two tables with the same digest hold the same rows, whatever store they are in. */
export async function digestRows(rows: AsyncIterable<object>): Promise<RowsDigest> {
  const hash = createHash('sha256');
  let count = 0;
  for await (const row of rows) {
    hash.update(canonicalJson(row)).update('\n');
    count += 1;
  }
  return { rows: count, digest: hash.digest('hex') };
}

/** JSON with the members of objects in one order, because stores keep theirs in different ones. */
export const canonicalJson = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
