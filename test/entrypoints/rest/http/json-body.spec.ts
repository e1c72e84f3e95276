import { describe, expect, it } from '@jest/globals';
import { assert, json, property } from 'fast-check';

import { parseJsonBody } from '../../../../src/entrypoints/rest/http/json-body.js';
import { JSON_DEPTH_MAX } from '../../../../src/entrypoints/rest/http/limits.js';

const read = (text: string): unknown => parseJsonBody(Buffer.from(text));
const nested = (depth: number): string => '[{"a":'.repeat(depth / 2) + '1' + '}]'.repeat(depth / 2);

describe('a JSON body', () => {
  it('is read as JSON.parse reads it', () => {
    const harmless = json({ maxDepth: 5 }).filter(
      (text) => !/__proto__|constructor|prototype/.test(text),
    );
    assert(
      property(harmless, (text) => {
        expect(read(text)).toEqual(JSON.parse(text));
      }),
      { examples: [['{"a":[1,{"b":null}]}'], ['  "x"  ']] },
    );
  });

  it('may hold brackets, quotes and backslashes in its texts', () => {
    const value = { a: '"'.repeat(30) + '['.repeat(30), b: '\\', c: '{'.repeat(30) };
    expect(read(JSON.stringify(value))).toEqual(value);
  });

  it('may be nested just as deep as the limit, and may be wide', () => {
    expect(read(nested(JSON_DEPTH_MAX))).toBeDefined();
    expect(() => read(nested(JSON_DEPTH_MAX + 2))).toThrow(/deeper than 20/);
    expect(read(`[${'[],'.repeat(1_000)}[]]`)).toHaveLength(1_001);
  });

  it('may start with a byte order mark', () => {
    expect(parseJsonBody(Buffer.from([0xef, 0xbb, 0xbf, 0x31]))).toBe(1);
  });
});
