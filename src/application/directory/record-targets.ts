import { Command, CommandHandler } from '@nestjs/cqrs';
import type { ICommandHandler } from '@nestjs/cqrs';

import { sameFacts, targetAfter } from '../../domain/directory/target.js';
import type { TargetChange } from '../../domain/directory/target.js';
import { NO_STREAM_VERSION } from '../ports/event-store.port.js';
import type { EventMetadata } from '../ports/event-store.port.js';
import { TargetTable } from '../ports/target-table.port.js';
import type { TargetRow } from '../ports/target-table.port.js';
import { DirectoryContended } from './directory-contended.js';
import { TargetLog } from './target-log.js';

/** What became of one target. The position is null when nothing changed that decisions read. */
export interface TargetWritten {
  readonly created: boolean;
  readonly revision: number;
  readonly position: bigint | null;
}

/** Adds or changes targets. Each id comes once; what a change leaves out stays as it is. */
export class RecordTargets extends Command<ReadonlyMap<string, TargetWritten>> {
  constructor(
    readonly changes: readonly TargetChange[],
    readonly metadata: EventMetadata,
  ) {
    super();
  }
}

/** Every further round means that somebody else changed one of the targets in between. */
const ROUNDS_MAX = 30;

/** A change on its way into the table. */
interface Step extends TargetWritten {
  readonly change: TargetChange;
  readonly row: TargetRow;
}

/** First the log, then the table: a crash between leaves a fact that the next write, or the consumer, carries over. */
@CommandHandler(RecordTargets)
export class RecordTargetsHandler implements ICommandHandler<RecordTargets> {
  constructor(
    private readonly table: TargetTable,
    private readonly log: TargetLog,
  ) {}

  async execute({ changes, metadata }: RecordTargets): Promise<ReadonlyMap<string, TargetWritten>> {
    const done = new Map<string, TargetWritten>();
    const appended = new Map<string, bigint>();
    let pending = changes;
    for (let round = 1; pending.length > 0; round += 1) {
      if (round > ROUNDS_MAX) throw new DirectoryContended(pending.map(({ targetId }) => targetId));
      const steps = await this.record(pending, metadata);
      for (const { change, position } of steps) {
        if (position !== null) appended.set(change.targetId, position);
      }
      const written = await this.table.write(steps.map(({ row }) => row));
      for (const { change, created, revision } of steps) {
        const position = appended.get(change.targetId) ?? null;
        if (written.has(change.targetId)) {
          done.set(change.targetId, { created, revision, position });
        }
      }
      pending = pending.filter(({ targetId }) => !done.has(targetId));
    }
    return done;
  }

  private async record(
    changes: readonly TargetChange[],
    metadata: EventMetadata,
  ): Promise<readonly Step[]> {
    const rows = await this.table.findMany(changes.map(({ targetId }) => targetId));
    const steps = changes.map((change) =>
      this.recordOne(change, rows.get(change.targetId) ?? null, metadata),
    );
    return (await Promise.all(steps)).filter((step) => step !== null);
  }

  /** Null when the table is behind the log: it is brought up, and the change decided again in the next round. */
  private async recordOne(
    change: TargetChange,
    current: TargetRow | null,
    metadata: EventMetadata,
  ): Promise<Step | null> {
    const target = targetAfter(current, change);
    const created = current === null;
    const before = { revision: NO_STREAM_VERSION, rowRevision: 0, ...current };
    if (current !== null && sameFacts(current, target)) {
      return { change, created, ...before, position: null, row: { ...before, ...target } };
    }
    const recorded = await this.log.record(target, before.revision, metadata);
    if (recorded.kind === 'conflict') {
      await this.log.catchUp(change.targetId);
      return null;
    }
    const { revision, position } = recorded;
    return { change, created, revision, position, row: { ...before, ...target, revision } };
  }
}
