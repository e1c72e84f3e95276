import { describe, expect, it } from '@jest/globals';

import type { ActionCommand } from '../../../src/domain/action/action.commands.js';
import {
  SENT,
  UNCERTAIN,
  added,
  applied,
  at,
  cancel,
  cancelTarget,
  claim,
  failed,
  key,
  openNotices,
  openStage,
  pause,
  queueFollowUps,
  record,
  relay,
  resume,
  schedule,
  target,
  told,
  typesOf,
} from './story.js';
import type { Wishes } from './story.js';

const two = [target('t1'), target('t2')];
const typesAdded = (...commands: readonly ActionCommand[]) => typesOf(added(...commands));
const started = (wishes: Wishes = {}) => [...told(wishes), openStage(), claim({ t1: 1 })];
const lost = { ...failed('t1', 1), retryable: true };

describe('a cancellation', () => {
  it.each([
    ['whole', cancel('1 13:00')],
    ['target', cancelTarget('t1', '1 13:00')],
  ])('N4, N6: goes to one who was told, once (%s)', (_, command) => {
    const called = [...told(), command];
    expect(typesOf(added(...called))).not.toContain('CancellationQueued');
    expect(added(...called, queueFollowUps('1 13:01'))).toEqual([
      {
        type: 'CancellationQueued',
        data: {
          targetId: 't1',
          stage: 0,
          recipientId: 'ann',
          channel: 'email',
          revision: 0,
          lead: 0,
          hedged: false,
          reason: 'cancelled',
          at: at('1 13:01'),
        },
      },
    ]);
    expect(added(...called, queueFollowUps('1 13:01'), queueFollowUps('1 13:02'))).toEqual([]);
    const sent = [queueFollowUps('1 13:01'), relay(key('cancelled'), SENT, '1 13:02')];
    expect(added(...called, ...sent, queueFollowUps('1 13:03'))).toEqual([]);
  });

  it('N4: does not go to channels that never told', () => {
    const both = [schedule({ channels: ['email', 'webhook'] }), openNotices(), relay(key(), SENT)];
    expect(added(...both, cancel('1 13:00'), queueFollowUps('1 13:01'))).toMatchObject([
      { data: { channel: 'email' } },
    ]);
  });

  it('N5: is queued in the append that records a send which was under way', () => {
    const events = added(schedule(), openNotices(), cancel('1 12:00:30'), relay(key(), SENT));
    expect(typesOf(events)).toEqual(['NoticeSent', 'CancellationQueued']);
  });

  it('N6: waits for the outcome of a running target, and does not come when it was applied', () => {
    const called = [...started(), cancel('2 12:00:30')];
    expect(added(...called, queueFollowUps('2 12:00:40'))).toEqual([]);
    expect(typesAdded(...called, record(applied('t1', 1)))).toEqual([
      'OutcomeRecorded',
      'ActionEnded',
    ]);
    expect(added(...called, record(lost))[1]).toMatchObject({
      type: 'CancellationQueued',
      data: { reason: 'parent_cancelled' },
    });
    expect(added(...called, record(failed('t1', 1)))[1]).toMatchObject({
      type: 'CancellationQueued',
      data: { reason: 'cancelled' },
    });
  });

  it('RULES 3: is hedged when the only evidence is uncertain', () => {
    const events = added(
      schedule(),
      openNotices(),
      relay(key(), UNCERTAIN),
      cancel('1 13:00'),
      queueFollowUps('1 13:00'),
    );
    expect(events).toMatchObject([{ data: { hedged: true } }]);
  });

  it('RULES 8: is sent within the log where the channel is ours', () => {
    const inbox = [schedule({ channels: ['inbox'] }), openNotices(), cancel('1 13:00')];
    expect(typesAdded(...inbox, queueFollowUps('1 13:01'))).toEqual([
      'CancellationQueued',
      'NoticeSent',
    ]);
    expect(added(...inbox, queueFollowUps('1 13:01'), queueFollowUps('1 13:02'))).toEqual([]);
  });
});

describe('the closing message', () => {
  it.each<[string, readonly ActionCommand[], Wishes]>([
    [
      'CancellationQueued',
      [record({ ...applied('t1', 1), outcome: 'skipped', reason: 'pinned' })],
      {},
    ],
    ['FollowUpQueued:completed', [record(applied('t1', 1))], { tellCompleted: true }],
    ['FollowUpQueued:failed', [record(failed('t1', 1))], {}],
  ])('RULES 4: is exactly one, with the outcome: %s', (type, outcome, wishes) => {
    const ended = [...started(wishes), ...outcome];
    expect(typesAdded(...ended)).toEqual(['OutcomeRecorded', type, 'ActionEnded']);
    expect(added(...ended, queueFollowUps('2 12:05'))).toEqual([]);
  });

  it('RULES 4: is none where nobody was told, or where an applied change needs no word', () => {
    expect(
      typesAdded(schedule(), openStage(), claim({ t1: 1 }), record(failed('t1', 1))),
    ).not.toContain('FollowUpQueued:failed');
    expect(typesAdded(...started(), record(applied('t1', 1)))).toEqual([
      'OutcomeRecorded',
      'ActionEnded',
    ]);
  });

  it('RULES 4: stays the one it was when the action is cancelled afterwards', () => {
    const sent = [
      ...started({ targets: two }),
      record(failed('t1', 1)),
      relay(key('failed'), SENT, '2 12:02'),
    ];
    expect(added(...sent, cancel('2 12:10'), queueFollowUps('2 12:11'))).toEqual([]);
  });

  it('RULES 4: is not repeated when its stage gets another time', () => {
    const sent = [
      ...started({ targets: two, tellCompleted: true }),
      record(applied('t1', 1)),
      relay(key('completed'), SENT, '2 12:02'),
    ];
    expect(added(...sent, pause('2 12:02'), resume('2 13:00'), queueFollowUps('2 13:00'))).toEqual(
      [],
    );
  });

  it('one append of outcomes stays under 500 events, and the rest follows', () => {
    const ids = Array.from({ length: 250 }, (_, no) => `t${String(no)}`);
    const fences = Object.fromEntries(ids.map((id, no) => [id, no + 1]));
    const wishes = {
      targets: ids.map((id) => target(id)),
      channels: ['banner', 'inbox'],
      tellCompleted: true,
    } as const;
    const notices = [0, 166].map((from) => openNotices('1 12:00', { targetIds: ids.slice(from) }));
    const running = [schedule(wishes), ...notices, openStage(), claim(fences)];
    const results = ids.map((id, no) => applied(id, no + 1));
    const outcomes: ActionCommand = { type: 'RecordOutcomes', results, now: at('2 12:01') };
    expect(added(...running, outcomes).length).toBeLessThanOrEqual(500);
    const rest = [1, 2, 3, 4].map((minute) => queueFollowUps(`2 12:0${String(minute)}`));
    expect(added(...running, outcomes, ...rest)).toEqual([]);
  });
});
