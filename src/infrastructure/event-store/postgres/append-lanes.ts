import type { PendingAppend } from './pending-append.js';

/** One group is one transaction: these keep it short enough that its neighbours do not wait for it. */
export const GROUP_APPENDS_MAX = 256;
export const GROUP_BYTES_MAX = 1_000_000;

/**
 * Appends that wait for a writer, one first-in-first-out lane a stream. A lane whose head is being written gives
 * nothing more until it is released: two entries of one stream in flight would only wait for each other.
 */
export class AppendLanes {
  private readonly lanes = new Map<string, PendingAppend[]>();
  private readonly ready = new Set<string>();
  private waiting = 0;
  private waitingBytes = 0;

  get size(): number {
    return this.waiting;
  }

  get bytes(): number {
    return this.waitingBytes;
  }

  /** How many could go into groups now: the heads of lanes that nobody is writing. */
  get readyCount(): number {
    return this.ready.size;
  }

  add(pending: PendingAppend): void {
    const { streamId } = pending.append;
    const lane = this.lanes.get(streamId);
    if (lane === undefined) {
      this.lanes.set(streamId, [pending]);
      this.ready.add(streamId);
    } else {
      lane.push(pending);
    }
    this.count(pending, 1);
  }

  /** The longest waiting heads of free lanes, within the limits of a group and at most so many, at least one. */
  takeGroup(countMax: number): PendingAppend[] {
    const appendsMax = Math.min(countMax, GROUP_APPENDS_MAX);
    const group: PendingAppend[] = [];
    let bytes = 0;
    for (const streamId of this.ready) {
      const head = this.lanes.get(streamId)?.[0];
      if (head === undefined) {
        continue;
      }
      bytes += head.append.bytes;
      if (group.length === appendsMax || (group.length > 0 && bytes > GROUP_BYTES_MAX)) {
        break;
      }
      this.ready.delete(streamId);
      this.lanes.get(streamId)?.shift();
      this.count(head, -1);
      group.push(head);
    }
    return group;
  }

  /** The stream's entry has its answer: the next one may go. */
  release(streamId: string): void {
    if (this.lanes.get(streamId)?.length === 0) {
      this.lanes.delete(streamId);
    } else {
      this.ready.add(streamId);
    }
  }

  /** Takes out all that were queued before the given reading of the clock. */
  takeQueuedBefore(ms: number): PendingAppend[] {
    const taken: PendingAppend[] = [];
    for (const [streamId, lane] of this.lanes) {
      const fresh = lane.findIndex(({ queuedAtMs }) => queuedAtMs >= ms);
      taken.push(...lane.splice(0, fresh === -1 ? lane.length : fresh));
      if (lane.length === 0 && this.ready.delete(streamId)) {
        this.lanes.delete(streamId);
      }
    }
    taken.forEach((pending) => {
      this.count(pending, -1);
    });
    return taken;
  }

  private count({ append }: PendingAppend, sign: 1 | -1): void {
    this.waiting += sign;
    this.waitingBytes += sign * append.bytes;
  }
}
