import type { LogPage, RecordedEvent } from '../../application/ports/event-store.port.js';

/** Events that are read, projected and committed together at most. */
export const PAGE_EVENTS_MAX = 500;

/**
 * Leaves away the last command of a page that is full, since the rest of its events may stand on the next one. What
 * one command decided then becomes visible at once: the notices of one owner leave in one envelope.
 */
export function wholeAppends(page: LogPage): LogPage {
  const { events } = page;
  const last = events.at(-1);
  if (last === undefined || events.length < PAGE_EVENTS_MAX) return page;
  const cut = events.findLastIndex((event) => !isOfSameCommand(event, last)) + 1;
  const kept = events.slice(0, cut);
  const end = kept.at(-1);
  return end === undefined ? page : { events: kept, position: end.position };
}

const isOfSameCommand = (one: RecordedEvent, other: RecordedEvent): boolean =>
  one.streamId === other.streamId && one.metadata.commandId === other.metadata.commandId;
