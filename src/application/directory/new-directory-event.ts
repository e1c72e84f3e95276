import type { DirectoryEvent } from '../../domain/directory/directory.events.js';
import type { EventMetadata, NewEvent } from '../ports/event-store.port.js';
import { newEvent } from '../shared/recorded-events.js';
import { uuidV5 } from '../shared/uuid-v5.js';

/** An event with an id that follows from its command and place, so that a command given twice appends it once. */
export const newDirectoryEvent = (
  event: DirectoryEvent,
  place: string,
  { actor, commandId, correlationId, causationId }: EventMetadata,
): NewEvent =>
  newEvent(event, uuidV5(commandId, place), { actor, commandId, correlationId, causationId });
