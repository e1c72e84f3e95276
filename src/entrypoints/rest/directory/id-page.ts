import type { FastifyReply, FastifyRequest } from 'fastify';

import type { Page as PageRequest } from '../../../application/ports/directory.port.js';
import { decodeCursor } from '../paging/cursor.js';
import type { CursorScope } from '../paging/cursor.js';
import { pageOf } from '../paging/page.js';
import type { Page } from '../paging/page.js';
import type { PageQuery } from '../paging/page.query.js';

interface IdList<Row, Item> {
  /** Name of the list with its filters. */
  readonly list: string;
  readonly query: PageQuery;
  readonly read: (page: PageRequest) => Promise<readonly Row[]>;
  readonly idOf: (row: Row) => string;
  readonly itemOf: (row: Row) => Item;
}

/** A page of a list that is in the order of its ids. */
export async function idPage<Row, Item>(
  request: FastifyRequest,
  reply: FastifyReply,
  { list, query, read, idOf, itemOf }: IdList<Row, Item>,
): Promise<Page<Item>> {
  const { cursor, limit } = query;
  const scope: CursorScope = { list, parts: ['string'] };
  const after = cursor === undefined ? null : String(decodeCursor(scope, cursor)[0]);
  const rows = await read({ after, limit: limit + 1 });
  return pageOf(request, reply, { rows, limit, scope, keyOf: (row) => [idOf(row)], itemOf });
}
