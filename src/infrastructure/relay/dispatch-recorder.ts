import { recordDispatches } from '../../application/notice/action-of-dispatches.js';
import type { Clock } from '../../application/ports/clock.port.js';
import { StoreUnavailable } from '../../application/ports/event-store.port.js';
import type { Journal } from '../../application/ports/journal.port.js';
import { dutyContext } from '../../application/shared/command-context.js';
import type { CommandRunner } from '../../application/shared/command-runner.js';
import { persist } from '../../application/shared/persist.js';
import { StreamBatcher } from '../../application/shared/stream-batcher.js';
import type { DispatchResult } from '../../domain/action/action.commands.js';
import type { ActionState } from '../../domain/action/action.state.js';
import { toInstant } from '../../domain/shared/instant.js';

/** With their follow-ups, the results of one append stay below its limit. */
const RESULTS_PER_APPEND_MAX = 100;
/** What was sent must be known: a relay holds on to it for as long as an operator may need to bring a database back. */
const PATIENCE_MS = 30 * 60_000;

/** Brings what became of dispatches to the log, in batches, and keeps at it while the database is away. */
export class DispatchRecorder {
  private readonly batcher = new StreamBatcher<DispatchResult, ActionState>(
    RESULTS_PER_APPEND_MAX,
    (streamId, results) => this.append(streamId, results),
  );

  constructor(
    private readonly runner: CommandRunner,
    private readonly clock: Clock,
    private readonly journal: Journal,
    private readonly signal: AbortSignal,
  ) {}

  /** Answers what the action knows behind the results: one at least, as many as there are. */
  async record(streamId: string, results: readonly DispatchResult[]): Promise<ActionState> {
    const rest = results.slice(RESULTS_PER_APPEND_MAX);
    const first = this.batcher.add(streamId, results.slice(0, RESULTS_PER_APPEND_MAX));
    if (rest.length === 0) return first;
    // Batches of a stream are recorded in order, so the last answer is behind all of them.
    const [, last] = await Promise.all([first, this.record(streamId, rest)]);
    return last;
  }

  private async append(streamId: string, results: readonly DispatchResult[]): Promise<ActionState> {
    const context = dutyContext('relay');
    const patience = { patienceMs: PATIENCE_MS, signal: this.signal, mayPass: isStoreAway };
    try {
      return await persist('relay', this.journal, patience, (attempt) => {
        const report = { results, now: toInstant(this.clock.now()) };
        // An append whose answer was lost may stand in the log: the same command finds it there.
        const same = { ...context, mayRepeat: attempt > 1 };
        return recordDispatches(this.runner, streamId, report, same);
      });
    } catch (fault) {
      if (results.length > 1 && !isStoreAway(fault)) await this.appendEach(streamId, results);
      throw fault;
    }
  }

  /** One result that cannot be recorded must not take the others with it. */
  private async appendEach(streamId: string, results: readonly DispatchResult[]): Promise<void> {
    for (const result of results) {
      await this.append(streamId, [result]).catch((fault: unknown) => {
        this.journal.fault('relay', fault, { streamId, targetId: result.targetId });
      });
    }
  }
}

const isStoreAway = (fault: unknown): boolean => fault instanceof StoreUnavailable;
