import { assertNever } from '../../../domain/shared/decider.js';
import type { ReadModel } from '../../../projections/shared/read-model.js';
import type { RowChange, RowData, Value } from '../../../projections/shared/row-change.js';
import { storableJson } from '../storable.js';
import { compareValues } from './compare-values.js';

/** The rows of one read model. Changes are applied one by one, which is what every other store must come to. */
export class MemoryTable {
  private readonly rows = new Map<string, RowData>();
  private readonly flags = new Map<string, Record<string, Value>>();

  constructor(private readonly declaration: ReadModel['table']) {}

  apply(given: RowChange): void {
    const change = JSON.parse(storableJson(given)) as RowChange;
    switch (change.kind) {
      case 'insert':
        this.rows.set(this.keyText(change.row), change.row);
        break;
      case 'ensure':
        if (!this.rows.has(this.keyText(change.row))) {
          this.rows.set(this.keyText(change.row), change.row);
        }
        break;
      case 'patch':
        this.update(this.keyText(change.key), change.set);
        break;
      case 'add':
        this.add(this.keyText(change.key), change.add);
        break;
      case 'patchWhere':
        for (const id of this.matching(change.match)) this.update(id, change.set);
        break;
      case 'remove':
        this.rows.delete(this.keyText(change.key));
        break;
      case 'removeWhere':
        for (const id of this.matching(change.match)) this.rows.delete(id);
        break;
      default:
        assertNever(change);
    }
  }

  /** All rows in the order of their key. */
  all(): readonly RowData[] {
    const { key, columns } = this.declaration;
    return [...this.rows.values()].sort((a, b) => {
      for (const column of key) {
        const order = compareValues(columns[column], a[column], b[column]);
        if (order !== 0) return order;
      }
      return 0;
    });
  }

  /** Rows that show, with their flags. */
  shown(): readonly RowData[] {
    const { shownFrom, flags } = this.declaration;
    const shown = this.all().filter((row) => shownFrom === undefined || row[shownFrom] !== null);
    return flags === undefined ? shown : shown.map((row) => ({ ...row, ...this.flagsOf(row) }));
  }

  /** False when it was raised before. */
  raise(row: RowData, flag: string, at: string): boolean {
    const id = this.keyText(row);
    const flags = this.flags.get(id) ?? {};
    this.flags.set(id, { [flag]: at, ...flags });
    return flags[flag] === undefined;
  }

  private flagsOf(row: RowData): RowData {
    const raised = this.flags.get(this.keyText(row)) ?? {};
    return Object.fromEntries(
      (this.declaration.flags?.columns ?? []).flatMap((flag: string) => [
        [flag, raised[flag] ?? null],
        [`is${flag.charAt(0).toUpperCase()}${flag.slice(1, -2)}`, raised[flag] !== undefined],
      ]),
    );
  }

  private update(id: string, set: RowData): void {
    const row = this.rows.get(id);
    if (row !== undefined) this.rows.set(id, { ...row, ...set });
  }

  private add(id: string, add: RowData): void {
    const row = this.rows.get(id);
    if (row === undefined) return;
    const sums: Record<string, Value> = {};
    for (const [column, by] of Object.entries(add)) {
      sums[column] = Number(row[column]) + Number(by);
    }
    this.rows.set(id, { ...row, ...sums });
  }

  private matching(match: RowData): readonly string[] {
    const wanted = Object.entries(match);
    return [...this.rows]
      .filter(([, row]) => wanted.every(([column, value]) => row[column] === value))
      .map(([id]) => id);
  }

  private keyText(keyed: RowData): string {
    return JSON.stringify(this.declaration.key.map((column) => keyed[column]));
  }
}
