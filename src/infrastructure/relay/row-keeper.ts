import type { SendResult } from '../../application/ports/channel.port.js';
import type { Clock } from '../../application/ports/clock.port.js';
import type { Journal } from '../../application/ports/journal.port.js';
import type { ClaimedDispatch, Outbox } from '../../application/ports/outbox.port.js';
import { groupBy } from '../../application/shared/group-by.js';
import { persist } from '../../application/shared/persist.js';
import { StreamBatcher } from '../../application/shared/stream-batcher.js';
import type { DispatchResult } from '../../domain/action/action.commands.js';
import type { ActionState } from '../../domain/action/action.state.js';
import { isOpen } from '../../domain/action/notice.evolve.js';
import { keyOf } from '../../domain/action/notices.js';
import { locate } from '../../domain/action/verdict.js';
import { CAPABILITY } from '../../domain/notice/dispatch.js';
import { toInstant } from '../../domain/shared/instant.js';
import type { DispatchRecorder } from './dispatch-recorder.js';
import type { Judged } from './judge.js';
import { sendOutcomeOf } from './send-outcome.js';
import type { SendOutcome, SendPolicy } from './send-outcome.js';

/** Rows that cannot be closed now come up again when their lease ends, and find their dispatch ended. */
const CLOSE_PATIENCE_MS = 10_000;
const ROWS_PER_CLOSE_MAX = 500;
const ALL_STREAMS = '';

/** Writes results to the log first, and only then lets go of the rows. */
export class RowKeeper {
  /** Sends end one by one, and a commit for each row would be dearer than all the rest of its way. */
  private readonly closing = new StreamBatcher<ClaimedDispatch>(
    ROWS_PER_CLOSE_MAX,
    async (_, rows) => {
      const patience = { patienceMs: CLOSE_PATIENCE_MS };
      await persist('relay', this.journal, patience, () => this.outbox.close(rows));
    },
  );

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
  async settleUnwanted(
    judged: readonly Judged[],
    from: 'claim' | 'recheck',
  ): Promise<readonly SendOutcome[]> {
    const outcomes = judged.map(({ row }): SendOutcome => {
      // A claim counts the attempt that it is for; a recheck counts none.
      const attempt = from === 'claim' ? Math.max(0, row.attempt - 1) : row.attempt;
      const result = { ...keyOf(row.key), result: 'not_sent', attempt } as const;
      return { result, retryAt: null, ambiguous: row.ambiguous };
    });
    const after = await this.record(pairs(judged, outcomes));
    const left = judged.filter(({ row }) => isWaiting(after.get(row.streamId), row));
    await this.close(judged.filter((one) => !left.includes(one)).map(({ row }) => row));
    // Held back, or by the time of the record wanted again, or not over yet by the record's clock.
    await this.giveBack(
      left.map(({ row, verdict }) => ({
        row,
        dueAt: verdict.kind === 'withdraw' ? row.dueAt : (row.notAfter ?? row.dueAt),
      })),
    );
    return outcomes;
  }

  /** Rows of a relay that died inside the send, or between its record and the row (RULES 5). */
  async settleAbandoned(judged: readonly Judged[]): Promise<void> {
    const isKnown = (one: Judged): boolean => isOnRecord(one) || one.verdict.kind === 'ended';
    const outcomes = judged
      .filter((one) => !isKnown(one))
      .map((one) => ({ row: one.row, outcome: this.afterDeath(one) }));
    await this.record(outcomes.map(({ row, outcome: { result } }) => ({ row, result })));
    await this.close([
      ...outcomes.filter(({ outcome }) => outcome.retryAt === null).map(({ row }) => row),
      ...judged.filter(({ verdict }) => verdict.kind === 'ended').map(({ row }) => row),
    ]);
    const again = [
      ...outcomes.filter(({ outcome }) => outcome.retryAt !== null),
      ...judged.filter((one) => isOnRecord(one) && one.verdict.kind !== 'ended'),
    ];
    await this.release(
      again.map((one) => ({
        row: one.row,
        dueAt: this.clock.now(),
        ambiguous: 'outcome' in one ? one.outcome.ambiguous : one.row.ambiguous,
        countAttempt: true,
      })),
    );
  }

  /** Repeated where a key makes that harmless, while it is wanted; else nobody can say more than "perhaps". */
  private afterDeath({ row, verdict }: Judged): SendOutcome {
    const nowMs = this.clock.now();
    const error = 'the relay ended inside the send';
    const isWanted = verdict.kind === 'send' || verdict.kind === 'hold';
    const died: SendResult =
      isWanted && CAPABILITY[row.key.channel] === 'keyed'
        ? { kind: 'failed', permanent: false, failureClass: 'aborted', error, ambiguous: true }
        : { kind: 'uncertain', failureClass: 'aborted', error };
    const outcome = sendOutcomeOf(row, died, { policy: this.policy, nowMs, jitter01: 0 });
    // Nothing was wrong with the receiver: there is no reason to wait.
    return outcome.result.result === 'attempt_failed'
      ? { ...outcome, result: { ...outcome.result, retryAt: toInstant(nowMs) } }
      : outcome;
  }

  /** Rows that are still wanted after a change: at once where they were held back, else at their own time. */
  keepWaiting(judged: readonly Judged[]): Promise<void> {
    const now = this.clock.now();
    return this.giveBack(
      judged.map(({ row, state }) => {
        const wasHeld = locate(state, row.key)?.dispatch.status === 'deferred';
        return { row, dueAt: wasHeld ? now : row.dueAt };
      }),
    );
  }

  /** No call was made, and none will be under this claim. */
  giveBack(
    rows: readonly { readonly row: ClaimedDispatch; readonly dueAt: number }[],
  ): Promise<void> {
    return this.release(
      rows.map(({ row, dueAt }) => ({
        row,
        dueAt,
        ambiguous: row.ambiguous,
        countAttempt: false,
      })),
    );
  }

  /** Answers the actions behind the record, by stream. */
  private async record(
    told: readonly { readonly row: ClaimedDispatch; readonly result: DispatchResult }[],
  ): Promise<ReadonlyMap<string, ActionState>> {
    const byStream = groupBy(told, ({ row }) => row.streamId);
    const states = await Promise.all(
      [...byStream].map(async ([streamId, ofStream]) => {
        const results = ofStream.map(({ result }) => result);
        return [streamId, await this.recorder.record(streamId, results)] as const;
      }),
    );
    return new Map(states);
  }

  /** Rows of all streams go together: each waits for no more than the batch in front of its own. */
  private async close(rows: readonly ClaimedDispatch[]): Promise<void> {
    if (rows.length > 0) await this.closing.add(ALL_STREAMS, rows);
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

/** Whether the message still has to go out. */
function isWaiting(state: ActionState | undefined, row: ClaimedDispatch): boolean {
  const found = state === undefined ? null : locate(state, row.key);
  return found !== null && isOpen(found.dispatch);
}

/** Its relay died after the result of this attempt was in the log, and before the row knew. */
const isOnRecord = ({ row, state }: Judged): boolean =>
  (locate(state, row.key)?.dispatch.attempt ?? 0) >= row.attempt;

const pairs = (
  judged: readonly Judged[],
  outcomes: readonly SendOutcome[],
): readonly { readonly row: ClaimedDispatch; readonly result: DispatchResult }[] =>
  judged.flatMap(({ row }, index) => {
    const outcome = outcomes[index];
    return outcome === undefined ? [] : [{ row, result: outcome.result }];
  });
