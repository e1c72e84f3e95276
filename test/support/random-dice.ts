import type { ActionEvent } from '../../src/domain/action/action.events.js';
import type { ActionState, TargetState } from '../../src/domain/action/action.state.js';
import { itemsFrom } from '../../src/domain/shared/chunked-list.js';
import { toInstant } from '../../src/domain/shared/instant.js';

/** What may happen to an action in this state; nothing when it cannot happen now. */
export type Step = (state: ActionState, dice: Dice) => readonly ActionEvent[];

/** Deterministic choices out of one number. */
export class Dice {
  constructor(
    private seed: number,
    readonly at: string,
  ) {}

  /** The generator known as mulberry32. */
  below(count: number): number {
    this.seed = (this.seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.seed ^ (this.seed >>> 15), 1 | this.seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * count);
  }

  pick<Item>(items: readonly Item[]): Item | undefined {
    return items[this.below(items.length)];
  }
}

export const later = (at: string, seconds: number): string =>
  toInstant(Date.parse(at) + seconds * 1_000);

export const targetsIn = (
  state: ActionState,
  ...statuses: readonly TargetState['status'][]
): readonly TargetState[] =>
  [...itemsFrom(state.targets)].filter(
    ({ status }) =>
      statuses.includes(status) && !(status === 'pending' && state.cancelledAt !== null),
  );
