import { Injectable } from '@nestjs/common';

import type {
  ActionCommand,
  AttemptResult,
  FencedTarget,
} from '../../domain/action/action.commands.js';
import { actionDecider } from '../../domain/action/action.decider.js';
import { toInstant } from '../../domain/shared/instant.js';
import type { Instant } from '../../domain/shared/instant.js';
import { Clock } from '../ports/clock.port.js';
import { StoreUnavailable } from '../ports/event-store.port.js';
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

  private readonly stopping = new AbortController();

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
    await this.persist(streamId, (now) => ({ type: 'AcceptWork', ...claim, now }));
  }

  /** Does not wait for a database that is away any more: what is not recorded is left to its lease. */
  breakOff(): void {
    this.stopping.abort();
  }

  private async append(streamId: string, results: readonly AttemptResult[]): Promise<void> {
    try {
      await this.persist(streamId, (now) => ({ type: 'RecordOutcomes', results, now }));
    } catch (fault) {
      if (results.length > 1 && !isStoreAway(fault)) await this.appendEach(streamId, results);
      throw fault;
    }
  }

  /** One result that cannot be recorded must not take the others with it (C7). */
  private async appendEach(streamId: string, results: readonly AttemptResult[]): Promise<void> {
    for (const result of results) {
      await this.append(streamId, [result]).catch((fault: unknown) => {
        this.journal.fault('executor', fault, { streamId, targetId: result.targetId });
      });
    }
  }

  private async persist(
    streamId: string,
    commandAt: (now: Instant) => ActionCommand,
  ): Promise<void> {
    const { signal } = this.stopping;
    const patience = { patienceMs: PATIENCE_MS, signal, mayPass: isStoreAway };
    const context = dutyContext('executor');
    await persist('executor', this.journal, patience, (attempt) => {
      const command = commandAt(toInstant(this.clock.now()));
      // An append whose answer was lost may stand in the log: the same command finds it there.
      const same = { ...context, mayRepeat: attempt > 1 };
      return this.runner.run(actionDecider, streamId, command, same);
    });
  }
}

const isStoreAway = (fault: unknown): boolean => fault instanceof StoreUnavailable;
