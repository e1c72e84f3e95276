import { describe, expect, it } from '@jest/globals';

import type { ActionCommand } from '../../../src/domain/action/action.commands.js';
import {
  BROKEN,
  SENT,
  UNCERTAIN,
  added,
  at,
  cancel,
  given,
  key,
  openNotices,
  pause,
  relay,
  schedule,
  typesOf,
} from './story.js';

const opened = [schedule(), openNotices()];

describe('the end of a dispatch', () => {
  it('N10: an attempt that failed is recorded once, with its next time', () => {
    const failure = {
      attempt: 1,
      failureClass: 'timeout',
      error: 'timeout',
      ambiguous: true,
      retryAt: at('1 12:06'),
    };
    given(...opened)
      .when(relay(key(), BROKEN))
      .then({ type: 'NoticeAttemptFailed', data: { ...key(), ...failure, at: at('1 12:01') } });
    given(...opened, relay(key(), BROKEN))
      .when(relay(key(), BROKEN))
      .nothing();
  });

  it.each([
    ['refused', { result: 'refused', attempt: 1, reason: 'no_address' }, 'NoticeFailed'],
    ['dead', { result: 'dead', attempt: 9, reason: 'exhausted' }, 'NoticeDead'],
    ['suppressed', { result: 'suppressed', reason: 'no_subscription' }, 'NoticeSuppressed'],
  ] as const)(
    'N10, N11: %s tells nobody; after an ambiguous attempt it is uncertain',
    (_, report, type) => {
      expect(typesOf(added(...opened, relay(key(), report)))).toEqual([type]);
      expect(
        typesOf(
          added(...opened, relay(key(), report), cancel('1 13:00'), {
            type: 'QueueFollowUps',
            now: at('1 13:01'),
          }),
        ),
      ).toEqual([]);
      expect(typesOf(added(...opened, relay(key(), BROKEN), relay(key(), report)))).toEqual([
        'NoticeUncertain',
      ]);
    },
  );

  it('RULES 5: a failure that comes too late changes nothing, and nothing is known of strangers', () => {
    given(...opened, relay(key(), SENT))
      .when(relay(key(), UNCERTAIN))
      .nothing();
    given(...opened, relay(key(), SENT))
      .when(relay(key(), SENT))
      .nothing();
    given(...opened)
      .when(relay(key('notice', { recipientId: 'bob' }), SENT))
      .nothing();
  });
});

describe('sending again', () => {
  const requeue: ActionCommand = { type: 'RequeueNotice', key: key(), now: at('1 12:02') };

  it('the policy resends an uncertain notice once', () => {
    const resend = { result: 'uncertain', attempt: 1, reason: 'lost', then: 'resend' } as const;
    const once = [...opened, relay(key(), resend)];
    expect(added(...once)).toMatchObject([
      { type: 'NoticeUncertain' },
      { type: 'NoticeRequeued', data: { cause: 'policy' } },
    ]);
    expect(typesOf(added(...once, relay(key(), resend)))).toEqual(['NoticeUncertain']);
    expect(typesOf(added(...opened, pause('1 12:00:30'), relay(key(), resend)))).toEqual([
      'NoticeUncertain',
    ]);
  });

  it('RULES 3: an uncertain notice that is unwanted is never resent', () => {
    const resend = { result: 'uncertain', attempt: 1, reason: 'lost', then: 'resend' } as const;
    const events = added(...opened, cancel('1 12:00:30'), relay(key(), resend));
    expect(typesOf(events)).toEqual(['NoticeUncertain', 'CancellationQueued']);
  });

  it('RULES 7: an operator requeues what is still true, once', () => {
    const uncertain = [...opened, relay(key(), UNCERTAIN)];
    const data = {
      ...key(),
      stage: 0,
      notAfter: at('2 12:00'),
      cause: 'operator',
      at: at('1 12:02'),
    } as const;
    given(...uncertain)
      .when(requeue)
      .then({ type: 'NoticeRequeued', data });
    given(...uncertain, requeue)
      .when(requeue)
      .nothing();
    given(...uncertain, cancel('1 12:01:30'))
      .when(requeue)
      .refusedWith('no_longer_true');
    given(...opened, relay(key(), SENT))
      .when(requeue)
      .refusedWith('invalid_transition');
    given(schedule()).when(requeue).refusedWith('not_found');
  });

  it('does not requeue what the recipient has opted out of, nor what no relay serves', () => {
    given(...opened, relay(key(), { result: 'suppressed', reason: 'none' }))
      .when(requeue)
      .refusedWith('invalid_transition');
    const inbox = [schedule({ channels: ['inbox'] }), openNotices('1 12:00', { missing: ['ann'] })];
    given(...inbox)
      .when({ type: 'RequeueNotice', key: key('notice', { channel: 'inbox' }), now: at('1 12:02') })
      .refusedWith('invalid_transition');
  });

  it('stays uncertain when the second attempt is refused', () => {
    const again = [...opened, relay(key(), UNCERTAIN), requeue];
    expect(
      typesOf(added(...again, relay(key(), { result: 'refused', attempt: 2, reason: 'gone' }))),
    ).toEqual(['NoticeUncertain']);
  });
});
