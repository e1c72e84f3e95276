import { describe, expect, it } from '@jest/globals';

import { differences } from './same-shape.js';

describe('the comparison of shown and found answers', () => {
  it('lets ids, instants and positions have other values of their kind', () => {
    const shown = { id: '5f0c1d8e-0000-4000-8000-000000000001', at: '2030-01-01T00:00:00.000Z' };
    const found = { id: '00000000-0000-4000-8000-00000000000a', at: '2031-12-31T23:59:59.999Z' };
    expect(differences({ ...shown, position: '5' }, { ...found, position: '77' })).toEqual([]);
  });

  it.each([
    [{ status: 'scheduled' }, { status: 'running' }],
    [{ count: 2 }, { count: 3 }],
    [{ a: 1 }, { a: 1, b: 2 }],
    [{ a: 1, b: 2 }, { a: 1 }],
    [[1, 2], [1]],
    [[1, '…'], [1]],
    [{ id: '…-x' }, { id: 'abc' }],
    [{ at: '2030-01-01T00:00:00.000Z' }, { at: null }],
  ])('sees that %j is not %j', (shown, found) => {
    expect(differences(shown, found)).toHaveLength(1);
  });

  it.each([
    [{ token: 'fw_…' }, { token: 'fw_abc' }],
    [
      { a: 1, '…': '…' },
      { a: 1, b: 2 },
    ],
    [
      [1, '…'],
      [1, 2, 3],
    ],
  ])('takes %j for a shortened %j', (shown, found) => {
    expect(differences(shown, found)).toEqual([]);
  });
});
