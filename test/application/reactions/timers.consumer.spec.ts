import { describe, expect, it } from '@jest/globals';

import { timersConsumer } from '../../../src/application/reactions/timers.consumer.js';
import type { ActionEvent } from '../../../src/domain/action/action.events.js';
import { recordedEvent } from '../../support/recorded-events.js';

const AT = '2030-01-01T00:00:00.000Z';
const LATER = '2030-01-02T00:00:00.000Z';
const at = Date.parse(AT);
const later = Date.parse(LATER);
const streamId = 'action-a1';

const changesOf = (event: ActionEvent) => timersConsumer.project(recordedEvent(event));

const set = (kind: string, subject: string, dueAt: number, revision = 0) => ({
  kind: 'set',
  timer: { streamId, kind, subject, revision, dueAt },
});

const scheduled = (notice: boolean): ActionEvent => ({
  type: 'ActionScheduled',
  data: {
    actionId: 'a1',
    parameters: { type: 'restart' },
    stages: [
      { stage: 0, runAt: LATER, targetCount: 2 },
      { stage: 1, runAt: LATER, targetCount: 1 },
    ],
    zone: 'UTC',
    notice: notice
      ? {
          leadsSeconds: [3600, 60],
          channels: ['email'],
          tellCompleted: false,
          subject: null,
          body: null,
        }
      : null,
    execution: {
      leaseMs: 1,
      attemptsMax: 1,
      retryDelayMs: 1,
      onExpiry: 'retry',
      confirmMs: 1,
    },
    reason: null,
    destroyedTargetIds: [],
    at: AT,
  },
});

describe('the timers consumer', () => {
  it('S1: opens each stage at its time', () => {
    expect(changesOf(scheduled(false))).toEqual([
      set('open_stage', 'stage:0', later),
      set('open_stage', 'stage:1', later),
    ]);
  });

  it('N3: has the leads of each stage looked at, if there is a notice policy', () => {
    expect(changesOf(scheduled(true))).toEqual([
      set('open_stage', 'stage:0', later),
      set('open_stage', 'stage:1', later),
      set('open_notices', 'stage:0', at),
      set('open_notices', 'stage:1', at),
    ]);
  });

  it('S12, N7: moves the stages of a reschedule under their new revision', () => {
    const stages = [{ stage: 1, runAt: LATER }];
    expect(
      changesOf({
        type: 'ActionRescheduled',
        data: { cause: 'reschedule', stages, revision: 4, reason: null, at: AT },
      }),
    ).toEqual([
      set('open_stage', 'stage:1', later, 4),
      set('open_notices', 'stage:1', at, 4),
      set('follow_ups', '', at),
    ]);
  });

  it('S12: takes everything up again with a resume', () => {
    const stages = [{ stage: 0, runAt: AT }];
    expect(changesOf({ type: 'ActionResumed', data: { stages, revision: 2, at: AT } })).toEqual([
      set('open_stage', 'stage:0', at, 2),
      set('open_notices', '', at, 2),
      set('work', '', at),
      set('follow_ups', '', at),
    ]);
  });

  it('C7: looks for work when a stage opens and when an attempt is to be repeated', () => {
    const attempt = { targetId: 't', fence: 1, at: AT };
    expect(changesOf({ type: 'StageOpened', data: { stage: 1, runAt: AT, at: AT } })).toEqual([
      set('work', '', at),
    ]);
    expect(
      changesOf({
        type: 'AttemptFailed',
        data: { ...attempt, attempt: 1, reason: 'x', retryAt: LATER },
      }),
    ).toEqual([set('work', '', later)]);
    expect(changesOf({ type: 'ClaimExpired', data: { ...attempt, retryAt: LATER } })).toEqual([
      set('work', '', later),
    ]);
    expect(changesOf({ type: 'ClaimExpired', data: { ...attempt, retryAt: null } })).toEqual([]);
  });

  it('S12: looks for work from the time at which failed targets are tried again', () => {
    expect(
      changesOf({
        type: 'TargetsReopened',
        data: { targetIds: ['t'], notBefore: LATER, revision: 1, at: AT },
      }),
    ).toEqual([set('work', '', later), set('follow_ups', '', at)]);
  });

  it('S8: opens nothing more after a cancel, and sees to what was said', () => {
    expect(
      changesOf({
        type: 'ActionCancelled',
        data: { pendingCount: 1, runningCount: 0, reason: null, at: AT },
      }),
    ).toEqual([
      { kind: 'clear', streamId, kinds: ['open_stage', 'open_notices'] },
      set('follow_ups', '', at),
    ]);
  });

  it('S10: leaves an ended action nothing but its follow-ups', () => {
    expect(changesOf({ type: 'ActionEnded', data: { status: 'completed', at: AT } })).toEqual([
      { kind: 'clear', streamId, kinds: ['open_stage', 'open_notices', 'work'] },
      set('follow_ups', '', at),
    ]);
  });

  it('S9, S12: sees to what was said after a pause and after a cancelled target', () => {
    const reason = null;
    expect(changesOf({ type: 'ActionPaused', data: { reason, at: AT } })).toEqual([
      set('follow_ups', '', at),
    ]);
    expect(
      changesOf({
        type: 'TargetCancelled',
        data: { targetId: 't', while: 'pending', reason, at: AT },
      }),
    ).toEqual([set('follow_ups', '', at)]);
  });

  it('does nothing about events that need no timer', () => {
    expect(changesOf({ type: 'ActionReopened', data: { at: AT } })).toEqual([]);
    expect(
      timersConsumer.project(
        recordedEvent({ type: 'VersionDisabled', data: { version: '1', at: AT } }),
      ),
    ).toEqual([]);
  });
});
