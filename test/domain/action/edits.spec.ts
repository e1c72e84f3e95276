import { describe, expect, it } from '@jest/globals';

import { actionDecider } from '../../../src/domain/action/action.decider.js';
import {
  applied,
  at,
  cancel,
  cancelTarget,
  claim,
  failed,
  given,
  openStage,
  pause,
  record,
  reschedule,
  resume,
  retryFailed,
  runNow,
  schedule,
  stateOf,
  target,
} from './story.js';

const two = schedule({ targets: [target('t1'), target('t2')] });
const staged = schedule({ targets: [target('t1'), target('t2', 1)] });

describe('calling an action off', () => {
  it('S8: cancels what is pending at once, and ends', () => {
    given(two)
      .when(cancel('1 09:00'))
      .then(
        {
          type: 'ActionCancelled',
          data: { pendingCount: 2, runningCount: 0, reason: null, at: at('1 09:00') },
        },
        { type: 'ActionEnded', data: { status: 'cancelled', at: at('1 09:00') } },
      )
      .releasing('t1', 't2');
  });

  it('S8: lets a running target resolve, and holds it until then', () => {
    const running = [two, openStage(), claim({ t1: 1 })];
    given(...running)
      .when(cancel('2 12:00:30'))
      .then({
        type: 'ActionCancelled',
        data: { pendingCount: 1, runningCount: 1, reason: null, at: at('2 12:00:30') },
      })
      .releasing('t2');
    const { decision } = given(...running, cancel('2 12:00:30')).when(record(applied('t1', 1)));
    expect(decision).toMatchObject({
      events: [{ type: 'OutcomeRecorded' }, { type: 'ActionEnded', data: { status: 'cancelled' } }],
      release: ['t1'],
    });
  });

  it('S8: does nothing to an action that has ended or is being cancelled', () => {
    given(two, cancel('1 09:00')).when(cancel('1 09:01')).nothing();
    given(two, openStage(), claim({ t1: 1 }), cancel('2 12:00:30'))
      .when(cancel('2 12:01'))
      .nothing();
  });

  it('S8: does not know an action that was never scheduled', () => {
    given().when(cancel('1 09:00')).refusedWith('not_found');
  });

  it('S9: cancels one target, once', () => {
    given(two)
      .when(cancelTarget('t1', '1 09:00'))
      .then({
        type: 'TargetCancelled',
        data: { targetId: 't1', while: 'pending', reason: null, at: at('1 09:00') },
      })
      .releasing('t1');
    given(two, cancelTarget('t1', '1 09:00')).when(cancelTarget('t1', '1 09:01')).nothing();
    given(two).when(cancelTarget('t9', '1 09:00')).refusedWith('not_found');
  });

  it('S9: is too late for a target that has ended', () => {
    given(two, openStage(), claim({ t1: 1 }), record(applied('t1', 1)))
      .when(cancelTarget('t1', '2 12:02'))
      .refusedWith('too_late');
  });

  it('S9: calls a running target off once, whether alone or with its action', () => {
    const running = [two, openStage(), claim({ t1: 1 })];
    const { decision } = given(...running).when(cancelTarget('t1', '2 12:01'));
    expect(decision).toMatchObject({ events: [{ data: { while: 'running' } }], release: [] });
    for (const first of [cancelTarget('t1', '2 12:01'), cancel('2 12:01')]) {
      given(...running, first)
        .when(cancelTarget('t1', '2 12:02'))
        .nothing();
    }
  });
});

