import { assertNever } from '../shared/decider.js';
import type { ActionParameters } from './action.events.js';

/** A target as it is when its change is about to be made; null when the directory does not know it any more. */
export interface GuardFacts {
  readonly lifecycle: 'active' | 'destroyed';
  readonly version: string | null;
  readonly pin: string | null;
}

/** The version to change to, as the catalogue has it now. */
export type CatalogueFact = 'available' | 'disabled' | 'missing';

export type GuardAnswer =
  | { readonly kind: 'go' }
  /** The pin has to be lifted first, by compare-and-set on what was seen. */
  | { readonly kind: 'lift_pin'; readonly pin: string }
  | { readonly kind: 'skip'; readonly reason: string }
  | { readonly kind: 'fail'; readonly reason: string };

/** Whether the change may be made to the target now (C5). */
export function guardOf(
  parameters: ActionParameters,
  facts: GuardFacts | null,
  catalogue: CatalogueFact,
): GuardAnswer {
  if (facts?.lifecycle !== 'active') return { kind: 'skip', reason: 'destroyed' };
  switch (parameters.type) {
    case 'restart':
      return { kind: 'go' };
    case 'version_change':
      return versionGuard(parameters, facts, catalogue);
    default:
      return assertNever(parameters);
  }
}

function versionGuard(
  parameters: Extract<ActionParameters, { type: 'version_change' }>,
  { version, pin }: GuardFacts,
  catalogue: CatalogueFact,
): GuardAnswer {
  const { targetVersion, overridePins } = parameters;
  if (catalogue !== 'available') return { kind: 'fail', reason: `version_${catalogue}` };
  if (version === targetVersion) return { kind: 'skip', reason: 'already_on_version' };
  if (pin === null || pin === targetVersion) return { kind: 'go' };
  return overridePins ? { kind: 'lift_pin', pin } : { kind: 'skip', reason: 'pinned' };
}

/** Reason of a target whose pin was changed by somebody while the change was under way. */
export const PIN_CHANGED = 'pin_changed';
