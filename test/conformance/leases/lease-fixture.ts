import type { ConsumerSink } from '../../../src/application/ports/consumer.port.js';
import type { LeaseChange, Leases } from '../../../src/application/ports/leases.port.js';

/** The leases, their writer and their clock. */
export interface LeaseFixture {
  readonly leases: Leases;
  readonly sink: ConsumerSink<LeaseChange>;
  readonly now: () => Promise<number>;
  readonly advance: (ms: number) => Promise<void>;
  readonly close: () => Promise<void>;
}
