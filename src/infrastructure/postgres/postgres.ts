import pg from 'pg';

import { asStoreError } from './postgres-errors.js';

export interface PostgresOptions {
  readonly url: string;
  /** Shown in `pg_stat_activity`, with the use of the connection behind it. */
  readonly applicationName?: string;
  readonly poolMax?: number;
}

const CONNECT_TIMEOUT_MS = 5_000;
const POOL_MAX = 10;

/** The one way to the database: a pool for short statements, and connections that live for one purpose. */
export class Postgres {
  readonly pool: pg.Pool;

  constructor(private readonly options: PostgresOptions) {
    this.pool = this.newPool('pool', options.poolMax ?? POOL_MAX);
  }

  /** @throws {StoreUnavailable} when the server cannot be reached or breaks off. */
  async query<Row extends pg.QueryResultRow>(query: pg.QueryConfig): Promise<Row[]> {
    try {
      return (await this.pool.query<Row>(query)).rows;
    } catch (error) {
      throw asStoreError(error);
    }
  }

  /** Runs the work in one transaction: committed when it returns, rolled back when it throws. */
  async transaction<Result>(work: (client: pg.PoolClient) => Promise<Result>): Promise<Result> {
    const client = await this.pool.connect().catch((error: unknown) => {
      throw asStoreError(error);
    });
    // Without a listener a connection that dies while it is checked out would end the process.
    client.on('error', ignore);
    let broken = false;
    try {
      await client.query('begin');
      const result = await work(client);
      await client.query('commit');
      return result;
    } catch (error) {
      broken = await client.query('rollback').then(
        () => false,
        () => true,
      );
      throw asStoreError(error);
    } finally {
      client.off('error', ignore);
      client.release(broken);
    }
  }

  /** A connection outside of the pool, not yet connected. Its owner listens for `error` and ends it. */
  newClient(use: string, config: pg.ClientConfig = {}): pg.Client {
    return new pg.Client({ ...this.settings(use), ...config });
  }

  newPool(use: string, max: number, config: pg.PoolConfig = {}): pg.Pool {
    const pool = new pg.Pool({ ...this.settings(use), max, ...config });
    // The pool drops a connection that dies while idle; the next statement opens another.
    pool.on('error', ignore);
    return pool;
  }

  async close(): Promise<void> {
    await this.pool.end();
  }

  private settings(use: string): pg.ClientConfig {
    return {
      connectionString: this.options.url,
      application_name: `${this.options.applicationName ?? 'forewarn'} ${use}`,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      keepAlive: true,
    };
  }
}

function ignore(): void {
  // Whoever uses the connection learns of its end from the statement that fails.
}
