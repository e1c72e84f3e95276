import { describe, expect, it } from '@jest/globals';

import type { ActionCommand } from '../../../src/domain/action/action.commands.js';
import {
  DAY,
  HOUR,
  SENT,
  UNCERTAIN,
  added,
  at,
  cancel,
  claim,
  failed,
  key,
  openNotices,
  openStage,
  queueFollowUps,
  record,
  relay,
  reschedule,
  retryFailed,
  schedule,
  told,
  typesOf,
} from './story.js';

const typesAdded = (...commands: readonly ActionCommand[]) => typesOf(added(...commands));

describe('late evidence', () => {
  it('N8, RULES 5: is recorded from failed, uncertain and dead alike', () => {
    const opened = [schedule(), openNotices()];
    for (const report of [
      UNCERTAIN,
      { result: 'dead', attempt: 1, reason: 'x' },
      { result: 'refused', attempt: 1, reason: 'x' },
    ] as const) {
      expect(added(...opened, relay(key(), report), relay(key(), SENT, '1 12:02'))).toMatchObject([
        { type: 'NoticeSent', data: { late: true } },
      ]);
    }
  });

  it('RULES 5, 6: after a cancellation was sent raises the next one', () => {
    const called = [
      schedule(),
      openNotices(),
      relay(key(), UNCERTAIN),
      cancel('1 13:00'),
      queueFollowUps('1 13:00'),
    ];
    const sent = [...called, relay(key('cancelled'), SENT, '1 13:01')];
    expect(added(...sent, relay(key(), SENT, '1 13:02'))).toMatchObject([
      { type: 'NoticeSent', data: { late: true } },
      { type: 'CancellationQueued', data: { lead: 1, hedged: false } },
    ]);
    expect(typesAdded(...called, relay(key(), SENT, '1 13:02'))).toEqual(['NoticeSent']);
  });

  it('that is uncertain raises a hedged cancellation behind one that was sent', () => {
    const second = key('notice', { lead: HOUR });
    const called = [
      ...told({ leads: [DAY, HOUR] }),
      openNotices('2 11:00', { lead: HOUR }),
      cancel('2 11:01'),
      queueFollowUps('2 11:01'),
      relay(key('cancelled'), SENT, '2 11:02'),
    ];
    expect(added(...called, relay(second, UNCERTAIN, '2 11:03'))).toMatchObject([
      { type: 'NoticeUncertain' },
      { type: 'CancellationQueued', data: { lead: 1, hedged: true } },
    ]);
  });

  it('of `failed` after a cancellation was sent raises the next one: that was not the last word', () => {
    const called = [
      ...told(),
      openStage(),
      claim({ t1: 1 }),
      record(failed('t1', 1)),
      relay(key('failed'), UNCERTAIN, '2 12:02'),
      retryFailed('3 12:00', '2 12:03'),
      cancel('2 12:04'),
      queueFollowUps('2 12:04'),
      relay(key('cancelled', { revision: 1 }), SENT, '2 12:05'),
    ];
    expect(added(...called, relay(key('failed'), SENT, '2 12:06'))).toMatchObject([
      { type: 'NoticeSent', data: { kind: 'failed', late: true } },
      { type: 'CancellationQueued', data: { lead: 1 } },
    ]);
  });

  it('RULES 5, 6: after a new time was told raises that correction too', () => {
    const moved = [
      schedule(),
      openNotices(),
      relay(key(), UNCERTAIN),
      reschedule(['4 12:00'], '1 13:00'),
      queueFollowUps('1 13:00'),
      relay(key('rescheduled', { revision: 1 }), SENT, '1 13:01'),
    ];
    expect(added(...moved, relay(key(), SENT, '1 13:02'))).toMatchObject([
      { type: 'NoticeSent', data: { late: true } },
      { type: 'FollowUpQueued', data: { kind: 'rescheduled', lead: 1, startsAt: at('4 12:00') } },
    ]);
  });

  it('of a cancelled action is corrected though nobody was told before', () => {
    const dead = [
      schedule(),
      openNotices(),
      relay(key(), { result: 'dead', attempt: 1, reason: 'x' }),
      cancel('1 13:00'),
    ];
    expect(added(...dead, queueFollowUps('1 13:00'))).toEqual([]);
    expect(typesAdded(...dead, relay(key(), SENT, '1 13:02'))).toEqual([
      'NoticeSent',
      'CancellationQueued',
    ]);
  });
});
