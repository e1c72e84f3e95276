import type { ReadModel } from '../../../projections/shared/read-model.js';
import { RowFlags } from '../../../projections/shared/row-flags.port.js';
import type { Condition, Shown } from '../../../projections/shared/row-reader.port.js';
import type { Postgres } from '../../postgres/postgres.js';
import { Parameters, whereClause } from './conditions.js';
import { snakeCase, viewOf } from './table-names.js';

export class PostgresRowFlags extends RowFlags {
  constructor(private readonly postgres: Postgres) {
    super();
  }

  override async raise<Row extends object, Flags extends object>(
    model: ReadModel<Row, Flags>,
    flag: keyof Flags & string,
    where: readonly Condition<Shown<Row, Flags>>[],
  ): Promise<number> {
    const { flags, key } = model.table;
    if (flags === undefined) return 0;
    const parameters = new Parameters();
    const conditions = whereClause('t', where, parameters);
    const column = snakeCase(flag);
    const keys = key.map(snakeCase).join(', ');
    const rows = await this.postgres.query({
      text: `insert into forewarn.${flags.table} as f (${keys}, ${column})
             select ${keys}, forewarn.clock_now() from ${viewOf(model)} t
             where ${[`t.${column} is null`, ...conditions].join(' and ')}
             on conflict (${keys}) do update set ${column} = excluded.${column}
             where f.${column} is null
             returning 1`,
      values: parameters.values,
    });
    return rows.length;
  }
}
