import { Readable } from 'node:stream';

import { describe, expect, it } from '@jest/globals';
import { array, assert, asyncProperty, constantFrom, nat } from 'fast-check';

import { LINE_BYTES_MAX } from '../../../../../src/entrypoints/rest/directory/import/import-limits.js';
import { linesOf } from '../../../../../src/entrypoints/rest/directory/import/lines-of.js';

const read = async (chunks: readonly (string | Buffer)[]) => {
  const lines: [number, string | null][] = [];
  const body = Readable.from(chunks.map((chunk) => Buffer.from(chunk)));
  for await (const { number, bytes } of linesOf(body as AsyncIterable<Buffer>)) {
    lines.push([number, bytes?.toString() ?? null]);
  }
  return lines;
};

describe('the lines of an import', () => {
  it('are numbered from one, whatever their ends', async () => {
    expect(await read(['a\r\nb\n\nc'])).toEqual([
      [1, 'a'],
      [2, 'b'],
      [3, ''],
      [4, 'c'],
    ]);
  });

  it('do not depend on how the bytes arrive', async () => {
    const anyText = array(constantFrom('a', 'é', '\n', '\r\n', '😀'), { maxLength: 30 });
    await assert(
      asyncProperty(anyText, array(nat(40), { maxLength: 5 }), async (parts, cuts) => {
        const bytes = Buffer.from(parts.join(''));
        const bounds = [0, ...cuts.sort((a, b) => a - b), bytes.length];
        const chunks = bounds.slice(1).map((end, at) => bytes.subarray(bounds[at], end));
        expect(await read(chunks)).toEqual(await read([bytes]));
      }),
    );
  });

  it('are dropped where they are too long, and the next one is found again', async () => {
    const long = 'x'.repeat(LINE_BYTES_MAX + 1);
    const fits = 'x'.repeat(LINE_BYTES_MAX);
    expect(await read([long.slice(0, 40_000), `${long.slice(40_000)}\n`, `${fits}\nb\n`])).toEqual([
      [1, null],
      [2, fits],
      [3, 'b'],
    ]);
  });
});
