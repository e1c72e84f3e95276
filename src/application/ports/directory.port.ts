import type { Lifecycle } from '../../domain/directory/directory.events.js';
import type { Target } from '../../domain/directory/target.js';
import type { EventMetadata } from './event-store.port.js';

/** A target as decisions read it. */
export interface TargetFacts extends Target {
  /** Version in the target's stream of the last `TargetRecorded`: what `setPin` and `setVersion` compare with. */
  readonly revision: number;
}

/** Which targets an action is for (S7). All conditions hold at once; only active targets are selected. */
export interface TargetQuery {
  /** Labels that the target must have, with these values. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly type?: string | undefined;
  /** By `compareVersions`; a target of unknown version is not selected. */
  readonly versionBelow?: string | undefined;
}

export interface TargetFilter {
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly type?: string | undefined;
  readonly ownerId?: string | undefined;
  readonly lifecycle?: Lifecycle | undefined;
  readonly version?: string | undefined;
}

/** A page of a list in the order of its ids: what follows behind `after`. */
export interface Page {
  readonly after: string | null;
  readonly limit: number;
}

/** Whether a compare-and-set took effect. `changed: false` means that the target is not at the expected revision. */
export type Compared =
  | { readonly changed: true; readonly revision: number; readonly position: bigint }
  | { readonly changed: false };

/**
 * The targets that actions are for. Guarantees:
 * - what decisions read changes in the log first and here after, in the order of the log;
 * - of several compare-and-sets on one revision exactly one takes effect, over any number of processes.
 */
export abstract class TargetDirectory {
  /** Those of the targets that are known, by id. */
  abstract findMany(targetIds: readonly string[]): Promise<ReadonlyMap<string, TargetFacts>>;

  /** The first `limit` matches by id. Ask for one more than you can use to learn whether there are more. */
  abstract select(query: TargetQuery, limit: number): Promise<readonly TargetFacts[]>;

  abstract list(filter: TargetFilter, page: Page): Promise<readonly TargetFacts[]>;

  /** Pins the target to a version, or unpins it, if it is still at the revision (C5). */
  abstract setPin(
    change: {
      readonly targetId: string;
      readonly expectedRevision: number;
      readonly pin: string | null;
    },
    metadata: EventMetadata,
  ): Promise<Compared>;

  /** Notes which version the target runs, if it is still at the revision. */
  abstract setVersion(
    change: {
      readonly targetId: string;
      readonly expectedRevision: number;
      readonly version: string;
    },
    metadata: EventMetadata,
  ): Promise<Compared>;
}
