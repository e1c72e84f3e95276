import type { Instant } from '../shared/instant.js';
import type { Lifecycle, TargetRecorded } from './directory.events.js';

/** What decisions read of a target. Every change of it is a `TargetRecorded`. */
export interface DecisiveFacts {
  readonly ownerId: string | null;
  readonly lifecycle: Lifecycle;
  readonly version: string | null;
  /** The version that the owner wants kept, or null. */
  readonly pin: string | null;
}

/** A target of the directory. Name, type and labels help people to find it and move no decision. */
export interface Target extends DecisiveFacts {
  readonly targetId: string;
  readonly name: string;
  readonly type: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** What somebody wants of a target: what is absent stays as it is, null clears. */
export type TargetChange = Pick<Target, 'targetId'> & {
  readonly [Field in Exclude<keyof Target, 'targetId'>]?: Target[Field] | undefined;
};

/** Type of a target of which nobody has said one. */
export const TARGET_TYPE_DEFAULT = 'target';

const newTarget = (targetId: string): Target => ({
  targetId,
  name: targetId,
  type: TARGET_TYPE_DEFAULT,
  ownerId: null,
  labels: {},
  lifecycle: 'active',
  version: null,
  pin: null,
});

/** The target after a change; one that nobody has heard of starts with defaults. */
export const targetAfter = (current: Target | null, change: TargetChange): Target => {
  const before = current ?? newTarget(change.targetId);
  return {
    targetId: change.targetId,
    name: change.name ?? before.name,
    type: change.type ?? before.type,
    labels: change.labels ?? before.labels,
    lifecycle: change.lifecycle ?? before.lifecycle,
    ownerId: change.ownerId === undefined ? before.ownerId : change.ownerId,
    version: change.version === undefined ? before.version : change.version,
    pin: change.pin === undefined ? before.pin : change.pin,
  };
};

/** Whether no decision could tell the two apart. */
export const sameFacts = (one: DecisiveFacts, other: DecisiveFacts): boolean =>
  one.ownerId === other.ownerId &&
  one.lifecycle === other.lifecycle &&
  one.version === other.version &&
  one.pin === other.pin;

export const targetRecorded = (target: Target, at: Instant): TargetRecorded => {
  const { targetId, ownerId, lifecycle, version, pin } = target;
  return { type: 'TargetRecorded', data: { targetId, ownerId, lifecycle, version, pin, at } };
};

/** The target as the log has it, with the name and labels that the directory knows. */
export const withRecorded = (current: Target | null, recorded: TargetRecorded['data']): Target => {
  const { targetId, ownerId, lifecycle, version, pin } = recorded;
  return targetAfter(current, { targetId, ownerId, lifecycle, version, pin });
};
