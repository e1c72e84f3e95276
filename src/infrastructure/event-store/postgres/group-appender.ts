import { StoreUnavailable } from '../../../application/ports/event-store.port.js';
import type { AppendResult } from '../../../application/ports/event-store.port.js';
import type { Postgres } from '../../postgres/postgres.js';
import type { CheckedAppend } from '../checked-append.js';
import { AppendLanes } from './append-lanes.js';
import type { LoneAppender } from './lone-appender.js';
import type { PendingAppend } from './pending-append.js';
import { Writer } from './writer.js';

/** More than these waiting means that the database is away or far behind: say so instead of growing. */
export const QUEUED_APPENDS_MAX = 10_000;
export const QUEUED_BYTES_MAX = 64_000_000;
/** How long an append waits for a connection before its caller is told. */
export const QUEUED_MS_MAX = 10_000;
/** Measured: with two the disk waits for groups, with four the groups get small. */
const WRITERS_DEFAULT = 3;
/** What waits is shared out among the free writers, so that more than one core works on it; never into smaller parts. */
const SHARE_APPENDS_MIN = 64;

/** Collects the appends that arrive while commits are in flight, and commits them together. */
export class GroupAppender {
  private readonly lanes = new AppendLanes();
  private readonly writers: readonly Writer[];
  private readonly inFlight = new Set<Promise<void>>();
  private pumping = false;
  private stopped = false;

  constructor(
    postgres: Postgres,
    private readonly lone: LoneAppender,
    writers: number = WRITERS_DEFAULT,
  ) {
    const events = {
      ready: (): void => {
        this.pumpSoon();
      },
      unreachable: (): void => {
        this.expire();
      },
    };
    this.writers = Array.from({ length: writers }, () => new Writer(postgres, events));
    this.writers.forEach((writer) => {
      writer.start();
    });
  }

  /** @throws {StoreUnavailable} when the queue is full, no connection came in time, or one broke before the answer. */
  append(append: CheckedAppend): Promise<AppendResult> {
    return new Promise((resolve, reject) => {
      const refusal = this.refusal(append);
      if (refusal !== null) {
        reject(refusal);
        return;
      }
      this.lanes.add({ append, queuedAtMs: performance.now(), resolve, reject });
      this.pumpSoon();
    });
  }

  /** Ends after everything queued has its answer. */
  async stop(): Promise<void> {
    this.stopped = true;
    while (this.inFlight.size > 0 || (this.lanes.size > 0 && this.hasWriter())) {
      await (this.inFlight.size > 0 ? Promise.race(this.inFlight) : new Promise(setImmediate));
    }
    rejectAll(this.lanes.takeQueuedBefore(Infinity), 'the store is stopping');
    await Promise.all(this.writers.map((writer) => writer.stop()));
  }

  private refusal(append: CheckedAppend): StoreUnavailable | null {
    if (this.stopped) {
      return new StoreUnavailable('the store is stopping');
    }
    const isFull =
      this.lanes.size >= QUEUED_APPENDS_MAX || this.lanes.bytes + append.bytes > QUEUED_BYTES_MAX;
    return isFull ? new StoreUnavailable('too many appends are waiting; nothing was sent') : null;
  }

  private hasWriter(): boolean {
    return this.writers.some((writer) => writer.isReady);
  }

  /** Waits for the callers that the last answers have woken: what they send now belongs in the next group. */
  private pumpSoon(): void {
    if (this.pumping) {
      return;
    }
    this.pumping = true;
    setImmediate(() => {
      this.pumping = false;
      const free = this.writers.filter(({ isReady }) => isReady);
      for (const [index, writer] of free.entries()) {
        if (this.lanes.readyCount === 0) {
          break;
        }
        const share = Math.ceil(this.lanes.readyCount / (free.length - index));
        const group = this.lanes.takeGroup(Math.max(share, SHARE_APPENDS_MIN));
        this.track(this.write(writer, group));
      }
    });
  }

  private track(work: Promise<void>): void {
    this.inFlight.add(work);
    void work.finally(() => this.inFlight.delete(work));
  }

  private async write(writer: Writer, group: readonly PendingAppend[]): Promise<void> {
    try {
      const results = await writer.append(group.map(({ append }) => append));
      group.forEach((pending, index) => {
        answer(pending, results[index]);
        this.lanes.release(pending.append.streamId);
      });
    } catch (error) {
      this.fail(group, error);
    }
    this.pumpSoon();
  }

  /** A group that was rolled back harms none of its members: each is tried alone, and only the bad ones fail. */
  private fail(group: readonly PendingAppend[], error: unknown): void {
    for (const pending of group) {
      if (error instanceof StoreUnavailable) {
        pending.reject(error);
        this.lanes.release(pending.append.streamId);
      } else {
        this.track(this.writeAlone(pending));
      }
    }
  }

  private async writeAlone(pending: PendingAppend): Promise<void> {
    await this.lone.append(pending.append).then(pending.resolve, pending.reject);
    this.lanes.release(pending.append.streamId);
    this.pumpSoon();
  }

  private expire(): void {
    const overdue = this.lanes.takeQueuedBefore(performance.now() - QUEUED_MS_MAX);
    rejectAll(overdue, 'no connection to the database; nothing was sent');
  }
}

function answer(pending: PendingAppend, result: AppendResult | undefined): void {
  if (result === undefined) {
    pending.reject(new StoreUnavailable('the group came back without a verdict on this append'));
  } else {
    pending.resolve(result);
  }
}

function rejectAll(pendings: readonly PendingAppend[], reason: string): void {
  pendings.forEach((pending) => {
    pending.reject(new StoreUnavailable(reason));
  });
}
