import { Executor } from '../../src/application/ports/executor.port.js';
import type { ExecutorAnswer, WorkOrder } from '../../src/application/ports/executor.port.js';

type Script = (order: WorkOrder, signal: AbortSignal) => ExecutorAnswer | Promise<ExecutorAnswer>;

/** Applies changes as the test says, and keeps what it was asked to do. */
export class ScriptedExecutor extends Executor {
  readonly orders: WorkOrder[] = [];
  underway = 0;
  underwayMax = 0;
  script: Script = () => ({ kind: 'applied' });

  override async apply(order: WorkOrder, signal: AbortSignal): Promise<ExecutorAnswer> {
    this.orders.push(order);
    this.underway += 1;
    this.underwayMax = Math.max(this.underwayMax, this.underway);
    try {
      return await this.script(order, signal);
    } finally {
      this.underway -= 1;
    }
  }
}
