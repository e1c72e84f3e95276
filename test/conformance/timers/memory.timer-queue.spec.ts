import type { TimerChange } from '../../../src/application/ports/timer-queue.port.js';
import { MemoryConsumerSink } from '../../../src/application/shared/memory.consumer-sink.js';
import { MemoryTimerQueue } from '../../../src/infrastructure/timers/memory/memory.timer-queue.js';
import { FakeClock } from '../../support/fake-clock.js';
import { timerQueueSuite } from './timer-queue.conformance.js';

timerQueueSuite('memory', () => {
  const clock = new FakeClock();
  const queue = new MemoryTimerQueue(clock);
  return Promise.resolve({
    queue,
    other: queue,
    sink: new MemoryConsumerSink<TimerChange>(clock, (changes) => {
      queue.apply(changes);
    }),
    now: () => Promise.resolve(clock.now()),
    advance: (ms) => {
      clock.advance(ms);
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  });
});
