import type pg from 'pg';

import type { ReadModel } from '../../../projections/shared/read-model.js';
import type { Postgres } from '../../postgres/postgres.js';
import { raisedOf } from './conditions.js';
import { SQL_TYPES, snakeCase, tableOf, viewOf } from './table-names.js';

/** Advisory lock (8, 2): one process creates, the others wait and then find nothing to do. */
const CREATION_LOCK = 'select pg_advisory_xact_lock(8, 2)';

/**
 * Makes sure that every read model has the table of its version, and a view. A view that is there already stays on
 * the version that it serves: switching it is up to a rebuild. Safe when any number of processes start at once.
 */
export async function createReadModelTables(
  postgres: Postgres,
  models: readonly ReadModel[],
): Promise<void> {
  await postgres.transaction(async (client) => {
    await client.query(CREATION_LOCK);
    for (const model of models) {
      await createTable(client, model);
      await createView(client, model);
    }
  });
}

async function createTable(client: pg.ClientBase, model: ReadModel): Promise<void> {
  const { columns, key, indexes } = model.table;
  const definitions = Object.entries(columns).map(
    ([column, type]) => `${snakeCase(column)} ${SQL_TYPES[type]}`,
  );
  await client.query(
    `create table if not exists ${tableOf(model)}
       (${definitions.join(', ')}, primary key (${listed(key)}))
     with (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.05)`,
  );
  for (const { on, whereSet } of indexes) {
    const where = whereSet === undefined ? '' : `where ${snakeCase(whereSet)} is not null`;
    const name = [model.name, `v${String(model.version)}`, 'by', ...on.map(snakeCase)].join('_');
    await client.query(
      `create index if not exists ${name.slice(0, 63)} on ${tableOf(model)} (${listed(on)}) ${where}`,
    );
  }
}

async function createView(client: pg.ClientBase, model: ReadModel): Promise<void> {
  const { rows } = await client.query<{ view: string | null }>(
    'select to_regclass($1)::text as view',
    [viewOf(model)],
  );
  if (rows[0]?.view === null) {
    await client.query(`create view ${viewOf(model)} as ${viewQuery(model)}`);
    await client.query(
      `insert into forewarn.read_models (name, serving_version) values ($1, $2)
       on conflict (name) do update set serving_version = excluded.serving_version`,
      [model.name, model.version],
    );
  }
}

/** What the view shows when it serves this version of the model. */
export function viewQuery(model: ReadModel): string {
  const { key, shownFrom, flags } = model.table;
  const shown = shownFrom === undefined ? '' : `where t.${snakeCase(shownFrom)} is not null`;
  if (flags === undefined) return `select t.* from ${tableOf(model)} t ${shown}`;
  const raised = flags.columns.map(
    (column) =>
      `f.${snakeCase(column)}, f.${snakeCase(column)} is not null as ${snakeCase(raisedOf(column))}`,
  );
  return `select t.*, ${raised.join(', ')} from ${tableOf(model)} t
    left join forewarn.${flags.table} f using (${listed(key)}) ${shown}`;
}

const listed = (columns: readonly string[]): string => columns.map(snakeCase).join(', ');
