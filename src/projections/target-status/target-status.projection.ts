import type { OutcomeKind, StageTime } from '../../domain/action/action.events.js';
import type { Instant } from '../../domain/shared/instant.js';
import { projectBy } from '../shared/project-by.js';
import type { ReadModel } from '../shared/read-model.js';
import type { RowChange } from '../shared/row-change.js';

/** One target of one action. Hidden while the action is being enrolled. */
export interface TargetStatusRow {
  readonly actionId: string;
  readonly targetId: string;
  readonly stage: number;
  readonly status: TargetRowStatus;
  readonly ownerId: string | null;
  readonly sourceVersion: string | null;
  /** The time that is promised now; null until the action is live. */
  readonly scheduledAt: Instant | null;
  readonly revision: number;
  readonly attempt: number;
  readonly fence: number | null;
  readonly holder: string | null;
  /** A failed attempt is repeated from here on. */
  readonly retryAt: Instant | null;
  /** Why the last attempt or the outcome is what it is; null for `applied`. */
  readonly reason: string | null;
  /** When it was called off, even if a running attempt still had to end. */
  readonly calledOffAt: Instant | null;
  readonly claimedAt: Instant | null;
  readonly startedAt: Instant | null;
  readonly endedAt: Instant | null;
}

export type TargetRowStatus = 'pending' | 'running' | 'cancelled' | OutcomeKind;

type Change = RowChange<TargetStatusRow>;

export const targetStatus: ReadModel<TargetStatusRow> = {
  name: 'target_status',
  version: 1,
  table: {
    columns: {
      actionId: 'text',
      targetId: 'text',
      stage: 'integer',
      status: 'text',
      ownerId: 'text',
      sourceVersion: 'text',
      scheduledAt: 'instant',
      revision: 'integer',
      attempt: 'integer',
      fence: 'integer',
      holder: 'text',
      retryAt: 'instant',
      reason: 'text',
      calledOffAt: 'instant',
      claimedAt: 'instant',
      startedAt: 'instant',
      endedAt: 'instant',
    },
    key: ['actionId', 'targetId'],
    indexes: [{ on: ['targetId', 'actionId'] }],
    shownFrom: 'scheduledAt',
  },
  project: projectBy<TargetStatusRow>({
    TargetsEnrolled: ({ targets }, { actionId }) =>
      targets.map((target): Change => ({
        kind: 'insert',
        row: { ...NEW_ROW, ...target, actionId },
      })),
    EnrolmentAbandoned: (_, { actionId }) => [{ kind: 'removeWhere', match: { actionId } }],
    ActionScheduled: ({ stages }, { actionId }) =>
      stages.map(({ stage, runAt }) =>
        patchWhere({ actionId, stage, status: 'pending' }, { scheduledAt: runAt }),
      ),
    ActionRescheduled: ({ stages, revision }, { actionId }) =>
      stages.map((time) => retimed(actionId, time, revision)),
    ActionResumed: ({ stages, revision }, { actionId }) =>
      stages.map((time) => retimed(actionId, time, revision)),
    ActionCancelled: ({ at }, { actionId }) => [
      patchWhere(
        { actionId, status: 'pending' },
        { status: 'cancelled', calledOffAt: at, endedAt: at, retryAt: null },
      ),
      patchWhere({ actionId, status: 'running' }, { calledOffAt: at }),
    ],
    TargetCancelled: ({ targetId, while: was, at }, { actionId }) => [
      patch(
        { actionId, targetId },
        was === 'pending'
          ? { status: 'cancelled', calledOffAt: at, endedAt: at, retryAt: null }
          : { calledOffAt: at },
      ),
    ],
    TargetsReopened: ({ targetIds, notBefore, revision }, { actionId }) =>
      targetIds.map((targetId) =>
        patch(
          { actionId, targetId },
          { ...REOPENED, status: 'pending', scheduledAt: notBefore, revision },
        ),
      ),
    TargetClaimed: ({ targetId, attempt, fence, holder, at }, { actionId }) => [
      patch(
        { actionId, targetId },
        { ...CLAIMED, status: 'running', attempt, fence, holder, claimedAt: at },
      ),
    ],
    WorkAccepted: ({ targetId, at }, { actionId }) => [
      patch({ actionId, targetId }, { startedAt: at }),
    ],
    AttemptFailed: ({ targetId, reason, retryAt }, { actionId }) => [
      patch({ actionId, targetId }, { status: 'pending', holder: null, reason, retryAt }),
    ],
    ClaimExpired: ({ targetId, retryAt }, { actionId }) =>
      retryAt === null
        ? []
        : [
            patch(
              { actionId, targetId },
              { status: 'pending', holder: null, reason: 'lease_expired', retryAt },
            ),
          ],
    OutcomeRecorded: (data, { actionId }) => [
      patch(
        { actionId, targetId: data.targetId },
        {
          status: data.outcome,
          holder: null,
          reason: data.reason,
          scheduledAt: data.scheduledAt,
          claimedAt: data.claimedAt,
          startedAt: data.startedAt,
          endedAt: data.at,
        },
      ),
    ],
  }),
};

const NEW_ROW = {
  status: 'pending',
  scheduledAt: null,
  revision: 0,
  attempt: 0,
  fence: null,
  holder: null,
  retryAt: null,
  reason: null,
  calledOffAt: null,
  claimedAt: null,
  startedAt: null,
  endedAt: null,
} as const satisfies Partial<TargetStatusRow>;

const REOPENED = {
  attempt: 0,
  retryAt: null,
  reason: null,
  claimedAt: null,
  startedAt: null,
  endedAt: null,
} as const satisfies Partial<TargetStatusRow>;

const CLAIMED = {
  retryAt: null,
  reason: null,
  startedAt: null,
} as const satisfies Partial<TargetStatusRow>;

const patch = (
  key: Pick<TargetStatusRow, 'actionId' | 'targetId'>,
  set: Partial<TargetStatusRow>,
): Change => ({ kind: 'patch', key, set });

const patchWhere = (match: Partial<TargetStatusRow>, set: Partial<TargetStatusRow>): Change => ({
  kind: 'patchWhere',
  match,
  set,
});

/** Stages that have opened keep their time, so only pending targets can move. */
const retimed = (actionId: string, { stage, runAt }: StageTime, revision: number): Change =>
  patchWhere({ actionId, stage, status: 'pending' }, { scheduledAt: runAt, revision });