describe('changing the times', () => {
  it('S12: moves stages that have not opened, under a new revision', () => {
    given(two)
      .when(reschedule(['3 12:00'], '1 09:00'))
      .then({
        type: 'ActionRescheduled',
        data: {
          cause: 'reschedule',
          stages: [{ stage: 0, runAt: at('3 12:00') }],
          revision: 1,
          reason: null,
          at: at('1 09:00'),
        },
      });
  });

  it('S12: leaves the revision of a stage that keeps its time', () => {
    const { decision } = given(staged).when(reschedule(['2 13:00', '3 12:00'], '1 09:00'));
    expect(decision).toMatchObject({
      events: [{ data: { stages: [{ stage: 0, runAt: at('2 13:00') }] } }],
    });
    given(two)
      .when(reschedule(['2 12:00'], '1 09:00'))
      .nothing();
  });

  it('S12: refuses a time too near, a stage that opened, and one that is not there', () => {
    given(two)
      .when(reschedule(['1 09:00:59'], '1 09:00'))
      .refusedWith('validation');
    given(two, openStage())
      .when(reschedule(['3 12:00'], '2 12:01'))
      .refusedWith('invalid_transition');
    given(two)
      .when(reschedule(['3 12:00', '4 12:00'], '1 09:00'))
      .refusedWith('invalid_transition');
  });

  it('S12: refuses a time whose later stages would leave the years that can be written', () => {
    const runAt = '+010000-01-01T23:00:00.000Z';
    const decision = actionDecider.decide(stateOf(staged), {
      type: 'RescheduleAction',
      ifVersion: null,
      stages: [{ stage: 1, runAt }],
      reason: null,
      leadMinMs: 60_000,
      now: at('1 09:00'),
    });
    expect(decision).toMatchObject({
      refusal: { code: 'validation', errors: [{ pointer: '/runAt', code: 'too_far' }] },
    });
  });

  it('S12: runs now whatever waits', () => {
    given(staged, openStage())
      .when(runNow('2 13:00'))
      .then({
        type: 'ActionRescheduled',
        data: {
          cause: 'run_now',
          stages: [{ stage: 1, runAt: at('2 13:00') }],
          revision: 1,
          reason: null,
          at: at('2 13:00'),
        },
      });
    given(two, runNow('1 09:00')).when(runNow('1 09:00:01')).nothing();
    given(two, pause('1 09:00')).when(runNow('1 09:01')).refusedWith('invalid_transition');
  });

  it('S12: gives only stages whose time went by during a pause the time of the resume', () => {
    given(staged, pause('2 11:00'))
      .when(resume('2 13:00'))
      .then({
        type: 'ActionResumed',
        data: { stages: [{ stage: 0, runAt: at('2 13:00') }], revision: 1, at: at('2 13:00') },
      });
    given(staged, pause('1 09:00'))
      .when(resume('1 10:00'))
      .then({ type: 'ActionResumed', data: { stages: [], revision: 0, at: at('1 10:00') } });
  });

  it('S12: leaves the time of a stage in which nothing waits any more', () => {
    const done = [staged, openStage(), claim({ t1: 1 }), record(applied('t1', 1))];
    given(...done, pause('2 12:10'))
      .when(resume('2 13:00'))
      .then({ type: 'ActionResumed', data: { stages: [], revision: 0, at: at('2 13:00') } });
  });

  it('S12: does nothing when it is paused, or runs, already', () => {
    given(two, pause('1 09:00')).when(pause('1 09:01')).nothing();
    given(two).when(resume('1 09:01')).nothing();
  });

  it('C8: measures a claimed target by the time it was claimed for, whatever its stage does', () => {
    const { decision } = given(
      two,
      openStage(),
      claim({ t1: 1 }),
      pause('2 12:02'),
      resume('2 13:00'),
    ).when(record(applied('t1', 1), '2 13:01'));
    expect(decision).toMatchObject({ events: [{ data: { scheduledAt: at('2 12:00') } }] });
  });

  it.each([
    ['pause', pause('2 12:02')],
    ['resume', resume('2 12:02')],
    ['run now', runNow('2 12:02')],
    ['reschedule', reschedule([], '2 12:02')],
  ])('refuses to %s an action that is being cancelled, or has ended', (_, command) => {
    const paused = [staged, openStage(), claim({ t1: 1 }), pause('2 12:00:10')];
    given(...paused, cancel('2 12:01'))
      .when(command)
      .refusedWith('invalid_transition');
    given(two, cancel('1 09:00')).when(command).refusedWith('invalid_transition');
  });
});

describe('retrying what failed', () => {
  const ended = [
    two,
    openStage(),
    claim({ t1: 1, t2: 2 }),
    record(applied('t2', 2)),
    record(failed('t1', 1)),
  ];

  it('S12: reopens only what is left, under a new revision, and holds it again', () => {
    given(...ended)
      .when(retryFailed('3 12:00', '2 13:00'))
      .then(
        {
          type: 'TargetsReopened',
          data: { targetIds: ['t1'], notBefore: at('3 12:00'), revision: 1, at: at('2 13:00') },
        },
        { type: 'ActionReopened', data: { at: at('2 13:00') } },
      )
      .reserving('t1');
    given(...ended, retryFailed('3 12:00', '2 13:00'))
      .when(retryFailed('3 12:00', '2 13:01'))
      .nothing();
  });

  it('S12: promises no time that has passed', () => {
    const { decision } = given(...ended).when(retryFailed('2 11:00', '2 13:00'));
    expect(decision).toMatchObject({ events: [{ data: { notBefore: at('2 13:00') } }, {}] });
  });

  it('S12: never reopens what was called off', () => {
    given(two, cancel('1 09:00'))
      .when(retryFailed('3 12:00', '2 13:00'))
      .refusedWith('invalid_transition');
    given(
      two,
      openStage(),
      claim({ t1: 1 }),
      cancelTarget('t1', '2 12:00:30'),
      record(failed('t1', 1)),
    )
      .when(retryFailed('3 12:00', '2 13:00'))
      .nothing();
  });
});

describe('the edit version', () => {
  it('counts human decisions only', () => {
    const background = [
      openStage(),
      claim({ t1: 1, t2: 2 }),
      record(failed('t1', 1)),
      record(applied('t2', 2)),
    ];
    expect(stateOf(two, ...background).editVersion).toBe(1);
    expect(stateOf(two, pause('1 09:00'), resume('1 09:01'), runNow('1 09:02')).editVersion).toBe(
      4,
    );
    expect(stateOf(two, ...background, retryFailed('3 12:00', '2 13:00')).editVersion).toBe(2);
  });

  it('refuses an order that was made for an older one, and says which is current', () => {
    const { decision } = given(two, pause('1 09:00')).when({
      type: 'ResumeAction',
      ifVersion: 1,
      now: at('1 09:01'),
    });
    expect(decision).toMatchObject({
      refusal: { code: 'version_mismatch', facts: { currentVersion: 2 } },
    });
  });
});
