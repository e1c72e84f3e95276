import type { Clock } from '../../../application/ports/clock.port.js';
import { Outbox } from '../../../application/ports/outbox.port.js';
import type { ClaimedDispatch, OutboxChange } from '../../../application/ports/outbox.port.js';
import type { ChannelName } from '../../../domain/notice/dispatch.js';
import { claimable } from './claimable.js';
import { blocks, dispatchOf, isLive, isPending, newRow, postponed } from './outbox-row.js';
import type { Row } from './outbox-row.js';

interface Batch {
  readonly limit: number;
  readonly leaseMs: number;
}

/** Twin of the outbox in PostgreSQL, for simulations and tests. */
export class MemoryOutbox extends Outbox {
  private readonly rows = new Map<string, Row>();
  private readonly listeners = new Set<() => void>();
  private lastFence = 0;

  constructor(private readonly clock: Clock) {
    super();
  }

  apply(changes: readonly OutboxChange[]): void {
    for (const change of changes) this.applyOne(change);
    if (changes.length > 0) this.announce();
  }

  override claim({
    channel,
    limit,
    leaseMs,
  }: Batch & { readonly channel: ChannelName }): Promise<readonly ClaimedDispatch[]> {
    const ofChannel = [...this.rows.values()].filter(({ key }) => key.channel === channel);
    const claimed = claimable(ofChannel, this.clock.now(), limit).flatMap(({ envelopeId, rows }) =>
      rows.map((row) => ({ ...row, envelopeId, attempt: row.attempt + 1, recheck: false })),
    );
    return this.leased(claimed, { phase: 'sending', leaseMs });
  }

  override claimRechecks({ limit, leaseMs }: Batch): Promise<readonly ClaimedDispatch[]> {
    const rows = this.ordered((row) => {
      const isForsaken = row.phase === 'checking' && !isLive(row, this.clock.now());
      return isForsaken || (isPending(row) && row.recheck);
    }).slice(0, limit);
    return this.leased(
      rows.map((row) => ({ ...row, recheck: false })),
      { phase: 'checking', leaseMs },
    );
  }

  override async claimAbandoned({ limit, leaseMs }: Batch): Promise<readonly ClaimedDispatch[]> {
    const rows = this.ordered(
      (row) => row.phase === 'sending' && !isLive(row, this.clock.now()),
    ).slice(0, limit);
    const leased = await this.leased(rows, { phase: 'sending', leaseMs });
    return leased.map((row) => ({ ...row, recovered: true }));
  }

  override close(rows: readonly Pick<ClaimedDispatch, 'dispatchId' | 'fence'>[]): Promise<number> {
    const ours = rows.flatMap((row) => this.held(row) ?? []);
    for (const { dispatchId } of ours) this.rows.delete(dispatchId);
    return Promise.resolve(ours.length);
  }

  override release(
    rows: readonly {
      readonly dispatchId: string;
      readonly fence: number;
      readonly dueAt: number;
      readonly ambiguous: boolean;
      readonly countAttempt: boolean;
    }[],
  ): Promise<number> {
    let count = 0;
    for (const released of rows) {
      const row = this.held(released);
      if (row === null) continue;
      const isTakenBack = row.phase === 'sending' && !released.countAttempt;
      this.put({
        ...row,
        phase: 'pending',
        leaseUntil: null,
        dueAt: released.dueAt,
        ambiguous: row.ambiguous || released.ambiguous,
        attempt: row.attempt - (isTakenBack ? 1 : 0),
      });
      count += 1;
    }
    if (count > 0) this.announce();
    return Promise.resolve(count);
  }

  override inFlight(streamId: string, targetId: string | null): Promise<number> {
    const rows = this.ordered(
      (row) => row.phase === 'sending' && concerns(row, { streamId, targetId }),
    );
    return Promise.resolve(rows.length);
  }

  override sending(dispatchIds: readonly string[]): Promise<ReadonlySet<string>> {
    const now = this.clock.now();
    const isSending = (dispatchId: string): boolean => {
      const row = this.rows.get(dispatchId);
      return row?.phase === 'sending' && isLive(row, now);
    };
    return Promise.resolve(new Set(dispatchIds.filter(isSending)));
  }

  override nextDueAt(channel: ChannelName): Promise<number | null> {
    const rows = this.ordered(({ key }) => key.channel === channel);
    const now = this.clock.now();
    const times = rows.filter(isPending).map((row) => {
      const blockers = rows.filter((other) => blocks(other, row, now));
      return Math.max(row.dueAt, ...blockers.map(({ leaseUntil }) => leaseUntil ?? 0));
    });
    return Promise.resolve(times.length === 0 ? null : Math.min(...times));
  }

  override onPut(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  override counts(): Promise<
    readonly {
      readonly channel: ChannelName;
      readonly status: 'pending' | 'sending';
      readonly count: number;
    }[]
  > {
    const groups = new Map<
      string,
      { channel: ChannelName; status: 'pending' | 'sending'; count: number }
    >();
    for (const { key, phase } of this.rows.values()) {
      const status = phase === 'sending' ? 'sending' : 'pending';
      const group = groups.get(key.channel + status) ?? { channel: key.channel, status, count: 0 };
      groups.set(key.channel + status, { ...group, count: group.count + 1 });
    }
    return Promise.resolve([...groups.values()]);
  }

  private applyOne(change: OutboxChange): void {
    switch (change.kind) {
      case 'put':
        if (!this.rows.has(change.row.dispatchId)) this.put(newRow(change.row));
        return;
      case 'remove':
        this.rows.delete(change.dispatchId);
        return;
      case 'postpone': {
        const row = this.rows.get(change.dispatchId);
        if (row !== undefined) this.put(postponed(row, change, this.clock.now()));
        return;
      }
      case 'recheck':
        for (const row of this.rows.values()) {
          if (concerns(row, change)) this.put({ ...row, recheck: true });
        }
    }
  }

  private leased(
    rows: readonly Row[],
    { phase, leaseMs }: { readonly phase: 'checking' | 'sending'; readonly leaseMs: number },
  ): Promise<readonly ClaimedDispatch[]> {
    this.lastFence += 1;
    const leaseUntil = this.clock.now() + leaseMs;
    const leased = rows.map((row) => ({ ...row, phase, leaseUntil, fence: this.lastFence }));
    for (const row of leased) this.put(row);
    return Promise.resolve(leased.map(dispatchOf));
  }

  private held({ dispatchId, fence }: Pick<ClaimedDispatch, 'dispatchId' | 'fence'>): Row | null {
    const row = this.rows.get(dispatchId);
    return row === undefined || isPending(row) || row.fence !== fence ? null : row;
  }

  private ordered(matches: (row: Row) => boolean): readonly Row[] {
    return [...this.rows.values()]
      .filter(matches)
      .toSorted((a, b) => Number(a.position - b.position));
  }

  private put(row: Row): void {
    this.rows.set(row.dispatchId, row);
  }

  private announce(): void {
    for (const listener of this.listeners) listener();
  }
}

const concerns = (
  row: Row,
  { streamId, targetId }: { readonly streamId: string; readonly targetId: string | null },
): boolean => row.streamId === streamId && (targetId === null || row.key.targetId === targetId);
