import { describe, expect, it } from '@jest/globals';

import type { ActionCommand } from '../../../src/domain/action/action.commands.js';
import { noticeWork } from '../../../src/domain/action/notices.js';
import { verdictOn } from '../../../src/domain/action/verdict.js';
import {
  BROKEN,
  DAY,
  HOUR,
  NOT_SENT,
  SENT,
  added,
  at,
  cancel,
  claim,
  given,
  key,
  openNotices,
  openStage,
  pause,
  relay,
  reschedule,
  resume,
  runNow,
  schedule,
  stateOf,
  target,
  typesOf,
} from './story.js';

const two = [target('t1'), target('t2')];
const opened = [schedule(), openNotices()];

describe('opening a lead', () => {
  it('N3: asks for notices from the lead on, not before', () => {
    const state = stateOf(schedule());
    expect(noticeWork(state, 0, at('1 11:59:59.999'), 9)).toEqual({
      kind: 'not_due_until',
      at: at('1 12:00'),
    });
    expect(noticeWork(state, 0, at('1 12:00'), 9)).toEqual({
      kind: 'due',
      lead: DAY,
      targetIds: ['t1'],
    });
    given(schedule()).when(openNotices('1 11:59:59.999')).nothing();
  });

  it('N1, N3: says what, to whom, on which channels, and until when', () => {
    given(schedule({ channels: ['email', 'webhook'] }))
      .when(openNotices('1 12:00', { recipientIds: ['ann', 'ann'] }))
      .then({
        type: 'NoticeDue',
        data: {
          targetId: 't1',
          stage: 0,
          revision: 0,
          lead: DAY,
          startsAt: at('2 12:00'),
          notAfter: at('2 12:00'),
          dispatches: [
            { recipientId: 'ann', channel: 'email' },
            { recipientId: 'ann', channel: 'webhook' },
          ],
          at: at('1 12:00'),
        },
      });
    given(...opened)
      .when(openNotices())
      .nothing();
  });

  it.each<[string, readonly ActionCommand[]]>([
    ['is silent', [schedule({ silent: true })]],
    ['is paused', [schedule(), pause('1 09:00')]],
    ['was cancelled', [schedule(), cancel('1 09:00')]],
    ['is being applied', [schedule(), openStage(), claim({ t1: 1 })]],
  ])('N2, N3: asks for nothing when it %s', (_, commands) => {
    expect(noticeWork(stateOf(...commands), 0, at('2 12:00'), 9)).toEqual({ kind: 'nothing' });
    given(...commands)
      .when(openNotices('2 12:00'))
      .nothing();
  });

  it('N2: collapses leads that had opened when it was scheduled into the shortest', () => {
    const late = { ...schedule({ leads: [DAY, HOUR] }), now: at('2 11:30') };
    expect(noticeWork(stateOf(late), 0, at('2 11:30'), 9)).toEqual({
      kind: 'due',
      lead: HOUR,
      targetIds: ['t1'],
    });
    given(late).when(openNotices('2 11:30')).nothing();
    expect(
      noticeWork(stateOf(late, openNotices('2 11:30', { lead: HOUR })), 0, at('2 11:31'), 9).kind,
    ).toBe('nothing');
  });

  it('N2: collapses leads that opened during a pause', () => {
    const state = stateOf(schedule({ leads: [DAY, HOUR] }), pause('1 09:00'), resume('2 11:30'));
    expect(noticeWork(state, 0, at('2 11:30'), 9)).toEqual({
      kind: 'due',
      lead: HOUR,
      targetIds: ['t1'],
    });
  });

  it('N2: opens each lead of a policy in its time', () => {
    const state = stateOf(schedule({ leads: [DAY, HOUR] }), openNotices());
    expect(noticeWork(state, 0, at('1 12:01'), 9)).toEqual({
      kind: 'not_due_until',
      at: at('2 11:00'),
    });
  });

  it('goes on where the last batch ended, passes nobody over and asks nobody twice', () => {
    const state = stateOf(schedule({ targets: two }), openNotices());
    expect(noticeWork(state, 0, at('1 12:00'), 9)).toMatchObject({ targetIds: ['t2'] });
    given(schedule({ targets: two }))
      .when(openNotices('1 12:00', { targetIds: ['t2'] }))
      .nothing();
    const wild = openNotices('1 12:00', { targetIds: ['t2', 't1', 't2'] });
    expect(added(schedule({ targets: two }), wild)).toMatchObject([
      { data: { targetId: 't1' } },
      { data: { targetId: 't2' } },
    ]);
  });

  it('keeps one append under 500 events', () => {
    const targets = Array.from({ length: 250 }, (_, no) => target(`t${String(no)}`));
    const targetIds = targets.map(({ targetId }) => targetId);
    const scheduled = schedule({ targets, channels: ['banner', 'inbox'] });
    const open = openNotices('1 12:00', { targetIds });
    expect(added(scheduled, open)).toHaveLength(498);
    expect(noticeWork(stateOf(scheduled, open), 0, at('1 12:00'), 250)).toMatchObject({
      targetIds: targetIds.slice(166),
    });
  });

  it('N14, RULES 8: banner and inbox are sent in the append that asks for them', () => {
    const events = added(schedule({ channels: ['banner', 'inbox', 'email'] }), openNotices());
    expect(events.slice(1)).toMatchObject([
      { type: 'NoticeSent', data: { channel: 'banner', attempt: 1, late: false } },
      { type: 'NoticeSent', data: { channel: 'inbox' } },
    ]);
  });

  it.each<[string, object]>([
    ['nobody', { recipientIds: [] }],
    ['somebody unknown', { missing: ['ann'] }],
  ])('N11: an inbox of %s fails clearly; the banner hangs on the target', (_, addressees) => {
    const events = added(
      schedule({ channels: ['banner', 'inbox'] }),
      openNotices('1 12:00', addressees),
    );
    expect(events).toMatchObject([
      { type: 'NoticeDue' },
      { type: 'NoticeSent', data: { channel: 'banner' } },
      { type: 'NoticeFailed', data: { channel: 'inbox', reason: 'recipient_missing' } },
    ]);
  });

  it('N12: nothing is sent within the log at or after the start', () => {
    const events = added(
      schedule({ channels: ['inbox'] }),
      runNow('1 09:00'),
      openNotices('1 09:00'),
    );
    expect(typesOf(events)).toEqual(['NoticeDue', 'NoticeExpired']);
  });
});

