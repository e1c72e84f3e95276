import { createHash } from 'node:crypto';

import type { ReadModel } from './read-model.js';
import type { Value } from './row-change.js';
import { InvalidCursor, InvalidLimit, PAGE_LIMIT_MAX } from './row-reader.port.js';
import type { Order, RowQuery } from './row-reader.port.js';

/** The order with the key at its end, so that no two rows have the same place. */
export function totalOrder<Row extends object>(
  model: ReadModel,
  order: readonly Order<Row>[],
): readonly Order<Record<string, Value>>[] {
  const given = order as readonly Order<Record<string, Value>>[];
  const direction = given.at(-1)?.direction ?? 'asc';
  const missing = model.table.key.filter((column) => !given.some(({ by }) => by === column));
  return [...given, ...missing.map((by) => ({ by, direction }))];
}

/** The place of a row in a list, as an opaque text. */
export function cursorOf(
  list: string,
  order: readonly Order<Record<string, Value>>[],
  row: Readonly<Record<string, Value>>,
): string {
  const place = order.map(({ by }) => row[by]);
  return Buffer.from(JSON.stringify([list, ...place])).toString('base64url');
}

/** Values of the columns of the order at the cursor. */
export function placeOf(
  list: string,
  order: readonly Order<Record<string, Value>>[],
  cursor: string,
): readonly Value[] {
  const [of, ...place] = parsed(cursor);
  if (of !== list || place.length !== order.length || !place.every(isScalar)) {
    throw new InvalidCursor('the cursor does not belong to this list');
  }
  return place;
}

/** Which list a cursor was made for: the same filters and the same order. */
export function listOf<Row extends object>(
  model: ReadModel,
  { where, order }: Pick<RowQuery<Row>, 'where' | 'order'>,
): string {
  const conditions = JSON.stringify(
    [model.name, model.version, where, order],
    (key, value: unknown) => (key === 'model' ? (value as ReadModel).name : value),
  );
  return createHash('sha256').update(conditions).digest('base64url').slice(0, 12);
}

export function checkLimit(limit: number): void {
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > PAGE_LIMIT_MAX) {
    throw new InvalidLimit(`a page holds 1 to ${String(PAGE_LIMIT_MAX)} rows`);
  }
}

function parsed(cursor: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (Array.isArray(value)) return value;
  } catch {
    // Falls through to the same answer as for any other text that no list has given out.
  }
  throw new InvalidCursor('the cursor cannot be read');
}

const isScalar = (value: unknown): value is Value =>
  ['string', 'number', 'boolean'].includes(typeof value);
