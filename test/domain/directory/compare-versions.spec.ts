import { describe, expect, it } from '@jest/globals';
import { array, assert, constantFrom, oneof, property, string } from 'fast-check';

import { compareVersions } from '../../../src/domain/directory/compare-versions.js';

describe('the order of versions (S7)', () => {
  it.each([
    ['2.3.0', '2.4.0'],
    ['2.9.0', '2.10.0'],
    ['2.4.0-rc.1', '2.4.0'],
    ['2.4.0-rc.9', '2.4.0-rc.10'],
    ['2.4.0-rc', '2.4.0-rc.1'],
    ['2.4.0-alpha', '2.4.0-beta'],
    ['2.4.0-1', '2.4.0-alpha'],
    ['v2.3', '2.3.1'],
    ['2.3', '2.3.1-rc.1'],
    ['9007199254740993', '9007199254740994'],
    ['2024.2', '2024.11'],
    ['2', 'nightly'],
  ])('%s is below %s', (lower, higher) => {
    expect(compareVersions(lower, higher)).toBeLessThan(0);
    expect(compareVersions(higher, lower)).toBeGreaterThan(0);
  });

  it.each([
    ['2.4', '2.4.0'],
    ['v2.4.0', '2.4.0'],
    ['2.4.0+build.7', '2.4.0+build.8'],
    ['2.04.0', '2.4.0'],
  ])('%s equals %s', (one, other) => {
    expect(compareVersions(one, other)).toBe(0);
  });

  it('is an order, whatever the names are', () => {
    const name = oneof(
      string(),
      array(constantFrom('1', '02', 'a', 'v', '.', '-', '+'), { maxLength: 8 }).map((parts) =>
        parts.join(''),
      ),
    );
    assert(
      property(name, name, name, (a, b, c) => {
        expect(Math.sign(compareVersions(a, b))).toBe(-Math.sign(compareVersions(b, a)) + 0);
        const [x = '', y = '', z = ''] = [a, b, c].sort(compareVersions);
        expect(compareVersions(x, z)).toBeLessThanOrEqual(0);
        expect(compareVersions(x, y)).toBeLessThanOrEqual(0);
      }),
      { numRuns: 2_000 },
    );
  });
});
