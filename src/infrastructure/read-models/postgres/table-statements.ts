import { createHash } from 'node:crypto';

import type { ReadModel } from '../../../projections/shared/read-model.js';
import type { RowData } from '../../../projections/shared/row-change.js';
import { storableJson } from '../storable.js';
import type { UpdateGroup, WhereGroup } from './batch-plan.js';
import { SQL_TYPES, snakeCase, tableOf } from './table-names.js';

export interface Statement {
  readonly name: string;
  readonly text: string;
  readonly values: readonly string[];
}

/** The set-based statements of one table. All rows of a statement travel as one JSON array. */
export class TableStatements {
  private readonly table: string;
  /** By text, because equal names must mean equal texts on a connection. */
  private readonly names = new Map<string, string>();
  private readonly insertText: string;
  private readonly ensureText: string;
  private readonly removeText: string;

  constructor(private readonly model: ReadModel) {
    this.table = tableOf(model);
    const { key } = model.table;
    const columns = Object.keys(model.table.columns);
    const rest = columns.filter((column) => !key.includes(column));
    const insert = `insert into ${this.table} (${columns.map(snakeCase).join(', ')})
      select ${columns.map((column) => `r."${column}"`).join(', ')} from ${this.recordset(columns)}`;
    const conflict = `on conflict (${key.map(snakeCase).join(', ')})`;
    const overwrite = rest.map((column) => `${snakeCase(column)} = excluded.${snakeCase(column)}`);
    this.insertText =
      rest.length === 0
        ? `${insert} ${conflict} do nothing`
        : `${insert} ${conflict} do update set ${overwrite.join(', ')}`;
    this.ensureText = `${insert} ${conflict} do nothing`;
    this.removeText = `delete from ${this.table} t using ${this.recordset(key)} where ${this.joined(key)}`;
  }

  inserts(rows: readonly RowData[]): Statement {
    return this.statement(this.insertText, rows);
  }

  ensures(rows: readonly RowData[]): Statement {
    return this.statement(this.ensureText, rows);
  }

  removes(keys: readonly RowData[]): Statement {
    return this.statement(this.removeText, keys);
  }

  updates({ set, add, entries }: UpdateGroup): Statement {
    const { key } = this.model.table;
    const assignments = [
      ...set.map((column) => `${snakeCase(column)} = r."${column}"`),
      ...add.map((column) => `${snakeCase(column)} = t.${snakeCase(column)} + r."${column}"`),
    ];
    return this.statement(
      `update ${this.table} t set ${assignments.join(', ')}
       from ${this.recordset([...key, ...set, ...add])} where ${this.joined(key)}`,
      entries.map((entry) => ({ ...entry.key, ...entry.set, ...entry.add })),
    );
  }

  wheres({ kind, match, set, entries }: WhereGroup): Statement {
    // A column can be both: what it is and what it becomes travel under different names.
    const recordset = this.recordset(
      match,
      set.map((column) => `new:${column}`),
    );
    const assignments = set.map((column) => `${snakeCase(column)} = r."new:${column}"`);
    const text =
      kind === 'removeWhere'
        ? `delete from ${this.table} t using ${recordset} where ${this.joined(match)}`
        : `update ${this.table} t set ${assignments.join(', ')} from ${recordset} where ${this.joined(match)}`;
    return this.statement(
      text,
      entries.map((entry) => ({ ...entry.match, ...renamed(entry.set) })),
    );
  }

  private recordset(columns: readonly string[], renamedColumns: readonly string[] = []): string {
    const typed = [...columns, ...renamedColumns].map((name) => {
      const type = this.model.table.columns[name.replace(/^new:/, '')] ?? 'text';
      return `"${name}" ${SQL_TYPES[type]}`;
    });
    return `json_to_recordset($1::json) as r(${typed.join(', ')})`;
  }

  private joined(columns: readonly string[]): string {
    return columns.map((column) => `t.${snakeCase(column)} = r."${column}"`).join(' and ');
  }

  private statement(text: string, rows: readonly RowData[]): Statement {
    const known = this.names.get(text);
    const name = known ?? `rm-${createHash('sha1').update(text).digest('hex')}`;
    if (known === undefined) this.names.set(text, name);
    return { name, text, values: [storableJson(rows)] };
  }
}

const renamed = (set: RowData): RowData =>
  Object.fromEntries(Object.entries(set).map(([column, value]) => [`new:${column}`, value]));
