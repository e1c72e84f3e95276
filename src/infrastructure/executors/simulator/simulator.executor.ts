import { createHash } from 'node:crypto';

import { Executor } from '../../../application/ports/executor.port.js';
import type { ExecutorAnswer, WorkOrder } from '../../../application/ports/executor.port.js';

export interface SimulatorExecutorOptions {
  /** Another seed, other targets that fail. */
  readonly seed: string;
  /** Share of the targets that fail, from 0 to 1; the same targets every time. */
  readonly failShare: number;
  /** How long each one takes. */
  readonly latencyMs: number;
  /** Waits, and ends early (without throwing) when the signal is aborted. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** Does nothing to the target and says that it did: for trying out, demos and benchmarks. */
export class SimulatorExecutor extends Executor {
  constructor(private readonly options: SimulatorExecutorOptions) {
    super();
  }

  async apply(order: WorkOrder, signal: AbortSignal): Promise<ExecutorAnswer> {
    const { seed, failShare, latencyMs, sleep } = this.options;
    if (latencyMs > 0) await sleep(latencyMs, signal);
    if (signal.aborted) return { kind: 'unknown', reason: 'aborted' };
    return shareOf(seed, order.targetId) < failShare
      ? { kind: 'failed', reason: 'simulated_failure', retryable: false }
      : { kind: 'applied' };
  }
}

/** Place of the target in [0, 1), evenly spread by the hash. */
const shareOf = (seed: string, targetId: string): number =>
  createHash('sha256').update(`${seed}:${targetId}`).digest().readUInt32BE(0) / 2 ** 32;
