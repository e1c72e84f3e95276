import { describe, expect, it } from '@jest/globals';

import { actionDecider } from '../../../src/domain/action/action.decider.js';
import { actionStatus } from '../../../src/domain/action/action.state.js';
import { at, given, pastOf, pause, schedule, stateAfter, stateOf, target } from './story.js';

describe('scheduling an action', () => {
  it('S1, S5: enrols the targets as stamped, then makes the action live and holds them', () => {
    const command = schedule({ targets: [target('t1'), target('t2', 1)] });
    const { actionId, parameters, stages, zone, notice, execution, reason } = command;
    given()
      .when(command)
      .then(
        { type: 'TargetsEnrolled', data: { targets: command.targets } },
        {
          type: 'ActionScheduled',
          data: {
            actionId,
            parameters,
            stages,
            zone,
            notice,
            execution,
            reason,
            destroyedTargetIds: [],
            at: at('1 08:00'),
          },
        },
      )
      .reserving('t1', 't2');
  });

  it('S1: enrols 250 targets an event', () => {
    const targets = Array.from({ length: 501 }, (_, no) => target(`t${String(no)}`));
    const sizes = pastOf(schedule({ targets })).map((event) =>
      event.type === 'TargetsEnrolled' ? event.data.targets.length : event.type,
    );
    expect(sizes).toEqual([250, 250, 1, 'ActionScheduled']);
  });

  it('S1: refuses a time that is too near, and names the field', () => {
    const { decision } = given().when({ ...schedule(), now: at('2 11:59:00.001') });
    expect(decision).toMatchObject({
      refusal: { code: 'validation', errors: [{ pointer: '/runAt', code: 'too_soon' }] },
    });
  });

  it('S1: refuses a stage behind the year 9999, which no store could keep', () => {
    const stages = [{ stage: 0, runAt: '+010000-01-01T00:00:00.000Z', targetCount: 1 }];
    const { decision } = given().when({ ...schedule(), stages });
    expect(decision).toMatchObject({
      refusal: { code: 'validation', errors: [{ pointer: '/runAt', code: 'too_far' }] },
    });
  });

  it('S1: takes a time exactly as near as allowed', () => {
    const { decision } = given().when({ ...schedule(), now: at('2 11:59') });
    expect(decision).toMatchObject({ ok: true, reserve: ['t1'] });
  });

  it('S1: refuses to schedule the same id again', () => {
    given(schedule()).when(schedule()).refusedWith('intent_changed');
  });

  it('is not live before its last enrolling event', () => {
    const enrolling = stateAfter(pastOf(schedule()).slice(0, -1));
    expect(actionStatus(enrolling)).toBe('enrolling');
    const decision = actionDecider.decide(enrolling, pause('1 09:00'));
    expect(decision).toMatchObject({ ok: false, refusal: { code: 'not_found' } });
    expect(actionStatus(stateOf(schedule()))).toBe('scheduled');
  });
});
