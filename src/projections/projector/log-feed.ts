import type { EventStore, LogPage } from '../../application/ports/event-store.port.js';
import { PageRing } from './page-ring.js';
import { PAGE_EVENTS_MAX, wholeAppends } from './whole-appends.js';

interface LiveEnd {
  readonly pages: AsyncIterator<LogPage>;
  readonly stop: AbortController;
  /** Where the tail stands. */
  position: bigint;
  /** The page that all who wait at the end are waiting for. */
  coming: Promise<void> | null;
}

/**
 * Reads the log once for all consumers of a process: whoever comes first to a place reads it, the others find the page
 * here. At the end of the log one tail waits for all. The first waits a little for the last, so that they stay
 * together; a consumer that is left behind all the same reads by itself until it has caught up.
 */
export class LogFeed {
  private readonly ring = new PageRing();
  private readonly reading = new Map<bigint, Promise<LogPage>>();
  private live: LiveEnd | null = null;

  constructor(private readonly store: EventStore) {}

  /** What follows the position, or null when the log ends there. */
  async next(reader: object, after: bigint): Promise<LogPage | null> {
    this.ring.reached(reader, after);
    const kept = this.ring.find(after) ?? (await this.afterRoom(after));
    if (kept !== null) return kept;
    const page = await this.read(after);
    return page.position > after ? page : null;
  }

  /** Resolves when there is more behind the position, and at the latest when the signal is aborted. */
  async more(after: bigint, signal: AbortSignal): Promise<void> {
    const { live } = this;
    // The tail is behind this consumer only until its page that is on its way has come.
    const end =
      live === null || (live.position < after && !live.coming) ? this.attach(after) : live;
    if (signal.aborted || end.position > after) return;
    end.coming ??= this.pull(end);
    await unlessAborted(end.coming, signal);
  }

  /** Nobody waits for this reader any more. */
  leave(reader: object): void {
    this.ring.leave(reader);
  }

  /** Stops the tail. Whoever waits is let go. */
  stop(): void {
    this.live?.stop.abort();
    this.live = null;
    this.ring.clear();
  }

  private async afterRoom(after: bigint): Promise<LogPage | null> {
    await this.ring.room(after);
    // Another reader may have read it meanwhile.
    return this.ring.find(after);
  }

  private read(after: bigint): Promise<LogPage> {
    const reading = this.reading.get(after) ?? this.readAndKeep(after);
    this.reading.set(after, reading);
    return reading;
  }

  private async readAndKeep(after: bigint): Promise<LogPage> {
    try {
      const page = wholeAppends(await this.store.readAll(after, PAGE_EVENTS_MAX));
      this.ring.keep({ ...page, after });
      return page;
    } finally {
      this.reading.delete(after);
    }
  }

  private attach(after: bigint): LiveEnd {
    this.live?.stop.abort();
    const stop = new AbortController();
    const pages = this.store.tail(after, PAGE_EVENTS_MAX, stop.signal)[Symbol.asyncIterator]();
    this.live = { pages, stop, position: after, coming: null };
    return this.live;
  }

  private async pull(end: LiveEnd): Promise<void> {
    try {
      await this.ring.room(end.position);
      const next: IteratorResult<LogPage, unknown> = await end.pages.next();
      if (next.done === true) {
        this.detach(end);
        return;
      }
      const page = wholeAppends(next.value);
      this.ring.keep({ ...page, after: end.position });
      end.position = page.position;
      end.coming = null;
      // What was left away is read again from where it begins.
      if (page !== next.value) this.detach(end);
    } catch (error) {
      this.detach(end);
      throw error;
    }
  }

  private detach(end: LiveEnd): void {
    end.stop.abort();
    if (this.live === end) this.live = null;
  }
}

/** Whoever does not wait any longer does not hear of a failure either. */
function unlessAborted(coming: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      resolve();
    };
    signal.addEventListener('abort', abort, { once: true });
    coming.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', abort);
    });
  });
}
