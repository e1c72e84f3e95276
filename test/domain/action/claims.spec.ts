import { describe, expect, it } from '@jest/globals';

import type { ActionCommand } from '../../../src/domain/action/action.commands.js';
import { claimableWork } from '../../../src/domain/action/claims.js';
import {
  applied,
  at,
  cancel,
  cancelTarget,
  claim,
  expire,
  failed,
  given,
  openStage,
  pause,
  record,
  schedule,
  stateOf,
  target,
  typesOf,
} from './story.js';

const two = schedule({ targets: [target('t1'), target('t2')] });
const typesWhen = (before: readonly ActionCommand[], command: ActionCommand) => {
  const { decision } = given(...before).when(command);
  return decision.ok ? typesOf(decision.events) : decision.refusal.code;
};
const retryable = { ...failed('t1', 1), retryable: true };

describe('a claim', () => {
  it('C1: goes to one of two who ask; the other is left out silently', () => {
    given(two, openStage())
      .when(claim({ t1: 1 }))
      .then({
        type: 'TargetClaimed',
        data: {
          targetId: 't1',
          fence: 1,
          attempt: 1,
          holder: 'runner',
          leaseMs: 30_000,
          at: at('2 12:00'),
        },
      });
    given(two, openStage(), claim({ t1: 1 }))
      .when(claim({ t1: 2 }))
      .nothing();
  });

  it('C1: goes to the first of two claims of one breath', () => {
    const claims = [1, 2].map((fence) => ({ targetId: 't1', fence }));
    const { decision } = given(two, openStage()).when({
      type: 'ClaimTargets',
      holder: 'r',
      claims,
      now: at('2 12:00'),
    });
    expect(decision).toMatchObject({ events: [{ data: { fence: 1 } }] });
  });

  it('C2: is refused with a fence that does not grow', () => {
    const expired = [two, openStage(), claim({ t1: 5 }), expire({ t1: 5 }, '2 12:01')];
    given(...expired)
      .when(claim({ t1: 5 }, '2 12:05'))
      .nothing();
    expect(typesWhen(expired, claim({ t1: 6 }, '2 12:05'))).toEqual(['TargetClaimed']);
  });

  it('C8: is never early, and never before its stage opened', () => {
    given(two)
      .when({ type: 'OpenStage', stage: 0, now: at('2 11:59:59.999') })
      .nothing();
    given(two)
      .when(claim({ t1: 1 }, '2 13:00'))
      .nothing();
    given(two, openStage()).when(openStage('2 12:01')).nothing();
    given(two)
      .when({ type: 'OpenStage', stage: 7, now: at('2 13:00') })
      .nothing();
  });

  it.each([
    ['cancelled', cancel('2 12:00:01')],
    ['paused', pause('2 12:00:01')],
  ])('C3: is not given while the action is %s', (_, command) => {
    const before = [two, openStage(), claim({ t2: 1 }), command];
    given(...before)
      .when(claim({ t1: 2 }, '2 12:01'))
      .nothing();
    expect(claimableWork(stateOf(...before), at('2 12:01'), 10)).toEqual({ kind: 'nothing' });
  });

  it('suggests what may be claimed, in order, and when to ask again', () => {
    const open = [two, openStage()];
    expect(claimableWork(stateOf(...open), at('2 12:00'), 1)).toEqual({
      kind: 'claimable',
      targetIds: ['t1'],
    });
    const retrying = [...open, claim({ t1: 1, t2: 2 }), record(retryable)];
    expect(claimableWork(stateOf(...retrying), at('2 12:01'), 10)).toEqual({
      kind: 'not_due_until',
      at: at('2 12:02'),
    });
    expect(claimableWork(stateOf(...retrying), at('2 12:02'), 10)).toEqual({
      kind: 'claimable',
      targetIds: ['t1'],
    });
    expect(claimableWork(stateOf(two), at('2 13:00'), 10)).toEqual({ kind: 'nothing' });
  });
});

