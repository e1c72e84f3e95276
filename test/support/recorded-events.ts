import type { RecordedEvent } from '../../src/application/ports/event-store.port.js';

const METADATA = {
  actor: 'user:ann',
  commandId: '00000000-0000-5000-8000-000000000001',
  correlationId: '00000000-0000-5000-8000-000000000001',
  causationId: null,
};

/** An event as a reader of the log gets it, for tests that have no store. */
export function recordedEvent(
  event: { readonly type: string; readonly data: unknown },
  { streamId = 'action-a1', version = 0, position = 1n }: Partial<RecordedEvent> = {},
): RecordedEvent {
  return {
    ...event,
    id: `00000000-0000-5000-8000-${position.toString(16).padStart(12, '0')}`,
    schema: 1,
    metadata: METADATA,
    streamId,
    version,
    position,
    recordedAt: '2030-01-01T00:00:00.000Z',
  };
}

/** The events of one stream in the order of the log, from a position on. */
export function recordedStream(
  streamId: string,
  events: readonly { readonly type: string; readonly data: unknown }[],
  from = 1n,
): readonly RecordedEvent[] {
  return events.map((event, index) =>
    recordedEvent(event, { streamId, version: index, position: from + BigInt(index) }),
  );
}
