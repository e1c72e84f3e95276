import { describe, expect, it } from '@jest/globals';

import type { ActionCommand } from '../../../src/domain/action/action.commands.js';
import { nextFollowUpAt } from '../../../src/domain/action/follow-up.js';
import { verdictOn } from '../../../src/domain/action/verdict.js';
import {
  DAY,
  HOUR,
  NOT_SENT,
  SENT,
  UNCERTAIN,
  added,
  applied,
  at,
  cancel,
  claim,
  failed,
  key,
  openNotices,
  openStage,
  pause,
  queueFollowUps,
  record,
  relay,
  reschedule,
  resume,
  retryFailed,
  runNow,
  schedule,
  stateOf,
  target,
  told,
  typesOf,
} from './story.js';
import type { Wishes } from './story.js';

const two = [target('t1'), target('t2')];
const typesAdded = (...commands: readonly ActionCommand[]) => typesOf(added(...commands));
const started = (wishes: Wishes = {}) => [...told(wishes), openStage(), claim({ t1: 1 })];

describe('a new time', () => {
  it.each([
    ['earlier', '2 11:59', true],
    ['later by 5 min', '2 12:05', false],
    ['later by more', '2 12:05:00.001', true],
  ])('RULES 4: %s than promised is told: %s', (_, runAt, isToldOf) => {
    const events = added(...told(), reschedule([runAt], '1 13:00'), queueFollowUps('1 13:01'));
    expect(typesOf(events)).toEqual(isToldOf ? ['FollowUpQueued:rescheduled'] : []);
  });

  it('RULES 4: compares with what was told, however small each step was', () => {
    const crept = [
      ...told(),
      reschedule(['2 12:04'], '1 13:00'),
      reschedule(['2 12:08'], '1 13:01'),
    ];
    expect(added(...crept, queueFollowUps('1 13:02'))).toMatchObject([
      { data: { startsAt: at('2 12:08'), previousStartsAt: at('2 12:00') } },
    ]);
  });

  it('N7: is told by a correction to those who know, by a notice to those who do not', () => {
    const moved = [
      schedule({ channels: ['email', 'webhook'] }),
      openNotices(),
      relay(key(), SENT),
      reschedule(['2 12:06'], '1 13:00'),
    ];
    expect(added(...moved, openNotices('1 13:01'))).toMatchObject([
      { type: 'NoticeDue', data: { revision: 1, dispatches: [{ channel: 'webhook' }] } },
    ]);
    expect(added(...moved, openNotices('1 13:01'), queueFollowUps('1 13:01'))).toMatchObject([
      { data: { channel: 'email', kind: 'rescheduled' } },
    ]);
  });

  it('N7: arms the leads again', () => {
    const moved = [...told(), reschedule(['4 12:00'], '1 13:00')];
    expect(typesAdded(...moved, openNotices('3 12:00'))).toEqual(['NoticeDue']);
  });

  it('RULES 4: is told when the action runs now', () => {
    expect(added(...told(), runNow('1 13:00'), queueFollowUps('1 13:00'))).toMatchObject([
      { data: { startsAt: at('1 13:00') } },
    ]);
  });

  it('RULES 4: of a pause past the start is unknown at first, then the time of the resume', () => {
    const paused = [...told(), pause('2 11:00')];
    expect(nextFollowUpAt(stateOf(...paused), at('2 11:00'))).toBe(at('2 12:05:00.001'));
    expect(added(...paused, queueFollowUps('2 12:05'))).toEqual([]);
    const unknown = [...paused, queueFollowUps('2 12:05:00.001')];
    expect(added(...unknown)).toMatchObject([{ data: { kind: 'rescheduled', startsAt: null } }]);
    const resumed = [...unknown, relay(key('rescheduled'), SENT, '2 12:06'), resume('2 13:00')];
    expect(added(...resumed, queueFollowUps('2 13:00'))).toMatchObject([
      { data: { startsAt: at('2 13:00'), revision: 1 } },
    ]);
  });

  it('RULES 4: of a retried target counts in a pause like that of a stage', () => {
    const retried = [
      ...started(),
      record(failed('t1', 1)),
      relay(key('failed'), SENT, '2 12:02'),
      retryFailed('3 12:00', '2 12:10'),
      queueFollowUps('2 12:10'),
      relay(key('rescheduled', { revision: 1 }), SENT, '2 12:11'),
    ];
    const state = stateOf(...retried, pause('2 13:00'));
    expect(nextFollowUpAt(state, at('2 13:00'))).toBe(at('3 12:05:00.001'));
    expect(nextFollowUpAt(state, at('3 13:00'))).toBeNull();
    expect(nextFollowUpAt(stateOf(...retried), at('2 13:00'))).toBeNull();
  });

  it('does not concern a target that was claimed under the old one', () => {
    const moved = [
      ...started({ targets: two }),
      record(applied('t1', 1)),
      pause('2 12:02'),
      resume('2 13:00'),
    ];
    expect(added(...moved, queueFollowUps('2 13:00'))).toEqual([]);
  });

  it('is told after `failed` when the target is retried, sent or uncertain', () => {
    for (const report of [SENT, UNCERTAIN]) {
      const retried = [
        ...started(),
        record(failed('t1', 1)),
        relay(key('failed'), report, '2 12:02'),
        retryFailed('2 12:03', '2 12:03'),
      ];
      expect(typesAdded(...retried, queueFollowUps('2 12:03'))).toEqual([
        'FollowUpQueued:rescheduled',
      ]);
    }
  });

  it('is told in a pause although a notice of it waits', () => {
    const held = [
      ...told({ leads: [DAY, HOUR] }),
      reschedule(['2 10:00'], '2 08:00'),
      openNotices('2 09:00', { lead: HOUR }),
    ];
    expect(added(...held, queueFollowUps('2 09:11'))).toEqual([]);
    expect(typesAdded(...held, pause('2 09:10'), queueFollowUps('2 09:11'))).toEqual([
      'FollowUpQueued:rescheduled',
    ]);
  });
});

