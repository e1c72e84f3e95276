import type { FastifyReply, FastifyRequest } from 'fastify';

import { encodeCursor } from './cursor.js';
import type { CursorScope, SortKey } from './cursor.js';
import { linkNextPage } from './link.js';

export interface Page<Item> {
  readonly items: readonly Item[];
  /** Null on the last page. */
  readonly nextCursor: string | null;
}

interface PageOf<Row, Item> {
  /** Up to one row more than the limit: that one only tells that there is another page. */
  readonly rows: readonly Row[];
  readonly limit: number;
  readonly scope: CursorScope;
  readonly keyOf: (row: Row) => SortKey;
  readonly itemOf: (row: Row) => Item;
}

/** Cuts a page from rows that were read with `limit + 1`, and links the next one. */
export function pageOf<Row, Item>(
  request: FastifyRequest,
  reply: FastifyReply,
  { rows, limit, scope, keyOf, itemOf }: PageOf<Row, Item>,
): Page<Item> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const nextCursor =
    rows.length > limit && last !== undefined ? encodeCursor(scope, keyOf(last)) : null;
  if (nextCursor !== null) linkNextPage(request, reply, nextCursor);
  return { items: shown.map(itemOf), nextCursor };
}
