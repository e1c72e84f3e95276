import type { Postgres } from '../../src/infrastructure/postgres/postgres.js';

interface Explained {
  readonly 'QUERY PLAN': readonly [
    {
      readonly Plan: {
        readonly 'Shared Hit Blocks': number;
        readonly 'Shared Read Blocks': number;
      };
    },
  ];
}

/** Runs the statement and answers how many pages it looked at: a measure of cost that no busy machine distorts. */
export async function buffersOf(
  postgres: Postgres,
  text: string,
  values: readonly unknown[],
): Promise<number> {
  const [row] = await postgres.query<Explained>({
    text: `explain (analyze, buffers, format json) ${text}`,
    values: [...values],
  });
  const plan = row?.['QUERY PLAN'][0].Plan;
  return plan === undefined ? Number.NaN : plan['Shared Hit Blocks'] + plan['Shared Read Blocks'];
}
