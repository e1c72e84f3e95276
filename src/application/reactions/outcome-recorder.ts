import { Injectable } from '@nestjs/common';

import type { AttemptResult, FencedTarget } from '../../domain/action/action.commands.js';
import { actionDecider } from '../../domain/action/action.decider.js';
import { toInstant } from '../../domain/shared/instant.js';
import { Clock } from '../ports/clock.port.js';
import { Journal } from '../ports/journal.port.js';
import { dutyContext } from '../shared/command-context.js';
import { CommandRunner } from '../shared/command-runner.js';
import { persist } from '../shared/persist.js';
import { StreamBatcher } from '../shared/stream-batcher.js';

/** With their follow-ups, the outcomes of one append stay below its limit. */
const RESULTS_PER_APPEND_MAX = 100;
/** Beyond this every lease has run out, and another attempt has begun or will. */
const PATIENCE_MS = 120_000;

/** Brings outcomes to the log in batches, and keeps at it while the database is away (C4). */
@Injectable()
export class OutcomeRecorder {
  private readonly batcher = new StreamBatcher<AttemptResult>(
    RESULTS_PER_APPEND_MAX,
    (streamId, results) => this.append(streamId, results),
  );

  constructor(
    private readonly runner: CommandRunner,
    private readonly clock: Clock,
    private readonly journal: Journal,
  ) {}

  /** Resolves when the result is in the log, or provably came too late. */
  record(streamId: string, result: AttemptResult): Promise<void> {
    return this.batcher.add(streamId, [result]);
  }

  /** The executor has begun and will confirm later (C6). */
  async accept(streamId: string, claim: FencedTarget): Promise<void> {
    await persist('executor', this.journal, { patienceMs: PATIENCE_MS }, () => {
      const now = toInstant(this.clock.now());
      const command = { type: 'AcceptWork', ...claim, now } as const;
      return this.runner.run(actionDecider, streamId, command, dutyContext('executor'));
    });
  }

  private async append(streamId: string, results: readonly AttemptResult[]): Promise<void> {
    await persist('executor', this.journal, { patienceMs: PATIENCE_MS }, () => {
      const now = toInstant(this.clock.now());
      const command = { type: 'RecordOutcomes', results, now } as const;
      return this.runner.run(actionDecider, streamId, command, dutyContext('executor'));
    });
  }
}
