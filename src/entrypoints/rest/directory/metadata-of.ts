import type { EventMetadata } from '../../../application/ports/event-store.port.js';
import type { Caller } from '../context/caller.decorator.js';

/** What the events of a request carry: a person or program asked, so no event came before. */
export const metadataOf = ({ actor, commandId, correlationId }: Caller): EventMetadata => ({
  actor,
  commandId,
  correlationId,
  causationId: null,
});
