import { Injectable } from '@nestjs/common';

import type { Decider, DomainEvent } from '../../domain/shared/decider.js';
import { Clock } from '../ports/clock.port.js';
import { EventStore } from '../ports/event-store.port.js';
import type { CommandContext } from './command-context.js';
import { StreamLane } from './stream-lane.js';
import type { CommandAnswer } from './stream-lane.js';

/** Streams whose state is kept between commands. One with 10,000 targets and their notices takes about 7 MB. */
const LANES_MAX = 64;

/** Load, fold, decide, append: every command goes through here. Faults are `StoreUnavailable`, refusals are data. */
@Injectable()
export class CommandRunner {
  /** Least recently used first. */
  private readonly lanes = new Map<string, unknown>();

  constructor(
    private readonly store: EventStore,
    private readonly clock: Clock,
  ) {}

  run<State, Command, Event extends DomainEvent>(
    decider: Decider<State, Command, Event>,
    streamId: string,
    command: Command,
    context: CommandContext,
  ): Promise<CommandAnswer<State, Event>> {
    return this.lane(decider, streamId).submit({ command, context });
  }

  /** The state of a stream as the store has it now, for deciding outside of the aggregate. */
  async look<State, Command, Event extends DomainEvent>(
    decider: Decider<State, Command, Event>,
    streamId: string,
    context: CommandContext,
  ): Promise<State> {
    const { state } = await this.lane(decider, streamId).submit({
      command: null,
      context: { ...context, mayRepeat: false },
    });
    return state;
  }

  private lane<State, Command, Event extends DomainEvent>(
    decider: Decider<State, Command, Event>,
    streamId: string,
  ): StreamLane<State, Command, Event> {
    const known = this.lanes.get(streamId) as StreamLane<State, Command, Event> | undefined;
    const lane = known ?? new StreamLane(this.store, this.clock, decider, streamId);
    this.lanes.delete(streamId);
    this.lanes.set(streamId, lane);
    this.forgetOldest();
    return lane;
  }

  private forgetOldest(): void {
    for (const [streamId, lane] of this.lanes) {
      if (this.lanes.size <= LANES_MAX) return;
      // A stream belongs to one decider, so a lane of any type says whether it is idle.
      if ((lane as StreamLane<unknown, unknown, DomainEvent>).isIdle) this.lanes.delete(streamId);
    }
  }
}
