/* eslint-disable jest/no-export -- The suite is run by the spec of every adapter. */
import { describe, expect, it } from '@jest/globals';

import { idsOf, MINUTE, only } from './outbox-driver.js';
import type { OutboxDriver } from './outbox-driver.js';

/** When the world has changed, rows are asked again whether they are wanted, due or not. */
export function recheckSuite(driver: () => OutboxDriver): void {
  describe('rechecks', () => {
    const recheck = (targetId: string | null) =>
      driver().apply({ kind: 'recheck', streamId: driver().streamId, targetId });

    it('N4: take the rows of a stream, of one target, and no others', async () => {
      const { start, streamId, put } = driver();
      const one = await put({ targetId: 't1', dueAt: start + 5 * MINUTE });
      const two = await put({ targetId: 't2', channel: 'push' });
      await put({ streamId: `${streamId}-b` });
      await recheck('t2');
      const checked = only(await driver().rechecks());
      expect(checked).toMatchObject({ ...two, attempt: 0, recovered: false });
      await driver().release(checked, { dueAt: start + 5 * MINUTE });
      await recheck(null);
      await expect(driver().rechecks().then(idsOf)).resolves.toEqual(idsOf([one, two]));
    });

    it('count no attempt and freeze no envelope', async () => {
      const row = await driver().put();
      await recheck(null);
      const checked = only(await driver().rechecks());
      await expect(driver().claim()).resolves.toEqual([]);
      await driver().release(checked, { dueAt: row.dueAt, countAttempt: false });
      const late = await driver().put({ targetId: 't2' });
      const claimed = await driver().claim();
      expect(idsOf(claimed)).toEqual(idsOf([row, late]));
      expect(claimed.map(({ attempt }) => attempt)).toEqual([1, 1]);
    });

    it('happen once a change, and not again after a claim, which asks by itself', async () => {
      await driver().put();
      await recheck(null);
      await driver().release(only(await driver().rechecks()));
      await expect(driver().rechecks()).resolves.toEqual([]);
      await recheck(null);
      await driver().release(await driver().claimOne());
      await expect(driver().rechecks()).resolves.toEqual([]);
    });

    it('follow a row that was under way when the world changed', async () => {
      await driver().put();
      const claimed = await driver().claimOne();
      await recheck(null);
      await expect(driver().rechecks()).resolves.toEqual([]);
      await driver().release(claimed, { dueAt: driver().start + 5 * MINUTE });
      await expect(driver().rechecks()).resolves.toHaveLength(1);
    });

    it('are taken over from a relay that died, with no doubt about a send', async () => {
      await driver().put();
      await recheck(null);
      const first = only(await driver().rechecks());
      await driver().fixture.advance(2 * MINUTE);
      await expect(driver().abandoned()).resolves.toEqual([]);
      const second = only(await driver().rechecks());
      expect(second).toMatchObject({ attempt: 0, recovered: false });
      await expect(driver().fixture.outbox.close([first])).resolves.toBe(0);
      await expect(driver().fixture.outbox.close([second])).resolves.toBe(1);
    });

    it('are no sending', async () => {
      const row = await driver().put();
      await recheck(null);
      await driver().rechecks();
      await expect(driver().fixture.outbox.inFlight(row.streamId, null)).resolves.toBe(0);
      await expect(driver().fixture.outbox.sending([row.dispatchId])).resolves.toEqual(new Set());
    });
  });
}
