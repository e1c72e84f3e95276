/* eslint-disable jest/no-export -- The suite is run by the spec of every adapter. */
import { describe, expect, it } from '@jest/globals';

import { MINUTE, only } from './outbox-driver.js';
import type { OutboxDriver } from './outbox-driver.js';

/** What a relay leaves behind that dies between its claim and its close (N8). */
export function recoverySuite(driver: () => OutboxDriver): void {
  describe('abandoned rows', () => {
    it('N8: are handed over when the lease is over, marked, with the attempt that is in doubt', async () => {
      const row = await driver().put();
      const dead = await driver().claimOne();
      await expect(driver().abandoned()).resolves.toEqual([]);
      await driver().fixture.advance(2 * MINUTE);
      await expect(driver().claim()).resolves.toEqual([]);
      const found = only(await driver().abandoned());
      expect(found).toMatchObject({ ...row, attempt: 1, recovered: true });
      expect(found.envelopeId).toBe(dead.envelopeId);
      expect(found.fence).toBeGreaterThan(dead.fence);
    });

    it('N8: are out of reach of the relay that came back too late', async () => {
      await driver().put();
      const dead = await driver().claimOne();
      await driver().fixture.advance(2 * MINUTE);
      const found = only(await driver().abandoned());
      await expect(driver().fixture.outbox.close([dead])).resolves.toBe(0);
      await expect(driver().release(dead)).resolves.toBe(0);
      await expect(driver().release(found, { ambiguous: true })).resolves.toBe(1);
      await expect(driver().claimOne()).resolves.toMatchObject({
        attempt: 2,
        ambiguous: true,
        envelopeId: dead.envelopeId,
        recovered: false,
      });
    });

    it('go to one of many relays', async () => {
      for (let at = 0; at < 20; at += 1) await driver().put({ recipientId: `r${String(at)}` });
      await driver().claim();
      await driver().fixture.advance(2 * MINUTE);
      const taken = await Promise.all([1, 2, 3, 4].map(() => driver().abandoned()));
      const ids = taken.flat().map(({ dispatchId }) => dispatchId);
      expect(ids).toHaveLength(20);
      expect(new Set(ids).size).toBe(20);
    });

    it('become an ordinary retry when the log knows how the attempt ended', async () => {
      const row = await driver().put();
      await driver().claimOne();
      await driver().fixture.advance(2 * MINUTE);
      await driver().apply({
        kind: 'postpone',
        dispatchId: row.dispatchId,
        dueAt: driver().start,
        attempt: 1,
        ambiguous: false,
      });
      await expect(driver().abandoned()).resolves.toEqual([]);
      await expect(driver().claimOne()).resolves.toMatchObject({ attempt: 2, recovered: false });
    });

    it('count as under way until they are judged, but not as being sent', async () => {
      const row = await driver().put();
      await driver().put({ targetId: 't2', kind: 'cancelled' });
      await driver().claim();
      const { outbox } = driver().fixture;
      await expect(outbox.inFlight(row.streamId, null)).resolves.toBe(2);
      await expect(outbox.inFlight(row.streamId, 't1')).resolves.toBe(1);
      await expect(outbox.sending([row.dispatchId])).resolves.toEqual(new Set([row.dispatchId]));
      await driver().fixture.advance(2 * MINUTE);
      await expect(outbox.inFlight(row.streamId, 't1')).resolves.toBe(1);
      await expect(outbox.sending([row.dispatchId])).resolves.toEqual(new Set());
    });
  });
}
