/* eslint-disable jest/no-export -- The suite is run by the spec of every adapter. */
import { describe, expect, it } from '@jest/globals';

import { idsOf, MINUTE } from './outbox-driver.js';
import type { OutboxDriver } from './outbox-driver.js';

/** Several dispatches to one recipient under one wire key (N18, RULES 9). */
export function envelopeSuite(driver: () => OutboxDriver): void {
  describe('envelopes', () => {
    it('N18: carry what is due to one recipient for one stage, kind, lead and revision', async () => {
      const first = await driver().put({ targetId: 't1' });
      const second = await driver().put({ targetId: 't2' });
      const apart = [
        await driver().put({ recipientId: 'r2' }),
        await driver().put({ targetId: 't3', stage: 1 }),
        await driver().put({ targetId: 't4', kind: 'cancelled' }),
        await driver().put({ targetId: 't5', lead: 60 }),
        await driver().put({ targetId: 't6', revision: 1 }),
      ];
      const claimed = await driver().claim();
      const envelopeOf = new Map(claimed.map((row) => [row.dispatchId, row.envelopeId]));
      expect(envelopeOf.get(first.dispatchId)).toBe(first.dispatchId);
      expect(envelopeOf.get(second.dispatchId)).toBe(first.dispatchId);
      expect(apart.map(({ dispatchId }) => envelopeOf.get(dispatchId))).toEqual(idsOf(apart));
    });

    it('are claimed whole, even past the limit', async () => {
      for (const targetId of ['t1', 't2', 't3', 't4']) await driver().put({ targetId });
      await driver().put({ recipientId: 'r2' });
      await expect(driver().claim({ limit: 2 })).resolves.toHaveLength(4);
      await expect(driver().claim({ limit: 2 })).resolves.toHaveLength(1);
    });

    it('stay frozen over retries: who comes later forms its own', async () => {
      const early = [
        await driver().put({ targetId: 't1' }),
        await driver().put({ targetId: 't2' }),
      ];
      const first = await driver().claim();
      for (const row of first) await driver().release(row);
      const late = await driver().put({ targetId: 't3' });
      const again = await driver().claim();
      const envelopeOf = new Map(again.map((row) => [row.dispatchId, row.envelopeId]));
      expect(early.map(({ dispatchId }) => envelopeOf.get(dispatchId))).toEqual([
        early[0]?.dispatchId,
        early[0]?.dispatchId,
      ]);
      expect(envelopeOf.get(late.dispatchId)).toBe(late.dispatchId);
    });

    it('keep their key when their first member has ended', async () => {
      const first = await driver().put({ targetId: 't1' });
      await driver().put({ targetId: 't2' });
      for (const row of await driver().claim()) await driver().release(row);
      await driver().apply({ kind: 'remove', dispatchId: first.dispatchId });
      await expect(driver().claimOne()).resolves.toMatchObject({ envelopeId: first.dispatchId });
    });

    it('leave again with all that is left of them, as soon as one member is due', async () => {
      await driver().put({ targetId: 't1' });
      await driver().put({ targetId: 't2' });
      const [one, two] = await driver().claim();
      if (one === undefined || two === undefined) throw new TypeError('no envelope');
      await driver().release(one, { dueAt: driver().start - 1 });
      await expect(driver().claim()).resolves.toEqual([]);
      await driver().release(two, { dueAt: driver().start + 5 * MINUTE });
      await expect(driver().claim()).resolves.toHaveLength(2);
    });
  });
}
