import { randomUUID } from 'node:crypto';

import type { Listener } from './listener.js';

export type Announced = (dueAt: number | null) => void;

const NOTIFY_EVERY_MS = 10;

/**
 * Says that rows were added or moved: at once in this process, and to the others by NOTIFY after the commit, never
 * more often than they can use. A hint that gets lost costs its readers one poll.
 */
export class Announcer {
  private readonly self = randomUUID();
  private readonly listeners = new Set<Announced>();
  private timer: NodeJS.Timeout | null = null;
  /** What is to be said when the pause is over; undefined for nothing. */
  private waiting: number | null | undefined;
  private readonly unlisten: () => void;

  constructor(
    private readonly listener: Listener,
    private readonly channel: string,
  ) {
    this.unlisten = listener.listen(channel, (payload) => {
      this.heard(payload);
    });
  }

  /** `dueAt`: the earliest time among the rows (milliseconds since the Unix epoch), null if it is not known. */
  announce(dueAt: number | null): void {
    this.tell(dueAt);
    if (this.timer === null) {
      this.notify(dueAt);
    } else {
      this.waiting = this.waiting === undefined ? dueAt : earlier(this.waiting, dueAt);
    }
  }

  onAnnounced(listener: Announced): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  stop(): void {
    this.unlisten();
    if (this.timer !== null) clearTimeout(this.timer);
    this.waiting = undefined;
  }

  private notify(dueAt: number | null): void {
    void this.listener.notify(this.channel, `${this.self} ${dueAt === null ? '' : String(dueAt)}`);
    this.timer = setTimeout(() => {
      this.timer = null;
      const { waiting } = this;
      this.waiting = undefined;
      if (waiting !== undefined) this.notify(waiting);
    }, NOTIFY_EVERY_MS).unref();
  }

  private heard(payload: string): void {
    const [from, dueAt = ''] = payload.split(' ');
    if (from !== this.self) this.tell(dueAt === '' ? null : Number(dueAt));
  }

  private tell(dueAt: number | null): void {
    for (const listener of this.listeners) listener(dueAt);
  }
}

/** A time that is not known may be any time. */
const earlier = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? null : Math.min(a, b);
