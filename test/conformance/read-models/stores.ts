import type { ConsumerSink } from '../../../src/application/ports/consumer.port.js';
import type { ReadModelsProgress } from '../../../src/application/ports/read-progress.port.js';
import { migrate } from '../../../src/infrastructure/postgres/migrate.js';
import { Postgres } from '../../../src/infrastructure/postgres/postgres.js';
import { MemoryReadModels } from '../../../src/infrastructure/read-models/memory/memory.read-models.js';
import { MemoryRowFlags } from '../../../src/infrastructure/read-models/memory/memory.row-flags.js';
import { MemoryRowReader } from '../../../src/infrastructure/read-models/memory/memory.row-reader.js';
import { memoryReadModelsProgress } from '../../../src/infrastructure/read-models/memory/read-models-progress.js';
import { createReadModelTables } from '../../../src/infrastructure/read-models/postgres/create-tables.js';
import { PostgresRowFlags } from '../../../src/infrastructure/read-models/postgres/postgres.row-flags.js';
import { PostgresRowReader } from '../../../src/infrastructure/read-models/postgres/postgres.row-reader.js';
import { readModelSink } from '../../../src/infrastructure/read-models/postgres/read-model-sink.js';
import { postgresReadModelsProgress } from '../../../src/infrastructure/read-models/postgres/read-models-progress.js';
import type { ProgressSignal } from '../../../src/projections/projector/progress-signal.js';
import type { ReadModel } from '../../../src/projections/shared/read-model.js';
import type { RowChange } from '../../../src/projections/shared/row-change.js';
import type { RowFlags } from '../../../src/projections/shared/row-flags.port.js';
import type { RowReader } from '../../../src/projections/shared/row-reader.port.js';
import { createDatabase } from '../../support/database.js';
import { FakeClock } from '../../support/fake-clock.js';

/** A place for read models, with its tables created. */
export interface ReadModelStore {
  readonly reader: RowReader;
  readonly flags: RowFlags;
  sink(model: ReadModel): ConsumerSink<RowChange>;
  progress(models: readonly ReadModel[], signal: ProgressSignal): ReadModelsProgress;
  close(): Promise<void>;
}

export type OpenStore = (models: readonly ReadModel[]) => Promise<ReadModelStore>;

export const openMemory: OpenStore = (models) => {
  const clock = new FakeClock();
  const tables = new MemoryReadModels(clock);
  for (const model of models) tables.table(model);
  return Promise.resolve({
    reader: new MemoryRowReader(tables),
    flags: new MemoryRowFlags(tables, clock),
    sink: (model) => tables.sink(model),
    progress: (served, signal) => memoryReadModelsProgress(tables, served, signal),
    close: () => Promise.resolve(),
  });
};

export const openPostgres: OpenStore = async (models) => {
  const database = await createDatabase();
  await migrate(database.url);
  const postgres = new Postgres({ url: database.url });
  await createReadModelTables(postgres, models);
  return {
    reader: new PostgresRowReader(postgres),
    flags: new PostgresRowFlags(postgres),
    sink: (model) => readModelSink(postgres, model),
    progress: (served, signal) => postgresReadModelsProgress(postgres, served, signal),
    close: async () => {
      await postgres.close();
      await database.drop();
    },
  };
};
