import { describe, expect, it } from '@jest/globals';
import { assert, integer, property, string } from 'fast-check';

import { decodeCursor, encodeCursor } from '../../../../src/entrypoints/rest/paging/cursor.js';

const scope = { list: 'actions by runAt', parts: ['string', 'number'] } as const;

describe('a cursor', () => {
  it('gives back the sort key that it was made from', () => {
    const text = string({ unit: 'grapheme', maxLength: 60 }).filter(
      (value) => !value.includes('\0'),
    );
    assert(
      property(text, integer(), (name, number) => {
        expect(decodeCursor(scope, encodeCursor(scope, [name, number]))).toEqual([name, number]);
      }),
    );
  });

  it('is refused when a single character of it was changed', () => {
    const cursor = encodeCursor(scope, ['2030-01-01T00:00:00.000Z', 7]);
    const changed = Array.from(cursor, (char, at) => {
      const other = char === 'A' ? 'Q' : 'A';
      return cursor.slice(0, at) + other + cursor.slice(at + 1);
    }).filter((text) => !Buffer.from(text, 'base64url').equals(Buffer.from(cursor, 'base64url')));
    expect(changed.length).toBeGreaterThan(50);
    for (const text of changed) expect(() => decodeCursor(scope, text)).toThrow(/cursor must be/);
  });

  it('is refused by another list, and by the same list with another sort key', () => {
    const cursor = encodeCursor(scope, ['a', 1]);
    expect(() => decodeCursor({ ...scope, list: 'targets' }, cursor)).toThrow(/cursor must be/);
    expect(() => decodeCursor({ ...scope, parts: ['string'] }, cursor)).toThrow(/cursor must be/);
    expect(() => decodeCursor({ ...scope, parts: ['number', 'string'] }, cursor)).toThrow(/cursor/);
  });

  it.each(['', 'x', '%', 'null', 'W10', 'a'.repeat(5_000)])('is refused when it is %p', (text) => {
    expect(() => decodeCursor(scope, text)).toThrow(/cursor must be/);
  });
});
