import { Injectable } from '@nestjs/common';

import { RowReader } from '../shared/row-reader.port.js';
import type { Condition, Percentiles, RowPage } from '../shared/row-reader.port.js';
import { targetStatus } from './target-status.projection.js';
import type { TargetRowStatus, TargetStatusRow } from './target-status.projection.js';

export interface TargetFilter {
  readonly actionId?: string;
  readonly targetId?: string;
  readonly stage?: number;
  readonly status?: readonly TargetRowStatus[];
}

export interface Lateness {
  /** From the promised time to the claim. */
  readonly claim: Percentiles;
  /** From the claim to the outcome. */
  readonly work: Percentiles;
}

/** Targets of actions: where each is, and why. */
@Injectable()
export class TargetStatusQueries {
  constructor(private readonly rows: RowReader) {}

  find(actionId: string, targetId: string): Promise<TargetStatusRow | null> {
    return this.rows.find(targetStatus, { actionId, targetId });
  }

  list({
    limit,
    after = null,
    ...filter
  }: TargetFilter & {
    readonly limit: number;
    readonly after?: string | null;
  }): Promise<RowPage<TargetStatusRow>> {
    return this.rows.page(targetStatus, { where: conditions(filter), order: [], limit, after });
  }

  /** How late the targets of an action were, in milliseconds. Open attempts count as far as they are. */
  async lateness(actionId: string): Promise<Lateness> {
    const where = conditions({ actionId });
    const [claim, work] = await Promise.all([
      this.rows.spans(targetStatus, where, { from: 'scheduledAt', to: 'claimedAt' }),
      this.rows.spans(targetStatus, where, { from: 'claimedAt', to: 'endedAt' }),
    ]);
    return { claim, work };
  }
}

function conditions(filter: TargetFilter): readonly Condition<TargetStatusRow>[] {
  const { actionId, targetId, stage, status } = filter;
  const where: Condition<TargetStatusRow>[] = [];
  if (actionId !== undefined) where.push({ column: 'actionId', is: actionId });
  if (targetId !== undefined) where.push({ column: 'targetId', is: targetId });
  if (stage !== undefined) where.push({ column: 'stage', is: stage });
  if (status !== undefined) where.push({ column: 'status', in: status });
  return where;
}
