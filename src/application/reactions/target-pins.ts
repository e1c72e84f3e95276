import { Injectable } from '@nestjs/common';

import { targetStream } from '../../domain/directory/directory-streams.js';
import type { TargetRecorded } from '../../domain/directory/directory.events.js';
import { TargetDirectory } from '../ports/directory.port.js';
import type { TargetFacts } from '../ports/directory.port.js';
import { EventStore, StoreUnavailable } from '../ports/event-store.port.js';
import type { EventMetadata, RecordedEvent } from '../ports/event-store.port.js';
import { uuidV5 } from '../shared/uuid-v5.js';

/** One claim of one target, as the reason of a change to the directory. */
export interface ClaimedWork {
  readonly streamId: string;
  readonly targetId: string;
  readonly fence: number;
}

/** Namespace of the commands that change a target for a claim: each is found again by what it belongs to. */
const CLAIM_COMMANDS = '0c3de0d5-6a4f-5f0b-8b1d-2b7a6f4d9a55';

/**
 * What applying a change does to the directory. Every change names its claim, so that it is made once, and a pin
 * that was lifted for an attempt that failed is found again in the target's own history, crash or not (C5).
 */
@Injectable()
export class TargetPins {
  constructor(
    private readonly targets: TargetDirectory,
    private readonly store: EventStore,
  ) {}

  /** Answers false when somebody changed the target meanwhile. */
  async lift(work: ClaimedWork, facts: TargetFacts, toVersion: string): Promise<boolean> {
    const { targetId, revision } = facts;
    const change = { targetId, expectedRevision: revision, pin: toVersion };
    const { changed } = await this.targets.setPin(change, liftMetadata(work));
    return changed;
  }

  /**
   * Puts the pin back that was lifted for any attempt of this work, unless somebody has decided otherwise since.
   * Doing so again changes nothing.
   */
  async restore(work: ClaimedWork): Promise<void> {
    await untilTrue(() => this.isRestored(work));
  }

  /** Notes that the target runs the version now; once, so that nobody's later word is overwritten by a repetition. */
  async noteVersion(work: ClaimedWork, version: string): Promise<void> {
    await untilTrue(() => this.isNoted(work, version));
  }

  private async isRestored(work: ClaimedWork): Promise<boolean> {
    const { events } = await this.store.readStream(targetStream(work.targetId));
    const { correlationId } = liftMetadata(work);
    const index = events.findLastIndex(({ metadata }) => metadata.correlationId === correlationId);
    const [lifted, ...later] = index === -1 ? [] : events.slice(index);
    const before = events[index - 1];
    if (lifted === undefined || before === undefined) return true;
    if (later.some((event) => pinOf(event) !== pinOf(lifted))) return true;
    const expectedRevision = (later.at(-1) ?? lifted).version;
    const change = { targetId: work.targetId, expectedRevision, pin: pinOf(before) };
    return (await this.targets.setPin(change, metadataFor(work, 'restore'))).changed;
  }

  private async isNoted(work: ClaimedWork, version: string): Promise<boolean> {
    const { targetId } = work;
    const metadata = metadataFor(work, 'version');
    const facts = (await this.targets.findMany([targetId])).get(targetId);
    if (facts === undefined || facts.version === version) return true;
    const { events } = await this.store.readStream(targetStream(targetId));
    if (events.some((event) => event.metadata.commandId === metadata.commandId)) return true;
    const change = { targetId, expectedRevision: facts.revision, version };
    return (await this.targets.setVersion(change, metadata)).changed;
  }
}

/** Others may change the same target in between; what they wrote stays. */
const ATTEMPTS_MAX = 5;

/** The target is changed by others all the time. Whoever asked may ask again. */
export class TargetContended extends StoreUnavailable {}

async function untilTrue(isDone: () => Promise<boolean>): Promise<void> {
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) if (await isDone()) return;
  throw new TargetContended('the target is changed by others all the time');
}

/** What lifts of one action's pin on one target have in common, whatever the attempt. */
function liftMetadata(work: ClaimedWork): EventMetadata {
  const correlationId = uuidV5(CLAIM_COMMANDS, `lift/${work.streamId}/${work.targetId}`);
  return { ...metadataFor(work, 'lift'), correlationId };
}

function metadataFor({ streamId, targetId, fence }: ClaimedWork, change: string): EventMetadata {
  const commandId = uuidV5(CLAIM_COMMANDS, `${change}/${streamId}/${targetId}/${String(fence)}`);
  return { actor: 'system:executor', commandId, correlationId: commandId, causationId: null };
}

const pinOf = ({ data }: RecordedEvent): string | null => (data as TargetRecorded['data']).pin;
