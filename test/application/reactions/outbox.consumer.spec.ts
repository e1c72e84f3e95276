import { describe, expect, it } from '@jest/globals';

import { outboxConsumer } from '../../../src/application/reactions/outbox.consumer.js';
import { dispatchIdOf } from '../../../src/application/shared/dispatch-id.js';
import type { ActionEvent } from '../../../src/domain/action/action.events.js';
import type { DispatchKey } from '../../../src/domain/notice/dispatch.js';
import { recordedEvent } from '../../support/recorded-events.js';

const AT = '2030-01-01T00:00:00.000Z';
const LATER = '2030-01-02T00:00:00.000Z';
const at = Date.parse(AT);
const later = Date.parse(LATER);
const streamId = 'action-a1';

const KEY: DispatchKey = {
  targetId: 't1',
  recipientId: 'r1',
  channel: 'email',
  kind: 'notice',
  revision: 2,
  lead: 3600,
};
const dispatchId = dispatchIdOf('a1', KEY);

const changesOf = (event: ActionEvent) =>
  outboxConsumer.project(recordedEvent(event, { position: 7n }));

const put = (key: DispatchKey, notAfter: number | null) => ({
  kind: 'put',
  row: {
    dispatchId: dispatchIdOf('a1', key),
    streamId,
    key,
    stage: 1,
    notAfter,
    dueAt: at,
    position: 7n,
  },
});

describe('the outbox consumer', () => {
  it('N1: puts one row for each recipient and outside channel', () => {
    const event: ActionEvent = {
      type: 'NoticeDue',
      data: {
        targetId: 't1',
        stage: 1,
        revision: 2,
        lead: 3600,
        startsAt: LATER,
        notAfter: LATER,
        dispatches: [
          { recipientId: 'r1', channel: 'email' },
          { recipientId: 'r1', channel: 'banner' },
          { recipientId: 'r2', channel: 'inbox' },
          { recipientId: 'r2', channel: 'webhook' },
        ],
        at: AT,
      },
    };
    expect(changesOf(event)).toEqual([
      put(KEY, later),
      put({ ...KEY, recipientId: 'r2', channel: 'webhook' }, later),
    ]);
  });

  it('N4, N12: puts corrections, which never expire', () => {
    const followUp = {
      targetId: 't1',
      recipientId: 'r1',
      channel: 'email',
      stage: 1,
      revision: 2,
      lead: 0,
      hedged: false,
      at: AT,
    } as const;
    const key = { ...KEY, lead: 0 };
    expect(changesOf({ type: 'CancellationQueued', data: { ...followUp, reason: 'r' } })).toEqual([
      put({ ...key, kind: 'cancelled' }, null),
    ]);
    const data = {
      ...followUp,
      kind: 'rescheduled',
      startsAt: LATER,
      previousStartsAt: AT,
      reason: null,
    } as const;
    expect(changesOf({ type: 'FollowUpQueued', data })).toEqual([
      put({ ...key, kind: 'rescheduled' }, null),
    ]);
    expect(changesOf({ type: 'FollowUpQueued', data: { ...data, channel: 'inbox' } })).toEqual([]);
  });

  it('O3: puts a dispatch back that is to be tried again, under its old key', () => {
    const data = { ...KEY, stage: 1, notAfter: LATER, cause: 'operator', at: AT } as const;
    expect(changesOf({ type: 'NoticeRequeued', data })).toEqual([put(KEY, later)]);
  });

  it('N10: postpones what failed for now and what is held back', () => {
    const failure = { failureClass: 'timeout', error: 'e', ambiguous: true };
    expect(
      changesOf({
        type: 'NoticeAttemptFailed',
        data: { ...KEY, ...failure, attempt: 3, retryAt: LATER, at: AT },
      }),
    ).toEqual([{ kind: 'postpone', dispatchId, dueAt: later, attempt: 3, ambiguous: true }]);
    expect(
      changesOf({
        type: 'NoticeDeferred',
        data: { ...KEY, reason: 'action_paused', until: LATER, at: AT },
      }),
    ).toEqual([{ kind: 'postpone', dispatchId, dueAt: later, attempt: null, ambiguous: false }]);
  });

  it('removes a dispatch that has ended, however it ended', () => {
    const ends: readonly ActionEvent[] = [
      { type: 'NoticeSent', data: { ...KEY, attempt: 1, envelopeId: null, late: true, at: AT } },
      { type: 'NoticeFailed', data: { ...KEY, attempt: 1, reason: 'r', at: AT } },
      { type: 'NoticeUncertain', data: { ...KEY, attempt: 1, reason: 'r', at: AT } },
      { type: 'NoticeSuppressed', data: { ...KEY, reason: 'r', at: AT } },
      { type: 'NoticeExpired', data: { ...KEY, at: AT } },
      { type: 'NoticeDead', data: { ...KEY, attempt: 1, reason: 'r', at: AT } },
    ];
    expect(ends.flatMap(changesOf)).toEqual(ends.map(() => ({ kind: 'remove', dispatchId })));
  });

  it('has nothing to remove for a channel of our own tables', () => {
    const data = { ...KEY, channel: 'inbox', attempt: 1, envelopeId: null, late: false } as const;
    expect(changesOf({ type: 'NoticeSent', data: { ...data, at: AT } })).toEqual([]);
  });

  it('N4, N7: has the whole action asked again when it changes as a whole', () => {
    const reason = null;
    const changes: readonly ActionEvent[] = [
      {
        type: 'ActionRescheduled',
        data: { cause: 'run_now', stages: [], revision: 1, reason, at: AT },
      },
      { type: 'ActionPaused', data: { reason, at: AT } },
      { type: 'ActionResumed', data: { stages: [], revision: 1, at: AT } },
      { type: 'ActionCancelled', data: { pendingCount: 1, runningCount: 0, reason, at: AT } },
      { type: 'ActionEnded', data: { status: 'completed', at: AT } },
    ];
    expect(changes.flatMap(changesOf)).toEqual(
      changes.map(() => ({ kind: 'recheck', streamId, targetId: null })),
    );
  });

  it('N4: has one target asked again when it is called off or has its outcome', () => {
    const outcome = {
      fence: 1,
      outcome: 'applied',
      reason: null,
      scheduledAt: AT,
      claimedAt: AT,
      startedAt: null,
    } as const;
    const changes: readonly ActionEvent[] = [
      {
        type: 'TargetCancelled',
        data: { targetId: 't1', while: 'pending', reason: null, at: AT },
      },
      { type: 'OutcomeRecorded', data: { targetId: 't1', ...outcome, at: AT } },
    ];
    expect(changes.flatMap(changesOf)).toEqual(
      changes.map(() => ({ kind: 'recheck', streamId, targetId: 't1' })),
    );
  });
});
