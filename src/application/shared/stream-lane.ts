import type {
  Accepted,
  Decider,
  Decision,
  DomainEvent,
  Refusal,
} from '../../domain/shared/decider.js';
import { refuse } from '../../domain/shared/decider.js';
import type { Clock } from '../ports/clock.port.js';
import {
  EVENTS_PER_APPEND_MAX,
  NO_STREAM_VERSION,
  StoreUnavailable,
} from '../ports/event-store.port.js';
import type { AppendResult, EventStore, NewEvent } from '../ports/event-store.port.js';
import type { CommandContext } from './command-context.js';
import { metadataOf } from './command-context.js';
import { decodeEvent } from './decode-event.js';
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

interface Job<State, Command, Event> extends Order<Command> {
  readonly settle: (answer: CommandAnswer<State, Event>) => void;
  readonly fail: (fault: unknown) => void;
}

interface Known<State> {
  readonly state: State;
  readonly version: number;
  readonly position: bigint;
}

interface Decided<State, Command, Event> {
  readonly job: Job<State, Command, Event>;
  readonly decision: Decision<Event>;
  /** State behind this decision. */
  readonly state: State;
}

/** How long a lane tries again when others keep appending first. */
const CONTENTION_MAX_MS = 10_000;
/** Background appends stay small, so that a person who asks meanwhile does not wait for long. */
const BACKGROUND_JOBS_PER_BATCH_MAX = 8;
const HUMAN_JOBS_PER_BATCH_MAX = 64;
const PAGE_SIZE = 2_000;

/**
 * The commands of one stream, one after the other: the state is folded once and kept, what waits is decided in a
 * row, and its events go in one append. The store stays the judge: an answer is given only behind an append at the
 * exact version, or a look at the stream's end.
 */
export class StreamLane<State, Command, Event extends DomainEvent> {
  private known: Known<State> | null = null;
  private readonly human: Job<State, Command, Event>[] = [];
  private readonly background: Job<State, Command, Event>[] = [];
  private isRunning = false;

  constructor(
    private readonly store: EventStore,
    private readonly clock: Clock,
    private readonly decider: Decider<State, Command, Event>,
    private readonly streamId: string,
  ) {}

  get isIdle(): boolean {
    return !this.isRunning;
  }

  submit(order: Order<Command>): Promise<CommandAnswer<State, Event>> {
    return new Promise((settle, fail) => {
      const queue = order.context.priority === 'human' ? this.human : this.background;
      queue.push({ ...order, settle, fail });
      if (!this.isRunning) void this.run();
    });
  }

  private async run(): Promise<void> {
    this.isRunning = true;
    // Orders given in the same turn of the loop go together.
    await Promise.resolve();
    for (let batch = this.take(); batch.length > 0; batch = this.take()) {
      try {
        await this.process(batch);
      } catch (fault) {
        this.known = null;
        for (const job of batch) job.fail(fault);
      }
    }
    this.isRunning = false;
  }

  private take(): readonly Job<State, Command, Event>[] {
    return this.human.length > 0
      ? this.human.splice(0, HUMAN_JOBS_PER_BATCH_MAX)
      : this.background.splice(0, BACKGROUND_JOBS_PER_BATCH_MAX);
  }

  private async process(batch: readonly Job<State, Command, Event>[]): Promise<void> {
    let waiting = await this.answerRepeated(batch);
    const giveUpAt = this.clock.monotonicMs() + CONTENTION_MAX_MS;
    while (waiting.length > 0) {
      const known = await this.current();
      const decided = this.decideAll(waiting, known.state);
      if (await this.commit(known, decided)) {
        waiting = waiting.slice(decided.length);
        continue;
      }
      if (this.clock.monotonicMs() > giveUpAt) {
        throw new StoreUnavailable(`${this.streamId} is too busy`);
      }
      // Whoever was first may have been another sending of one of these commands.
      waiting = await this.answerRepeated(waiting);
    }
  }

  /** A command whose events are in the log already has been obeyed before. */
  private async answerRepeated(
    batch: readonly Job<State, Command, Event>[],
  ): Promise<readonly Job<State, Command, Event>[]> {
    const fresh: Job<State, Command, Event>[] = [];
    for (const job of batch) {
      const first = job.context.mayRepeat
        ? await this.store.findEvent(eventIdOf(job.context.commandId, 0))
        : null;
      if (first === null) {
        fresh.push(job);
        continue;
      }
      await this.refresh();
      const { state, version } = await this.current();
      job.settle({ ok: true, events: [], state, version, position: first.position });
    }
    return fresh;
  }

