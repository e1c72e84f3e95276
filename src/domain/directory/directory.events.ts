import type { DomainEvent } from '../shared/decider.js';
import type { Instant } from '../shared/instant.js';

/** Facts of the directory that move decisions. Names, addresses and labels stay in its tables. */
export type DirectoryEvent = TargetRecorded | RecipientErased | VersionPublished | VersionDisabled;

export type Lifecycle = 'active' | 'destroyed';

/** Stream `target-<targetId>`: what decisions read of a target, whole, whenever any of it changed. */
export type TargetRecorded = DomainEvent<
  'TargetRecorded',
  {
    readonly targetId: string;
    readonly ownerId: string | null;
    readonly lifecycle: Lifecycle;
    readonly version: string | null;
    /** The version that the owner wants kept, or null. */
    readonly pin: string | null;
    readonly at: Instant;
  }
>;

/** Stream `recipient-<recipientId>`. */
export type RecipientErased = DomainEvent<
  'RecipientErased',
  { readonly recipientId: string; readonly at: Instant }
>;

/** Stream `catalogue`. */
export type VersionPublished = DomainEvent<
  'VersionPublished',
  { readonly version: string; readonly at: Instant }
>;

/** Stream `catalogue`. */
export type VersionDisabled = DomainEvent<
  'VersionDisabled',
  { readonly version: string; readonly at: Instant }
>;
