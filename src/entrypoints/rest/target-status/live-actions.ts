import { Injectable } from '@nestjs/common';

import { actionIdOf } from '../../../application/action/action-stream.js';
import { EventStore } from '../../../application/ports/event-store.port.js';
import { ActionCountersQueries } from '../../../projections/action-counters/action-counters.queries.js';
import { ActionSummaryQueries } from '../../../projections/action-summary/action-summary.queries.js';
import { TargetStatusQueries } from '../../../projections/target-status/target-status.queries.js';
import { actionListItemOf } from '../action/action-view.js';
import { targetResponseOf } from '../action/target-row.response.js';
import type { LiveActionResponse } from './target-status.response.js';

/** Which live action holds a target, by the reservation itself, and how it stands there. */
@Injectable()
export class LiveActions {
  constructor(
    private readonly store: EventStore,
    private readonly summaries: ActionSummaryQueries,
    private readonly counters: ActionCountersQueries,
    private readonly targets: TargetStatusQueries,
  ) {}

  /** Null also for the moment in which the read models have not seen the action yet. */
  async of(targetId: string): Promise<LiveActionResponse | null> {
    const [holder] = await this.store.holders([targetId]);
    if (holder === undefined) return null;
    const actionId = actionIdOf(holder.streamId);
    const [action, counters, target] = await Promise.all([
      this.summaries.find(actionId),
      this.counters.find(actionId),
      this.targets.find(actionId, targetId),
    ]);
    if (action === null || target === null) return null;
    return {
      action: actionListItemOf(action, counters ?? undefined),
      target: targetResponseOf(target),
    };
  }
}
