import { describe, expect, it } from '@jest/globals';

import type { LogPage, RecordedEvent } from '../../../src/application/ports/event-store.port.js';
import { PAGE_EVENTS_MAX, wholeAppends } from '../../../src/projections/projector/whole-appends.js';

const eventsOf = (commandId: string, from: number, count: number): readonly RecordedEvent[] =>
  Array.from({ length: count }, (_, index) => ({
    id: `${commandId}-${String(index)}`,
    type: 'NoticeDue',
    schema: 1,
    data: {},
    metadata: { actor: 'system:timers', commandId, correlationId: commandId, causationId: null },
    streamId: 'action-1',
    version: from + index,
    position: BigInt(from + index + 1),
    recordedAt: '2030-01-01T00:00:00.000Z',
  }));

const pageOf = (...events: readonly RecordedEvent[]): LogPage => ({
  events,
  position: events.at(-1)?.position ?? 0n,
});

describe('a page of the log', () => {
  it('leaves away the last command when it is full, and ends in front of it', () => {
    const page = pageOf(...eventsOf('a', 0, 400), ...eventsOf('b', 400, PAGE_EVENTS_MAX - 400));
    expect(wholeAppends(page)).toEqual(pageOf(...eventsOf('a', 0, 400)));
  });

  it('stays as it is when it is not full', () => {
    const page = pageOf(...eventsOf('a', 0, 10), ...eventsOf('b', 10, 10));
    expect(wholeAppends(page)).toBe(page);
  });

  it('stays as it is when one command fills it', () => {
    const page = pageOf(...eventsOf('a', 0, PAGE_EVENTS_MAX));
    expect(wholeAppends(page)).toBe(page);
  });
});
