import type { ConsumerSink } from '../../../src/application/ports/consumer.port.js';
import type { Outbox, OutboxChange } from '../../../src/application/ports/outbox.port.js';

/** One outbox as two processes see it, its writer, and its clock. */
export interface OutboxFixture {
  readonly outbox: Outbox;
  readonly other: Outbox;
  readonly sink: ConsumerSink<OutboxChange>;
  readonly now: () => Promise<number>;
  readonly advance: (ms: number) => Promise<void>;
  readonly close: () => Promise<void>;
}
