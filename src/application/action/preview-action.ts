import { Query, QueryHandler } from '@nestjs/cqrs';
import type { IQueryHandler } from '@nestjs/cqrs';

import { ActionPlanner } from './plan-request.js';
import type { PlanRequest, Planned } from './plan-request.js';

/** What scheduling this would do, without doing it (S6). */
export class PreviewAction extends Query<Planned> {
  constructor(readonly request: PlanRequest) {
    super();
  }
}

@QueryHandler(PreviewAction)
export class PreviewActionHandler implements IQueryHandler<PreviewAction> {
  constructor(private readonly planner: ActionPlanner) {}

  execute({ request }: PreviewAction): Promise<Planned> {
    return this.planner.plan(request);
  }
}
