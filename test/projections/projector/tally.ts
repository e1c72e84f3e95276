import { randomUUID } from 'node:crypto';

import type { Consumer } from '../../../src/application/ports/consumer.port.js';
import type { EventStore } from '../../../src/application/ports/event-store.port.js';
import { MemoryConsumerSink } from '../../../src/application/shared/memory.consumer-sink.js';
import { FakeClock } from '../../support/fake-clock.js';

/** A consumer that keeps the numbers of the events that it saw. */
export class Tally {
  readonly clock = new FakeClock();
  readonly seen: number[] = [];
  /** Called with each event before it counts as projected. */
  before: (number: number) => void = () => undefined;
  readonly consumer: Consumer<number>;
  readonly sink: MemoryConsumerSink<number>;

  constructor(name = 'tally') {
    this.sink = new MemoryConsumerSink<number>(this.clock, (changes) => {
      this.seen.push(...changes);
    });
    this.consumer = {
      name,
      version: 1,
      project: ({ data }) => {
        const { number } = data as { readonly number: number };
        this.before(number);
        return [number];
      },
    };
  }
}

/** Appends numbered events, one append for each. */
export async function appendNumbers(
  store: EventStore,
  from: number,
  count: number,
): Promise<readonly number[]> {
  const numbers = Array.from({ length: count }, (_, index) => from + index);
  for (const number of numbers) {
    const commandId = randomUUID();
    const metadata = {
      actor: 'system:test',
      commandId,
      correlationId: commandId,
      causationId: null,
    };
    await store.append({
      streamId: 'action-numbers',
      expected: 'any',
      events: [{ id: randomUUID(), type: 'Counted', schema: 1, data: { number }, metadata }],
    });
  }
  return numbers;
}
