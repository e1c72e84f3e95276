import { Injectable } from '@nestjs/common';

import { ActionSummaryQueries } from '../../../projections/action-summary/action-summary.queries.js';
import { Refused } from '../problem/refused.js';

/** Tells an action without entries from one that does not exist. */
@Injectable()
export class KnownActions {
  constructor(private readonly summaries: ActionSummaryQueries) {}

  async require(actionId: string): Promise<void> {
    if ((await this.summaries.find(actionId)) !== null) return;
    throw new Refused('not_found', 'there is no such action');
  }
}
