import type { DataSourceOptions } from 'typeorm';

import { migrations } from './migrations/index.js';

/** What a TypeORM data source over the product's schema needs; read models add their entities. */
export function dataSourceOptions(
  url: string,
  { poolMax }: { readonly poolMax: number },
): DataSourceOptions {
  return {
    type: 'postgres',
    url,
    schema: 'forewarn',
    applicationName: 'forewarn typeorm',
    migrations: [...migrations],
    migrationsTableName: 'migrations',
    migrationsTransactionMode: 'each',
    synchronize: false,
    extra: { max: poolMax },
  };
}