describe('the verdict on a notice', () => {
  const verdict = (commands: readonly ActionCommand[], now: string, dispatch = key()) =>
    verdictOn(stateOf(...commands), dispatch, at(now));

  it('N3: is to send while its target waits', () => {
    expect(verdict(opened, '2 11:59:59.999')).toEqual({ kind: 'send' });
    expect(verdict([...opened, relay(key(), SENT)], '1 12:02')).toEqual({ kind: 'ended' });
    expect(verdict(opened, '1 12:02', key('cancelled'))).toEqual({ kind: 'ended' });
  });

  it('N12: is expired from its start on', () => {
    expect(verdict(opened, '2 12:00')).toEqual({ kind: 'expired' });
    given(...opened)
      .when(relay(key(), NOT_SENT, '2 12:00'))
      .then({ type: 'NoticeExpired', data: { ...key(), at: at('2 12:00') } });
  });

  it('is to hold while the action is paused', () => {
    const paused = [...opened, pause('1 12:00:30')];
    const until = at('2 12:00');
    given(...paused)
      .when(relay(key(), NOT_SENT))
      .then({
        type: 'NoticeDeferred',
        data: { ...key(), reason: 'action_paused', until, at: at('1 12:01') },
      });
    given(...paused, relay(key(), NOT_SENT))
      .when(relay(key(), NOT_SENT))
      .nothing();
    expect(verdict([...paused, relay(key(), NOT_SENT), resume('1 13:00')], '1 13:00')).toEqual({
      kind: 'send',
    });
  });

  it.each<[string, ActionCommand, string]>([
    ['N4: cancelled', cancel('1 12:00:30'), 'action cancelled before notice was dispatched'],
    [
      'N7: moved',
      reschedule(['3 12:00'], '1 12:00:30'),
      'schedule changed before notice was dispatched',
    ],
  ])('%s: is to withdraw, and says why', (_, command, reason) => {
    expect(verdict([...opened, command], '1 12:01')).toEqual({ kind: 'withdraw', reason });
    given(...opened, command)
      .when(relay(key(), NOT_SENT))
      .then({ type: 'NoticeFailed', data: { ...key(), attempt: 1, reason, at: at('1 12:01') } });
  });

  it('RULES 3: a withdrawal after an attempt that may have arrived is uncertain, and corrected with a hedge', () => {
    const events = added(
      ...opened,
      relay(key(), BROKEN),
      cancel('1 12:03'),
      relay(key(), NOT_SENT, '1 12:04'),
    );
    expect(events).toMatchObject([
      {
        type: 'NoticeUncertain',
        data: { reason: 'action cancelled before notice was dispatched' },
      },
      { type: 'CancellationQueued', data: { hedged: true } },
    ]);
  });
});

describe('the batches of a lead', () => {
  const owned = (targetId: string, ownerId: string) => ({ ...target(targetId), ownerId });

  it('N18: end where the owner changes', () => {
    const targets = [owned('a', 'ann'), owned('b', 'bob'), owned('c', 'bob'), owned('d', 'cat')];
    const state = stateOf(schedule({ targets }));
    const due = (limit: number) => noticeWork(state, 0, at('1 12:00'), limit);
    expect(due(2)).toMatchObject({ targetIds: ['a'] });
    expect(due(3)).toMatchObject({ targetIds: ['a', 'b', 'c'] });
    expect(due(9)).toMatchObject({ targetIds: ['a', 'b', 'c', 'd'] });
  });

  it('N18: go on in the middle of an owner who fills a whole batch', () => {
    const state = stateOf(schedule({ targets: [owned('a', 'ann'), owned('b', 'ann')] }));
    expect(noticeWork(state, 0, at('1 12:00'), 1)).toMatchObject({ targetIds: ['a'] });
  });
});
