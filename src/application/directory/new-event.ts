import { DIRECTORY_SCHEMA } from '../../domain/directory/directory-streams.js';
import type { DirectoryEvent } from '../../domain/directory/directory.events.js';
import type { EventMetadata, NewEvent } from '../ports/event-store.port.js';
import { uuidV5 } from '../shared/uuid-v5.js';

/** An event with an id that follows from its command and place, so that a command given twice appends it once. */
export const newEvent = (
  event: DirectoryEvent,
  place: string,
  metadata: EventMetadata,
): NewEvent => ({
  id: uuidV5(metadata.commandId, place),
  type: event.type,
  schema: DIRECTORY_SCHEMA,
  data: event.data,
  metadata,
});
