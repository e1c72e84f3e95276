import { Injectable } from '@nestjs/common';

import type { ActionType } from '../../domain/action/action.events.js';
import type { Instant } from '../../domain/shared/instant.js';
import { untyped } from '../shared/read-model.js';
import { RowReader } from '../shared/row-reader.port.js';
import type { Condition, RowPage } from '../shared/row-reader.port.js';
import { targetStatus } from '../target-status/target-status.projection.js';
import { actionSummary } from './action-summary.projection.js';
import type { ActionRowStatus, ActionSummaryRow } from './action-summary.projection.js';

export interface ActionFilter {
  readonly status?: readonly ActionRowStatus[];
  readonly type?: ActionType;
  /** Actions over this target. */
  readonly targetId?: string;
  /** Time of the first stage: from here on. */
  readonly runAtFrom?: Instant;
  readonly runAtBefore?: Instant;
}

export const ACTION_ORDERS = ['runAt', 'createdAt'] as const;

export interface ActionList extends ActionFilter {
  readonly orderBy: (typeof ACTION_ORDERS)[number];
  readonly direction: 'asc' | 'desc';
  readonly limit: number;
  readonly after?: string | null;
}

/** Actions as lists and headings show them. */
@Injectable()
export class ActionSummaryQueries {
  constructor(private readonly rows: RowReader) {}

  find(actionId: string): Promise<ActionSummaryRow | null> {
    return this.rows.find(actionSummary, { actionId });
  }

  list({
    orderBy,
    direction,
    limit,
    after = null,
    ...filter
  }: ActionList): Promise<RowPage<ActionSummaryRow>> {
    return this.rows.page(actionSummary, {
      where: conditions(filter),
      order: [{ by: orderBy, direction }],
      limit,
      after,
    });
  }

  count(filter: ActionFilter): Promise<number> {
    return this.rows.count(actionSummary, conditions(filter));
  }
}

function conditions(filter: ActionFilter): readonly Condition<ActionSummaryRow>[] {
  const { status, type, targetId, runAtFrom, runAtBefore } = filter;
  const where: Condition<ActionSummaryRow>[] = [];
  if (status !== undefined) where.push({ column: 'status', in: status });
  if (type !== undefined) where.push({ column: 'type', is: type });
  if (runAtFrom !== undefined) where.push({ column: 'runAt', from: runAtFrom });
  if (runAtBefore !== undefined) where.push({ column: 'runAt', before: runAtBefore });
  if (targetId !== undefined) {
    const model = untyped(targetStatus);
    const whereTarget = [{ column: 'targetId', is: targetId }];
    where.push({ column: 'actionId', among: { model, column: 'actionId', where: whereTarget } });
  }
  return where;
}
