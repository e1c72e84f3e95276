import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import pg from 'pg';

import { startPostgres } from '../../src/infrastructure/embedded-postgres/embedded-postgres.js';
import { migrate } from '../../src/infrastructure/postgres/migrate.js';

export interface BenchDatabase {
  readonly url: string;
  readonly drop: () => Promise<void>;
}

/** An empty database of the product's schema, on `DATABASE_URL` or on a PostgreSQL of its own, durable as in production. */
export async function benchDatabase(): Promise<BenchDatabase> {
  const server = await benchServer();
  const name = `bench_${randomBytes(6).toString('hex')}`;
  await runOn(server.url, `create database ${name} template template0`);
  const url = new URL(server.url);
  url.pathname = `/${name}`;
  await migrate(url.href);
  return {
    url: url.href,
    drop: async () => {
      await runOn(server.url, `drop database ${name} with (force)`);
      await server.stop();
    },
  };
}

export async function benchServer(): Promise<{
  readonly url: string;
  readonly stop: () => Promise<void>;
}> {
  const given = process.env['DATABASE_URL'];
  if (given !== undefined) return { url: given, stop: () => Promise.resolve() };
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'forewarn-bench-'));
  fs.chmodSync(folder, 0o755);
  const postgres = await startPostgres({ dataDir: path.join(folder, 'pg') });
  return {
    url: postgres.url,
    stop: async () => {
      await postgres.stop();
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function runOn(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
