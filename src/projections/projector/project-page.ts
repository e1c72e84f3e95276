import type { Consumer } from '../../application/ports/consumer.port.js';
import type { LogPage, RecordedEvent } from '../../application/ports/event-store.port.js';
import { UndecodableEvent } from '../../application/shared/undecodable-event.js';

/** A batch ends behind the event that brings it over this. */
export const CHANGES_PER_BATCH_MAX = 5_000;

export interface ProjectedPage<Change> {
  readonly changes: readonly Change[];
  readonly events: number;
  /** Where the batch ends; null when there is nothing in front of the obstacle. */
  readonly position: bigint | null;
  /** Why the event behind `position` cannot be projected. */
  readonly obstacle: Error | null;
}

/** A projection threw: a bug, or an event that means something that the projection does not know. */
export class ProjectionFailed extends Error {
  override readonly name = 'ProjectionFailed';
  readonly streamId: string;
  readonly position: bigint;

  constructor({ streamId, version, position, type }: RecordedEvent, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(
      `cannot project ${type}, event ${String(version)} of stream ${streamId}, ` +
        `at position ${String(position)}: ${reason}`,
      { cause },
    );
    this.streamId = streamId;
    this.position = position;
  }
}

/** Projects as much of a page as goes into one batch. */
export function projectPage<Change>(
  { project }: Consumer<Change>,
  page: LogPage,
): ProjectedPage<Change> {
  const changes: Change[] = [];
  let events = 0;
  let position: bigint | null = null;
  for (const recorded of page.events) {
    if (changes.length >= CHANGES_PER_BATCH_MAX) {
      return { changes, events, position, obstacle: null };
    }
    try {
      for (const change of project(recorded)) changes.push(change);
    } catch (error) {
      return { changes, events, position, obstacle: obstacleOf(recorded, error) };
    }
    events += 1;
    position = recorded.position;
  }
  return { changes, events, position: page.position, obstacle: null };
}

const obstacleOf = (recorded: RecordedEvent, error: unknown): Error =>
  error instanceof UndecodableEvent ? error : new ProjectionFailed(recorded, error);
