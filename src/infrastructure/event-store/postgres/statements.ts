import type { QueryConfig } from 'pg';

import type {
  AppendResult,
  ExpectedVersion,
  Holder,
} from '../../../application/ports/event-store.port.js';
import type { CheckedAppend } from '../checked-append.js';

/** JSON text and checked names never hold it, and unlike an array literal it needs no escaping on either side. */
const SEPARATOR = '\u001e';

const APPEND_GROUP = `
  select entry, verdict, version, position, holders from forewarn.append_group(
    string_to_array($1, E'\\x1e'), $2, $3, $4,
    string_to_array($5, E'\\x1e'), $6, string_to_array($7, E'\\x1e'), string_to_array($8, E'\\x1e'),
    string_to_array($9, E'\\x1e'), $10, string_to_array($11, E'\\x1e'), $12)`;

const EXPECTED_CODE = { no_stream: -1, any: -2, stream_exists: -3 } as const;

interface VerdictRow {
  readonly entry: number;
  readonly verdict: 'appended' | 'duplicate' | 'conflict' | 'busy';
  readonly version: number;
  readonly position: string | null;
  readonly holders: readonly Holder[] | null;
}

/** The call of `append_group` for these appends: at most one a stream, and alone if it reserves. */
export function appendStatement(
  appends: readonly CheckedAppend[],
  lockTimeoutMs: number,
): QueryConfig {
  const events = appends.flatMap((append, index) =>
    append.events.map((event) => ({ event, entry: index + 1 })),
  );
  const releases = appends.flatMap((append, index) =>
    append.release.map((target) => ({ target, entry: index + 1 })),
  );
  return {
    name: 'append-group',
    text: APPEND_GROUP,
    values: [
      appends.map(({ streamId }) => streamId).join(SEPARATOR),
      numbers(appends.map(({ expected }) => expectedCode(expected))),
      numbers(events.map(({ entry }) => entry)),
      `{${events.map(({ event }) => event.id).join()}}`,
      events.map(({ event }) => event.type).join(SEPARATOR),
      numbers(events.map(({ event }) => event.schema)),
      events.map(({ event }) => event.data).join(SEPARATOR),
      events.map(({ event }) => event.metadata).join(SEPARATOR),
      appends.flatMap(({ reserve }) => reserve).join(SEPARATOR),
      numbers(releases.map(({ entry }) => entry)),
      releases.map(({ target }) => target).join(SEPARATOR),
      lockTimeoutMs,
    ],
  };
}

/** One result an append, in the order of the appends. */
export function appendResults(rows: readonly unknown[]): AppendResult[] {
  const verdicts = rows as readonly VerdictRow[];
  return verdicts.toSorted((a, b) => a.entry - b.entry).map(resultOf);
}

function resultOf({ verdict, version, position, holders }: VerdictRow): AppendResult {
  switch (verdict) {
    case 'appended':
    case 'duplicate':
      return { kind: verdict, version, position: BigInt(position ?? 0) };
    case 'conflict':
      return { kind: 'conflict', actualVersion: version };
    case 'busy':
      return { kind: 'busy', holders: holders ?? [] };
  }
}

function expectedCode(expected: ExpectedVersion): number {
  return typeof expected === 'number' ? expected : EXPECTED_CODE[expected];
}

function numbers(values: readonly number[]): string {
  return `{${values.join()}}`;
}
