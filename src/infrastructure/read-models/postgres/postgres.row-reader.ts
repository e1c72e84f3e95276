import {
  checkLimit,
  cursorOf,
  listOf,
  placeOf,
  totalOrder,
} from '../../../projections/shared/cursor.js';
import { untyped } from '../../../projections/shared/read-model.js';
import type { ReadModel } from '../../../projections/shared/read-model.js';
import type { RowData, Value } from '../../../projections/shared/row-change.js';
import { RowReader } from '../../../projections/shared/row-reader.port.js';
import type {
  Condition,
  Order,
  Percentiles,
  RowPage,
  RowQuery,
  Shown,
} from '../../../projections/shared/row-reader.port.js';
import type { Postgres } from '../../postgres/postgres.js';
import { Parameters, behind, shownColumns, whereClause } from './conditions.js';
import { readRow } from './read-row.js';
import { snakeCase, tableOf, viewOf } from './table-names.js';

const SCAN_PAGE = 5_000;

type Conditions = readonly Condition<RowData>[];

export class PostgresRowReader extends RowReader {
  constructor(private readonly postgres: Postgres) {
    super();
  }

  override async find<Row extends object, Flags extends object>(
    model: ReadModel<Row, Flags>,
    key: Partial<Row>,
  ): Promise<Shown<Row, Flags> | null> {
    const where = Object.entries(key).map(([column, is]) => ({ column, is: is as Value }));
    const [row] = await this.select(untyped(model), where, (parameters) => ({
      conditions: [],
      tail: `limit ${parameters.add(1)}`,
    }));
    return (row ?? null) as Shown<Row, Flags> | null;
  }

  override async page<Row extends object, Flags extends object>(
    model: ReadModel<Row, Flags>,
    query: RowQuery<Shown<Row, Flags>>,
  ): Promise<RowPage<Shown<Row, Flags>>> {
    checkLimit(query.limit);
    const table = untyped(model);
    const order = totalOrder(table, query.order);
    const list = listOf(table, query);
    const { after = null } = query;
    const place = after === null ? null : placeOf(table, list, order, after);
    const rows = await this.select(table, query.where, (parameters) => ({
      conditions: place === null ? [] : [behind('t', order, place, parameters)],
      tail: `order by ${orderBy(order)} limit ${parameters.add(query.limit + 1)}`,
    }));
    const page = rows.slice(0, query.limit);
    const last = page.at(-1);
    const next =
      rows.length > page.length && last !== undefined ? cursorOf(list, order, last) : null;
    return { rows: page as unknown as readonly Shown<Row, Flags>[], next };
  }

  override async count<Row extends object, Flags extends object>(
    model: ReadModel<Row, Flags>,
    where: readonly Condition<Shown<Row, Flags>>[],
  ): Promise<number> {
    const parameters = new Parameters();
    const conditions = whereClause('t', where, parameters);
    const [row] = await this.postgres.query<{ count: string }>({
      text: `select count(*) from ${viewOf(model)} t ${and(conditions)}`,
      values: parameters.values,
    });
    return Number(row?.count);
  }

  override async spans<Row extends object, Flags extends object>(
    model: ReadModel<Row, Flags>,
    where: readonly Condition<Shown<Row, Flags>>[],
    { from, to }: { readonly from: keyof Row & string; readonly to: keyof Row & string },
  ): Promise<Percentiles> {
    const parameters = new Parameters();
    const conditions = whereClause('t', where, parameters);
    const span = `extract(epoch from t.${snakeCase(to)} - t.${snakeCase(from)}) * 1000`;
    const at = (fraction: number): string =>
      `(percentile_disc(${String(fraction)}) within group (order by span))::float8`;
    const [row] = await this.postgres.query<Omit<Percentiles, 'count'> & { count: string }>({
      text: `select count(span), ${at(0.5)} as p50, ${at(0.95)} as p95, ${at(0.99)} as p99,
               max(span)::float8 as max
             from (select ${span} as span from ${viewOf(model)} t ${and(conditions)}) spans
             where span is not null`,
      values: parameters.values,
    });
    const { count = '0', p50 = null, p95 = null, p99 = null, max = null } = row ?? {};
    return { count: Number(count), p50, p95, p99, max };
  }

  override async *scan<Row extends object, Flags extends object>(
    model: ReadModel<Row, Flags>,
  ): AsyncIterable<Row> {
    const table = untyped(model);
    const order = totalOrder(table, []);
    const columns = Object.keys(table.table.columns)
      .map((column) => `t.${snakeCase(column)} as "${column}"`)
      .join(', ');
    let place: readonly Value[] | null = null;
    for (;;) {
      const parameters = new Parameters();
      const conditions: string[] = place === null ? [] : [behind('t', order, place, parameters)];
      const rows: Record<string, unknown>[] = await this.postgres.query({
        text: `select ${columns} from ${tableOf(model)} t ${and(conditions)}
               order by ${orderBy(order)} limit ${parameters.add(SCAN_PAGE)}`,
        values: parameters.values,
      });
      const read = rows.map((row) => readRow(table, row));
      yield* read as unknown as readonly Row[];
      const last = read.at(-1);
      if (last === undefined || read.length < SCAN_PAGE) return;
      place = order.map(({ by }) => last[by] ?? null);
    }
  }

  private async select(
    model: ReadModel,
    where: Conditions,
    rest: (parameters: Parameters) => { conditions: readonly string[]; tail: string },
  ): Promise<readonly RowData[]> {
    const parameters = new Parameters();
    const filters = whereClause('t', where, parameters);
    const { conditions, tail } = rest(parameters);
    const rows = await this.postgres.query<Record<string, unknown>>({
      text: `select ${shownColumns('t', model)} from ${viewOf(model)} t
             ${and([...filters, ...conditions])} ${tail}`,
      values: parameters.values,
    });
    return rows.map((row) => readRow(model, row));
  }
}

const and = (conditions: readonly string[]): string =>
  conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`;

const orderBy = (order: readonly Order<RowData>[]): string =>
  order.map(({ by, direction }) => `t.${snakeCase(by)} ${direction}`).join(', ');
