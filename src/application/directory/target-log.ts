import { Injectable } from '@nestjs/common';

import { targetStream } from '../../domain/directory/directory-streams.js';
import { targetRecorded, withRecorded } from '../../domain/directory/target.js';
import type { Target } from '../../domain/directory/target.js';
import { toInstant } from '../../domain/shared/instant.js';
import { Clock } from '../ports/clock.port.js';
import { EventStore, NO_STREAM_VERSION } from '../ports/event-store.port.js';
import type { EventMetadata, RecordedEvent } from '../ports/event-store.port.js';
import { TargetTable } from '../ports/target-table.port.js';
import { decodeEvent } from '../shared/decode-event.js';
import { newDirectoryEvent } from './new-directory-event.js';

export type Recorded =
  | { readonly kind: 'recorded'; readonly revision: number; readonly position: bigint }
  /** The target is not at that revision. */
  | { readonly kind: 'conflict' };

/** A target's stream holds something that does not belong there: nothing is guessed from it. */
export class MisplacedEvent extends Error {
  override readonly name = 'MisplacedEvent';

  constructor({ streamId, version, type }: RecordedEvent) {
    super(`${type} at version ${String(version)} of ${streamId} is no fact about a target`);
  }
}

/** The decisive facts of targets, in their streams. */
@Injectable()
export class TargetLog {
  constructor(
    private readonly events: EventStore,
    private readonly clock: Clock,
    private readonly table: TargetTable,
  ) {}

  /** Appends the target's facts if its last recorded ones are those of `revision`; `NO_STREAM_VERSION` for none. */
  async record(target: Target, revision: number, metadata: EventMetadata): Promise<Recorded> {
    const streamId = targetStream(target.targetId);
    const expected = revision === NO_STREAM_VERSION ? 'no_stream' : revision;
    const event = targetRecorded(target, toInstant(this.clock.now()));
    const place = `${streamId}@${String(revision)}`;
    const result = await this.events.append({
      streamId,
      expected,
      events: [newDirectoryEvent(event, place, metadata)],
    });
    if (result.kind === 'conflict' || result.kind === 'busy') return { kind: 'conflict' };
    return { kind: 'recorded', revision: result.version, position: result.position };
  }

  /** Brings the table up to the log for one target, after a crash or another's append between the two. */
  async catchUp(targetId: string): Promise<void> {
    const row = (await this.table.findMany([targetId])).get(targetId) ?? null;
    const fromVersion = (row?.revision ?? NO_STREAM_VERSION) + 1;
    const { events } = await this.events.readStream(targetStream(targetId), { fromVersion });
    const last = events.at(-1);
    if (last === undefined) return;
    const event = decodeEvent(last);
    if (event.type !== 'TargetRecorded') throw new MisplacedEvent(last);
    const target = withRecorded(row, event.data);
    await this.table.apply([{ target, revision: last.version }]);
  }
}
