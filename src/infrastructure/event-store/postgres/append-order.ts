import type { Postgres } from '../../postgres/postgres.js';

/** How appends get their place in the log. Kept in the database, so that all its processes agree. */
export type AppendOrder = 'shared_tag' | 'counter_row';

/** Switches the order, under load too: appenders of the old one finish first. */
export async function setAppendOrder(postgres: Postgres, order: AppendOrder): Promise<void> {
  const [state] = await postgres.query<{ mode: AppendOrder }>({
    text: 'select mode from forewarn.log_state',
  });
  if (state?.mode === order) return;
  await postgres.query({ text: 'select forewarn.set_append_mode($1)', values: [order] });
}
