import { describe, expect, it } from '@jest/globals';

import { recipientAfter } from '../../../src/domain/directory/recipient.js';
import {
  sameFacts,
  targetAfter,
  targetRecorded,
  withRecorded,
} from '../../../src/domain/directory/target.js';

const known = targetAfter(null, {
  targetId: 'web-1',
  name: 'Web 1',
  ownerId: 'ada',
  labels: { team: 'atlas' },
  version: '2.3.0',
  pin: '2.3.0',
});

describe('a target', () => {
  it('starts with defaults', () => {
    expect(targetAfter(null, { targetId: 'web-2' })).toEqual({
      targetId: 'web-2',
      name: 'web-2',
      type: 'target',
      ownerId: null,
      labels: {},
      lifecycle: 'active',
      version: null,
      pin: null,
    });
  });

  it('keeps what a change leaves out, and loses what a change sets to null', () => {
    expect(targetAfter(known, { targetId: 'web-1', pin: null })).toEqual({ ...known, pin: null });
  });

  it.each([
    [{ name: 'x' }, true],
    [{ labels: {} }, true],
    [{ type: 'tenant' }, true],
    [{ ownerId: null }, false],
    [{ lifecycle: 'destroyed' }, false],
    [{ version: '2.4.0' }, false],
    [{ pin: null }, false],
  ] as const)('after %j: decisions see no difference: %s', (change, same) => {
    expect(sameFacts(known, targetAfter(known, { targetId: 'web-1', ...change }))).toBe(same);
  });

  it('is recorded without name and labels, and read back with them', () => {
    const { data } = targetRecorded(known, '2030-01-01T00:00:00.000Z');
    expect(Object.keys(data).sort()).toEqual(
      ['at', 'lifecycle', 'ownerId', 'pin', 'targetId', 'version'].sort(),
    );
    expect(withRecorded({ ...known, ownerId: null, pin: null }, data)).toEqual(known);
  });
});

describe('a recipient', () => {
  it('keeps what a change leaves out, and loses its name by null', () => {
    const ada = recipientAfter(null, {
      recipientId: 'ada',
      displayName: 'Ada',
      zone: 'Asia/Tokyo',
    });
    expect(ada).toEqual({
      recipientId: 'ada',
      displayName: 'Ada',
      zone: 'Asia/Tokyo',
      locale: 'en',
      emails: [],
    });
    expect(recipientAfter(ada, { recipientId: 'ada', displayName: null })).toEqual({
      ...ada,
      displayName: null,
    });
  });
});
