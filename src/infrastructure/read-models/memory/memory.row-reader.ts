import {
  checkLimit,
  cursorOf,
  listOf,
  placeOf,
  totalOrder,
} from '../../../projections/shared/cursor.js';
import type { ColumnType, ReadModel } from '../../../projections/shared/read-model.js';
import { untyped } from '../../../projections/shared/read-model.js';
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
import { compareValues } from './compare-values.js';
import type { MemoryReadModels } from './memory.read-models.js';

type Conditions = readonly Condition<RowData>[];

export class MemoryRowReader extends RowReader {
  constructor(private readonly models: MemoryReadModels) {
    super();
  }

  override find<Row extends object, Flags extends object>(
    model: ReadModel<Row, Flags>,
    key: Partial<Row>,
  ): Promise<Shown<Row, Flags> | null> {
    const where = Object.entries(key).map(([column, is]) => ({ column, is: is as Value }));
    return Promise.resolve((this.select(untyped(model), where)[0] ?? null) as never);
  }

  override page<Row extends object, Flags extends object>(
    model: ReadModel<Row, Flags>,
    query: RowQuery<Shown<Row, Flags>>,
  ): Promise<RowPage<Shown<Row, Flags>>> {
    return Promise.resolve(query).then((asked) => this.pageOf(untyped(model), asked) as never);
  }

  override count<Row extends object, Flags extends object>(
    model: ReadModel<Row, Flags>,
    where: readonly Condition<Shown<Row, Flags>>[],
  ): Promise<number> {
    return Promise.resolve(this.select(untyped(model), where as Conditions).length);
  }

  override spans<Row extends object, Flags extends object>(
    model: ReadModel<Row, Flags>,
    where: readonly Condition<Shown<Row, Flags>>[],
    { from, to }: { readonly from: keyof Row & string; readonly to: keyof Row & string },
  ): Promise<Percentiles> {
    const spans = this.select(untyped(model), where as Conditions)
      .flatMap((row) => {
        const [start, end] = [row[from], row[to]];
        return typeof start === 'string' && typeof end === 'string'
          ? [Date.parse(end) - Date.parse(start)]
          : [];
      })
      .sort((a, b) => a - b);
    const at = (fraction: number): number | null =>
      spans[Math.max(0, Math.ceil(fraction * spans.length) - 1)] ?? null;
    return Promise.resolve({
      count: spans.length,
      p50: at(0.5),
      p95: at(0.95),
      p99: at(0.99),
      max: at(1),
    });
  }

  override async *scan<Row extends object, Flags extends object>(
    model: ReadModel<Row, Flags>,
  ): AsyncIterable<Row> {
    const rows = await Promise.resolve(this.models.table(untyped(model)).all());
    yield* rows as readonly Row[];
  }

  /** All rows that show and meet the conditions. */
  matching<Row extends object, Flags extends object>(
    model: ReadModel<Row, Flags>,
    where: readonly Condition<Shown<Row, Flags>>[],
  ): readonly RowData[] {
    return this.select(untyped(model), where);
  }

  private select(model: ReadModel, where: Conditions): RowData[] {
    return this.models
      .table(model)
      .shown()
      .filter((row) =>
        where.every((condition) =>
          this.holds(condition, row[condition.column] ?? null, typeOf(model, condition.column)),
        ),
      );
  }

  private pageOf<Row extends object>(model: ReadModel, query: RowQuery<Row>): RowPage<RowData> {
    checkLimit(query.limit);
    const order = totalOrder(model, query.order);
    const list = listOf(model, query);
    const { after = null } = query;
    const place = after === null ? null : placed(order, placeOf(model, list, order, after));
    const rows = this.select(model, query.where as Conditions)
      .sort((a, b) => compareRows(model, order, a, b))
      .filter((row) => place === null || compareRows(model, order, row, place) > 0);
    const page = rows.slice(0, query.limit);
    const last = page.at(-1);
    const isLast = rows.length === page.length || last === undefined;
    return { rows: page, next: isLast ? null : cursorOf(list, order, last) };
  }

  private holds(condition: Condition<RowData>, value: Value, type: ColumnType): boolean {
    if ('is' in condition) return value === condition.is;
    if ('in' in condition) return condition.in.includes(value);
    if ('among' in condition) {
      const { model, column, where } = condition.among;
      return this.select(model, where).some((row) => row[column] === value);
    }
    if (value === null) return false;
    return 'from' in condition
      ? compareValues(type, value, condition.from) >= 0
      : compareValues(type, value, condition.before) < 0;
  }
}

const typeOf = (model: ReadModel, column: string): ColumnType =>
  model.table.columns[column] ?? 'text';

function compareRows(
  model: ReadModel,
  order: readonly Order<RowData>[],
  a: RowData,
  b: RowData,
): number {
  for (const { by, direction } of order) {
    const result = compareValues(typeOf(model, by), a[by], b[by]);
    if (result !== 0) return direction === 'asc' ? result : -result;
  }
  return 0;
}

const placed = (order: readonly Order<RowData>[], place: readonly Value[]): RowData =>
  Object.fromEntries(order.map(({ by }, index) => [by, place[index] ?? null]));
