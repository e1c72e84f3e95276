import type { ReadModel } from '../../../projections/shared/read-model.js';
import type { RowData, Value } from '../../../projections/shared/row-change.js';
import type { Condition, Order } from '../../../projections/shared/row-reader.port.js';
import { snakeCase, viewOf } from './table-names.js';

/** Collects the values of a statement; answers the place-holder of each. */
export class Parameters {
  readonly values: unknown[] = [];

  add(value: unknown): string {
    this.values.push(value);
    return `$${String(this.values.length)}`;
  }
}

/** The conditions as SQL over the alias. */
export function whereClause(
  alias: string,
  where: readonly Condition<RowData>[],
  parameters: Parameters,
): readonly string[] {
  return where.map((condition) => {
    const column = `${alias}.${snakeCase(condition.column)}`;
    if ('is' in condition) {
      return condition.is === null
        ? `${column} is null`
        : `${column} = ${parameters.add(condition.is)}`;
    }
    if ('in' in condition) return `${column} = any(${parameters.add(condition.in)})`;
    if ('from' in condition) return `${column} >= ${parameters.add(condition.from)}`;
    if ('before' in condition) return `${column} < ${parameters.add(condition.before)}`;
    const { model, column: other, where: inner } = condition.among;
    const conditions = whereClause('o', inner, parameters).join(' and ');
    return `${column} in (select o.${snakeCase(other)} from ${viewOf(model)} o where ${conditions})`;
  });
}

/** Rows behind a place. Directions may differ from column to column, so the comparison is spelled out. */
export function behind(
  alias: string,
  order: readonly Order<RowData>[],
  place: readonly Value[],
  parameters: Parameters,
): string {
  const marks = place.map((value) => parameters.add(value));
  const steps = order.map(({ by, direction }, index) => {
    const same = order
      .slice(0, index)
      .map((earlier, at) => `${alias}.${snakeCase(earlier.by)} = ${marks[at] ?? ''}`);
    const further = `${alias}.${snakeCase(by)} ${direction === 'asc' ? '>' : '<'} ${marks[index] ?? ''}`;
    return `(${[...same, further].join(' and ')})`;
  });
  return [bound(alias, order, marks), `(${steps.join(' or ')})`].join(' and ');
}

/** Implied by the rest, but lets an index begin at the right place. */
function bound(alias: string, order: readonly Order<RowData>[], marks: readonly string[]): string {
  const [first] = order;
  if (first === undefined) return 'true';
  return `${alias}.${snakeCase(first.by)} ${first.direction === 'asc' ? '>=' : '<='} ${marks[0] ?? ''}`;
}

/** What readers see of the model, under its own names. */
export function shownColumns(alias: string, model: ReadModel): string {
  const flags: readonly string[] = model.table.flags?.columns ?? [];
  return [...Object.keys(model.table.columns), ...flags, ...flags.map(raisedOf)]
    .map((column) => `${alias}.${snakeCase(column)} as "${column}"`)
    .join(', ');
}

/** `readAt` is set when `isRead`. */
export const raisedOf = (flag: string): string =>
  `is${flag.charAt(0).toUpperCase()}${flag.slice(1, -'At'.length)}`;
