import { createHash } from 'node:crypto';

import type { ColumnType, ReadModel } from './read-model.js';
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

/** Values of the columns of the order at the cursor. Stores may trust their types. */
export function placeOf(
  model: ReadModel,
  list: string,
  order: readonly Order<Record<string, Value>>[],
  cursor: string,
): readonly Value[] {
  const [of, ...place] = parsed(cursor);
  const fits = order.every(({ by }, index) => isOfType(columnType(model, by), place[index]));
  if (of !== list || place.length !== order.length || !fits) {
    throw new InvalidCursor('the cursor does not belong to this list');
  }
  return place as readonly Value[];
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

/** What is not a column of the table says whether a flag is raised. */
const columnType = ({ table }: ReadModel, column: string): ColumnType =>
  table.columns[column] ?? 'boolean';

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const INSTANT = /^(?!0000)\d{4}-[\d:.T-]+Z$/;
const POSITION_MAX = 2n ** 63n - 1n;

const isOfType = (type: ColumnType, value: unknown): boolean => FITS[type](value);

/** What nobody has forged or damaged; anything else would be a fault inside of a store. */
const FITS: Readonly<Record<ColumnType, (value: unknown) => boolean>> = {
  text: (value) => isText(value) && !value.includes('\0'),
  uuid: (value) => isText(value) && UUID.test(value),
  integer: (value) => Number.isSafeInteger(value),
  position: (value) => isText(value) && /^\d{1,19}$/.test(value) && BigInt(value) <= POSITION_MAX,
  boolean: (value) => typeof value === 'boolean',
  instant: (value) => isText(value) && INSTANT.test(value) && isExact(value),
  json: () => false,
};

/** Written as we write instants; a day that does not exist would come back as another one. */
function isExact(instant: string): boolean {
  const epochMs = Date.parse(instant);
  return !Number.isNaN(epochMs) && new Date(epochMs).toISOString() === instant;
}

const isText = (value: unknown): value is string => typeof value === 'string';
