import { describe, expect, it } from '@jest/globals';

import { leasesConsumer } from '../../../src/application/reactions/leases.consumer.js';
import type { ActionEvent } from '../../../src/domain/action/action.events.js';
import { recordedEvent } from '../../support/recorded-events.js';

const at = '2030-01-01T00:00:00.000Z';
const claim = { targetId: 't1', fence: 7, at };
const lease = { streamId: 'action-a1', targetId: 't1', fence: 7 };

const changesOf = (event: ActionEvent) => leasesConsumer.project(recordedEvent(event));

describe('the leases consumer', () => {
  it('C2: opens a lease with the claim, and extends it when the work is accepted', () => {
    expect(
      changesOf({
        type: 'TargetClaimed',
        data: { ...claim, attempt: 1, holder: 'h', leaseMs: 500 },
      }),
    ).toEqual([{ kind: 'open', lease, leaseMs: 500 }]);
    expect(changesOf({ type: 'WorkAccepted', data: { ...claim, leaseMs: 900 } })).toEqual([
      { kind: 'extend', lease, leaseMs: 900 },
    ]);
  });

  it('C2: closes it with whatever ends the claim', () => {
    const ends: readonly ActionEvent[] = [
      { type: 'ClaimExpired', data: { ...claim, retryAt: null } },
      { type: 'AttemptFailed', data: { ...claim, attempt: 1, reason: 'r', retryAt: at } },
      {
        type: 'OutcomeRecorded',
        data: {
          ...claim,
          outcome: 'applied',
          reason: null,
          scheduledAt: at,
          claimedAt: at,
          startedAt: null,
        },
      },
    ];
    expect(ends.flatMap(changesOf)).toEqual(ends.map(() => ({ kind: 'close', lease })));
  });

  it('does nothing about other events', () => {
    expect(changesOf({ type: 'ActionReopened', data: { at } })).toEqual([]);
  });
});
