import { assertNever } from '../../../domain/shared/decider.js';
import type { RowChange, RowData, Value } from '../../../projections/shared/row-change.js';
import type { BatchPlan } from './batch-plan.js';
import { groupUpdates } from './group-updates.js';
import { WhereGroups } from './where-groups.js';

/**
 * Brings the changes of a batch down to one write per row. In nearly every batch this gives one plan; another begins
 * where a change of rows by their values meets a row of which only the new values are known.
 */
export function mergeChanges(
  key: readonly string[],
  changes: readonly RowChange[],
): readonly BatchPlan[] {
  const plans: BatchPlan[] = [];
  let merge = new Merge(key);
  for (const change of changes) {
    if (!merge.takes(change)) {
      plans.push(merge.plan());
      merge = new Merge(key);
      merge.takes(change);
    }
  }
  return [...plans, merge.plan()];
}

/** What is known of one row: all of it, that it is gone, or only what changes. */
type Pending =
  | { readonly kind: 'row'; row: RowData }
  | { readonly kind: 'gone'; readonly key: RowData }
  | {
      readonly kind: 'touched';
      readonly key: RowData;
      readonly ensured: RowData | null;
      set: Record<string, Value>;
      add: Record<string, number>;
    };

class Merge {
  private readonly pending = new Map<string, Pending>();
  /** The same by the first column of the key, which changes by value nearly always name. */
  private readonly byFirst = new Map<Value, Set<string>>();
  private readonly wheres = new WhereGroups();

  constructor(private readonly key: readonly string[]) {}

  /** False when the change cannot be merged with what came before: then that must be written first. */
  takes(change: RowChange): boolean {
    switch (change.kind) {
      case 'insert':
        this.put(change.row, { kind: 'row', row: change.row });
        return true;
      case 'remove':
        this.put(change.key, { kind: 'gone', key: change.key });
        return true;
      case 'ensure':
        return this.ensures(change.row);
      case 'patch':
        this.update(change.key, (pending) => {
          for (const [column, value] of Object.entries(change.set)) set(pending, column, value);
        });
        return true;
      case 'add':
        this.update(change.key, (pending) => {
          for (const [column, by] of Object.entries(change.add)) add(pending, column, Number(by));
        });
        return true;
      case 'patchWhere':
      case 'removeWhere':
        return this.takesWhere(change);
      default:
        return assertNever(change);
    }
  }

  plan(): BatchPlan {
    const all = [...this.pending.values()];
    const touched = all.filter((pending) => pending.kind === 'touched');
    return {
      wheres: this.wheres.all(),
      removes: all.flatMap((pending) => (pending.kind === 'gone' ? [pending.key] : [])),
      inserts: all.flatMap((pending) => (pending.kind === 'row' ? [pending.row] : [])),
      ensures: touched.flatMap(({ ensured }) => (ensured === null ? [] : [ensured])),
      updates: groupUpdates(touched),
    };
  }

  private ensures(row: RowData): boolean {
    const known = this.pending.get(this.keyText(row));
    if (known === undefined) {
      this.put(row, { kind: 'touched', key: this.keyOf(row), ensured: row, set: {}, add: {} });
    } else if (known.kind === 'gone') {
      this.put(row, { kind: 'row', row });
    }
    // Earlier changes of a row that may not be there must not reach the row that is put in its place.
    return known?.kind !== 'touched' || known.ensured !== null;
  }

  private update(key: RowData, change: (pending: Pending) => void): void {
    const known = this.pending.get(this.keyText(key));
    if (known !== undefined) {
      change(known);
      return;
    }
    const fresh: Pending = { kind: 'touched', key, ensured: null, set: {}, add: {} };
    this.put(key, fresh);
    change(fresh);
  }

  private takesWhere(change: Extract<RowChange, { readonly match: object }>): boolean {
    const { match } = change;
    const near = this.near(match);
    if (near.some((pending) => pending.kind === 'touched' && this.mayMatch(pending.key, match))) {
      return false;
    }
    for (const pending of near) {
      if (pending.kind !== 'row' || !matches(pending.row, match)) continue;
      if (change.kind === 'patchWhere') pending.row = { ...pending.row, ...change.set };
      else this.put(pending.row, { kind: 'gone', key: this.keyOf(pending.row) });
    }
    this.wheres.add(change);
    return true;
  }

  private near(match: RowData): readonly Pending[] {
    const first = match[this.key[0] ?? ''];
    if (first === undefined) return [...this.pending.values()];
    return [...(this.byFirst.get(first) ?? [])].flatMap((text) => this.pending.get(text) ?? []);
  }

  /** Only the columns of the key are known for sure. */
  private mayMatch(key: RowData, match: RowData): boolean {
    return this.key.every((column) => match[column] === undefined || match[column] === key[column]);
  }

  private put(keyed: RowData, pending: Pending): void {
    const text = this.keyText(keyed);
    this.pending.set(text, pending);
    const first = keyed[this.key[0] ?? ''] ?? null;
    const bucket = this.byFirst.get(first);
    if (bucket === undefined) this.byFirst.set(first, new Set([text]));
    else bucket.add(text);
  }

  private keyText(keyed: RowData): string {
    return JSON.stringify(this.key.map((column) => keyed[column]));
  }

  private keyOf(row: RowData): RowData {
    return Object.fromEntries(this.key.map((column) => [column, row[column] ?? null]));
  }
}

function set(pending: Pending, column: string, value: Value): void {
  if (pending.kind === 'row') {
    pending.row = { ...pending.row, [column]: value };
  } else if (pending.kind === 'touched') {
    pending.set[column] = value;
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- a set value replaces what was added before
    delete pending.add[column];
  }
}

function add(pending: Pending, column: string, by: number): void {
  if (pending.kind === 'row') {
    pending.row = { ...pending.row, [column]: Number(pending.row[column]) + by };
  } else if (pending.kind === 'touched') {
    const value = pending.set[column];
    if (value === undefined) pending.add[column] = (pending.add[column] ?? 0) + by;
    else pending.set[column] = Number(value) + by;
  }
}

const matches = (row: RowData, match: RowData): boolean =>
  Object.entries(match).every(([column, value]) => row[column] === value);
