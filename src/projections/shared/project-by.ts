import type { RecordedEvent } from '../../application/ports/event-store.port.js';
import type { KnownEvent, KnownEventType } from '../../domain/upcasters/current-schemas.js';
import type { ReadModel } from './read-model.js';
import type { RowChange } from './row-change.js';

export interface EventContext {
  /** The action in whose stream the event stands. */
  readonly actionId: string;
  readonly recorded: RecordedEvent;
}

type DataOf<Type extends KnownEventType> = Extract<KnownEvent, { readonly type: Type }>['data'];

/** What each event does to the rows; an event that is not named does nothing. */
export type Reactions<Row extends object> = {
  readonly [Type in KnownEventType]?: (
    data: DataOf<Type>,
    context: EventContext,
  ) => readonly RowChange<Row>[];
};

type Reaction<Row extends object> = (
  data: unknown,
  context: EventContext,
) => readonly RowChange<Row>[];

const ACTION_STREAM = 'action-';

/** A projection as a table of reactions. */
export const projectBy =
  <Row extends object>(reactions: Reactions<Row>): ReadModel<Row>['project'] =>
  (event, recorded) => {
    // The type of the event picks the reaction, so the reaction gets the data it was declared for.
    const reaction = reactions[event.type] as Reaction<Row> | undefined;
    if (reaction === undefined) return [];
    return reaction(event.data, {
      actionId: recorded.streamId.slice(ACTION_STREAM.length),
      recorded,
    });
  };
