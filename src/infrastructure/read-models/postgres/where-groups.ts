import type { RowChange, RowData } from '../../../projections/shared/row-change.js';
import type { WhereGroup } from './batch-plan.js';

type WhereChange = Extract<RowChange, { readonly match: object }>;

interface OpenGroup extends WhereGroup {
  readonly entries: { readonly match: RowData; readonly set: RowData }[];
  /** Columns that tell the entries' rows apart, because no entry sets them. */
  readonly apart: readonly string[];
  readonly seen: Set<string>;
}

/** Collects changes of rows by their values, in order, into groups whose entries cannot touch the same row. */
export class WhereGroups {
  private readonly groups: OpenGroup[] = [];

  add(change: WhereChange): void {
    const set = change.kind === 'patchWhere' ? change.set : {};
    const last = this.groups.at(-1);
    const group = last !== undefined && joins(last, change, set) ? last : this.open(change, set);
    group.seen.add(tellApart(group.apart, change.match));
    group.entries.push({ match: change.match, set });
  }

  all(): readonly WhereGroup[] {
    return this.groups;
  }

  private open({ kind, match }: WhereChange, set: RowData): OpenGroup {
    const columns = { match: Object.keys(match).sort(), set: Object.keys(set).sort() };
    const apart = columns.match.filter((column) => !columns.set.includes(column));
    const group: OpenGroup = { kind, ...columns, apart, entries: [], seen: new Set() };
    this.groups.push(group);
    return group;
  }
}

function joins(group: OpenGroup, { kind, match }: WhereChange, set: RowData): boolean {
  return (
    group.kind === kind &&
    same(group.match, match) &&
    same(group.set, set) &&
    !group.seen.has(tellApart(group.apart, match))
  );
}

const same = (columns: readonly string[], data: RowData): boolean => {
  const names = Object.keys(data).sort();
  return names.length === columns.length && names.every((name, index) => name === columns[index]);
};

const tellApart = (columns: readonly string[], match: RowData): string =>
  JSON.stringify(columns.map((column) => match[column]));
