import { describe, expect, it } from '@jest/globals';

import { append, at, emptyList, itemsFrom, set } from '../../../src/domain/shared/chunked-list.js';
import type { ChunkedList } from '../../../src/domain/shared/chunked-list.js';

const numbers = (count: number, from = 0) => Array.from({ length: count }, (_, no) => from + no);
const listOf = (count: number) => append(emptyList<number>(), numbers(count));
const chunksNotShared = (one: ChunkedList<number>, other: ChunkedList<number>) =>
  one.chunks.filter((chunk, no) => chunk !== other.chunks[no]);

describe('a chunked list', () => {
  it.each([0, 1, 127, 128, 129, 256, 10_000])('gives back %i items in order', (count) => {
    const list = listOf(count);
    expect(list.size).toBe(count);
    expect([...itemsFrom(list)]).toEqual(numbers(count));
  });

  it.each([1, 100, 128, 250])('is the same however it was appended to, %i at a time', (batch) => {
    let list = emptyList<number>();
    for (let from = 0; from < 1000; from += batch) {
      list = append(list, numbers(Math.min(batch, 1000 - from), from));
    }
    expect(list).toEqual(listOf(1000));
  });

  it('sets one item and leaves the older list as it was', () => {
    const before = listOf(300);
    const after = set(before, 128, -1);
    expect([at(after, 127), at(after, 128), at(after, 129)]).toEqual([127, -1, 129]);
    expect(before).toEqual(listOf(300));
  });

  it('copies one chunk of at most 128 items, with ten items and with ten thousand', () => {
    for (const count of [10, 10_000]) {
      const before = listOf(count);
      const copied = chunksNotShared(set(before, count - 1, -1), before);
      expect(copied).toHaveLength(1);
      expect(copied[0]?.length).toBeLessThanOrEqual(128);
    }
  });

  it('shares all full chunks when it grows, and leaves the older list as it was', () => {
    const before = listOf(1000);
    const after = append(before, [1000]);
    expect(chunksNotShared(after, before)).toHaveLength(1);
    expect(before).toEqual(listOf(1000));
  });

  it.each([-1, 300, 384, Number.NaN])('has nothing at %p', (index) => {
    expect(() => at(listOf(300), index)).toThrow(RangeError);
  });

  it('starts anywhere', () => {
    expect([...itemsFrom(listOf(300), 298)]).toEqual([298, 299]);
  });
});
