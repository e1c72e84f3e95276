import { randomUUID } from 'node:crypto';

import type {
  Append,
  ExpectedVersion,
  NewEvent,
} from '../../../src/application/ports/event-store.port.js';

export function sampleEvent(data: unknown = { targetId: 't-1' }): NewEvent {
  return {
    id: randomUUID(),
    type: 'TargetClaimed',
    schema: 1,
    data,
    metadata: {
      actor: 'system:test',
      commandId: randomUUID(),
      correlationId: randomUUID(),
      causationId: null,
    },
  };
}

export function sampleEvents(count: number): NewEvent[] {
  return Array.from({ length: count }, (_, index) => sampleEvent({ index }));
}

export function sampleAppend(
  streamId: string,
  expected: ExpectedVersion = 'any',
  events: readonly NewEvent[] = [sampleEvent()],
): Append {
  return { streamId, expected, events };
}
