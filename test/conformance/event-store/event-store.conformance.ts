/* eslint-disable jest/no-export -- The suite is run by the spec of every adapter. */
import { afterAll, beforeAll, describe } from '@jest/globals';

import type { EventStore } from '../../../src/application/ports/event-store.port.js';
import { describeAppends } from './appends.conformance.js';
import { describeIdempotency } from './idempotency.conformance.js';
import { describeMixedLoad } from './mixed-load.conformance.js';
import { describeReads } from './reads.conformance.js';
import { describeReservations } from './reservations.conformance.js';

/** Several views of one log, as several processes have them. */
export interface StoreUnderTest {
  readonly stores: readonly [EventStore, ...EventStore[]];
  close(): Promise<void>;
}

/** Answers the stores, and of several processes one by turns. Only usable inside of a test. */
export interface Subject {
  readonly store: () => EventStore;
  readonly anyStore: (turn: number) => EventStore;
}

/** Every guarantee of the port, for one adapter. `make` gives a log that nothing else writes to. */
export function describeEventStore(name: string, make: () => Promise<StoreUnderTest>): void {
  describe(`event store: ${name}`, () => {
    let made: StoreUnderTest;
    beforeAll(async () => {
      made = await make();
    });
    afterAll(async () => {
      await made.close();
    });
    const subject: Subject = {
      store: () => made.stores[0],
      anyStore: (turn) => made.stores[turn % made.stores.length] ?? made.stores[0],
    };

    describeAppends(subject);
    describeIdempotency(subject);
    describeReads(subject);
    describeReservations(subject);
    describeMixedLoad(subject);
  });
}