describe('a correction', () => {
  const moved = [...told(), reschedule(['4 12:00'], '1 13:00'), queueFollowUps('1 13:00')];
  const first = key('rescheduled', { revision: 1 });

  it('is withdrawn when it is true no more, and replaced by one that is', () => {
    const again = [...moved, reschedule(['5 12:00'], '1 13:01')];
    expect(verdictOn(stateOf(...moved), first, at('1 13:02'))).toEqual({ kind: 'send' });
    expect(added(...again, relay(first, NOT_SENT, '1 13:02'))).toMatchObject([
      { type: 'NoticeFailed', data: { reason: 'no longer true before it was dispatched' } },
      { type: 'FollowUpQueued', data: { startsAt: at('5 12:00'), revision: 2, lead: 0 } },
    ]);
    const back = [...moved, reschedule(['2 12:00'], '1 13:01'), relay(first, NOT_SENT, '1 13:02')];
    expect(typesOf(added(...back))).toEqual(['NoticeFailed']);
  });

  it('is the only one that may leave, also where an older one happens to be true again', () => {
    const to = (day: string, now: string) => [
      reschedule([`${day} 12:00`], now),
      queueFollowUps(now),
    ];
    const state = stateOf(...moved, ...to('5', '1 13:01'), ...to('4', '1 13:02'));
    expect(verdictOn(state, first, at('1 13:03')).kind).toBe('withdraw');
    expect(verdictOn(state, { ...first, revision: 3 }, at('1 13:03')).kind).toBe('send');
  });

  it('gives way to the closing message', () => {
    const called = [...moved, cancel('1 13:01'), queueFollowUps('1 13:01')];
    expect(typesOf(added(...called))).toEqual(['CancellationQueued']);
    expect(typesAdded(...called, relay(first, NOT_SENT, '1 13:02'))).toEqual(['NoticeFailed']);
  });

  it('N12: never expires', () => {
    expect(verdictOn(stateOf(...moved), first, at('9 12:00'))).toEqual({ kind: 'send' });
  });

  it('is tried once: one that cannot be delivered stays in the books', () => {
    const dead = [
      ...moved,
      relay(first, { result: 'dead', attempt: 9, reason: 'exhausted' }, '1 14:00'),
    ];
    expect(typesOf(added(...dead))).toEqual(['NoticeDead']);
    expect(added(...dead, queueFollowUps('1 14:01'))).toEqual([]);
  });
});
