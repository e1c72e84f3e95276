/* eslint-disable jest/no-export -- one behaviour suite for every adapter's spec */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import type { Executor } from '../../../src/application/ports/executor.port.js';
import { orderOf } from './orders.js';

export interface ExecutorRig {
  readonly executor: Executor;
  /** A target that it fails for good. */
  readonly failingTarget: string;
  readonly stop: () => Promise<void>;
}

/** What every executor keeps, whatever it does to the target. */
export const describeExecutor = (name: string, start: () => Promise<ExecutorRig>): void => {
  describe(`the ${name} executor`, () => {
    let rig: ExecutorRig;

    beforeEach(async () => {
      rig = await start();
    });

    afterEach(() => rig.stop());

    const apply = (order: ReturnType<typeof orderOf>) =>
      rig.executor.apply(order, new AbortController().signal);

    it('C6: applies', async () => {
      expect(await apply(orderOf())).toEqual({ kind: 'applied' });
    });

    it('C4: gives the same order the same answer', async () => {
      for (const order of [orderOf(), orderOf({ targetId: rig.failingTarget })]) {
        expect(await apply(order)).toEqual(await apply(order));
      }
    });

    it('C7: fails one target and goes on with the next', async () => {
      expect(await apply(orderOf({ targetId: rig.failingTarget }))).toMatchObject({
        kind: 'failed',
        retryable: false,
      });
      expect(await apply(orderOf())).toEqual({ kind: 'applied' });
    });

    it('never throws when it is aborted', async () => {
      const { kind } = await rig.executor.apply(orderOf(), AbortSignal.abort());
      expect(['failed', 'unknown']).toContain(kind);
    });
  });
};
