/* eslint-disable jest/no-export -- The suite is run by the spec of every adapter. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import type { Tenure } from '../../../src/application/ports/consumer.port.js';
import type { Lease, LeaseChange } from '../../../src/application/ports/leases.port.js';
import type { LeaseFixture } from './lease-fixture.js';

const MINUTE = 60_000;
const YEAR = 365 * 24 * 60 * MINUTE;

/** What every keeper of leases guarantees. */
export function leasesSuite(name: string, open: () => Promise<LeaseFixture>): void {
  describe(`${name} leases`, () => {
    let fixture: LeaseFixture;
    let tenure: Tenure;
    let streamId = '';
    let serial = 0;
    const key = { name: 'leases', version: 1, shard: 0 };

    beforeAll(async () => {
      fixture = await open();
      tenure = await tenureOf(fixture.sink.acquire(key, 'test', YEAR));
    });

    afterAll(async () => {
      await fixture.close();
    });

    beforeEach(() => {
      streamId = `action-${String((serial += 1))}`;
    });

    const lease = (fence: number, targetId = 't1'): Lease => ({ streamId, targetId, fence });

    const apply = async (...changes: readonly LeaseChange[]): Promise<void> => {
      const position = tenure.position + 1n;
      const batch = { changes, position, leaseMs: YEAR };
      await expect(fixture.sink.commit(key, tenure, batch)).resolves.toBe('committed');
      tenure = { ...tenure, position };
    };

    const expired = async (retryMs = MINUTE, limit = 100): Promise<readonly Lease[]> =>
      (await fixture.leases.takeExpired(limit, retryMs)).filter(
        (taken) => taken.streamId === streamId,
      );

    it('C2: gives fences that only grow, to callers that race too', async () => {
      const first = await fixture.leases.nextFences(3);
      const raced = await Promise.all([1, 2, 3, 4].map(() => fixture.leases.nextFences(5)));
      const later = await fixture.leases.nextFences(1);
      const all = [...first, ...raced.flat(), ...later];
      expect(new Set(all).size).toBe(24);
      expect(first).toEqual([...first].sort((a, b) => a - b));
      expect(Math.max(...first)).toBeLessThan(Math.min(...raced.flat()));
      expect(Math.max(...raced.flat())).toBeLessThan(later[0] ?? 0);
    });

    it('C2: hands over a lease that has run out, and no other', async () => {
      await fixture.leases.open([lease(1)], MINUTE);
      await fixture.leases.open([lease(2, 't2')], 5 * MINUTE);
      await expect(expired()).resolves.toEqual([]);
      await fixture.advance(2 * MINUTE);
      await expect(expired()).resolves.toEqual([lease(1)]);
    });

    it('C2: keeps a lease that beats', async () => {
      await fixture.leases.open([lease(1)], MINUTE);
      await fixture.advance(MINUTE / 2);
      const now = await fixture.now();
      const until = await fixture.leases.heartbeat(lease(1), MINUTE);
      expect(until).toBeGreaterThanOrEqual(now + MINUTE);
      await fixture.advance((3 * MINUTE) / 4);
      await expect(expired()).resolves.toEqual([]);
      await expect(fixture.leases.heartbeat(lease(1), MINUTE)).resolves.not.toBeNull();
    });

    it('C2: does not revive a lease that has run out, handed over or not', async () => {
      await fixture.leases.open([lease(1)], MINUTE);
      await fixture.advance(2 * MINUTE);
      await expect(fixture.leases.heartbeat(lease(1), MINUTE)).resolves.toBeNull();
      await expect(expired(5 * MINUTE)).resolves.toEqual([lease(1)]);
      await expect(fixture.leases.heartbeat(lease(1), MINUTE)).resolves.toBeNull();
      await fixture.leases.extend(lease(1), 60 * MINUTE);
      await fixture.advance(6 * MINUTE);
      await expect(expired()).resolves.toEqual([lease(1)]);
    });

    it('hands an expired lease over again until its end is recorded', async () => {
      await fixture.leases.open([lease(1)], MINUTE);
      await fixture.advance(2 * MINUTE);
      await expect(expired(5 * MINUTE)).resolves.toEqual([lease(1)]);
      await expect(expired()).resolves.toEqual([]);
      await fixture.advance(6 * MINUTE);
      await expect(expired()).resolves.toEqual([lease(1)]);
      await apply({ kind: 'close', lease: lease(1) });
      await fixture.advance(6 * MINUTE);
      await expect(expired()).resolves.toEqual([]);
    });

    it('hands each expired lease to one of many askers', async () => {
      const leases = Array.from({ length: 40 }, (_, at) => lease(1, `t${String(at)}`));
      await fixture.leases.open(leases, MINUTE);
      await fixture.advance(2 * MINUTE);
      const taken = (
        await Promise.all(Array.from({ length: 8 }, () => expired(MINUTE, 10)))
      ).flat();
      taken.push(...(await expired()));
      expect(taken).toHaveLength(40);
      expect(new Set(taken.map(({ targetId }) => targetId)).size).toBe(40);
    });

    it('leaves a row alone that its holder has inserted already', async () => {
      await fixture.leases.open([lease(1)], 5 * MINUTE);
      await apply({ kind: 'open', lease: lease(1), leaseMs: MINUTE });
      await fixture.advance(2 * MINUTE);
      await expect(expired()).resolves.toEqual([]);
    });

    it('inserts the row that a crashed holder left out', async () => {
      await apply({ kind: 'open', lease: lease(1), leaseMs: MINUTE });
      await expect(fixture.leases.heartbeat(lease(1), MINUTE)).resolves.not.toBeNull();
      await fixture.advance(2 * MINUTE);
      await expect(expired()).resolves.toEqual([lease(1)]);
    });

    it('C4: ignores whoever comes with an old fence', async () => {
      await fixture.leases.open([lease(1)], MINUTE);
      await fixture.leases.open([lease(2)], MINUTE);
      await fixture.leases.open([lease(1)], 9 * MINUTE);
      await fixture.leases.close([lease(1)]);
      await fixture.leases.extend(lease(1), 9 * MINUTE);
      await expect(fixture.leases.heartbeat(lease(1), 9 * MINUTE)).resolves.toBeNull();
      await fixture.advance(2 * MINUTE);
      await expect(expired()).resolves.toEqual([lease(2)]);
    });

    it('C6: extends an open lease', async () => {
      await fixture.leases.open([lease(1)], MINUTE);
      await apply({ kind: 'extend', lease: lease(1), leaseMs: 10 * MINUTE });
      await fixture.advance(5 * MINUTE);
      await expect(expired()).resolves.toEqual([]);
      await fixture.advance(6 * MINUTE);
      await expect(expired()).resolves.toEqual([lease(1)]);
    });

    it('ends the same however the changes are cut into batches', async () => {
      const changes = (targetId: string): LeaseChange[] => [
        { kind: 'open', lease: lease(1, targetId), leaseMs: MINUTE },
        { kind: 'close', lease: lease(1, targetId) },
        { kind: 'open', lease: lease(2, targetId), leaseMs: MINUTE },
        { kind: 'extend', lease: lease(2, targetId), leaseMs: 5 * MINUTE },
        { kind: 'close', lease: lease(1, targetId) },
      ];
      await apply(...changes('t1'));
      for (const change of changes('t2')) await apply(change);
      await fixture.advance(2 * MINUTE);
      await expect(expired()).resolves.toEqual([]);
      await fixture.advance(4 * MINUTE);
      const taken = [...(await expired())].sort((a, b) => (a.targetId < b.targetId ? -1 : 1));
      expect(taken).toEqual([lease(2, 't1'), lease(2, 't2')]);
    });
  });
}

async function tenureOf(acquired: Promise<Tenure | null>): Promise<Tenure> {
  const tenure = await acquired;
  if (tenure === null) throw new TypeError('the consumer is held by somebody else');
  return tenure;
}
