import type { Instant } from '../shared/instant.js';
import type { ActionEnded, ActionEvent, EndedStatus } from './action.events.js';
import { evolveAction } from './action.evolve.js';
import type { ActionState } from './action.state.js';

/** The events, and the end of the action where they end its last target. */
export function withEnding(
  state: ActionState,
  events: readonly ActionEvent[],
  now: Instant,
): readonly ActionEvent[] {
  return [...events, ...endingOf(events.reduce(evolveAction, state), now)];
}

/** The end of a live action that has nothing left to do. */
export function endingOf(state: ActionState, now: Instant): readonly ActionEnded[] {
  const { pending, running } = state.counters;
  if (state.life !== 'live' || pending + running > 0) return [];
  return [{ type: 'ActionEnded', data: { status: endedStatus(state), at: now } }];
}

function endedStatus({ cancelledAt, counters }: ActionState): EndedStatus {
  const { total, cancelled, calledOffInFlight, applied, failed } = counters;
  if (cancelledAt !== null || cancelled + calledOffInFlight === total) return 'cancelled';
  return applied === 0 && failed > 0 ? 'failed' : 'completed';
}
