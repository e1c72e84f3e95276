import type { FastifyReply, FastifyRequest } from 'fastify';

import { InvalidCursor } from '../../../projections/shared/row-reader.port.js';
import type { RowPage } from '../../../projections/shared/row-reader.port.js';
import { badCursor } from './cursor.js';
import { linkNextPage } from './link.js';
import type { Page } from './page.js';
import type { PageQuery } from './page.query.js';

interface RowList<Row, Item> {
  readonly query: PageQuery;
  readonly read: (page: PageRequest) => Promise<RowPage<Row>>;
  readonly itemsOf: (rows: readonly Row[]) => readonly Item[] | Promise<readonly Item[]>;
}

export interface PageRequest {
  readonly limit: number;
  readonly after: string | null;
}

/** A page of rows of a read model, whose cursor the read model makes. */
export async function rowPage<Row, Item>(
  request: FastifyRequest,
  reply: FastifyReply,
  { query: { limit, cursor }, read, itemsOf }: RowList<Row, Item>,
): Promise<Page<Item>> {
  const { rows, next } = await orBadCursor(() => read({ limit, after: cursor ?? null }));
  if (next !== null) linkNextPage(request, reply, next);
  return { items: await itemsOf(rows), nextCursor: next };
}

async function orBadCursor<Result>(read: () => Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    throw error instanceof InvalidCursor ? badCursor() : error;
  }
}
