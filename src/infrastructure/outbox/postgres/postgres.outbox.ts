import type pg from 'pg';

import { Outbox } from '../../../application/ports/outbox.port.js';
import type { ClaimedDispatch, OutboxChange } from '../../../application/ports/outbox.port.js';
import type { ChannelName } from '../../../domain/notice/dispatch.js';
import { Announcer } from '../../postgres/announcer.js';
import { PostgresConsumerSink } from '../../postgres/consumer-sink.js';
import type { Listener } from '../../postgres/listener.js';
import type { Postgres } from '../../postgres/postgres.js';
import { claimedOf } from './rows.js';
import type { ClaimedRow } from './rows.js';
import {
  CLAIM,
  CLAIM_ABANDONED,
  CLAIM_RECHECKS,
  CLOSE,
  COUNTS,
  IN_FLIGHT,
  NEXT_DUE,
  RELEASE,
  SENDING,
} from './statements.js';
import { writeOutbox } from './write-outbox.js';

export const OUTBOX_CHANNEL = 'forewarn_outbox';

interface Count {
  readonly channel: ChannelName;
  readonly status: 'pending' | 'sending';
  readonly count: number;
}

/** Dispatches as rows. Claims of one channel go one after the other; everything else is set-based and by fence. */
export class PostgresOutbox extends Outbox {
  private readonly announcer: Announcer;

  constructor(
    private readonly postgres: Postgres,
    listener: Listener,
  ) {
    super();
    this.announcer = new Announcer(listener, OUTBOX_CHANNEL);
  }

  /** Where the outbox consumer writes: rows and position in one transaction. */
  sink(): PostgresConsumerSink<OutboxChange> {
    return new PostgresConsumerSink<OutboxChange>(this.postgres, {
      write: writeOutbox,
      committed: () => {
        this.announcer.announce(null);
      },
    });
  }

  override async claim(request: {
    readonly channel: ChannelName;
    readonly limit: number;
    readonly leaseMs: number;
  }): Promise<readonly ClaimedDispatch[]> {
    const { channel, limit, leaseMs } = request;
    const rows = await this.rows<ClaimedRow>('outbox-claim', CLAIM, [channel, limit, leaseMs]);
    return claimedOf(rows, { recovered: false });
  }

  override async claimRechecks(request: {
    readonly limit: number;
    readonly leaseMs: number;
  }): Promise<readonly ClaimedDispatch[]> {
    const values = [request.limit, request.leaseMs];
    const rows = await this.rows<ClaimedRow>('outbox-claim-rechecks', CLAIM_RECHECKS, values);
    return claimedOf(rows, { recovered: false });
  }

  override async claimAbandoned(request: {
    readonly limit: number;
    readonly leaseMs: number;
  }): Promise<readonly ClaimedDispatch[]> {
    const values = [request.limit, request.leaseMs];
    const rows = await this.rows<ClaimedRow>('outbox-claim-abandoned', CLAIM_ABANDONED, values);
    return claimedOf(rows, { recovered: true });
  }

  override async close(
    rows: readonly Pick<ClaimedDispatch, 'dispatchId' | 'fence'>[],
  ): Promise<number> {
    return this.changed('outbox-close', CLOSE, [
      rows.map(({ dispatchId }) => dispatchId),
      rows.map(({ fence }) => fence),
    ]);
  }

  override async release(
    rows: readonly {
      readonly dispatchId: string;
      readonly fence: number;
      readonly dueAt: number;
      readonly ambiguous: boolean;
      readonly countAttempt: boolean;
    }[],
  ): Promise<number> {
    const count = await this.changed('outbox-release', RELEASE, [
      rows.map(({ dispatchId }) => dispatchId),
      rows.map(({ fence }) => fence),
      rows.map(({ dueAt }) => dueAt),
      rows.map(({ ambiguous }) => ambiguous),
      rows.map(({ countAttempt }) => countAttempt),
    ]);
    if (count > 0) this.announcer.announce(null);
    return count;
  }

  override async inFlight(streamId: string, targetId: string | null): Promise<number> {
    const values = [streamId, targetId];
    const [row] = await this.rows<{ count: number }>('outbox-in-flight', IN_FLIGHT, values);
    return row?.count ?? 0;
  }

  override async sending(dispatchIds: readonly string[]): Promise<ReadonlySet<string>> {
    const values = [dispatchIds];
    const rows = await this.rows<{ dispatch_id: string }>('outbox-sending', SENDING, values);
    return new Set(rows.map(({ dispatch_id }) => dispatch_id));
  }

  override async nextDueAt(channel: ChannelName): Promise<number | null> {
    const values = [channel];
    const [row] = await this.rows<{ due_ms: number | null }>('outbox-next-due', NEXT_DUE, values);
    return row?.due_ms ?? null;
  }

  override onPut(listener: () => void): () => void {
    return this.announcer.onAnnounced(listener);
  }

  override counts(): Promise<readonly Count[]> {
    return this.rows<Count>('outbox-counts', COUNTS, []);
  }

  stop(): void {
    this.announcer.stop();
  }

  private rows<Row>(name: string, text: string, values: readonly unknown[]): Promise<Row[]> {
    return this.postgres.query<Row & pg.QueryResultRow>({ name, text, values: [...values] });
  }

  private async changed(name: string, text: string, values: readonly unknown[]): Promise<number> {
    const [row] = await this.rows<{ count: number }>(name, text, values);
    return row?.count ?? 0;
  }
}
