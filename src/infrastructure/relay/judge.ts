import { lookAtAction } from '../../application/notice/action-of-dispatches.js';
import type { Clock } from '../../application/ports/clock.port.js';
import type { ClaimedDispatch } from '../../application/ports/outbox.port.js';
import { dutyContext } from '../../application/shared/command-context.js';
import type { CommandRunner } from '../../application/shared/command-runner.js';
import { groupBy } from '../../application/shared/group-by.js';
import type { ActionState } from '../../domain/action/action.state.js';
import { verdictOn } from '../../domain/action/verdict.js';
import type { Verdict } from '../../domain/action/verdict.js';
import { toInstant } from '../../domain/shared/instant.js';

export interface Judged {
  readonly row: ClaimedDispatch;
  readonly verdict: Verdict;
  readonly state: ActionState;
  /** When the action was read, on the monotonic clock. */
  readonly readAtMs: number;
}

export interface Judgement {
  readonly judged: readonly Judged[];
  /** Rows whose action could not be read now, and why. They say nothing about the others. */
  readonly unread: readonly { readonly row: ClaimedDispatch; readonly fault: unknown }[];
}

/** Asks the action itself, at the store, whether its dispatches may leave (RULES 1). */
export class Judge {
  constructor(
    private readonly runner: CommandRunner,
    private readonly clock: Clock,
  ) {}

  async judge(rows: readonly ClaimedDispatch[]): Promise<Judgement> {
    const byStream = groupBy(rows, ({ streamId }) => streamId);
    const answers = await Promise.all(
      [...byStream].map(([streamId, ofStream]) => this.judgeStream(streamId, ofStream)),
    );
    return {
      judged: answers.flatMap(({ judged }) => judged),
      unread: answers.flatMap(({ unread }) => unread),
    };
  }

  private async judgeStream(
    streamId: string,
    rows: readonly ClaimedDispatch[],
  ): Promise<Judgement> {
    const readAtMs = this.clock.monotonicMs();
    try {
      const state = await lookAtAction(this.runner, streamId, dutyContext('relay'));
      // The later bound: a notice never enters a transport call once its time may be over.
      const now = toInstant(this.clock.now() + this.clock.errorBoundMs());
      const judged = rows.map((row) => ({
        row,
        state,
        readAtMs,
        verdict: verdictOn(state, row.key, now),
      }));
      return { judged, unread: [] };
    } catch (fault) {
      return { judged: [], unread: rows.map((row) => ({ row, fault })) };
    }
  }
}
