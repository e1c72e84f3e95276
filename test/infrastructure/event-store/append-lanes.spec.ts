import { describe, expect, it } from '@jest/globals';

import { checkAppend } from '../../../src/infrastructure/event-store/checked-append.js';
import { AppendLanes } from '../../../src/infrastructure/event-store/postgres/append-lanes.js';
import type { PendingAppend } from '../../../src/infrastructure/event-store/postgres/pending-append.js';

const ID = '6f1d7d0e-3a43-4bf5-9d0c-0d6f4d1f7a10';
const metadata = { actor: 'system:test', commandId: ID, correlationId: ID, causationId: null };

function pending(streamId: string): PendingAppend {
  const event = { id: ID, type: 'Noted', schema: 1, data: {}, metadata };
  const append = checkAppend({ streamId, expected: 'any', events: [event] });
  return { append, queuedAtMs: 0, resolve: () => undefined, reject: () => undefined };
}

function lanesWith(...streamIds: readonly string[]): AppendLanes {
  const lanes = new AppendLanes();
  for (const streamId of streamIds) lanes.add(pending(streamId));
  return lanes;
}

const streamsOf = (group: readonly PendingAppend[]) => group.map(({ append }) => append.streamId);

describe('append lanes', () => {
  it('share out what waits, the longest waiting first', () => {
    const lanes = lanesWith('a', 'b', 'c');
    expect(streamsOf(lanes.takeGroup(2))).toEqual(['a', 'b']);
    expect(streamsOf(lanes.takeGroup(2))).toEqual(['c']);
  });

  it('hold back the next append of a stream until the one before has its answer', () => {
    const lanes = lanesWith('a', 'a', 'b');
    expect(lanes.readyCount).toBe(2);
    expect(streamsOf(lanes.takeGroup(10))).toEqual(['a', 'b']);
    expect(lanes.readyCount).toBe(0);
    lanes.release('a');
    expect(streamsOf(lanes.takeGroup(10))).toEqual(['a']);
  });
});
