import type { StageTime } from '../../domain/action/action.events.js';
import type { Instant } from '../../domain/shared/instant.js';
import { projectBy } from '../shared/project-by.js';
import type { ReadModel } from '../shared/read-model.js';
import type { RowChange } from '../shared/row-change.js';

/** One stage of one action: when it runs, and whether it has begun. */
export interface ActionStageRow {
  readonly actionId: string;
  readonly stage: number;
  readonly runAt: Instant;
  readonly targetCount: number;
  readonly revision: number;
  readonly openedAt: Instant | null;
}

type Change = RowChange<ActionStageRow>;

export const actionStage: ReadModel<ActionStageRow> = {
  name: 'action_stage',
  version: 1,
  table: {
    columns: {
      actionId: 'text',
      stage: 'integer',
      runAt: 'instant',
      targetCount: 'integer',
      revision: 'integer',
      openedAt: 'instant',
    },
    key: ['actionId', 'stage'],
    indexes: [],
  },
  project: projectBy<ActionStageRow>({
    ActionScheduled: ({ stages }, { actionId }) =>
      stages.map((stage): Change => ({
        kind: 'insert',
        row: { ...stage, actionId, revision: 0, openedAt: null },
      })),
    ActionRescheduled: ({ stages, revision }, { actionId }) =>
      stages.map((time) => retimed(actionId, time, revision)),
    ActionResumed: ({ stages, revision }, { actionId }) =>
      stages.map((time) => retimed(actionId, time, revision)),
    StageOpened: ({ stage, at }, { actionId }) => [
      { kind: 'patch', key: { actionId, stage }, set: { openedAt: at } },
    ],
  }),
};

const retimed = (actionId: string, { stage, runAt }: StageTime, revision: number): Change => ({
  kind: 'patch',
  key: { actionId, stage },
  set: { runAt, revision },
});
