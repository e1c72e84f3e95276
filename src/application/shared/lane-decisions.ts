import type {
  Accepted,
  Decider,
  Decision,
  DomainEvent,
  Refusal,
} from '../../domain/shared/decider.js';
import { EVENTS_PER_APPEND_MAX } from '../ports/event-store.port.js';
import type { NewEvent } from '../ports/event-store.port.js';
import type { CommandContext } from './command-context.js';
import { metadataOf } from './command-context.js';
import { eventIdOf, newEvent } from './recorded-events.js';

export type CommandAnswer<State, Event> =
  | {
      readonly ok: true;
      /** What this command added; empty where nothing had to change or an earlier sending of it had done so. */
      readonly events: readonly Event[];
      readonly state: State;
      /** Version of the stream and position in the log behind which the answer holds. */
      readonly version: number;
      readonly position: bigint;
    }
  | { readonly ok: false; readonly refusal: Refusal; readonly state: State };

/** An order together with who gave it. Without a command it only asks for the state, confirmed at the store. */
export interface Order<Command> {
  readonly command: Command | null;
  readonly context: CommandContext;
}

export interface Job<State, Command, Event> extends Order<Command> {
  readonly settle: (answer: CommandAnswer<State, Event>) => void;
  readonly fail: (fault: unknown) => void;
  isAnswered: boolean;
}

export interface Decided<State, Command, Event> {
  readonly job: Job<State, Command, Event>;
  readonly decision: Decision<Event>;
  /** State behind this decision. */
  readonly state: State;
}

/**
 * Decides in order, as far as the events fit into one append. What takes or checks reservations goes alone, and a
 * second sending of a command waits until the first is in the log.
 */
export function decideInOrder<State, Command, Event extends DomainEvent>(
  decider: Decider<State, Command, Event>,
  jobs: readonly Job<State, Command, Event>[],
  from: State,
): readonly Decided<State, Command, Event>[] {
  const decided: Decided<State, Command, Event>[] = [];
  const commandIds = new Set<string>();
  let state = from;
  let eventCount = 0;
  for (const job of jobs) {
    const { commandId } = job.context;
    const decision = job.command === null ? NOTHING : decider.decide(state, job.command);
    const { events, reserve } = decision.ok ? decision : NOTHING;
    eventCount += events.length;
    const mustWait =
      eventCount > EVENTS_PER_APPEND_MAX || reserve.length > 0 || commandIds.has(commandId);
    if (events.length > 0 && mustWait && decided.length > 0) break;
    state = events.reduce(decider.evolve, state);
    commandIds.add(commandId);
    decided.push({ job, decision, state });
    if (reserve.length > 0) break;
  }
  return decided;
}

const NOTHING: Accepted<never> = { ok: true, events: [], reserve: [], release: [] };

export function newEventsOf<State, Command, Event extends DomainEvent>({
  job,
  decision,
}: Decided<State, Command, Event>): readonly NewEvent[] {
  if (!decision.ok) return [];
  const metadata = metadataOf(job.context);
  return decision.events.map((event, index) =>
    newEvent(event, eventIdOf(job.context.commandId, index), metadata),
  );
}
