import os from 'node:os';

import pg from 'pg';

/** What the figures depend on. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly node: string;
  readonly postgres: string;
  /** How the database treats commits; figures of another one are not comparable. */
  readonly settings: Readonly<Record<string, string>>;
}

const SETTINGS = ['fsync', 'synchronous_commit', 'full_page_writes', 'wal_sync_method'];

export async function machineWith(url: string): Promise<Machine> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ name: string; setting: string }>(
    'select name, setting from pg_settings where name = any($1)',
    [[...SETTINGS, 'server_version']],
  );
  await client.end();
  const settings = Object.fromEntries(rows.map(({ name, setting }) => [name, setting]));
  const { server_version: postgres = '', ...rest } = settings;
  const cpus = os.cpus();
  return {
    cpu: cpus[0]?.model.trim() ?? 'unknown',
    cores: cpus.length,
    node: process.version,
    postgres,
    settings: rest,
  };
}

/** Processes that wanted to run in the last minute: far above the cores, others were at work too. */
export const load = (): number => Math.round((os.loadavg()[0] ?? 0) * 10) / 10;
