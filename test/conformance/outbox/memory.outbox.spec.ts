import type { OutboxChange } from '../../../src/application/ports/outbox.port.js';
import { MemoryConsumerSink } from '../../../src/application/shared/memory.consumer-sink.js';
import { MemoryOutbox } from '../../../src/infrastructure/outbox/memory/memory.outbox.js';
import { FakeClock } from '../../support/fake-clock.js';
import { outboxSuite } from './outbox.conformance.js';

outboxSuite('memory', () => {
  const clock = new FakeClock();
  const outbox = new MemoryOutbox(clock);
  return Promise.resolve({
    outbox,
    other: outbox,
    sink: new MemoryConsumerSink<OutboxChange>(clock, (changes) => {
      outbox.apply(changes);
    }),
    now: () => Promise.resolve(clock.now()),
    advance: (ms) => {
      clock.advance(ms);
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  });
});
