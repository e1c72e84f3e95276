import type { RecordedEvent } from '../ports/event-store.port.js';

/** The log holds an event that this version of the program cannot read. Whoever reads it stops there. */
export class UndecodableEvent extends Error {
  override readonly name = 'UndecodableEvent';
  readonly streamId: string;
  readonly version: number;
  readonly position: bigint;
  readonly type: string;
  readonly schema: number;

  constructor(
    { streamId, version, position, type, schema }: RecordedEvent,
    readonly problem: 'unknown_type' | 'unknown_schema',
  ) {
    super(
      `cannot read event ${String(version)} of stream ${streamId}, at position ${String(position)}: ` +
        (problem === 'unknown_type'
          ? `the type ${type} is unknown`
          : `schema ${String(schema)} of ${type} is unknown`),
    );
    this.streamId = streamId;
    this.version = version;
    this.position = position;
    this.type = type;
    this.schema = schema;
  }
}
