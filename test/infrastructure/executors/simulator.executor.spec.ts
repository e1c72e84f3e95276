import { describe, expect, it } from '@jest/globals';

import { SimulatorExecutor } from '../../../src/infrastructure/executors/simulator/simulator.executor.js';
import type { SimulatorExecutorOptions } from '../../../src/infrastructure/executors/simulator/simulator.executor.js';
import { describeExecutor } from './executor.contract.js';
import { orderOf } from './orders.js';

const simulator = (options: Partial<SimulatorExecutorOptions> = {}) =>
  new SimulatorExecutor({
    seed: 's',
    failShare: 0.3,
    latencyMs: 0,
    sleep: () => Promise.resolve(),
    ...options,
  });

const outcomes = async (executor: SimulatorExecutor, count: number) => {
  const signal = new AbortController().signal;
  const answers = Array.from({ length: count }, (_, index) =>
    executor.apply(orderOf({ targetId: `t-${String(index)}` }), signal),
  );
  return (await Promise.all(answers)).map(({ kind }) => kind);
};

describeExecutor('simulator', () =>
  Promise.resolve({
    executor: simulator(),
    failingTarget: 't-2',
    stop: () => Promise.resolve(),
  }),
);

describe('the simulator', () => {
  it('fails its share of the targets, and with the same seed the same ones', async () => {
    const first = await outcomes(simulator(), 1_000);
    const failed = first.filter((kind) => kind === 'failed').length;
    expect(failed).toBeGreaterThan(250);
    expect(failed).toBeLessThan(350);
    expect(await outcomes(simulator(), 1_000)).toEqual(first);
    expect(await outcomes(simulator({ seed: 'other' }), 1_000)).not.toEqual(first);
  });

  it('fails none or all of them on demand', async () => {
    expect(new Set(await outcomes(simulator({ failShare: 0 }), 100))).toEqual(new Set(['applied']));
    expect(new Set(await outcomes(simulator({ failShare: 1 }), 100))).toEqual(new Set(['failed']));
  });

  it('takes its time, and does not claim an effect when it is aborted meanwhile', async () => {
    const slept: number[] = [];
    const controller = new AbortController();
    const executor = simulator({
      latencyMs: 250,
      sleep: (ms) => {
        slept.push(ms);
        controller.abort();
        return Promise.resolve();
      },
    });
    expect(await executor.apply(orderOf(), controller.signal)).toEqual({
      kind: 'unknown',
      reason: 'aborted',
    });
    expect(slept).toEqual([250]);
  });
});
