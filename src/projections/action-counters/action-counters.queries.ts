import { Injectable } from '@nestjs/common';

import { PAGE_LIMIT_MAX, RowReader } from '../shared/row-reader.port.js';
import { actionCounters } from './action-counters.projection.js';
import type { ActionCountersRow } from './action-counters.projection.js';

/** How many targets of an action are where. */
@Injectable()
export class ActionCountersQueries {
  constructor(private readonly rows: RowReader) {}

  find(actionId: string): Promise<ActionCountersRow | null> {
    return this.rows.find(actionCounters, { actionId });
  }

  /** Counters of a page of actions, at most `PAGE_LIMIT_MAX`. */
  async findMany(actionIds: readonly string[]): Promise<ReadonlyMap<string, ActionCountersRow>> {
    if (actionIds.length === 0) return new Map();
    const { rows } = await this.rows.page(actionCounters, {
      where: [{ column: 'actionId', in: actionIds }],
      order: [],
      limit: PAGE_LIMIT_MAX,
    });
    return new Map(rows.map((row) => [row.actionId, row]));
  }
}
