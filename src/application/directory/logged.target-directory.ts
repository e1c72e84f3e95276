import { Injectable } from '@nestjs/common';

import { targetAfter } from '../../domain/directory/target.js';
import type { TargetChange } from '../../domain/directory/target.js';
import { TargetDirectory } from '../ports/directory.port.js';
import type {
  Compared,
  Page,
  TargetFacts,
  TargetFilter,
  TargetQuery,
} from '../ports/directory.port.js';
import type { EventMetadata } from '../ports/event-store.port.js';
import { TargetTable } from '../ports/target-table.port.js';
import { TargetLog } from './target-log.js';

/** Targets whose decisive facts are recorded in the log before the table changes. */
@Injectable()
export class LoggedTargetDirectory extends TargetDirectory {
  constructor(
    private readonly table: TargetTable,
    private readonly log: TargetLog,
  ) {
    super();
  }

  override findMany(targetIds: readonly string[]): Promise<ReadonlyMap<string, TargetFacts>> {
    return this.table.findMany(targetIds);
  }

  override select(query: TargetQuery, limit: number): Promise<readonly TargetFacts[]> {
    return this.table.select(query, limit);
  }

  override list(filter: TargetFilter, page: Page): Promise<readonly TargetFacts[]> {
    return this.table.list(filter, page);
  }

  override setPin(
    {
      targetId,
      expectedRevision,
      pin,
    }: {
      readonly targetId: string;
      readonly expectedRevision: number;
      readonly pin: string | null;
    },
    metadata: EventMetadata,
  ): Promise<Compared> {
    return this.compareAndSet({ targetId, pin }, expectedRevision, metadata);
  }

  override setVersion(
    {
      targetId,
      expectedRevision,
      version,
    }: {
      readonly targetId: string;
      readonly expectedRevision: number;
      readonly version: string;
    },
    metadata: EventMetadata,
  ): Promise<Compared> {
    return this.compareAndSet({ targetId, version }, expectedRevision, metadata);
  }

  /** The facts of a revision never change, so a row that is at it is as good as the stream. */
  private async compareAndSet(
    change: TargetChange,
    expectedRevision: number,
    metadata: EventMetadata,
  ): Promise<Compared> {
    const row = await this.rowAt(change.targetId, expectedRevision);
    if (row?.revision !== expectedRevision) return { changed: false };
    const target = targetAfter(row, change);
    const recorded = await this.log.record(target, expectedRevision, metadata);
    if (recorded.kind === 'conflict') return { changed: false };
    const { revision, position } = recorded;
    await this.table.apply([{ target, revision }]);
    return { changed: true, revision, position };
  }

  private async rowAt(targetId: string, revision: number): Promise<TargetFacts | undefined> {
    const row = (await this.table.findMany([targetId])).get(targetId);
    if (row !== undefined && row.revision >= revision) return row;
    await this.log.catchUp(targetId);
    return (await this.table.findMany([targetId])).get(targetId);
  }
}
