import type { ConsumerSink } from '../../../src/application/ports/consumer.port.js';
import type { TimerChange, TimerQueue } from '../../../src/application/ports/timer-queue.port.js';

/** One queue as two processes see it, its writer, and its clock. */
export interface TimerFixture {
  readonly queue: TimerQueue;
  readonly other: TimerQueue;
  readonly sink: ConsumerSink<TimerChange>;
  readonly now: () => Promise<number>;
  readonly advance: (ms: number) => Promise<void>;
  readonly close: () => Promise<void>;
}
