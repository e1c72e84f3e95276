import type { Clock } from '../../application/ports/clock.port.js';
import type { Journal } from '../../application/ports/journal.port.js';
import type { ClaimedDispatch, Outbox } from '../../application/ports/outbox.port.js';
import { groupBy } from '../../application/shared/group-by.js';
import { persist } from '../../application/shared/persist.js';
import type { DispatchResult } from '../../domain/action/action.commands.js';
import { keyOf } from '../../domain/action/notices.js';
import { locate } from '../../domain/action/verdict.js';
import type { DispatchRecorder } from './dispatch-recorder.js';
import type { Judged } from './judge.js';
import type { SendOutcome, SendPolicy } from './send-outcome.js';

/** Rows that cannot be closed now come up again when their lease ends, and find their dispatch ended. */
const CLOSE_PATIENCE_MS = 10_000;

/** Writes results to the log first, and only then lets go of the rows. */
export class RowKeeper {
  constructor(
    private readonly outbox: Outbox,
    private readonly recorder: DispatchRecorder,
    private readonly clock: Clock,
    private readonly journal: Journal,
    private readonly policy: SendPolicy,
  ) {}

  /** What a send led to. A failure that comes after the lease is somebody else's to tell; a success never is. */
  async settleSent(
    rows: readonly ClaimedDispatch[],
    outcomes: readonly SendOutcome[],
    isStale: boolean,
  ): Promise<void> {
    const told = rows.flatMap((row, index) => {
      const outcome = outcomes[index];
      const isTold = outcome !== undefined && (!isStale || outcome.result.result === 'sent');
      return isTold ? [{ row, outcome }] : [];
    });
    if (told.length < rows.length) {
      this.journal.note('relay', 'late failures discarded', { count: rows.length - told.length });
    }
    await this.record(told.map(({ row, outcome }) => ({ row, result: outcome.result })));
    await this.close(told.filter(({ outcome }) => outcome.retryAt === null).map(({ row }) => row));
    await this.release(
      told.flatMap(({ row, outcome: { retryAt, ambiguous } }) =>
        retryAt === null ? [] : [{ row, dueAt: retryAt, ambiguous, countAttempt: true }],
      ),
    );
  }

  /** Dispatches that may not leave: withdrawn, expired, ended, or held back. No call was made. */
  async settleUnwanted(judged: readonly Judged[]): Promise<readonly SendOutcome[]> {
    await this.record(
      judged.map(({ row }) => ({
        row,
        result: { ...keyOf(row.key), result: 'not_sent', attempt: attemptsMade(row) } as const,
      })),
    );
    const held = judged.filter(({ verdict }) => verdict.kind === 'hold');
    await this.close(judged.filter(({ verdict }) => verdict.kind !== 'hold').map(({ row }) => row));
    await this.release(
      held.map(({ row }) => ({
        row,
        dueAt: row.notAfter ?? row.dueAt,
        ambiguous: row.ambiguous,
        countAttempt: false,
      })),
    );
    return judged.map(({ row }) => ({
      result: { ...keyOf(row.key), result: 'not_sent', attempt: attemptsMade(row) },
      retryAt: null,
      ambiguous: row.ambiguous,
    }));
  }

  /** Rows of a relay that died inside the send: repeated where a key makes that harmless, else uncertain (RULES 5). */
  async settleAbandoned(judged: readonly Judged[], isKeyed: boolean): Promise<void> {
    const repeatable = judged.filter(({ verdict }) => isKeyed && verdict.kind === 'send');
    const doubtful = judged.filter((one) => !repeatable.includes(one));
    await this.record(doubtful.map(({ row }) => ({ row, result: uncertain(row, this.policy) })));
    await this.close(doubtful.map(({ row }) => row));
    await this.release(
      repeatable.map(({ row }) => ({
        row,
        dueAt: this.clock.now(),
        ambiguous: true,
        countAttempt: true,
      })),
    );
  }

  /** Rows that are still wanted after a change: at once where they were held back, else at their own time. */
  keepWaiting(judged: readonly Judged[]): Promise<void> {
    const now = this.clock.now();
    return this.release(
      judged.map(({ row, state }) => {
        const wasHeld = locate(state, row.key)?.dispatch.status === 'deferred';
        const dueAt = wasHeld ? now : row.dueAt;
        return { row, dueAt, ambiguous: row.ambiguous, countAttempt: false };
      }),
    );
  }

  /** No call was made, and none will be under this claim. */
  giveBack(rows: readonly ClaimedDispatch[]): Promise<void> {
    return this.release(
      rows.map((row) => ({
        row,
        dueAt: row.dueAt,
        ambiguous: row.ambiguous,
        countAttempt: false,
      })),
    );
  }

  private async record(
    told: readonly { readonly row: ClaimedDispatch; readonly result: DispatchResult }[],
  ): Promise<void> {
    const byStream = groupBy(told, ({ row }) => row.streamId);
    await Promise.all(
      [...byStream].map(([streamId, results]) =>
        this.recorder.record(
          streamId,
          results.map(({ result }) => result),
        ),
      ),
    );
  }

  private async close(rows: readonly ClaimedDispatch[]): Promise<void> {
    if (rows.length === 0) return;
    const patience = { patienceMs: CLOSE_PATIENCE_MS };
    await persist('relay', this.journal, patience, () => this.outbox.close(rows));
  }

  private async release(rows: readonly ReleasedRow[]): Promise<void> {
    if (rows.length === 0) return;
    const released = rows.map(({ row, ...change }) => ({
      dispatchId: row.dispatchId,
      fence: row.fence,
      ...change,
    }));
    const patience = { patienceMs: CLOSE_PATIENCE_MS };
    await persist('relay', this.journal, patience, () => this.outbox.release(released));
  }
}

interface ReleasedRow {
  readonly row: ClaimedDispatch;
  readonly dueAt: number;
  readonly ambiguous: boolean;
  readonly countAttempt: boolean;
}

/** Attempts that ended in a call: the claimed one did not. */
const attemptsMade = ({ attempt }: ClaimedDispatch): number => Math.max(0, attempt - 1);

function uncertain(row: ClaimedDispatch, policy: SendPolicy): DispatchResult {
  const { attempt } = row;
  const reason = 'the relay ended inside the send';
  return { ...keyOf(row.key), result: 'uncertain', attempt, reason, then: policy.uncertain };
}
