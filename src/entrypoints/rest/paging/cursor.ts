import { createHash } from 'node:crypto';

import { refuseField } from '../problem/refused.js';
import type { Refused } from '../problem/refused.js';
import { isStorableText } from '../validation/storable-text.js';

/** Where a page ends: the sort key of its last row. Numbers too big for JSON travel as strings. */
export type SortKey = readonly (string | number)[];

/** What a cursor belongs to; one of another list, order or filter is refused. */
export interface CursorScope {
  /** Name of the list with its order and filters, in any stable form. */
  readonly list: string;
  /** Type of each part of the sort key. */
  readonly parts: readonly ('string' | 'number')[];
}

const CURSOR_VERSION = 1;
const CURSOR_CHARS_MAX = 1_024;

export function encodeCursor(scope: CursorScope, key: SortKey): string {
  const payload = JSON.stringify([CURSOR_VERSION, key]);
  return Buffer.from(sealOf(scope, payload) + payload).toString('base64url');
}

/** Cursors are for the server alone: one that it did not make for this very list is refused. */
export function decodeCursor(scope: CursorScope, cursor: string): SortKey {
  if (cursor.length > CURSOR_CHARS_MAX) throw badCursor();
  const text = Buffer.from(cursor, 'base64url').toString();
  const payload = text.slice(SEAL_CHARS);
  if (text.slice(0, SEAL_CHARS) !== sealOf(scope, payload)) throw badCursor();
  const [version, key] = parse(payload);
  if (version !== CURSOR_VERSION || !isKeyOf(scope, key)) throw badCursor();
  return key;
}

const SEAL_CHARS = 12;

/** Catches damage and mix-ups. It is no secret: a forged cursor is just another place to start from. */
const sealOf = ({ list }: CursorScope, payload: string): string =>
  createHash('sha256').update(`${list}\n${payload}`).digest('base64url').slice(0, SEAL_CHARS);

function parse(payload: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(payload);
    return Array.isArray(value) ? value : [];
  } catch {
    throw badCursor();
  }
}

const isKeyOf = ({ parts }: CursorScope, key: unknown): key is SortKey =>
  Array.isArray(key) &&
  key.length === parts.length &&
  key.every(
    (part, index) =>
      typeof part === parts[index] && (typeof part !== 'string' || isStorableText(part)),
  );

/** The cursor is not one that this list gave. */
export const badCursor = (): Refused =>
  refuseField('query:cursor', 'cursor', 'cursor must be one that a page of this list gave');
