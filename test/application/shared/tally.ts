import type { CommandContext } from '../../../src/application/shared/command-context.js';
import { dutyContext } from '../../../src/application/shared/command-context.js';
import type { VersionPublished } from '../../../src/domain/directory/directory.events.js';
import { accept, refuse } from '../../../src/domain/shared/decider.js';
import type { Decider, Decision } from '../../../src/domain/shared/decider.js';

/** A stream that only counts, for tests that are not about actions. */
export type TallyCommand =
  | {
      readonly type: 'add';
      readonly labels: readonly string[];
      readonly reserve?: readonly string[];
    }
  /** Refused when there are more. */
  | { readonly type: 'expectAtMost'; readonly max: number }
  /** Adds the label unless it is there. */
  | { readonly type: 'ensure'; readonly label: string }
  | { readonly type: 'break' };

export class BrokenCommand extends TypeError {}

export const tally: Decider<readonly string[], TallyCommand, VersionPublished> = {
  initialState: [],
  decide,
  evolve: (labels, { data }) => [...labels, data.version],
};

function decide(labels: readonly string[], command: TallyCommand): Decision<VersionPublished> {
  switch (command.type) {
    case 'add':
      return accept(command.labels.map(published), { reserve: command.reserve ?? [] });
    case 'ensure':
      return accept(labels.includes(command.label) ? [] : [published(command.label)]);
    case 'expectAtMost':
      return labels.length > command.max
        ? refuse('too_late', `there are ${String(labels.length)}`)
        : accept<VersionPublished>([]);
    default:
      throw new BrokenCommand('this command cannot be decided');
  }
}

const published = (version: string): VersionPublished => ({
  type: 'VersionPublished',
  data: { version, at: '2030-01-01T00:00:00.000Z' },
});

export const add = (...labels: readonly string[]): TallyCommand => ({ type: 'add', labels });

export const human = (): CommandContext => ({ ...dutyContext('test'), priority: 'human' });
export const background = (): CommandContext => dutyContext('test');
/** What its sender may send again. */
export const repeatable = (): CommandContext => ({ ...human(), mayRepeat: true });
