import { Injectable } from '@nestjs/common';

import { RowReader } from '../shared/row-reader.port.js';
import type { Condition, RowPage } from '../shared/row-reader.port.js';
import { actionTimeline } from './action-timeline.projection.js';
import type { ActionTimelineRow } from './action-timeline.projection.js';

export interface TimelineList {
  readonly actionId: string;
  readonly targetId?: string;
  readonly dispatchId?: string;
  readonly types?: readonly ActionTimelineRow['type'][];
  readonly direction: 'asc' | 'desc';
  readonly limit: number;
  readonly after?: string | null;
}

/** What happened to an action, in the order of the log. */
@Injectable()
export class ActionTimelineQueries {
  constructor(private readonly rows: RowReader) {}

  list(list: TimelineList): Promise<RowPage<ActionTimelineRow>> {
    const { actionId, targetId, dispatchId, types, direction, limit, after = null } = list;
    const where: Condition<ActionTimelineRow>[] = [{ column: 'actionId', is: actionId }];
    if (targetId !== undefined) where.push({ column: 'targetId', is: targetId });
    if (dispatchId !== undefined) where.push({ column: 'dispatchId', is: dispatchId });
    if (types !== undefined) where.push({ column: 'type', in: types });
    const order = [{ by: 'position', direction }] as const;
    return this.rows.page(actionTimeline, { where, order, limit, after });
  }
}
