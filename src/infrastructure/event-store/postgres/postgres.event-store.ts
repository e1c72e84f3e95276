import { EventStore, NO_STREAM_VERSION } from '../../../application/ports/event-store.port.js';
import type {
  Append,
  AppendResult,
  Holder,
  LogPage,
  RecordedEvent,
  StreamSlice,
} from '../../../application/ports/event-store.port.js';
import type { Listener } from '../../postgres/listener.js';
import type { Postgres } from '../../postgres/postgres.js';
import { checkAppend, isUuid } from '../checked-append.js';
import { tail } from '../tail.js';
import { Wake } from '../wake.js';
import { CommitNotifier, LOG_CHANNEL } from './commit-notifier.js';
import { EVENT_COLUMNS, eventTypes, recordedEvent } from './event-row.js';
import type { EventRow } from './event-row.js';
import { GroupAppender } from './group-appender.js';
import { LogReader } from './log-reader.js';
import { LoneAppender } from './lone-appender.js';
import { Settlement } from './settlement.js';
import type { SettlementOptions } from './settlement.js';

/** Notifications are hints: this is how late a tail is when they are lost or cannot be had. */
const POLL_MS = 500;

type Row = Record<string, unknown>;

export interface PostgresEventStoreOptions extends SettlementOptions {
  /** Connections that commit groups of appends. */
  readonly writers?: number;
}

/** The log in PostgreSQL. Needs the schema of `migrate`, and a listener that its owner starts and stops. */
export class PostgresEventStore extends EventStore {
  private readonly wake = new Wake();
  private readonly lone: LoneAppender;
  private readonly group: GroupAppender;
  private readonly reader: LogReader;
  private readonly notifier: CommitNotifier;
  private readonly poll: NodeJS.Timeout;
  private readonly unlisten: () => void;

  constructor(
    private readonly postgres: Postgres,
    listener: Listener,
    options: PostgresEventStoreOptions = {},
  ) {
    super();
    this.lone = new LoneAppender(postgres);
    this.group = new GroupAppender(postgres, this.lone, options.writers);
    this.reader = new LogReader(postgres, new Settlement(postgres, options));
    this.notifier = new CommitNotifier(listener);
    const ring = (): void => {
      this.wake.ring();
    };
    this.unlisten = listener.listen(LOG_CHANNEL, ring);
    this.poll = setInterval(ring, POLL_MS).unref();
  }

  override async append(append: Append): Promise<AppendResult> {
    const checked = checkAppend(append);
    const appender = checked.reserve.length > 0 ? this.lone : this.group;
    const result = await appender.append(checked);
    if (result.kind === 'appended') {
      this.wake.ring();
      this.notifier.committed();
    }
    return result;
  }

  override async readStream(
    streamId: string,
    { fromVersion = 0, limit }: { readonly fromVersion?: number; readonly limit?: number } = {},
  ): Promise<StreamSlice> {
    // One statement, so that the version and the events are of the same moment.
    const rows = await this.postgres.query<
      Row & { head: number } & (EventRow | { position: null })
    >({
      name: 'read-stream',
      text: `select s.version as head, e.* from forewarn.streams s
        left join lateral (
          select ${EVENT_COLUMNS} from forewarn.events e
          where e.stream_id = s.stream_id and e.version >= $2 order by e.version limit $3
        ) e on true
        where s.stream_id = $1 order by e.version`,
      values: [streamId, fromVersion, limit ?? null],
      types: eventTypes,
    });
    const events = rows.flatMap((row) => (isEvent(row) ? [recordedEvent(row)] : []));
    return { version: rows[0]?.head ?? NO_STREAM_VERSION, events };
  }

  override readAll(after: bigint, limit: number): Promise<LogPage> {
    return this.reader.readAll(after, limit);
  }

  override tail(after: bigint, limit: number, signal: AbortSignal): AsyncIterable<LogPage> {
    const { wake, reader } = this;
    const readAll = (from: bigint, size: number): Promise<LogPage> => reader.readAll(from, size);
    return tail({ wake, readAll }, { after, limit }, signal);
  }

  override async findEvent(eventId: string): Promise<RecordedEvent | null> {
    if (!isUuid(eventId)) {
      return null;
    }
    const [row] = await this.postgres.query<Row & EventRow>({
      name: 'find-event',
      text: `select ${EVENT_COLUMNS} from forewarn.events e where e.event_id = $1`,
      values: [eventId],
      types: eventTypes,
    });
    return row === undefined ? null : recordedEvent(row);
  }

  override head(): Promise<bigint> {
    return this.reader.head();
  }

  override async holders(targetIds: readonly string[]): Promise<readonly Holder[]> {
    return this.postgres.query<Row & Holder>({
      name: 'holders',
      text: `select target_id as "targetId", stream_id as "streamId"
        from forewarn.reservations where target_id = any($1) order by target_id`,
      values: [targetIds],
    });
  }

  /** Answers what is queued, then lets its connections go. Tails end by their own signals. */
  async close(): Promise<void> {
    clearInterval(this.poll);
    this.unlisten();
    this.notifier.stop();
    await this.group.stop();
    await this.lone.stop();
  }
}

function isEvent(row: Row): row is Row & EventRow {
  return row['position'] !== null;
}