  /** Decides in order, as far as the events fit into one append. What takes or checks reservations goes alone. */
  private decideAll(
    jobs: readonly Job<State, Command, Event>[],
    from: State,
  ): readonly Decided<State, Command, Event>[] {
    const decided: Decided<State, Command, Event>[] = [];
    let state = from;
    let eventCount = 0;
    for (const job of jobs) {
      const decision = job.command === null ? NOTHING : this.decider.decide(state, job.command);
      const added = decision.ok ? decision.events.length : 0;
      const isReserving = decision.ok && decision.reserve.length > 0;
      const isFull = eventCount + added > EVENTS_PER_APPEND_MAX || isReserving;
      if (isFull && decided.length > 0) break;
      if (decision.ok) state = decision.events.reduce(this.decider.evolve, state);
      eventCount += added;
      decided.push({ job, decision: decision, state });
      if (isReserving) break;
    }
    return decided;
  }

  /** Answers the decided commands if the state that they were decided on was the true one. */
  private async commit(
    known: Known<State>,
    decided: readonly Decided<State, Command, Event>[],
  ): Promise<boolean> {
    const events = decided.flatMap(newEventsOf);
    if (events.length === 0) {
      if (await this.refresh()) return false;
      this.answer(decided, known);
      return true;
    }
    const result = await this.append(known, decided, events);
    if (result.kind === 'appended') {
      const { version, position } = result;
      const state = decided.at(-1)?.state ?? known.state;
      this.known = { state, version, position };
      this.answer(decided, this.known);
      return true;
    }
    if (result.kind === 'busy') {
      this.answerBusy(decided, result);
      return true;
    }
    await this.refresh();
    return false;
  }

  private async append(
    known: Known<State>,
    decided: readonly Decided<State, Command, Event>[],
    events: readonly NewEvent[],
  ): Promise<AppendResult> {
    const accepted = decided.flatMap(({ decision }) => (decision.ok ? [decision] : []));
    const expected = known.version === NO_STREAM_VERSION ? 'no_stream' : known.version;
    try {
      return await this.store.append({
        streamId: this.streamId,
        expected,
        events,
        reserve: accepted.flatMap(({ reserve }) => reserve),
        release: accepted.flatMap(({ release }) => release),
      });
    } catch (fault) {
      if (!(fault instanceof StoreUnavailable)) throw fault;
      return this.settleDoubt(events, fault);
    }
  }

  /** The answer to an append got lost: the log says what became of it. */
  private async settleDoubt(
    events: readonly NewEvent[],
    fault: StoreUnavailable,
  ): Promise<AppendResult> {
    const last = events.at(-1);
    const recorded = last === undefined ? null : await this.store.findEvent(last.id);
    if (recorded === null) throw fault;
    const { version, position } = recorded;
    return { kind: 'appended', version, position };
  }

  private answer(
    decided: readonly Decided<State, Command, Event>[],
    { version, position }: Known<State>,
  ): void {
    for (const { job, decision, state } of decided) {
      if (decision.ok) job.settle({ ok: true, events: decision.events, state, version, position });
      else job.settle({ ok: false, refusal: decision.refusal, state });
    }
  }

  private answerBusy(
    decided: readonly Decided<State, Command, Event>[],
    { holders }: Extract<AppendResult, { kind: 'busy' }>,
  ): void {
    const { refusal } = refuse(
      'target_busy',
      `${String(holders.length)} of the targets are held by other live actions`,
      { facts: { targets: holders.map(({ targetId, streamId }) => ({ targetId, streamId })) } },
    );
    for (const { job } of decided) {
      job.settle({ ok: false, refusal, state: this.known?.state ?? this.decider.initialState });
    }
  }

  private async current(): Promise<Known<State>> {
    if (this.known === null) await this.refresh();
    return (
      this.known ?? { state: this.decider.initialState, version: NO_STREAM_VERSION, position: 0n }
    );
  }

  /** Folds what was appended behind what we know. Answers whether there was anything. */
  private async refresh(): Promise<boolean> {
    let moved = false;
    for (;;) {
      const known: Known<State> = this.known ?? {
        state: this.decider.initialState,
        version: NO_STREAM_VERSION,
        position: 0n,
      };
      const slice = await this.store.readStream(this.streamId, {
        fromVersion: known.version + 1,
        limit: PAGE_SIZE,
      });
      const last = slice.events.at(-1);
      if (last === undefined) {
        this.known = known;
        return moved;
      }
      moved = true;
      const state = slice.events.reduce(
        (folded, recorded) =>
          this.decider.evolve(folded, decodeEvent(recorded) as DomainEvent as Event),
        known.state,
      );
      this.known = { state, version: last.version, position: last.position };
      if (last.version >= slice.version) return moved;
    }
  }
}

const NOTHING: Accepted<never> = { ok: true, events: [], reserve: [], release: [] };

function newEventsOf<State, Command, Event extends DomainEvent>({
  job,
  decision,
}: Decided<State, Command, Event>): readonly NewEvent[] {
  if (!decision.ok) return [];
  const metadata = metadataOf(job.context);
  return decision.events.map((event, index) =>
    newEvent(event, eventIdOf(job.context.commandId, index), metadata),
  );
}
