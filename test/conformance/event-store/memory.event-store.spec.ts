import { MemoryEventStore } from '../../../src/infrastructure/event-store/memory/memory.event-store.js';
import { describeEventStore } from './event-store.conformance.js';

describeEventStore('memory', () =>
  Promise.resolve({ stores: [new MemoryEventStore()], close: () => Promise.resolve() }),
);
