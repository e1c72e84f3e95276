import { Buffer } from 'node:buffer';

import {
  AppendTooLarge,
  BYTES_PER_APPEND_MAX,
  EVENTS_PER_APPEND_MAX,
  MalformedAppend,
} from '../../application/ports/event-store.port.js';
import type {
  Append,
  EventMetadata,
  ExpectedVersion,
  NewEvent,
} from '../../application/ports/event-store.port.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
// Names travel in lists that a control character separates.
// eslint-disable-next-line no-control-regex
const NAME = /^[^\u0000-\u001f]{1,512}$/;

/** An append that every store accepts, with its events as the JSON text that will be stored. */
export interface CheckedAppend {
  readonly streamId: string;
  readonly expected: ExpectedVersion;
  readonly events: readonly CheckedEvent[];
  readonly reserve: readonly string[];
  readonly release: readonly string[];
  readonly bytes: number;
}

export interface CheckedEvent {
  readonly id: string;
  readonly type: string;
  readonly schema: number;
  readonly data: string;
  readonly metadata: string;
}

/**
 * Serializes the events and enforces the limits, so that a bad append fails alone and before it is queued.
 * @throws {AppendTooLarge | MalformedAppend}
 */
export function checkAppend(append: Append): CheckedAppend {
  if (append.events.length > EVENTS_PER_APPEND_MAX) {
    throw new AppendTooLarge(append.streamId, append.events.length, 0);
  }
  const { events, bytes } = serialized(append.events);
  if (bytes > BYTES_PER_APPEND_MAX) {
    throw new AppendTooLarge(append.streamId, events.length, bytes);
  }
  const reserve = [...new Set(append.reserve)];
  const release = [...new Set(append.release)];
  const problem = problemOf(append, events) ?? problemOfTargets(reserve, release);
  if (problem !== null) {
    throw new MalformedAppend(`append to ${append.streamId}: ${problem}`);
  }
  return { streamId: append.streamId, expected: append.expected, events, reserve, release, bytes };
}

export function isUuid(id: string): boolean {
  return UUID.test(id);
}

/** Events of one command share their metadata, which is then the larger part of their JSON: it is written once. */
function serialized(events: readonly NewEvent[]): {
  readonly events: readonly CheckedEvent[];
  readonly bytes: number;
} {
  let bytes = 0;
  let shared = { of: null as EventMetadata | null, text: '', bytes: 0 };
  const checked = events.map(({ id, type, schema, data: value, metadata }) => {
    if (metadata !== shared.of) {
      const text = JSON.stringify(metadata);
      shared = { of: metadata, text, bytes: Buffer.byteLength(text) };
    }
    // `undefined` has no JSON; it is stored as what JSON makes of it inside an array.
    const data = value === undefined ? 'null' : JSON.stringify(value);
    bytes += Buffer.byteLength(data) + shared.bytes;
    return { id: id.toLowerCase(), type, schema, data, metadata: shared.text };
  });
  return { events: checked, bytes };
}

function problemOf({ streamId, expected }: Append, events: readonly CheckedEvent[]): string | null {
  if (events.length === 0) {
    return 'no events';
  }
  if (!NAME.test(streamId)) {
    return 'unusable stream id';
  }
  if (typeof expected === 'number' && !(Number.isSafeInteger(expected) && expected >= -1)) {
    return `unusable expected version ${String(expected)}`;
  }
  if (!events.every(({ id, type }) => isUuid(id) && NAME.test(type))) {
    return 'an event id is no UUID, or a type is unusable';
  }
  return new Set(events.map(({ id }) => id)).size < events.length ? 'an event id twice' : null;
}

function problemOfTargets(reserve: readonly string[], release: readonly string[]): string | null {
  const targets = new Set([...reserve, ...release]);
  if (targets.size < reserve.length + release.length) {
    return 'a target both reserved and released';
  }
  return [...targets].every((target) => NAME.test(target)) ? null : 'unusable target id';
}
