import type { LogPage, RecordedEvent } from '../../../application/ports/event-store.port.js';
import type { Postgres } from '../../postgres/postgres.js';
import { EVENT_COLUMNS, eventTypes, recordedEvent } from './event-row.js';
import type { EventRow } from './event-row.js';
import type { Settlement } from './settlement.js';

interface Hole {
  readonly first: bigint;
  readonly last: bigint;
}

interface Prefix {
  readonly count: number;
  readonly holes: readonly Hole[];
}

/** Reads the log in order without ever passing a number that may still appear. */
export class LogReader {
  constructor(
    private readonly postgres: Postgres,
    private readonly settlement: Settlement,
  ) {}

  async readAll(after: bigint, limit: number): Promise<LogPage> {
    for (;;) {
      // Taken before the read: a number missing from it that was settled by then is dead.
      const settled = this.settlement.upTo;
      const events = await this.visible(after, limit);
      const { count, holes } = prefixOf(events, after, settled);
      const last = events[count - 1];
      if (last !== undefined) {
        await this.logDead(holes);
        return { events: events.slice(0, count), position: last.position };
      }
      const top = events.at(-1);
      if (top === undefined || !(await this.settlement.reach(top.position))) {
        return { events: [], position: after };
      }
    }
  }

  async head(): Promise<bigint> {
    const top = await this.position(
      'select coalesce(max(position), 0) as position from forewarn.events',
    );
    if (await this.settlement.reach(top)) {
      return top;
    }
    // Someone holds a number below the top: the last event before the first hole is as far as everyone sees.
    return this.position(
      `select coalesce(max(position), $1) as position from (
        select position, position - row_number() over (order by position) as before
        from forewarn.events where position > $1) e
      where before = $1`,
      [this.settlement.upTo],
    );
  }

  private async visible(after: bigint, limit: number): Promise<RecordedEvent[]> {
    const rows = await this.postgres.query<EventRow & Record<string, unknown>>({
      name: 'read-all',
      text: `select ${EVENT_COLUMNS} from forewarn.events e
        where e.position > $1 order by e.position limit $2`,
      values: [after, limit],
      types: eventTypes,
    });
    return rows.map(recordedEvent);
  }

  private async logDead(holes: readonly Hole[]): Promise<void> {
    if (holes.length === 0) {
      return;
    }
    await this.postgres.query({
      name: 'log-dead',
      text: `insert into forewarn.gap_log as g (first_position, last_position)
        select * from unnest($1::bigint[], $2::bigint[])
        on conflict (last_position) do update set first_position = excluded.first_position
        where excluded.first_position < g.first_position`,
      values: [holes.map(({ first }) => first), holes.map(({ last }) => last)],
    });
  }

  private async position(text: string, values: readonly unknown[] = []): Promise<bigint> {
    const [row] = await this.postgres.query<{ position: bigint }>({
      text,
      values: [...values],
      types: eventTypes,
    });
    return row?.position ?? 0n;
  }
}

/** How many events follow each other without a number between them that is not yet settled. */
function prefixOf(events: readonly RecordedEvent[], after: bigint, settled: bigint): Prefix {
  const holes: Hole[] = [];
  let before = after;
  for (const [count, { position }] of events.entries()) {
    if (position > before + 1n) {
      if (position - 1n > settled) {
        return { count, holes };
      }
      holes.push({ first: before + 1n, last: position - 1n });
    }
    before = position;
  }
  return { count: events.length, holes };
}
