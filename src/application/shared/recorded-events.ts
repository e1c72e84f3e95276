import type { DomainEvent } from '../../domain/shared/decider.js';
import type { KnownEventType } from '../../domain/upcasters/current-schemas.js';
import { CURRENT_SCHEMAS } from '../../domain/upcasters/current-schemas.js';
import type { EventMetadata, NewEvent } from '../ports/event-store.port.js';
import { uuidV5 } from './uuid-v5.js';

/** Namespace of event ids: an event's id follows from its command and its place in the command's answer. */
const EVENT_IDS = 'b8f6f0a2-3d0c-5a52-9c1e-6d1a2f4be7d1';

export const eventIdOf = (commandId: string, index: number): string =>
  uuidV5(EVENT_IDS, `${commandId}/${String(index)}`);

/** The fact as it is handed to the store, in its current shape. */
export const newEvent = (event: DomainEvent, id: string, metadata: EventMetadata): NewEvent => ({
  id,
  type: event.type,
  schema: CURRENT_SCHEMAS[event.type as KnownEventType],
  data: event.data,
  metadata,
});
