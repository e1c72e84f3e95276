/* eslint-disable jest/no-standalone-expect -- Called by the tests of the suite. */
import { randomUUID } from 'node:crypto';

import { expect } from '@jest/globals';

import type { Tenure } from '../../../src/application/ports/consumer.port.js';
import type {
  ClaimedDispatch,
  OutboxChange,
  OutboxRow,
} from '../../../src/application/ports/outbox.port.js';
import type { DispatchKey } from '../../../src/domain/notice/dispatch.js';
import type { OutboxFixture } from './outbox-fixture.js';

export const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const YEAR = 365 * DAY;
const KEY = { name: 'outbox', version: 1, shard: 0 };

type RowChange = Partial<Omit<OutboxRow, 'key'> & DispatchKey>;
export type Put = (change?: RowChange) => Promise<OutboxRow>;

/** Speaks to an outbox in the words of its tests. */
export class OutboxDriver {
  streamId = '';
  start = 0;
  private tenure: Tenure | null = null;
  private position = 0n;
  private serial = 0;

  constructor(readonly fixture: OutboxFixture) {}

  async begin(): Promise<void> {
    this.tenure ??= await this.fixture.sink.acquire(KEY, 'test', YEAR);
    // Ends the leases and the rows of the test before.
    await this.fixture.advance(DAY);
    for (const claim of [this.claim, this.claimPush, this.rechecks, this.abandoned]) {
      for (let rows = await claim(); rows.length > 0; rows = await claim()) {
        await this.fixture.outbox.close(rows);
      }
    }
    this.streamId = `action-${String((this.serial += 1))}`;
    this.start = Math.round(await this.fixture.now());
  }

  row({
    targetId,
    recipientId,
    channel,
    kind,
    revision,
    lead,
    ...rest
  }: RowChange = {}): OutboxRow {
    return {
      dispatchId: randomUUID(),
      streamId: this.streamId,
      key: {
        targetId: targetId ?? 't1',
        recipientId: recipientId ?? 'r1',
        channel: channel ?? 'email',
        kind: kind ?? 'notice',
        revision: revision ?? 0,
        lead: lead ?? 3600,
      },
      stage: 0,
      notAfter: this.start + 60 * MINUTE,
      dueAt: this.start - 1_000,
      position: (this.position += 1n),
      ...rest,
    };
  }

  readonly put: Put = async (change) => {
    const row = this.row(change);
    await this.apply({ kind: 'put', row });
    return row;
  };

  async apply(...changes: readonly OutboxChange[]): Promise<void> {
    if (this.tenure === null) throw new TypeError('not begun');
    const position = this.tenure.position + 1n;
    const batch = { changes, position, leaseMs: YEAR };
    await expect(this.fixture.sink.commit(KEY, this.tenure, batch)).resolves.toBe('committed');
    this.tenure = { ...this.tenure, position };
  }

  readonly claim = (
    { limit = 100, leaseMs = MINUTE } = {},
    outbox = this.fixture.outbox,
  ): Promise<readonly ClaimedDispatch[]> => outbox.claim({ channel: 'email', limit, leaseMs });

  readonly claimPush = (): Promise<readonly ClaimedDispatch[]> =>
    this.fixture.outbox.claim({ channel: 'push', limit: 100, leaseMs: MINUTE });

  readonly rechecks = (): Promise<readonly ClaimedDispatch[]> =>
    this.fixture.outbox.claimRechecks({ limit: 100, leaseMs: MINUTE });

  readonly abandoned = (): Promise<readonly ClaimedDispatch[]> =>
    this.fixture.outbox.claimAbandoned({ limit: 100, leaseMs: MINUTE });

  async claimOne(): Promise<ClaimedDispatch> {
    return only(await this.claim());
  }

  release(
    row: ClaimedDispatch,
    change: { dueAt?: number; ambiguous?: boolean; countAttempt?: boolean } = {},
  ) {
    const { dispatchId, fence } = row;
    const defaults = { dueAt: this.start - 1, ambiguous: false, countAttempt: true };
    return this.fixture.outbox.release([{ dispatchId, fence, ...defaults, ...change }]);
  }
}

export function only<Item>(items: readonly Item[]): Item {
  const [item] = items;
  if (item === undefined || items.length > 1) {
    throw new TypeError(`not exactly one, but ${String(items.length)}`);
  }
  return item;
}

export const idsOf = (rows: readonly { readonly dispatchId: string }[]): readonly string[] =>
  rows.map(({ dispatchId }) => dispatchId);
