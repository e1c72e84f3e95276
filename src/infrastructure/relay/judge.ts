import type { Clock } from '../../application/ports/clock.port.js';
import type { ClaimedDispatch } from '../../application/ports/outbox.port.js';
import { dutyContext } from '../../application/shared/command-context.js';
import type { CommandRunner } from '../../application/shared/command-runner.js';
import { groupBy } from '../../application/shared/group-by.js';
import { actionDecider } from '../../domain/action/action.decider.js';
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

/** Asks the action itself, at the store, whether its dispatches may leave (RULES 1). */
export class Judge {
  constructor(
    private readonly runner: CommandRunner,
    private readonly clock: Clock,
  ) {}

  async judge(rows: readonly ClaimedDispatch[]): Promise<readonly Judged[]> {
    const byStream = groupBy(rows, ({ streamId }) => streamId);
    const judged = await Promise.all(
      [...byStream].map(([streamId, ofStream]) => this.judgeStream(streamId, ofStream)),
    );
    return judged.flat();
  }

  private async judgeStream(
    streamId: string,
    rows: readonly ClaimedDispatch[],
  ): Promise<readonly Judged[]> {
    const readAtMs = this.clock.monotonicMs();
    const state = await this.runner.look(actionDecider, streamId, dutyContext('relay'));
    // The later bound: a notice never enters a transport call once its time may be over.
    const now = toInstant(this.clock.now() + this.clock.errorBoundMs());
    return rows.map((row) => ({ row, state, readAtMs, verdict: verdictOn(state, row.key, now) }));
  }
}
