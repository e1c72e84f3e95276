/* eslint-disable jest/no-export -- The suite is run by the spec of every adapter. */
import { describe, expect, it } from '@jest/globals';

import { idsOf, MINUTE } from './outbox-driver.js';
import type { OutboxDriver } from './outbox-driver.js';

/** One recipient hears about one target on one channel in order (RULES 6). */
export function laneSuite(driver: () => OutboxDriver): void {
  describe('lanes', () => {
    it('hold a row back while an older one of the lane is being sent', async () => {
      await driver().put();
      const notice = await driver().claimOne();
      const cancelled = await driver().put({ kind: 'cancelled', notAfter: null });
      await expect(driver().claim()).resolves.toEqual([]);
      await expect(driver().fixture.outbox.nextDueAt('email')).resolves.toBeGreaterThan(
        driver().start,
      );
      await driver().fixture.outbox.close([notice]);
      await expect(driver().claim().then(idsOf)).resolves.toEqual([cancelled.dispatchId]);
    });

    it('hold back nothing of another target, recipient, channel or action', async () => {
      await driver().put();
      await driver().claimOne();
      const { streamId } = driver();
      const free = [
        await driver().put({ kind: 'cancelled', targetId: 't2' }),
        await driver().put({ kind: 'cancelled', recipientId: 'r2' }),
        await driver().put({ kind: 'cancelled', streamId: `${streamId}-b` }),
      ];
      await driver().put({ kind: 'cancelled', channel: 'push' });
      await expect(driver().claim().then(idsOf)).resolves.toEqual(idsOf(free));
      await expect(driver().claimPush()).resolves.toHaveLength(1);
    });

    it('are not held by a row that waits, for its retry or for its time', async () => {
      await driver().put();
      await driver().release(await driver().claimOne(), { dueAt: driver().start + 5 * MINUTE });
      const cancelled = await driver().put({ kind: 'cancelled' });
      await expect(driver().claim().then(idsOf)).resolves.toEqual([cancelled.dispatchId]);
    });

    it('are not held by a younger row', async () => {
      const old = await driver().put({ dueAt: driver().start + MINUTE });
      await driver().put({ kind: 'cancelled' });
      await driver().claim({ leaseMs: 30 * MINUTE });
      await driver().fixture.advance(2 * MINUTE);
      await expect(driver().claim().then(idsOf)).resolves.toEqual([old.dispatchId]);
    });

    it('are not held by a row whose relay has died', async () => {
      await driver().put();
      await driver().claimOne();
      const cancelled = await driver().put({ kind: 'cancelled' });
      await driver().fixture.advance(2 * MINUTE);
      await expect(driver().claim().then(idsOf)).resolves.toEqual([cancelled.dispatchId]);
    });

    it('give one row at a time to claims that race', async () => {
      await driver().put();
      await driver().put({ kind: 'cancelled' });
      await driver().put({ kind: 'rescheduled' });
      const { outbox, other } = driver().fixture;
      const taken = await Promise.all(
        [outbox, other, outbox, other].map((each) => driver().claim({}, each)),
      );
      expect(taken.flat()).toHaveLength(1);
    });

    it('keep a frozen envelope together: all of it waits', async () => {
      await driver().put({ targetId: 't1', dueAt: driver().start - 9 });
      await driver().put({ targetId: 't2', dueAt: driver().start - 9 });
      const before = await driver().put({
        targetId: 't2',
        kind: 'rescheduled',
        position: 0n,
        dueAt: driver().start - 5,
      });
      const envelope = await driver().claim({ limit: 1 });
      expect(envelope).toHaveLength(2);
      for (const row of envelope) await driver().release(row, { dueAt: driver().start });
      await expect(driver().claim({ limit: 1 }).then(idsOf)).resolves.toEqual([before.dispatchId]);
      await expect(driver().claim()).resolves.toEqual([]);
    });
  });
}
