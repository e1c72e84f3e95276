import type { ChannelName, DispatchKey } from '../../domain/notice/dispatch.js';

/** One dispatch on its way, on a channel that is not transactional. */
export interface OutboxRow {
  /** UUID derived from the key (`dispatchIdOf`). */
  readonly dispatchId: string;
  readonly streamId: string;
  readonly key: DispatchKey;
  readonly stage: number;
  /** Void from here on (milliseconds since the Unix epoch); null for corrections. */
  readonly notAfter: number | null;
  /** Not to be tried before this time (milliseconds since the Unix epoch). */
  readonly dueAt: number;
  /** Order within the lane: position of the event that asked for it. */
  readonly position: bigint;
}

export type OutboxChange =
  /** Adds the row, or puts an ended one back (`NoticeRequeued`). */
  | { readonly kind: 'put'; readonly row: OutboxRow }
  /** Sets the next time of a row that is not under a live lease. */
  | {
      readonly kind: 'postpone';
      readonly dispatchId: string;
      readonly dueAt: number;
      readonly attempt: number | null;
      readonly ambiguous: boolean;
    }
  /** The dispatch has ended. */
  | { readonly kind: 'remove'; readonly dispatchId: string }
  /** The world changed: rows of the stream (or of one target) are to be asked again, whether their channel is open or not. */
  | { readonly kind: 'recheck'; readonly streamId: string; readonly targetId: string | null };

/** A row claimed by a relay: `sending` is committed, and the attempt is counted. */
export interface ClaimedDispatch extends OutboxRow {
  readonly fence: number;
  /** 1 for the first attempt; unchanged by a recheck. */
  readonly attempt: number;
  /** The wire key: frozen with its membership by the first claim. */
  readonly envelopeId: string;
  /** An earlier attempt may have reached the receiver. */
  readonly ambiguous: boolean;
  /** Claimed from a relay that died inside the send: nobody knows whether it arrived. */
  readonly recovered: boolean;
}

/**
 * The rows of dispatches that still have to leave. Guarantees:
 * - a row is claimed by one relay at a time, until its lease (database clock) ends;
 * - a row is not claimable while an older row of its lane (action, target, recipient, channel) is `sending` under a live lease;
 * - rows of one (stream, stage, kind, lead, revision, recipient, channel) that are claimed together share an envelope for good;
 * - every change by a relay carries its fence, and a stale one changes nothing.
 */
export abstract class Outbox {
  /** Due rows of one channel, whole envelopes, oldest first. Commits `sending` before it answers. */
  abstract claim(request: {
    readonly channel: ChannelName;
    readonly limit: number;
    readonly leaseMs: number;
  }): Promise<readonly ClaimedDispatch[]>;

  /** Rows that are to be asked again whether they are wanted; no attempt is counted and no call may follow. */
  abstract claimRechecks(request: {
    readonly limit: number;
    readonly leaseMs: number;
  }): Promise<readonly ClaimedDispatch[]>;

  /** Rows left `sending` by a relay whose lease has ended, under a new fence, with `recovered`. */
  abstract claimAbandoned(request: {
    readonly limit: number;
    readonly leaseMs: number;
  }): Promise<readonly ClaimedDispatch[]>;

  /** Removes ended rows. Answers how many were still ours. */
  abstract close(rows: readonly Pick<ClaimedDispatch, 'dispatchId' | 'fence'>[]): Promise<number>;

  /** Gives rows back for a later attempt. `countAttempt: false` takes the counted attempt back (no call was made). */
  abstract release(
    rows: readonly {
      readonly dispatchId: string;
      readonly fence: number;
      readonly dueAt: number;
      readonly ambiguous: boolean;
      readonly countAttempt: boolean;
    }[],
  ): Promise<number>;

  /** How many dispatches of the stream (and target) a relay has under way. */
  abstract inFlight(streamId: string, targetId: string | null): Promise<number>;

  /** Dispatch ids, of those given, that are `sending` under a live lease. */
  abstract sending(dispatchIds: readonly string[]): Promise<ReadonlySet<string>>;

  /** Earliest time (milliseconds since the Unix epoch) at which a row of the channel can be claimed, or null. */
  abstract nextDueAt(channel: ChannelName): Promise<number | null>;

  /** Calls back soon after any process added or moved rows. */
  abstract onPut(listener: () => void): () => void;

  abstract counts(): Promise<
    readonly {
      readonly channel: ChannelName;
      readonly status: 'pending' | 'sending';
      readonly count: number;
    }[]
  >;
}
