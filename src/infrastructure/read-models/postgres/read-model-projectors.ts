import { Projector } from '../../../projections/projector/projector.js';
import type { ProjectorParts } from '../../../projections/projector/projector.js';
import { consumerOf } from '../../../projections/shared/read-model.js';
import type { ReadModel } from '../../../projections/shared/read-model.js';
import type { RowChange } from '../../../projections/shared/row-change.js';
import type { Postgres } from '../../postgres/postgres.js';
import { readModelSink } from './read-model-sink.js';

/** One projector for each read model. Their tables must be there: see `createReadModelTables`. */
export const readModelProjectors = (
  postgres: Postgres,
  models: readonly ReadModel[],
  shared: Omit<ProjectorParts<RowChange>, 'consumer' | 'sink'>,
): readonly Projector<RowChange>[] =>
  models.map(
    (model) =>
      new Projector({
        ...shared,
        consumer: consumerOf(model),
        sink: readModelSink(postgres, model),
      }),
  );
