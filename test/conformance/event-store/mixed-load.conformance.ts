/* eslint-disable jest/no-export -- The suite is run by the spec of every adapter. */
import { randomUUID } from 'node:crypto';

import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';

import type {
  Append,
  AppendResult,
  ExpectedVersion,
  RecordedEvent,
} from '../../../src/application/ports/event-store.port.js';
import type { Subject } from './event-store.conformance.js';
import { readToEnd } from './reads.conformance.js';
import { sampleAppend, sampleEvents } from './sample-events.js';

interface Step {
  readonly stream: number;
  readonly expected: ExpectedVersion;
  readonly events: number;
  readonly repeat: boolean;
}

const steps = fc.array(
  fc.record<Step>({
    stream: fc.nat(4),
    expected: fc.constantFrom<ExpectedVersion>('any', 'no_stream', 'stream_exists', 0, 1, 2, 5),
    events: fc.integer({ min: 1, max: 4 }),
    repeat: fc.boolean(),
  }),
  { minLength: 1, maxLength: 60 },
);

export function describeMixedLoad({ store, anyStore }: Subject): void {
  const run = async (given: readonly Step[]): Promise<[Append, AppendResult][]> => {
    const world = randomUUID();
    const appends = given.map((step) =>
      sampleAppend(`${world}-${String(step.stream)}`, step.expected, sampleEvents(step.events)),
    );
    const sent = appends.flatMap((append, turn) =>
      given[turn]?.repeat === true ? [append, append] : [append],
    );
    return Promise.all(
      sent.map(async (append, turn): Promise<[Append, AppendResult]> => [
        append,
        await anyStore(turn).append(append),
      ]),
    );
  };

  const expectWhole = (recorded: readonly RecordedEvent[], outcomes: [Append, AppendResult][]) => {
    const answered = outcomes.flatMap(([append, { kind }]) =>
      kind === 'appended' ? append.events.map(({ id }) => id) : [],
    );
    expect(recorded.map(({ id }) => id).toSorted()).toEqual(answered.toSorted());
    for (const streamId of new Set(recorded.map((event) => event.streamId))) {
      const events = recorded.filter((event) => event.streamId === streamId);
      expect(events.map(({ version }) => version)).toEqual(events.map((_, index) => index));
    }
  };

  describe('mixed load', () => {
    it('records exactly what it answered, in order, for any appends at the same time', async () => {
      await fc.assert(
        fc.asyncProperty(steps, async (given) => {
          const start = await store().head();

          const outcomes = await run(given);

          const recorded = await readToEnd(store(), start, 7);
          expectWhole(recorded, outcomes);
          const byId = new Map(recorded.map((event) => [event.id, event]));
          const placed = outcomes.flatMap(([{ events }, result]) =>
            'position' in result ? [{ id: events.at(-1)?.id ?? '', at: result.position }] : [],
          );
          expect(placed.map(({ at }) => at)).toEqual(
            placed.map(({ id }) => byId.get(id)?.position),
          );
        }),
        { numRuns: 30 },
      );
    });
  });
}
