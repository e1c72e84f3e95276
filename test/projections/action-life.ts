import type { ActionEvent } from '../../src/domain/action/action.events.js';
import type { ChannelName, DispatchKey, NoticeKind } from '../../src/domain/notice/dispatch.js';

/** Events of one action of two targets in two stages, to be put together by a test. */
export const RUN_AT = ['2030-01-02T10:00:00.000Z', '2030-01-03T10:00:00.000Z'] as const;
export const AT = '2030-01-01T10:00:00.000Z';

export const enrolled: ActionEvent = {
  type: 'TargetsEnrolled',
  data: {
    targets: [
      { targetId: 't1', stage: 0, ownerId: 'ann', sourceVersion: '1.0' },
      { targetId: 't2', stage: 1, ownerId: 'bob', sourceVersion: null },
    ],
  },
};

export const scheduled = (actionId = 'a1'): ActionEvent => ({
  type: 'ActionScheduled',
  data: {
    actionId,
    parameters: { type: 'restart' },
    stages: RUN_AT.map((runAt, stage) => ({ stage, runAt, targetCount: 1 })),
    zone: 'Europe/Berlin',
    notice: null,
    execution: {
      leaseMs: 1_000,
      attemptsMax: 3,
      retryDelayMs: 100,
      onExpiry: 'retry',
      confirmMs: 1_000,
    },
    reason: null,
    destroyedTargetIds: [],
    at: AT,
  },
});

export const noticeDue = (channels: readonly ChannelName[], targetId = 't1'): ActionEvent => ({
  type: 'NoticeDue',
  data: {
    targetId,
    stage: 0,
    revision: 0,
    lead: 3_600,
    startsAt: RUN_AT[0],
    notAfter: RUN_AT[0],
    dispatches: channels.map((channel) => ({ recipientId: 'ann', channel })),
    at: AT,
  },
});

export const keyOf = (channel: ChannelName, kind: NoticeKind = 'notice'): DispatchKey => ({
  targetId: 't1',
  recipientId: 'ann',
  channel,
  kind,
  revision: 0,
  lead: kind === 'notice' ? 3_600 : 0,
});

export const noticeSent = (channel: ChannelName, at = AT, kind?: NoticeKind): ActionEvent => ({
  type: 'NoticeSent',
  data: { ...keyOf(channel, kind), attempt: 1, envelopeId: null, late: false, at },
});

export const cancellationQueued = (channel: ChannelName): ActionEvent => {
  const { kind: _, ...key } = keyOf(channel, 'cancelled');
  const data = { ...key, stage: 0, hedged: false, reason: 'action_cancelled', at: AT };
  return { type: 'CancellationQueued', data };
};

export const cancelled: ActionEvent = {
  type: 'ActionCancelled',
  data: { pendingCount: 2, runningCount: 0, reason: null, at: AT },
};

export const claimed = (at = RUN_AT[0] as string): ActionEvent => ({
  type: 'TargetClaimed',
  data: { targetId: 't1', fence: 7, attempt: 1, holder: 'executor-1', leaseMs: 1_000, at },
});

export const outcome = (
  kind: 'applied' | 'skipped' | 'failed',
  at = '2030-01-02T10:00:30.000Z',
): ActionEvent => ({
  type: 'OutcomeRecorded',
  data: {
    targetId: 't1',
    fence: 7,
    outcome: kind,
    reason: kind === 'applied' ? null : 'because',
    scheduledAt: RUN_AT[0],
    claimedAt: '2030-01-02T10:00:02.000Z',
    startedAt: null,
    at,
  },
});
