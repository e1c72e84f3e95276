import type { KnownEvent } from '../../domain/upcasters/current-schemas.js';
import { upcast } from '../../domain/upcasters/upcast.js';
import type { RecordedEvent } from '../ports/event-store.port.js';
import { UndecodableEvent } from './undecodable-event.js';

/**
 * The fact that was recorded, in its current shape.
 * @throws {UndecodableEvent} for a type or schema that this version of the program does not know.
 */
export function decodeEvent(recorded: RecordedEvent): KnownEvent {
  const result = upcast(recorded);
  if (!result.ok) throw new UndecodableEvent(recorded, result.problem);
  return result.event;
}
