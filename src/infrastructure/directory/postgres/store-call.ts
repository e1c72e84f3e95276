import { asStoreError } from '../../postgres/postgres-errors.js';

/** @throws {StoreUnavailable} when the database is away, whatever TypeORM makes of it. */
export async function storeCall<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw asStoreError(error);
  }
}
