import type { Clock } from '../../application/ports/clock.port.js';
import type { Journal } from '../../application/ports/journal.port.js';
import { dutyContext } from '../../application/shared/command-context.js';
import type { CommandRunner } from '../../application/shared/command-runner.js';
import { persist } from '../../application/shared/persist.js';
import { StreamBatcher } from '../../application/shared/stream-batcher.js';
import type { DispatchResult } from '../../domain/action/action.commands.js';
import { actionDecider } from '../../domain/action/action.decider.js';
import { toInstant } from '../../domain/shared/instant.js';

/** With their follow-ups, the results of one append stay below its limit. */
const RESULTS_PER_APPEND_MAX = 100;
/** What was sent must be known: a relay holds on to it for as long as an operator may need to bring a database back. */
const PATIENCE_MS = 30 * 60_000;

/** Brings what became of dispatches to the log, in batches, and keeps at it while the database is away. */
export class DispatchRecorder {
  private readonly batcher = new StreamBatcher<DispatchResult>(
    RESULTS_PER_APPEND_MAX,
    (streamId, results) => this.append(streamId, results),
  );

  constructor(
    private readonly runner: CommandRunner,
    private readonly clock: Clock,
    private readonly journal: Journal,
    private readonly signal: AbortSignal,
  ) {}

  record(streamId: string, results: readonly DispatchResult[]): Promise<void> {
    return results.length === 0 ? Promise.resolve() : this.batcher.add(streamId, results);
  }

  private async append(streamId: string, results: readonly DispatchResult[]): Promise<void> {
    const patience = { patienceMs: PATIENCE_MS, signal: this.signal };
    await persist('relay', this.journal, patience, () => {
      const now = toInstant(this.clock.now());
      const command = { type: 'RecordDispatches', results, now } as const;
      return this.runner.run(actionDecider, streamId, command, dutyContext('relay'));
    });
  }
}
