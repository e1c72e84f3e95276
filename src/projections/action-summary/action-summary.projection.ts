import type {
  ActionParameters,
  ActionType,
  EndedStatus,
} from '../../domain/action/action.events.js';
import type { Instant } from '../../domain/shared/instant.js';
import { projectBy } from '../shared/project-by.js';
import type { EventContext } from '../shared/project-by.js';
import type { ReadModel } from '../shared/read-model.js';
import type { RowChange } from '../shared/row-change.js';

/** One action as lists and headings show it. Its edit version is the aggregate's alone. */
export interface ActionSummaryRow {
  readonly actionId: string;
  readonly type: ActionType;
  readonly parameters: ActionParameters;
  readonly status: ActionRowStatus;
  /** Time of the first stage. */
  readonly runAt: Instant;
  readonly stageCount: number;
  readonly zone: string;
  readonly revision: number;
  /** Actor who scheduled it. */
  readonly scheduledBy: string;
  /** Reference of the erasable text. */
  readonly reasonRef: string | null;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
  readonly endedAt: Instant | null;
  /** A stage has opened. */
  readonly opened: boolean;
  /** Paused and not resumed, whatever else became of it. */
  readonly paused: boolean;
  /** Version of the stream's last event that changed this row. */
  readonly streamVersion: number;
}

export type ActionRowStatus = 'scheduled' | 'running' | 'paused' | 'cancelling' | EndedStatus;

type Change = RowChange<ActionSummaryRow>;

export const actionSummary: ReadModel<ActionSummaryRow> = {
  name: 'action_summary',
  version: 1,
  table: {
    columns: {
      actionId: 'text',
      type: 'text',
      parameters: 'json',
      status: 'text',
      runAt: 'instant',
      stageCount: 'integer',
      zone: 'text',
      revision: 'integer',
      scheduledBy: 'text',
      reasonRef: 'text',
      createdAt: 'instant',
      updatedAt: 'instant',
      endedAt: 'instant',
      opened: 'boolean',
      paused: 'boolean',
      streamVersion: 'integer',
    },
    key: ['actionId'],
    indexes: [{ on: ['runAt', 'actionId'] }, { on: ['createdAt', 'actionId'] }],
  },
  project: projectBy<ActionSummaryRow>({
    ActionScheduled: (data, { actionId, recorded }) => [
      {
        kind: 'insert',
        row: {
          actionId,
          type: data.parameters.type,
          parameters: data.parameters,
          status: 'scheduled',
          runAt: data.stages[0]?.runAt ?? data.at,
          stageCount: data.stages.length,
          zone: data.zone,
          revision: 0,
          scheduledBy: recorded.metadata.actor,
          reasonRef: data.reason?.ref ?? null,
          createdAt: data.at,
          updatedAt: data.at,
          endedAt: null,
          opened: false,
          paused: false,
          streamVersion: recorded.version,
        },
      },
    ],
    ActionRescheduled: (data, context) => [patch(context, data, scheduleOf(data))],
    ActionPaused: (data, context) => [patch(context, data, { status: 'paused', paused: true })],
    ActionResumed: (data, context) => [
      patch(context, data, { ...scheduleOf(data), status: 'scheduled', paused: false }),
      patchWhere(context, { opened: true }, { status: 'running' }),
    ],
    ActionCancelled: (data, context) => [patch(context, data, { status: 'cancelling' })],
    TargetCancelled: (data, context) => [patch(context, data, {})],
    TargetsReopened: (data, context) => [patch(context, data, { revision: data.revision })],
    ActionReopened: (data, context) => [patch(context, data, { status: 'running', endedAt: null })],
    ActionEnded: (data, context) => [
      patch(context, data, { status: data.status, endedAt: data.at, paused: false }),
    ],
    StageOpened: (data, context) => [patch(context, data, { status: 'running', opened: true })],
  }),
};

interface NewTimes {
  readonly stages: readonly { readonly stage: number; readonly runAt: Instant }[];
  readonly revision: number;
}

/** A resume may move no stage at all; the revision stays then. */
const scheduleOf = ({ stages, revision }: NewTimes): Partial<ActionSummaryRow> => {
  const first = stages.find(({ stage }) => stage === 0);
  return {
    ...(stages.length > 0 && { revision }),
    ...(first !== undefined && { runAt: first.runAt }),
  };
};

const patch = (
  { actionId, recorded }: EventContext,
  { at }: { readonly at: Instant },
  set: Partial<ActionSummaryRow>,
): Change => ({
  kind: 'patch',
  key: { actionId },
  set: { ...set, updatedAt: at, streamVersion: recorded.version },
});

const patchWhere = (
  { actionId }: EventContext,
  match: Partial<ActionSummaryRow>,
  set: Partial<ActionSummaryRow>,
): Change => ({ kind: 'patchWhere', match: { actionId, ...match }, set });
