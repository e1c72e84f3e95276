import { describe, expect, it } from '@jest/globals';

import { dispatchIdOf } from '../../../src/application/shared/dispatch-id.js';
import type { DispatchKey } from '../../../src/domain/notice/dispatch.js';

const key: DispatchKey = {
  targetId: 't1',
  recipientId: 'ann',
  channel: 'email',
  kind: 'notice',
  revision: 0,
  lead: 3600,
};

describe('the id of a dispatch', () => {
  it('is a version 5 UUID that never changes (N1)', () => {
    expect(dispatchIdOf('a1', key)).toBe('058fbe56-1a1b-5cde-984c-ddb385062e5d');
  });

  it.each<Partial<DispatchKey>>([
    { targetId: 't2' },
    { recipientId: 'bob' },
    { channel: 'push' },
    { kind: 'cancelled' },
    { revision: 1 },
    { lead: 60 },
  ])('differs with %j (N1)', (change) => {
    expect(dispatchIdOf('a1', { ...key, ...change })).not.toBe(dispatchIdOf('a1', key));
  });

  it('differs with the action (N1)', () => {
    expect(dispatchIdOf('a2', key)).not.toBe(dispatchIdOf('a1', key));
  });
});
