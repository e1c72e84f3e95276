import { describe, expect, it } from '@jest/globals';

import type { ActionCommand, AttemptResult } from '../../../src/domain/action/action.commands.js';
import { actionStatus } from '../../../src/domain/action/action.state.js';
import {
  applied,
  cancel,
  cancelTarget,
  claim,
  failed,
  openStage,
  pause,
  record,
  retryFailed,
  schedule,
  stateOf,
  target,
} from './story.js';

const two = [
  schedule({ targets: [target('t1'), target('t2')] }),
  openStage(),
  claim({ t1: 1, t2: 2 }),
];
const skipped = (targetId: string, fence: number): AttemptResult => ({
  ...applied(targetId, fence),
  outcome: 'skipped',
  reason: 'pinned',
});
const off = cancelTarget('t1', '2 12:00:30');
const lost = { ...failed('t1', 1), retryable: true };

describe('the end of an action', () => {
  it.each<[string, string, readonly ActionCommand[]]>([
    ['completed', 'all applied', [record(applied('t1', 1)), record(applied('t2', 2))]],
    ['completed', 'one applied, one failed', [record(failed('t1', 1)), record(applied('t2', 2))]],
    ['failed', 'one failed, one skipped', [record(failed('t1', 1)), record(skipped('t2', 2))]],
    ['completed', 'all skipped', [record(skipped('t1', 1)), record(skipped('t2', 2))]],
    [
      'cancelled',
      'cancelled as a whole, one applied',
      [cancel('2 12:00:30'), record(applied('t1', 1)), record(failed('t2', 2))],
    ],
    [
      'completed',
      'one called off in vain',
      [off, record(applied('t1', 1)), record(skipped('t2', 2))],
    ],
    [
      'cancelled',
      'all called off',
      [
        off,
        cancelTarget('t2', '2 12:00:30'),
        record(lost),
        record({ ...lost, targetId: 't2', fence: 2 }),
      ],
    ],
    ['failed', 'one called off, one failed', [off, record(lost), record(failed('t2', 2))]],
    [
      'completed',
      'paused, then resolved',
      [pause('2 12:00:30'), record(applied('t1', 1)), record(applied('t2', 2))],
    ],
  ])('S10: is %s when %s', (status, _, commands) => {
    expect(actionStatus(stateOf(...two, ...commands))).toBe(status);
  });

  it('S10: never comes while a target is in flight', () => {
    expect(actionStatus(stateOf(...two, record(applied('t1', 1))))).toBe('running');
    expect(actionStatus(stateOf(...two, cancel('2 12:00:30'), record(lost)))).toBe('cancelling');
  });

  it('S9: is cancelled when the targets were cancelled one by one', () => {
    const scheduled = schedule({ targets: [target('t1'), target('t2')] });
    const state = stateOf(scheduled, cancelTarget('t1', '1 09:00'), cancelTarget('t2', '1 09:01'));
    expect(actionStatus(state)).toBe('cancelled');
  });

  it('RULES 11: is undone by a retry, which runs even if the action had been paused', () => {
    const failedBoth = [record(failed('t1', 1)), record(failed('t2', 2))];
    const state = stateOf(
      ...two,
      pause('2 12:00:30'),
      ...failedBoth,
      retryFailed('2 13:00', '2 12:30'),
    );
    expect(actionStatus(state)).toBe('running');
  });
});

describe('the counters', () => {
  it('S11: show partial results, and balance', () => {
    const { counters } = stateOf(
      ...two,
      record(applied('t1', 1)),
      cancel('2 12:02'),
      record(failed('t2', 2)),
    );
    expect(counters).toMatchObject({
      total: 2,
      pending: 0,
      running: 0,
      applied: 1,
      failed: 1,
      cancelled: 0,
    });
  });

  it('S11: count what a cancel took from the pending ones', () => {
    const scheduled = schedule({ targets: [target('t1'), target('t2'), target('t3')] });
    const { counters } = stateOf(
      scheduled,
      openStage(),
      claim({ t1: 1 }),
      cancelTarget('t2', '2 12:01'),
      cancel('2 12:02'),
    );
    expect(counters).toMatchObject({ total: 3, pending: 0, running: 1, cancelled: 2 });
  });
});
