import { EventStore } from '../../application/ports/event-store.port.js';
import type {
  Append,
  AppendResult,
  Holder,
  LogPage,
  RecordedEvent,
  StreamSlice,
} from '../../application/ports/event-store.port.js';
import type { Meters } from '../../application/ports/meters.port.js';
import { meterFact } from './fact-meters.js';

/** Measures what goes into a log, and adds nothing else to it. */
export class MeteredEventStore extends EventStore {
  constructor(
    private readonly store: EventStore,
    private readonly meters: Meters,
  ) {
    super();
  }

  override async append(append: Append): Promise<AppendResult> {
    const begunAt = performance.now();
    const result = await this.store.append(append);
    const seconds = (performance.now() - begunAt) / 1_000;
    this.meters.observe('forewarn_append_duration_seconds', seconds, { verdict: result.kind });
    if (result.kind === 'appended') {
      for (const event of append.events) meterFact(this.meters, event);
    }
    return result;
  }

  override readStream(
    streamId: string,
    options?: { readonly fromVersion?: number; readonly limit?: number },
  ): Promise<StreamSlice> {
    return this.store.readStream(streamId, options);
  }

  override readAll(after: bigint, limit: number): Promise<LogPage> {
    return this.store.readAll(after, limit);
  }

  override tail(after: bigint, limit: number, signal: AbortSignal): AsyncIterable<LogPage> {
    return this.store.tail(after, limit, signal);
  }

  override findEvent(eventId: string): Promise<RecordedEvent | null> {
    return this.store.findEvent(eventId);
  }

  override head(): Promise<bigint> {
    return this.store.head();
  }

  override holders(targetIds: readonly string[]): Promise<readonly Holder[]> {
    return this.store.holders(targetIds);
  }
}
