import type { OutcomeKind, StageTime } from '../../domain/action/action.events.js';
import type { NoticeKind } from '../../domain/notice/dispatch.js';
import type { Instant } from '../../domain/shared/instant.js';
import { projectBy } from '../shared/project-by.js';
import type { ReadModel } from '../shared/read-model.js';
import type { RowChange } from '../shared/row-change.js';

/** What stands above a target about one action. Hidden until a notice went out on this channel. */
export interface BannerRow {
  readonly actionId: string;
  readonly targetId: string;
  readonly stage: number;
  readonly state: BannerState;
  readonly startsAt: Instant;
  /** The latest message on this channel. */
  readonly kind: NoticeKind | null;
  /** When it first showed. */
  readonly shownAt: Instant | null;
  readonly endedAt: Instant | null;
}

export const BANNER_STATES = ['upcoming', 'in_progress', 'done', 'cancelled'] as const;
export type BannerState = (typeof BANNER_STATES)[number];

/** Set by the reader. */
export interface BannerFlags {
  readonly dismissedAt: Instant | null;
}

type Change = RowChange<BannerRow>;

export const banner: ReadModel<BannerRow, BannerFlags> = {
  name: 'banner',
  version: 1,
  table: {
    columns: {
      actionId: 'text',
      targetId: 'text',
      stage: 'integer',
      state: 'text',
      startsAt: 'instant',
      kind: 'text',
      shownAt: 'instant',
      endedAt: 'instant',
    },
    key: ['actionId', 'targetId'],
    indexes: [{ on: ['targetId', 'startsAt', 'actionId'], whereSet: 'shownAt' }],
    shownFrom: 'shownAt',
    flags: { table: 'banner_flags', columns: ['dismissedAt'] },
  },
  project: projectBy<BannerRow>({
    NoticeDue: ({ targetId, stage, startsAt, dispatches }, { actionId }) =>
      dispatches.some(({ channel }) => channel === 'banner')
        ? [
            { kind: 'ensure', row: { ...NEW_ROW, actionId, targetId, stage, startsAt } },
            patch({ actionId, targetId }, { startsAt }),
          ]
        : [],
    NoticeSent: ({ channel, targetId, kind, at }, { actionId }) =>
      channel === 'banner' ? [patch({ actionId, targetId }, { kind, shownAt: at })] : [],
    ActionRescheduled: ({ stages }, { actionId }) => stages.map((time) => retimed(actionId, time)),
    ActionResumed: ({ stages }, { actionId }) => stages.map((time) => retimed(actionId, time)),
    ActionCancelled: ({ at }, { actionId }) => [
      {
        kind: 'patchWhere',
        match: { actionId, state: 'upcoming' },
        set: { state: 'cancelled', endedAt: at },
      },
    ],
    TargetCancelled: ({ targetId, while: was, at }, { actionId }) =>
      was === 'pending' ? [patch({ actionId, targetId }, { state: 'cancelled', endedAt: at })] : [],
    TargetsReopened: ({ targetIds, notBefore }, { actionId }) =>
      targetIds.map((targetId) =>
        patch({ actionId, targetId }, { state: 'upcoming', startsAt: notBefore, endedAt: null }),
      ),
    TargetClaimed: ({ targetId }, { actionId }) => [
      patch({ actionId, targetId }, { state: 'in_progress' }),
    ],
    AttemptFailed: ({ targetId }, { actionId }) => [
      patch({ actionId, targetId }, { state: 'upcoming' }),
    ],
    ClaimExpired: ({ targetId, retryAt }, { actionId }) =>
      retryAt === null ? [] : [patch({ actionId, targetId }, { state: 'upcoming' })],
    OutcomeRecorded: ({ targetId, outcome, at }, { actionId }) => [
      patch({ actionId, targetId }, { state: STATE_AFTER[outcome], endedAt: at }),
    ],
  }),
};

/** What was skipped did not happen, which is what its owner wants to know. */
const STATE_AFTER: Readonly<Record<OutcomeKind, BannerState>> = {
  applied: 'done',
  failed: 'done',
  skipped: 'cancelled',
};

const NEW_ROW = {
  state: 'upcoming',
  kind: null,
  shownAt: null,
  endedAt: null,
} as const satisfies Partial<BannerRow>;

const patch = (key: Pick<BannerRow, 'actionId' | 'targetId'>, set: Partial<BannerRow>): Change => ({
  kind: 'patch',
  key,
  set,
});

const retimed = (actionId: string, { stage, runAt }: StageTime): Change => ({
  kind: 'patchWhere',
  match: { actionId, stage, state: 'upcoming' },
  set: { startsAt: runAt },
});
