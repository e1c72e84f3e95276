import type { LeaseChange } from '../../../src/application/ports/leases.port.js';
import { MemoryConsumerSink } from '../../../src/application/shared/memory.consumer-sink.js';
import { MemoryLeases } from '../../../src/infrastructure/leases/memory/memory.leases.js';
import { FakeClock } from '../../support/fake-clock.js';
import { leasesSuite } from './leases.conformance.js';

leasesSuite('memory', () => {
  const clock = new FakeClock();
  const leases = new MemoryLeases(clock);
  return Promise.resolve({
    leases,
    sink: new MemoryConsumerSink<LeaseChange>(clock, (changes) => {
      leases.apply(changes);
    }),
    now: () => Promise.resolve(clock.now()),
    advance: (ms) => {
      clock.advance(ms);
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  });
});
