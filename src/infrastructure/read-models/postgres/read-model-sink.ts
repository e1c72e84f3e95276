import type { ReadModel } from '../../../projections/shared/read-model.js';
import type { RowChange } from '../../../projections/shared/row-change.js';
import { PostgresConsumerSink } from '../../postgres/consumer-sink.js';
import type { Postgres } from '../../postgres/postgres.js';
import type { BatchPlan } from './batch-plan.js';
import { mergeChanges } from './merge-changes.js';
import { TableStatements } from './table-statements.js';
import type { Statement } from './table-statements.js';

/** Writes a batch's rows set by set, in one transaction with the consumer's position. */
export function readModelSink(
  postgres: Postgres,
  model: ReadModel,
): PostgresConsumerSink<RowChange> {
  const statements = new TableStatements(model);
  return new PostgresConsumerSink<RowChange>(postgres, {
    write: async (client, changes) => {
      for (const plan of mergeChanges(model.table.key, changes)) {
        for (const statement of statementsOf(statements, plan)) {
          await client.query({ ...statement, values: [...statement.values] });
        }
      }
    },
  });
}

function statementsOf(table: TableStatements, plan: BatchPlan): readonly Statement[] {
  const { wheres, removes, inserts, ensures, updates } = plan;
  return [
    ...wheres.map((group) => table.wheres(group)),
    ...(removes.length > 0 ? [table.removes(removes)] : []),
    ...(inserts.length > 0 ? [table.inserts(inserts)] : []),
    ...(ensures.length > 0 ? [table.ensures(ensures)] : []),
    ...updates.map((group) => table.updates(group)),
  ];
}