describe('an attempt', () => {
  const claimed = [two, openStage(), claim({ t1: 1 })];

  it('C6: is accepted first and confirmed later, under a lease of its own', () => {
    const accepted: ActionCommand = {
      type: 'AcceptWork',
      targetId: 't1',
      fence: 1,
      now: at('2 12:00:05'),
    };
    given(...claimed)
      .when(accepted)
      .then({
        type: 'WorkAccepted',
        data: { targetId: 't1', fence: 1, leaseMs: 600_000, at: at('2 12:00:05') },
      });
    given(...claimed, accepted)
      .when(accepted)
      .nothing();
    given(...claimed)
      .when({ ...accepted, fence: 9 })
      .refusedWith('stale_claim');
    given(...claimed)
      .when({ ...accepted, targetId: 't9' })
      .refusedWith('not_found');
    expect(typesWhen([...claimed, accepted], record(applied('t1', 1)))).toEqual([
      'OutcomeRecorded',
    ]);
  });

  it('C2: is repeated with a growing delay until its attempts are used up', () => {
    given(...claimed)
      .when(record(retryable))
      .then({
        type: 'AttemptFailed',
        data: {
          targetId: 't1',
          fence: 1,
          attempt: 1,
          reason: 'executor_refused',
          retryAt: at('2 12:02'),
          at: at('2 12:01'),
        },
      })
      .releasing();
    const again = (fence: number, now: string): ActionCommand[] => [
      claim({ t1: fence }, now),
      record({ ...retryable, fence }, now),
    ];
    const second = given(...claimed, record(retryable), claim({ t1: 2 }, '2 12:02')).when(
      record({ ...retryable, fence: 2 }, '2 12:02'),
    );
    expect(second.decision).toMatchObject({ events: [{ data: { retryAt: at('2 12:04') } }] });
    const third = [
      ...claimed,
      record(retryable),
      ...again(2, '2 12:02'),
      claim({ t1: 3 }, '2 12:10'),
    ];
    expect(typesWhen(third, record({ ...retryable, fence: 3 }, '2 12:11'))).toEqual([
      'OutcomeRecorded',
    ]);
  });

  it('C2: whose lease expires is repeated, or fails, as the policy says', () => {
    given(...claimed)
      .when(expire({ t1: 1 }, '2 12:01'))
      .then({
        type: 'ClaimExpired',
        data: { targetId: 't1', fence: 1, retryAt: at('2 12:02'), at: at('2 12:01') },
      });
    const strict = [schedule({ onExpiry: 'fail' }), openStage(), claim({ t1: 1 })];
    expect(given(...strict).when(expire({ t1: 1 }, '2 12:01')).decision).toMatchObject({
      events: [
        { type: 'ClaimExpired', data: { retryAt: null } },
        { type: 'OutcomeRecorded', data: { outcome: 'failed', reason: 'lease_expired' } },
        { type: 'ActionEnded', data: { status: 'failed' } },
      ],
      release: ['t1'],
    });
  });

  it('C2: expires once, however often it is reported, and not under another fence', () => {
    const claims = [1, 1].map((fence) => ({ targetId: 't1', fence }));
    const strict = [schedule({ onExpiry: 'fail' }), openStage(), claim({ t1: 1 })];
    expect(typesWhen(strict, { type: 'ExpireClaims', claims, now: at('2 12:05') })).toEqual([
      'ClaimExpired',
      'OutcomeRecorded',
      'ActionEnded',
    ]);
    given(...claimed)
      .when(expire({ t1: 7 }, '2 12:01'))
      .nothing();
  });
});

describe('an outcome', () => {
  const done = [two, openStage(), claim({ t1: 1 }), record(applied('t1', 1))];

  it('C4: is the same answer twice, and a conflict when it differs', () => {
    given(...done)
      .when(record(applied('t1', 1), '2 12:02'))
      .nothing();
    given(...done)
      .when(record(failed('t1', 1), '2 12:02'))
      .refusedWith('outcome_conflict');
  });

  it('C4: changes nothing under an old fence', () => {
    const expired = [two, openStage(), claim({ t1: 1 }), expire({ t1: 1 }, '2 12:01')];
    given(...expired)
      .when(record(applied('t1', 1), '2 12:02'))
      .refusedWith('stale_claim');
    given(...expired, claim({ t1: 2 }, '2 12:05'))
      .when(record(applied('t1', 1), '2 12:06'))
      .refusedWith('stale_claim');
    given(two)
      .when(record(applied('t9', 1)))
      .refusedWith('not_found');
  });

  it('C4: is not hidden by a stale one in the same batch', () => {
    const results = [applied('t1', 4), applied('t1', 5), applied('t1', 5)];
    const before = [two, openStage(), claim({ t1: 5 })];
    expect(typesWhen(before, { type: 'RecordOutcomes', results, now: at('2 12:01') })).toEqual([
      'OutcomeRecorded',
    ]);
  });

  it.each([
    ['action', cancel('2 12:00:30')],
    ['target', cancelTarget('t1', '2 12:00:30')],
  ])(
    'RULES 11: is skipped:parent_cancelled when its %s was called off and no effect was had',
    (_, command) => {
      const before = [two, openStage(), claim({ t1: 1 }), command];
      const { decision } = given(...before).when(record(retryable));
      expect(decision).toMatchObject({
        events: expect.arrayContaining([
          expect.objectContaining({
            data: expect.objectContaining({ outcome: 'skipped', reason: 'parent_cancelled' }),
          }),
        ]),
        release: ['t1'],
      });
      given(...before, record(retryable))
        .when(record(retryable, '2 12:03'))
        .nothing();
    },
  );

  it('RULES 11: judges a called-off target by what became of it, and starts no other attempt', () => {
    const before = [two, openStage(), claim({ t1: 1 }), cancelTarget('t1', '2 12:00:30')];
    expect(given(...before).when(record(applied('t1', 1))).decision).toMatchObject({
      events: [{ data: { outcome: 'applied' } }],
    });
    expect(given(...before).when(expire({ t1: 1 }, '2 12:01')).decision).toMatchObject({
      events: [
        { data: { retryAt: null } },
        { data: { outcome: 'failed', reason: 'lease_expired' } },
      ],
    });
  });
});
