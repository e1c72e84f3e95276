import { Injectable } from '@nestjs/common';

import { RowReader } from '../shared/row-reader.port.js';
import type { RowPage } from '../shared/row-reader.port.js';
import { actionStage } from './action-stage.projection.js';
import type { ActionStageRow } from './action-stage.projection.js';

/** Stages of an action. */
@Injectable()
export class ActionStageQueries {
  constructor(private readonly rows: RowReader) {}

  list(
    actionId: string,
    page: { readonly limit: number; readonly after?: string | null },
  ): Promise<RowPage<ActionStageRow>> {
    return this.rows.page(actionStage, {
      ...page,
      where: [{ column: 'actionId', is: actionId }],
      order: [{ by: 'stage', direction: 'asc' }],
    });
  }
}
