import type { RowData } from '../../../projections/shared/row-change.js';
import type { UpdateGroup } from './batch-plan.js';

type Entry = UpdateGroup['entries'][number];

/** One group, and so one statement, for all updates that write the same columns. */
export function groupUpdates(updates: readonly Entry[]): readonly UpdateGroup[] {
  const groups = new Map<string, Entry[]>();
  for (const update of updates) {
    const shape = shapeOf(update);
    if (shape === '+') continue;
    const group = groups.get(shape);
    if (group === undefined) groups.set(shape, [update]);
    else group.push(update);
  }
  return [...groups.values()].map((entries) => ({
    set: columnsOf(entries[0]?.set),
    add: columnsOf(entries[0]?.add),
    entries,
  }));
}

const shapeOf = ({ set, add }: Entry): string =>
  `${columnsOf(set).join(',')}+${columnsOf(add).join(',')}`;

const columnsOf = (data: RowData = {}): readonly string[] => Object.keys(data).sort();
