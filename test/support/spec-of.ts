import { expect } from '@jest/globals';

import type {
  Decider,
  Decision,
  DomainEvent,
  RefusalCode,
} from '../../src/domain/shared/decider.js';

/** given(past).when(command).then(facts) | .nothing() | .refusedWith(code): no database, no Nest, no clock. */
export function specOf<State, Command, Event extends DomainEvent>(
  decider: Decider<State, Command, Event>,
) {
  return {
    given: (...past: readonly Event[]) => ({
      when: (command: Command) => {
        const state = past.reduce(decider.evolve, decider.initialState);
        return outcomeOf(decider.decide(state, command));
      },
    }),
  };
}

function outcomeOf<Event>(decision: Decision<Event>) {
  // A refusal stands in for the events, so that a failing test shows why the command was refused.
  const decided = decision.ok ? decision.events : decision.refusal;
  return {
    decision,
    then: (...events: readonly Event[]) => {
      expect(decided).toEqual(events);
      return holdsOf(decision);
    },
    nothing: () => {
      expect(decided).toEqual([]);
      return holdsOf(decision);
    },
    refusedWith: (code: RefusalCode) => {
      expect(decision).toMatchObject({ ok: false, refusal: { code } });
    },
  };
}

function holdsOf<Event>(decision: Decision<Event>) {
  const holds = {
    reserving: (...targetIds: readonly string[]) => {
      expect(decision).toMatchObject({ reserve: targetIds });
      return holds;
    },
    releasing: (...targetIds: readonly string[]) => {
      expect(decision).toMatchObject({ release: targetIds });
      return holds;
    },
  };
  return holds;
}
