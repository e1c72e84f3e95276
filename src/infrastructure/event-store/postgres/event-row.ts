import pg from 'pg';

import type { EventMetadata, RecordedEvent } from '../../../application/ports/event-store.port.js';

/** Columns of one event, in a form that `recordedEvent` reads. */
export const EVENT_COLUMNS =
  'e.position, e.stream_id, e.version, e.event_id, e.type, e.schema, e.data, e.metadata, e.recorded_at';

export interface EventRow {
  readonly position: bigint;
  readonly stream_id: string;
  readonly version: number;
  readonly event_id: string;
  readonly type: string;
  readonly schema: number;
  readonly data: unknown;
  readonly metadata: EventMetadata;
  readonly recorded_at: string;
}

/** Positions as bigint, and instants as text: a `Date` would be made and taken apart again for every event. */
export const eventTypes: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) => {
    if (oid === pg.types.builtins.INT8) {
      return BigInt;
    }
    if (oid === pg.types.builtins.TIMESTAMPTZ) {
      return isoUtc;
    }
    // eslint-disable-next-line @typescript-eslint/no-unsafe-return -- The driver's own parsers are typed any.
    return pg.types.getTypeParser(oid, format ?? 'text');
  },
};

export function recordedEvent(row: EventRow): RecordedEvent {
  return {
    id: row.event_id,
    type: row.type,
    schema: row.schema,
    data: row.data,
    metadata: row.metadata,
    streamId: row.stream_id,
    version: row.version,
    position: row.position,
    recordedAt: row.recorded_at,
  };
}

const UTC_TEXT = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d+))?\+00$/;

/** ISO-8601 with milliseconds; the microseconds behind them are cut, never rounded up. */
export function isoUtc(text: string): string {
  const parts = UTC_TEXT.exec(text);
  if (parts === null) {
    // The session shows another zone.
    return new Date(text).toISOString();
  }
  const [, date = '', time = '', fraction = ''] = parts;
  return `${date}T${time}.${fraction.slice(0, 3).padEnd(3, '0')}Z`;
}
