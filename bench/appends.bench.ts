import { randomUUID } from 'node:crypto';

import pg from 'pg';

import type { Append } from '../src/application/ports/event-store.port.js';
import { checkAppend } from '../src/infrastructure/event-store/checked-append.js';
import {
  appendResults,
  appendStatement,
} from '../src/infrastructure/event-store/postgres/statements.js';
import type { Bench, Effort } from './support/bench.js';
import { figure, ratios } from './support/figure.js';
import type { Figure } from './support/figure.js';
import { onGround } from './support/ground.js';
import type { Ground } from './support/ground.js';
import { interleaved, perSecond } from './support/rounds.js';

/** Callers of the grouped appends; the other side has as many as it has connections. */
const CALLERS = 256;
const CONNECTIONS = 32;
const LOCK_TIMEOUT_MS = 250;

/** An append with its own verdict, grouped with others, against the same one alone and against a bare insert. */
export const appendsBench: Bench = {
  name: 'appends',
  about: `one event a command: ${String(CALLERS)} callers of the store, ${String(CONNECTIONS)} connections without it`,
  run: (effort) => onGround((ground) => compareAppends(ground, effort)),
};

async function compareAppends(ground: Ground, effort: Effort): Promise<readonly Figure[]> {
  const { store, postgres, url } = ground;
  await postgres.query({ text: RAW_TABLE });
  const clients = await connections(url);
  const { grouped, alone, raw } = await interleaved(effort, {
    grouped: () => perSecond(effort, CALLERS, () => store.append(claim())),
    alone: () => perSecond(effort, CONNECTIONS, (caller) => appendAlone(clients[caller], claim())),
    raw: () => perSecond(effort, CONNECTIONS, (caller) => insertRow(clients[caller], claim())),
  });
  await Promise.all(clients.map((client) => client.end()));
  return [
    figure('grouped appends', 'commands/s', grouped),
    figure('the same append, one by one', 'commands/s', alone),
    figure('raw single-row inserts', 'rows/s', raw),
    figure('grouped : one by one', '×', ratios(grouped, alone), { is: 'at least', value: 4 }),
    figure('grouped : raw inserts', '×', ratios(grouped, raw), { is: 'at least', value: 1.5 }),
  ];
}

/** What a program would write without event sourcing: the same content in one table, with nothing but its key. */
const RAW_TABLE = `create table raw_rows (
  id bigint generated always as identity primary key,
  stream_id text not null, version integer not null, event_id uuid not null, type text not null,
  data json not null, metadata json not null, recorded_at timestamptz not null default clock_timestamp()
)`;

async function appendAlone(client: pg.Client | undefined, append: Append): Promise<unknown> {
  const statement = appendStatement([checkAppend(append)], LOCK_TIMEOUT_MS);
  const answer = await client?.query(statement);
  return appendResults(answer?.rows ?? []);
}

async function insertRow(
  client: pg.Client | undefined,
  { streamId, events }: Append,
): Promise<unknown> {
  const [event] = events;
  return client?.query({
    name: 'raw',
    text: `insert into raw_rows (stream_id, version, event_id, type, data, metadata)
      values ($1, 0, $2, $3, $4, $5) returning id`,
    values: [
      streamId,
      event?.id,
      event?.type,
      JSON.stringify(event?.data),
      JSON.stringify(event?.metadata),
    ],
  });
}

function claim(): Append {
  const id = randomUUID();
  const at = new Date().toISOString();
  return {
    streamId: `action-${id}`,
    expected: 'no_stream',
    events: [
      {
        id,
        type: 'TargetClaimed',
        schema: 1,
        data: { targetId: 't-1', fence: 1, attempt: 1, holder: 'bench', leaseMs: 60_000, at },
        metadata: { actor: 'system:bench', commandId: id, correlationId: id, causationId: null },
      },
    ],
  };
}

const connections = (url: string): Promise<readonly pg.Client[]> =>
  Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      return client;
    }),
  );
