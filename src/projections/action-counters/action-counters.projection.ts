import { projectBy } from '../shared/project-by.js';
import type { ReadModel } from '../shared/read-model.js';
import type { RowChange } from '../shared/row-change.js';

/** How many targets of an action are where. They add up to `total` behind every event. */
export interface ActionCountersRow extends TargetCounts {
  readonly actionId: string;
}

export interface TargetCounts {
  readonly total: number;
  readonly pending: number;
  readonly running: number;
  readonly applied: number;
  readonly skipped: number;
  readonly failed: number;
  readonly cancelled: number;
}

type Change = RowChange<ActionCountersRow>;

export const actionCounters: ReadModel<ActionCountersRow> = {
  name: 'action_counters',
  version: 1,
  table: {
    columns: {
      actionId: 'text',
      total: 'integer',
      pending: 'integer',
      running: 'integer',
      applied: 'integer',
      skipped: 'integer',
      failed: 'integer',
      cancelled: 'integer',
    },
    key: ['actionId'],
    indexes: [],
  },
  project: projectBy<ActionCountersRow>({
    ActionScheduled: ({ stages }, { actionId }) => {
      const total = stages.reduce((sum, { targetCount }) => sum + targetCount, 0);
      return [{ kind: 'insert', row: { ...NONE, actionId, total, pending: total } }];
    },
    ActionCancelled: ({ pendingCount }, { actionId }) =>
      moved(actionId, 'pending', 'cancelled', pendingCount),
    TargetCancelled: ({ while: was }, { actionId }) =>
      was === 'pending' ? moved(actionId, 'pending', 'cancelled') : [],
    TargetsReopened: ({ targetIds }, { actionId }) =>
      moved(actionId, 'failed', 'pending', targetIds.length),
    TargetClaimed: (_, { actionId }) => moved(actionId, 'pending', 'running'),
    AttemptFailed: (_, { actionId }) => moved(actionId, 'running', 'pending'),
    ClaimExpired: ({ retryAt }, { actionId }) =>
      retryAt === null ? [] : moved(actionId, 'running', 'pending'),
    OutcomeRecorded: ({ outcome }, { actionId }) => moved(actionId, 'running', outcome),
  }),
};

const NONE: TargetCounts = {
  total: 0,
  pending: 0,
  running: 0,
  applied: 0,
  skipped: 0,
  failed: 0,
  cancelled: 0,
};

type Counter = Exclude<keyof TargetCounts, 'total'>;

/** The only way in which counters change: what one loses another gets, so they always add up. */
const moved = (actionId: string, from: Counter, to: Counter, count = 1): readonly Change[] => [
  { kind: 'add', key: { actionId }, add: { [from]: -count, [to]: count } },
];
