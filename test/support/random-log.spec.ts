import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';

import { CURRENT_SCHEMAS } from '../../src/domain/upcasters/current-schemas.js';
import { randomLog } from './random-log.js';

const DIRECTORY = ['TargetRecorded', 'RecipientErased', 'VersionPublished', 'VersionDisabled'];

describe('random logs', () => {
  it('hold every event that an action can have', () => {
    const logs = fc.sample(randomLog({ steps: 400 }), { numRuns: 60, seed: 1 });
    const types = new Set(logs.flatMap(({ events }) => events.map(({ type }) => type)));
    const known = Object.keys(CURRENT_SCHEMAS).filter((type) => !DIRECTORY.includes(type));
    expect([...types].sort()).toEqual([...known].sort());
  });
});
