import { EventStore, NO_STREAM_VERSION } from '../../../application/ports/event-store.port.js';
import type {
  Append,
  AppendResult,
  ExpectedVersion,
  Holder,
  LogPage,
  RecordedEvent,
  StreamSlice,
} from '../../../application/ports/event-store.port.js';
import { checkAppend } from '../checked-append.js';
import type { CheckedAppend, CheckedEvent } from '../checked-append.js';
import { tail } from '../tail.js';
import { Wake } from '../wake.js';
import { frozenJson } from './frozen-json.js';

/** The log in memory, for tests and simulations: same answers as the others, and no holes. */
export class MemoryEventStore extends EventStore {
  private readonly log: RecordedEvent[] = [];
  private readonly streams = new Map<string, RecordedEvent[]>();
  private readonly byId = new Map<string, RecordedEvent>();
  private readonly reservations = new Map<string, string>();
  private readonly wake = new Wake();

  /** @param now Milliseconds since the Unix epoch; stands for the database's clock. */
  constructor(private readonly now: () => number = Date.now) {
    super();
  }

  override async append(append: Append): Promise<AppendResult> {
    const checked = await Promise.resolve(append).then(checkAppend);
    const refusal = this.refusalOf(checked);
    if (refusal !== null) {
      return refusal;
    }
    for (const target of checked.reserve) {
      this.reservations.set(target, checked.streamId);
    }
    for (const target of checked.release) {
      if (this.reservations.get(target) === checked.streamId) {
        this.reservations.delete(target);
      }
    }
    const recordedAt = new Date(this.now()).toISOString();
    for (const event of checked.events) {
      this.record(checked.streamId, event, recordedAt);
    }
    this.wake.ring();
    return { kind: 'appended', version: this.version(checked.streamId), position: this.top() };
  }

  override readStream(
    streamId: string,
    { fromVersion = 0, limit }: { readonly fromVersion?: number; readonly limit?: number } = {},
  ): Promise<StreamSlice> {
    const from = Math.max(0, fromVersion);
    const events = (this.streams.get(streamId) ?? []).slice(
      from,
      limit === undefined ? undefined : from + limit,
    );
    return Promise.resolve({ version: this.version(streamId), events });
  }

  override readAll(after: bigint, limit: number): Promise<LogPage> {
    const from = Number(after);
    const events = this.log.slice(from, from + limit);
    return Promise.resolve({ events, position: events.at(-1)?.position ?? after });
  }

  override tail(after: bigint, limit: number, signal: AbortSignal): AsyncIterable<LogPage> {
    const { wake } = this;
    const readAll = (from: bigint, size: number): Promise<LogPage> => this.readAll(from, size);
    return tail({ wake, readAll }, { after, limit }, signal);
  }

  override findEvent(eventId: string): Promise<RecordedEvent | null> {
    return Promise.resolve(this.byId.get(eventId.toLowerCase()) ?? null);
  }

  override head(): Promise<bigint> {
    return Promise.resolve(this.top());
  }

  override holders(targetIds: readonly string[]): Promise<readonly Holder[]> {
    return Promise.resolve(this.holdersOf(targetIds));
  }

  private refusalOf(append: CheckedAppend): AppendResult | null {
    const { streamId, expected, events, reserve } = append;
    const recorded = events.flatMap(({ id }) => this.byId.get(id) ?? []);
    const own = recorded.filter((event) => event.streamId === streamId);
    const last = own.toSorted((a, b) => a.version - b.version).at(-1);
    if (last !== undefined && own.length === events.length) {
      return { kind: 'duplicate', version: last.version, position: last.position };
    }
    if (recorded.length > 0 || !isExpected(this.version(streamId), expected)) {
      return { kind: 'conflict', actualVersion: this.version(streamId) };
    }
    const holders = this.holdersOf(reserve).filter((holder) => holder.streamId !== streamId);
    return holders.length > 0 ? { kind: 'busy', holders } : null;
  }

  private holdersOf(targetIds: readonly string[]): Holder[] {
    return [...new Set(targetIds)].toSorted(byCodePoint).flatMap((targetId) => {
      const streamId = this.reservations.get(targetId);
      return streamId === undefined ? [] : [{ targetId, streamId }];
    });
  }

  private record(streamId: string, event: CheckedEvent, recordedAt: string): void {
    const recorded: RecordedEvent = Object.freeze({
      id: event.id,
      type: event.type,
      schema: event.schema,
      data: frozenJson(event.data),
      metadata: frozenJson(event.metadata) as RecordedEvent['metadata'],
      streamId,
      version: this.version(streamId) + 1,
      position: this.top() + 1n,
      recordedAt,
    });
    this.log.push(recorded);
    this.byId.set(recorded.id, recorded);
    const stream = this.streams.get(streamId) ?? [];
    stream.push(recorded);
    this.streams.set(streamId, stream);
  }

  private version(streamId: string): number {
    return (this.streams.get(streamId)?.length ?? 0) + NO_STREAM_VERSION;
  }

  private top(): bigint {
    return BigInt(this.log.length);
  }
}

function isExpected(version: number, expected: ExpectedVersion): boolean {
  switch (expected) {
    case 'any':
      return true;
    case 'no_stream':
      return version === NO_STREAM_VERSION;
    case 'stream_exists':
      return version > NO_STREAM_VERSION;
    default:
      return version === expected;
  }
}

/** The order of `collate "C"`, in which the database answers. */
function byCodePoint(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
