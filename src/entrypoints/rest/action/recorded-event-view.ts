import { actionIdOf } from '../../../application/action/action-stream.js';
import type { RecordedEvent } from '../../../application/ports/event-store.port.js';
import { decodeEvent } from '../../../application/shared/decode-event.js';
import { dispatchIdOf } from '../../../application/shared/dispatch-id.js';
import { UndecodableEvent } from '../../../application/shared/undecodable-event.js';
import type { KnownEvent } from '../../../domain/upcasters/current-schemas.js';
import type { RecordedEventResponse } from './action-history.response.js';

/** An event as it is recorded. An event that this version does not know is shown too: that is when people look. */
export function recordedEventView(recorded: RecordedEvent): RecordedEventResponse {
  const { id, type, schema, version, position, recordedAt, data, metadata } = recorded;
  const { actor, commandId, correlationId, causationId } = metadata;
  const dispatchIds = dispatchIdsOf(recorded);
  return {
    ...{ id, type, schema, version, recordedAt, data, dispatchIds },
    position: String(position),
    metadata: { actor, commandId, correlationId, causationId },
    dispatchId: dispatchIds.length === 1 ? (dispatchIds[0] ?? null) : null,
  };
}

function dispatchIdsOf(recorded: RecordedEvent): readonly string[] {
  const event = decodedOrNull(recorded);
  if (event === null) return [];
  const actionId = actionIdOf(recorded.streamId);
  if (event.type === 'NoticeDue') {
    const { targetId, revision, lead, dispatches } = event.data;
    return dispatches.map((addressee) =>
      dispatchIdOf(actionId, { ...addressee, targetId, revision, lead, kind: 'notice' }),
    );
  }
  if (event.type === 'CancellationQueued') {
    return [dispatchIdOf(actionId, { ...event.data, kind: 'cancelled' })];
  }
  return 'channel' in event.data ? [dispatchIdOf(actionId, event.data)] : [];
}

function decodedOrNull(recorded: RecordedEvent): KnownEvent | null {
  try {
    return decodeEvent(recorded);
  } catch (error) {
    if (error instanceof UndecodableEvent) return null;
    throw error;
  }
}
