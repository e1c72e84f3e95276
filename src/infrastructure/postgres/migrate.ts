import pg from 'pg';
import { DataSource } from 'typeorm';

import { dataSourceOptions } from './data-source.js';

/** Advisory lock (8, 1): one process migrates, the others wait and then find nothing to do. */
const MIGRATION_LOCK = 'select pg_advisory_xact_lock(8, 1)';

/** Brings the database to this version of the program. Safe when any number of processes start at once. */
export async function migrate(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, application_name: 'forewarn migrate' });
  await client.connect();
  try {
    await locked(client, async () => {
      await client.query('create schema if not exists forewarn');
    });
    await locked(client, () => runMigrations(url));
  } finally {
    await client.end();
  }
}

/** The lock lives as long as the transaction, so that it also holds behind a transaction pooler. */
async function locked(client: pg.Client, work: () => Promise<void>): Promise<void> {
  await client.query('begin');
  await client.query('set local idle_in_transaction_session_timeout = 0');
  await client.query(MIGRATION_LOCK);
  try {
    await work();
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}

async function runMigrations(url: string): Promise<void> {
  const source = new DataSource(dataSourceOptions(url, { poolMax: 1 }));
  await source.initialize();
  try {
    await source.runMigrations({ transaction: 'each' });
  } finally {
    await source.destroy();
  }
}
