import { assertNever, refuse } from '../../domain/shared/decider.js';
import type { Decider, DomainEvent } from '../../domain/shared/decider.js';
import type { Clock } from '../ports/clock.port.js';
import { NO_STREAM_VERSION, StoreUnavailable } from '../ports/event-store.port.js';
import type { AppendResult, EventStore, NewEvent } from '../ports/event-store.port.js';
import { decodeEvent } from './decode-event.js';
import { decideInOrder, newEventsOf } from './lane-decisions.js';
import type { CommandAnswer, Decided, Job, Order } from './lane-decisions.js';
import { eventIdOf } from './recorded-events.js';

export type { CommandAnswer } from './lane-decisions.js';

interface Known<State> {
  readonly state: State;
  readonly version: number;
  readonly position: bigint;
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
  /** Whether what is known was the truth at the store since the batch in hand was taken up. */
  private isConfirmed = false;

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
    return new Promise((resolve, fail) => {
      const queue = order.context.priority === 'human' ? this.human : this.background;
      const job: Job<State, Command, Event> = {
        ...order,
        isAnswered: false,
        settle: (answer) => {
          job.isAnswered = true;
          resolve(answer);
        },
        fail,
      };
      queue.push(job);
      if (!this.isRunning) void this.run();
    });
  }

  private async run(): Promise<void> {
    this.isRunning = true;
    // Orders given in the same turn of the loop go together.
    await Promise.resolve();
    for (let batch = this.take(); batch.length > 0; batch = this.take()) await this.attend(batch);
    this.isRunning = false;
  }

  private take(): readonly Job<State, Command, Event>[] {
    return this.human.length > 0
      ? this.human.splice(0, HUMAN_JOBS_PER_BATCH_MAX)
      : this.background.splice(0, BACKGROUND_JOBS_PER_BATCH_MAX);
  }

  /** Answers the batch. A command that cannot be decided or appended fails alone, not with its neighbours. */
  private async attend(batch: readonly Job<State, Command, Event>[]): Promise<void> {
    try {
      await this.process(batch);
    } catch (fault) {
      const open = batch.filter(({ isAnswered }) => !isAnswered);
      const isStoreAway = fault instanceof StoreUnavailable;
      // What was read stays true while the store is away; a fault of another kind may lie in it.
      if (!isStoreAway) this.known = null;
      if (isStoreAway || batch.length === 1) for (const job of open) job.fail(fault);
      else for (const job of open) await this.attend([job]);
    }
  }

  private async process(batch: readonly Job<State, Command, Event>[]): Promise<void> {
    this.isConfirmed = false;
    let waiting = await this.answerRepeated(batch);
    const giveUpAt = this.clock.monotonicMs() + CONTENTION_MAX_MS;
    while (waiting.length > 0) {
      const known = await this.current();
      const decided = decideInOrder(this.decider, waiting, known.state);
      const isAnswered = await this.commit(known, decided);
      if (!isAnswered && this.clock.monotonicMs() > giveUpAt) {
        throw new StoreUnavailable(`${this.streamId} is too busy`);
      }
      if (!isAnswered && this.mustYield(waiting)) {
        this.background.unshift(...waiting);
        return;
      }
      // Whoever was first may have been another sending of one of these commands.
      waiting = await this.answerRepeated(isAnswered ? waiting.slice(decided.length) : waiting);
    }
  }

  /** People do not wait until a duty has won its race against other processes. */
  private mustYield([first]: readonly Job<State, Command, Event>[]): boolean {
    return this.human.length > 0 && first?.context.priority === 'background';
  }

  /** A command whose events are in the log already has been obeyed before. */
  private async answerRepeated(
    batch: readonly Job<State, Command, Event>[],
  ): Promise<readonly Job<State, Command, Event>[]> {
    const earlier = await Promise.all(
      batch.map(({ context: { mayRepeat, commandId } }) =>
        mayRepeat ? this.store.findEvent(eventIdOf(commandId, 0)) : Promise.resolve(null),
      ),
    );
    if (earlier.every((first) => first === null)) return batch;
    await this.refresh();
    const { state, version } = await this.current();
    return batch.filter((job, index) => {
      const first = earlier[index] ?? null;
      if (first === null) return true;
      job.settle({ ok: true, events: [], state, version, position: first.position });
      return false;
    });
  }

  /** Answers the decided commands if the state that they were decided on was the true one. */
  private async commit(
    known: Known<State>,
    decided: readonly Decided<State, Command, Event>[],
  ): Promise<boolean> {
    const events = decided.flatMap(newEventsOf);
    if (events.length === 0) {
      if (!this.isConfirmed && (await this.refresh())) return false;
      this.answer(decided, known);
      return true;
    }
    const result = await this.append(known, decided, events);
    switch (result.kind) {
      case 'appended': {
        const { version, position } = result;
        this.known = { state: decided.at(-1)?.state ?? known.state, version, position };
        this.isConfirmed = true;
        this.answer(decided, this.known);
        return true;
      }
      case 'duplicate':
        await this.answerRecorded(decided);
        return true;
      case 'busy':
        this.answerBusy(decided, result);
        return true;
      case 'conflict':
        await this.refresh();
        return false;
      default:
        return assertNever(result);
    }
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
    return { kind: 'duplicate', version, position };
  }

  /** The events are in the log, by a lost answer or by another sending: it knows what they came to. */
  private async answerRecorded(decided: readonly Decided<State, Command, Event>[]): Promise<void> {
    await this.refresh();
    const known = await this.current();
    this.answer(
      decided.map((one) => ({ ...one, state: known.state })),
      known,
    );
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
    const moved = await this.readTail();
    this.isConfirmed = true;
    return moved;
  }

  private async readTail(): Promise<boolean> {
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
