import type pg from 'pg';

import { TimerQueue } from '../../../application/ports/timer-queue.port.js';
import type {
  LeasedTimer,
  TimerAnswer,
  TimerChange,
  TimerKind,
} from '../../../application/ports/timer-queue.port.js';
import { Announcer } from '../../postgres/announcer.js';
import { PostgresConsumerSink } from '../../postgres/consumer-sink.js';
import type { Listener } from '../../postgres/listener.js';
import type { Postgres } from '../../postgres/postgres.js';
import { TIMER_ERROR_LENGTH_MAX } from '../backoff-limits.js';
import { CLEAR, HAND_BACK, LEASE, LOCK_STREAMS, NEXT_DUE, SET, SETTLE } from './statements.js';
import { timerBatch } from './timer-batch.js';

export const TIMERS_CHANNEL = 'forewarn_timers';

interface TimerRow {
  readonly stream_id: string;
  readonly kind: TimerKind;
  readonly subject: string;
  readonly revision: number;
  readonly lease_no: number;
  readonly due_ms: number;
}

type Due = Pick<TimerRow, 'due_ms'>;

/** Timers as rows, leased with SKIP LOCKED. Every statement is set-based and reads only what is due. */
export class PostgresTimerQueue extends TimerQueue {
  private readonly announcer: Announcer;

  constructor(
    private readonly postgres: Postgres,
    listener: Listener,
  ) {
    super();
    this.announcer = new Announcer(listener, TIMERS_CHANNEL);
  }

  /** Where the timers consumer writes: rows and position in one transaction. */
  sink(): PostgresConsumerSink<TimerChange> {
    return new PostgresConsumerSink<TimerChange>(this.postgres, {
      write: writeTimers,
      committed: (changes) => {
        this.announce(
          changes.flatMap((change) => (change.kind === 'set' ? change.timer.dueAt : [])),
        );
      },
    });
  }

  override async lease(request: {
    readonly kinds: readonly TimerKind[];
    readonly horizonMs: number;
    readonly leaseMs: number;
    readonly limit: number;
  }): Promise<readonly LeasedTimer[]> {
    const { kinds, horizonMs, leaseMs, limit } = request;
    const rows = await this.postgres.query<TimerRow & pg.QueryResultRow>({
      name: 'timers-lease',
      text: LEASE,
      values: [kinds, horizonMs, leaseMs, limit],
    });
    return rows.map(timerOf).toSorted((a, b) => a.dueAt - b.dueAt);
  }

  override async settle(
    results: readonly { readonly timer: LeasedTimer; readonly answer: TimerAnswer }[],
  ): Promise<void> {
    if (results.length === 0) return;
    const answers = results.map(({ answer }) => answer);
    const rows = await this.postgres.query<Due>({
      name: 'timers-settle',
      text: SETTLE,
      values: [
        ...keysOf(results.map(({ timer }) => timer)),
        answers.map(({ kind }) => kind),
        answers.map((answer) => (answer.kind === 'not_due_until' ? answer.dueAt : null)),
        answers.map((answer) => {
          return answer.kind === 'failed' ? answer.error.slice(0, TIMER_ERROR_LENGTH_MAX) : null;
        }),
      ],
    });
    this.announce(rows.map(dueOf));
  }

  override async handBack(timers: readonly LeasedTimer[]): Promise<void> {
    if (timers.length === 0) return;
    const rows = await this.postgres.query<Due>({
      name: 'timers-hand-back',
      text: HAND_BACK,
      values: [...keysOf(timers)],
    });
    this.announce(rows.map(dueOf));
  }

  override async nextDueAt(kinds: readonly TimerKind[]): Promise<number | null> {
    const [row] = await this.postgres.query<{ due_ms: number | null }>({
      name: 'timers-next-due',
      text: NEXT_DUE,
      values: [kinds],
    });
    return row?.due_ms ?? null;
  }

  override onSet(listener: (dueAt: number | null) => void): () => void {
    return this.announcer.onAnnounced(listener);
  }

  override async pendingCount(): Promise<number> {
    const [row] = await this.postgres.query<{ count: number }>({
      text: 'select count(*)::float8 as count from forewarn.timers',
    });
    return row?.count ?? 0;
  }

  stop(): void {
    this.announcer.stop();
  }

  private announce(dueAts: readonly number[]): void {
    if (dueAts.length > 0) {
      this.announcer.announce(dueAts.reduce((a, b) => Math.min(a, b)));
    }
  }
}

async function writeTimers(client: pg.ClientBase, changes: readonly TimerChange[]): Promise<void> {
  const { clears, sets } = timerBatch(changes);
  if (clears.length > 0) {
    const streamIds = [...new Set([...clears, ...sets].map(({ streamId }) => streamId))];
    await client.query({ name: 'timers-lock', text: LOCK_STREAMS, values: [streamIds] });
    await client.query({
      name: 'timers-clear',
      text: CLEAR,
      values: [clears.map(({ streamId }) => streamId), clears.map(({ kind }) => kind)],
    });
  }
  if (sets.length === 0) return;
  await client.query({
    name: 'timers-set',
    text: SET,
    values: [
      sets.map(({ streamId }) => streamId),
      sets.map(({ kind }) => kind),
      sets.map(({ subject }) => subject),
      sets.map(({ revision }) => revision),
      sets.map(({ dueAt }) => dueAt),
    ],
  });
}

const keysOf = (timers: readonly LeasedTimer[]): readonly unknown[] => [
  timers.map(({ streamId }) => streamId),
  timers.map(({ kind }) => kind),
  timers.map(({ subject }) => subject),
  timers.map(({ leaseNo }) => leaseNo),
];

const timerOf = (row: TimerRow): LeasedTimer => ({
  streamId: row.stream_id,
  kind: row.kind,
  subject: row.subject,
  revision: row.revision,
  dueAt: row.due_ms,
  leaseNo: row.lease_no,
});

const dueOf = ({ due_ms }: Due): number => due_ms;
