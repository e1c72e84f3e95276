import type { DataSource } from 'typeorm';

/** Names of the tables with a row that holds the text, in whatever column. Looks at every table of the product. */
export async function tablesThatHold(source: DataSource, text: string): Promise<readonly string[]> {
  const tables = await source.query<{ readonly name: string }[]>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = 'forewarn'`,
  );
  const holding: string[] = [];
  for (const { name } of tables) {
    const rows = await source.query<unknown[]>(
      `select 1 from ${name} as row where strpos(row::text, $1) > 0 limit 1`,
      [text],
    );
    if (rows.length > 0) holding.push(name);
  }
  return holding;
}
