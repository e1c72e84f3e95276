import { Injectable } from '@nestjs/common';

import { actionDecider } from '../../domain/action/action.decider.js';
import type { OutcomeKind, VersionChangeParameters } from '../../domain/action/action.events.js';
import { findTarget } from '../../domain/action/action.state.js';
import type { ActionState } from '../../domain/action/action.state.js';
import { ConsumerSink } from '../ports/consumer.port.js';
import type { Consumer, ConsumerKey, Tenure } from '../ports/consumer.port.js';
import { dutyContext } from '../shared/command-context.js';
import { CommandRunner } from '../shared/command-runner.js';
import { decodeEvent } from '../shared/decode-event.js';
import { groupBy } from '../shared/group-by.js';
import { TargetPins } from './target-pins.js';
import type { ClaimedWork } from './target-pins.js';

/** How the work on one target ended. */
export interface EndedWork extends ClaimedWork {
  readonly outcome: OutcomeKind;
}

/** Outcomes, because of which the directory may have to change. Live only: a rebuild would undo later changes. */
export const outcomeEffectsConsumer: Consumer<EndedWork> = {
  name: 'outcome-effects',
  version: 1,
  project: (recorded) => {
    const event = decodeEvent(recorded);
    if (event.type !== 'OutcomeRecorded') return [];
    const { targetId, fence, outcome } = event.data;
    return [{ streamId: recorded.streamId, targetId, fence, outcome }];
  },
};

/** Targets that are brought up to date at once. */
const AT_ONCE_MAX = 16;

/** After a change of version the directory says what the target runs; after a failed one its pin is back (C5). */
@Injectable()
export class OutcomeEffects {
  constructor(
    private readonly runner: CommandRunner,
    private readonly pins: TargetPins,
  ) {}

  /** Doing so again, after a crash, changes nothing. */
  async apply(ended: readonly EndedWork[]): Promise<void> {
    for (const [streamId, works] of groupBy(ended, (work) => work.streamId)) {
      const state = await this.runner.look(actionDecider, streamId, dutyContext('executor'));
      const parameters = state.terms?.parameters;
      if (parameters?.type !== 'version_change') continue;
      for (let from = 0; from < works.length; from += AT_ONCE_MAX) {
        const next = works.slice(from, from + AT_ONCE_MAX);
        await Promise.all(next.map((work) => this.applyOne(state, parameters, work)));
      }
    }
  }

  private async applyOne(
    state: ActionState,
    { targetVersion, overridePins }: VersionChangeParameters,
    work: EndedWork,
  ): Promise<void> {
    if (work.outcome === 'applied') return this.pins.noteVersion(work, targetVersion);
    // Where it is tried again already, that attempt relies on the pin, and its own outcome decides.
    const isLatest = findTarget(state, work.targetId)?.fence === work.fence;
    if (overridePins && isLatest) await this.pins.restore(work);
  }
}

/** Effects first, the position after: a crash in between repeats them. */
export class OutcomeEffectsSink extends ConsumerSink<EndedWork> {
  /** @param tenures Keeps who may move the consumer on, and how far it is. */
  constructor(
    private readonly tenures: ConsumerSink<never>,
    private readonly effects: OutcomeEffects,
  ) {
    super();
  }

  override acquire(key: ConsumerKey, owner: string, leaseMs: number): Promise<Tenure | null> {
    return this.tenures.acquire(key, owner, leaseMs);
  }

  override async commit(
    key: ConsumerKey,
    tenure: Tenure,
    batch: {
      readonly changes: readonly EndedWork[];
      readonly position: bigint;
      readonly leaseMs: number;
    },
  ): Promise<'committed' | 'lost'> {
    await this.effects.apply(batch.changes);
    return this.tenures.commit(key, tenure, { ...batch, changes: [] });
  }

  override release(key: ConsumerKey, tenure: Tenure): Promise<void> {
    return this.tenures.release(key, tenure);
  }
}
