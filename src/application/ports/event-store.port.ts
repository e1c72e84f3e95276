/** What a writer must know about a stream for its append to be accepted. A number is the exact version. */
export type ExpectedVersion = 'any' | 'no_stream' | 'stream_exists' | number;

/** Version of a stream that has no events yet; the first event of a stream has version 0. */
export const NO_STREAM_VERSION = -1;

export interface EventMetadata {
  /** Who decided: `user:<token name>`, `runner:<token name>` or `system:<duty>`. Never personal data. */
  readonly actor: string;
  /** The command that appended the event. */
  readonly commandId: string;
  /** Groups everything that one request set in motion. */
  readonly correlationId: string;
  /** Id of the event that led to the command, or null where a person or program asked. */
  readonly causationId: string | null;
}

export interface NewEvent {
  /** UUID; the store never holds two events with the same id. */
  readonly id: string;
  readonly type: string;
  /** Version of the shape of `data`; upcasters lift older ones. */
  readonly schema: number;
  readonly data: unknown;
  readonly metadata: EventMetadata;
}

export interface RecordedEvent extends NewEvent {
  readonly streamId: string;
  /** Place in the stream, from 0, without holes. */
  readonly version: number;
  /** Place in the whole log, from 1, growing, with holes where an append was rolled back. */
  readonly position: bigint;
  /** Database time of the append, ISO-8601 UTC. */
  readonly recordedAt: string;
}

export interface Append {
  readonly streamId: string;
  readonly expected: ExpectedVersion;
  /** 1 to `EVENTS_PER_APPEND_MAX` events, together under `BYTES_PER_APPEND_MAX` bytes of JSON. */
  readonly events: readonly NewEvent[];
  /** Targets that the stream takes exclusively in the same transaction; one that another stream holds refuses the whole append. */
  readonly reserve?: readonly string[];
  /** Targets that the stream lets go in the same transaction. Targets that it does not hold are left alone. */
  readonly release?: readonly string[];
}

export const EVENTS_PER_APPEND_MAX = 500;
export const BYTES_PER_APPEND_MAX = 4_000_000;

export type AppendResult =
  | { readonly kind: 'appended'; readonly version: number; readonly position: bigint }
  /** All events were recorded by an earlier append; `version` and `position` are those of the last of them. */
  | { readonly kind: 'duplicate'; readonly version: number; readonly position: bigint }
  /** The stream is not where the writer expected it; nothing was written. */
  | { readonly kind: 'conflict'; readonly actualVersion: number }
  /** Other streams hold some of the targets; nothing was written. */
  | { readonly kind: 'busy'; readonly holders: readonly Holder[] };

export interface Holder {
  readonly targetId: string;
  readonly streamId: string;
}

export interface StreamSlice {
  /** Version of the stream's last event, or `NO_STREAM_VERSION`. Not the version of the last event returned. */
  readonly version: number;
  readonly events: readonly RecordedEvent[];
}

export interface LogPage {
  readonly events: readonly RecordedEvent[];
  /** Where to read on: at or behind the last event, past numbers that will never be used. */
  readonly position: bigint;
}

/**
 * The log. Guarantees, on every adapter:
 * - an answered append is durable, and all of its events are there or none;
 * - all four modes of `ExpectedVersion` are enforced, races included;
 * - an append whose event ids are recorded already answers `duplicate` and writes nothing;
 * - `readAll` never skips an event that is committed later, and within a stream follows its versions.
 */
export abstract class EventStore {
  /** @throws {StoreUnavailable} when the answer is unknown or the store cannot be reached: read the tail and compare ids. */
  abstract append(append: Append): Promise<AppendResult>;

  /** Events of one stream from `fromVersion` (default 0) upwards, at most `limit` of them. */
  abstract readStream(
    streamId: string,
    options?: { readonly fromVersion?: number; readonly limit?: number },
  ): Promise<StreamSlice>;

  /** Events behind `after` in log order. An empty page may still move the position. */
  abstract readAll(after: bigint, limit: number): Promise<LogPage>;

  /** Pages behind `after`, for ever: waits at the end for what comes next, until the signal is aborted. */
  abstract tail(after: bigint, limit: number, signal: AbortSignal): AsyncIterable<LogPage>;

  /** The event with this id, if it is recorded. */
  abstract findEvent(eventId: string): Promise<RecordedEvent | null>;

  /** Position of the last event that every reader may see; 0 in an empty log. */
  abstract head(): Promise<bigint>;

  /** Who holds which of these targets. */
  abstract holders(targetIds: readonly string[]): Promise<readonly Holder[]>;
}

/** The store could not be reached, or broke off before its answer. The append may or may not be recorded. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
}

/** The append is over `EVENTS_PER_APPEND_MAX` or `BYTES_PER_APPEND_MAX`. The same append never succeeds. */
export class AppendTooLarge extends Error {
  override readonly name = 'AppendTooLarge';
  constructor(
    readonly streamId: string,
    readonly events: number,
    readonly bytes: number,
  ) {
    super(`append to ${streamId} is too large: ${String(events)} events, ${String(bytes)} bytes`);
  }
}

/** The append can mean nothing to any store: no events, an id that is no UUID, an id twice, an unusable name. */
export class MalformedAppend extends Error {
  override readonly name = 'MalformedAppend';
}
