/* eslint-disable jest/no-export -- The suite is run by the spec of every adapter. */
import { describe, expect, it } from '@jest/globals';

import { eventually } from '../../support/eventually.js';
import { idsOf, MINUTE, only } from './outbox-driver.js';
import type { OutboxDriver } from './outbox-driver.js';

/** Rows in, claimed by one relay at a time, out. */
export function claimSuite(driver: () => OutboxDriver): void {
  describe('claims', () => {
    it('hand out a due row as it was put, with its first attempt counted', async () => {
      const row = await driver().put({ stage: 2, revision: 3 });
      await expect(driver().claimOne()).resolves.toEqual({
        ...row,
        fence: expect.any(Number),
        attempt: 1,
        envelopeId: row.dispatchId,
        ambiguous: false,
        recovered: false,
      });
    });

    it('N12: keep that a correction never expires', async () => {
      await driver().put({ kind: 'cancelled', notAfter: null });
      await expect(driver().claimOne()).resolves.toMatchObject({ notAfter: null });
    });

    it('hand out only what is due, on the channel that is asked for, the oldest first', async () => {
      const { put, start } = driver();
      await put({ targetId: 'future', dueAt: start + 5 * MINUTE });
      await put({ targetId: 'push', channel: 'push' });
      const second = await put({ recipientId: 'r2', dueAt: start - 1_000 });
      const third = await put({ recipientId: 'r3', dueAt: start - 1_000 });
      const first = await put({ recipientId: 'r4', dueAt: start - 5_000 });
      await expect(driver().claim().then(idsOf)).resolves.toEqual(idsOf([first, second, third]));
    });

    it('N1: hand a row to one of many relays that race', async () => {
      for (let at = 0; at < 60; at += 1) {
        await driver().put({ recipientId: `r${String(at)}` });
      }
      const { outbox, other } = driver().fixture;
      const taken = (
        await Promise.all(
          Array.from({ length: 8 }, (_, at) =>
            driver().claim({ limit: 20 }, at % 2 === 0 ? outbox : other),
          ),
        )
      ).flat();
      taken.push(...(await driver().claim()));
      expect(taken).toHaveLength(60);
      expect(new Set(idsOf(taken)).size).toBe(60);
    });

    it('N1: keep one row a dispatch, however often it is put', async () => {
      const row = await driver().put();
      await driver().apply({ kind: 'put', row: { ...row, dueAt: row.dueAt - 1 } });
      await expect(driver().claimOne()).resolves.toMatchObject({ dueAt: row.dueAt });
      await driver().apply({ kind: 'put', row });
      await expect(driver().claim()).resolves.toEqual([]);
    });

    it('end with the row, for its holder only', async () => {
      await driver().put();
      const claimed = await driver().claimOne();
      const stale = { ...claimed, fence: claimed.fence - 1 };
      await expect(driver().fixture.outbox.close([stale])).resolves.toBe(0);
      await expect(driver().release(stale)).resolves.toBe(0);
      await expect(driver().fixture.outbox.close([claimed])).resolves.toBe(1);
      await expect(driver().fixture.outbox.close([claimed])).resolves.toBe(0);
      await expect(driver().fixture.outbox.nextDueAt('email')).resolves.toBeNull();
    });

    it('end nothing with a fence of before a release', async () => {
      await driver().put();
      const claimed = await driver().claimOne();
      await driver().release(claimed, { dueAt: driver().start + 5 * MINUTE });
      await expect(driver().fixture.outbox.close([claimed])).resolves.toBe(0);
    });

    it('N10: count attempts, remember doubt, and come back at the given time', async () => {
      const { start } = driver();
      await driver().put();
      const first = await driver().claimOne();
      await driver().release(first, { dueAt: start + 5 * MINUTE, ambiguous: true });
      await expect(driver().claim()).resolves.toEqual([]);
      await driver().fixture.advance(6 * MINUTE);
      const second = await driver().claimOne();
      expect(second).toMatchObject({ attempt: 2, ambiguous: true, envelopeId: first.envelopeId });
      expect(second.fence).toBeGreaterThan(first.fence);
      await driver().release(second, { countAttempt: false });
      await expect(driver().claimOne()).resolves.toMatchObject({ attempt: 2, ambiguous: true });
    });

    it('N10: follow the retry that the log names when the relay did not say so itself', async () => {
      const { start } = driver();
      const row = await driver().put();
      await driver().apply({
        kind: 'postpone',
        dispatchId: row.dispatchId,
        dueAt: start + 5 * MINUTE,
        attempt: 1,
        ambiguous: true,
      });
      await expect(driver().claim()).resolves.toEqual([]);
      await driver().fixture.advance(6 * MINUTE);
      await expect(driver().claimOne()).resolves.toMatchObject({ attempt: 2, ambiguous: true });
    });

    it('are not disturbed by a postponement, nor a later attempt by an older one', async () => {
      const { start } = driver();
      const row = await driver().put();
      const postpone = { kind: 'postpone', dispatchId: row.dispatchId, ambiguous: false } as const;
      const first = await driver().claimOne();
      await driver().apply({ ...postpone, dueAt: start + 5 * MINUTE, attempt: null });
      await driver().release(first);
      const second = await driver().claimOne();
      await driver().release(second);
      await driver().apply({ ...postpone, dueAt: start + 5 * MINUTE, attempt: 1 });
      await expect(driver().claimOne()).resolves.toMatchObject({ attempt: 3 });
    });

    it('lose a row whose dispatch has ended in the log', async () => {
      const row = await driver().put();
      const claimed = await driver().claimOne();
      await driver().apply({ kind: 'remove', dispatchId: row.dispatchId });
      await expect(driver().fixture.outbox.close([claimed])).resolves.toBe(0);
      await driver().apply({ kind: 'remove', dispatchId: row.dispatchId });
      await driver().apply({ kind: 'put', row });
      await expect(driver().fixture.outbox.close([claimed])).resolves.toBe(0);
      await expect(driver().claimOne()).resolves.toMatchObject({ attempt: 1 });
    });

    it('end the same however the changes are cut into batches', async () => {
      const { start } = driver();
      const row = driver().row();
      const { dispatchId } = row;
      const postpone = { kind: 'postpone', dispatchId, ambiguous: true } as const;
      const changes = [
        { kind: 'put', row },
        { ...postpone, dueAt: start - 20, attempt: 1 },
        { kind: 'remove', dispatchId },
        { kind: 'put', row: { ...row, dueAt: start - 10 } },
        { kind: 'recheck', streamId: row.streamId, targetId: 't1' },
        { ...postpone, dueAt: start - 5, attempt: 2, ambiguous: false },
        { ...postpone, dueAt: start - 7, attempt: 1, ambiguous: false },
      ] as const;
      const seen: unknown[] = [];
      const look = async (): Promise<void> => {
        const checked = only(await driver().rechecks());
        seen.push({ ...checked, fence: 0 });
        await driver().fixture.outbox.close([checked]);
      };
      await driver().apply(...changes);
      await look();
      for (const change of changes) await driver().apply(change);
      await look();
      expect(seen[1]).toEqual(seen[0]);
      expect(seen[0]).toMatchObject({ dueAt: start - 5, attempt: 2, ambiguous: false });
    });

    it('are foretold by the time at which the first row can be claimed', async () => {
      const { start, put } = driver();
      const { outbox } = driver().fixture;
      await expect(outbox.nextDueAt('email')).resolves.toBeNull();
      await put({ recipientId: 'r2', dueAt: start + 9 * MINUTE });
      await put({ dueAt: start + 5 * MINUTE });
      await expect(outbox.nextDueAt('email')).resolves.toBe(start + 5 * MINUTE);
      await expect(outbox.nextDueAt('push')).resolves.toBeNull();
    });

    it('follow a call to every process soon after a row was put', async () => {
      const heard = { here: 0, there: 0 };
      const { outbox, other } = driver().fixture;
      const ends = [outbox.onPut(() => (heard.here += 1)), other.onPut(() => (heard.there += 1))];
      await driver().put();
      await eventually(() => {
        expect(heard).toEqual({ here: 1, there: 1 });
      });
      for (const end of ends) end();
      await driver().put({ recipientId: 'r2' });
      expect(heard.here).toBe(1);
    });

    it('are counted by channel', async () => {
      await driver().put();
      await driver().put({ channel: 'push' });
      await driver().claimPush();
      await driver().put({ channel: 'push', recipientId: 'r2' });
      const counts = await driver().fixture.outbox.counts();
      expect(counts).toHaveLength(3);
      expect(counts).toEqual(
        expect.arrayContaining([
          { channel: 'email', status: 'pending', count: 1 },
          { channel: 'push', status: 'pending', count: 1 },
          { channel: 'push', status: 'sending', count: 1 },
        ]),
      );
    });
  });
}
