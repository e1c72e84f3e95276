import { EventStore, StoreUnavailable } from '../../src/application/ports/event-store.port.js';
import type {
  Append,
  AppendResult,
  Holder,
  LogPage,
  RecordedEvent,
  StreamSlice,
} from '../../src/application/ports/event-store.port.js';

type Call = 'append' | 'readStream' | 'findEvent';
type Moment = 'before' | 'after';
type Hook = () => unknown;

/** One process's way to a store that it shares with others. Tests break it, or act between a call and its answer. */
export class ScriptedStore extends EventStore {
  isDown = false;
  readonly calls: Record<Call, number> = { append: 0, readStream: 0, findEvent: 0 };
  private readonly hooks = new Map<string, Hook[]>();

  constructor(private readonly inner: EventStore) {
    super();
  }

  /** Runs the hook once, around the next call of that kind that has none. What it throws, the caller gets. */
  once(moment: Moment, call: Call, hook: Hook): void {
    const key = moment + call;
    this.hooks.set(key, [...(this.hooks.get(key) ?? []), hook]);
  }

  /** The next append is recorded, but its writer never hears of it. */
  loseNextAnswer(): void {
    this.once('after', 'append', () => {
      throw new StoreUnavailable('the answer got lost');
    });
  }

  override append(append: Append): Promise<AppendResult> {
    return this.call('append', () => this.inner.append(append));
  }

  override readStream(
    streamId: string,
    options?: { readonly fromVersion?: number; readonly limit?: number },
  ): Promise<StreamSlice> {
    return this.call('readStream', () => this.inner.readStream(streamId, options));
  }

  override findEvent(eventId: string): Promise<RecordedEvent | null> {
    return this.call('findEvent', () => this.inner.findEvent(eventId));
  }

  override readAll(after: bigint, limit: number): Promise<LogPage> {
    return this.inner.readAll(after, limit);
  }

  override tail(after: bigint, limit: number, signal: AbortSignal): AsyncIterable<LogPage> {
    return this.inner.tail(after, limit, signal);
  }

  override head(): Promise<bigint> {
    return this.inner.head();
  }

  override holders(targetIds: readonly string[]): Promise<readonly Holder[]> {
    return this.inner.holders(targetIds);
  }

  private async call<Result>(call: Call, run: () => Promise<Result>): Promise<Result> {
    this.calls[call] += 1;
    if (this.isDown) throw new StoreUnavailable('the store is down');
    await this.hooks.get('before' + call)?.shift()?.();
    const result = await run();
    await this.hooks.get('after' + call)?.shift()?.();
    return result;
  }
}
