import type { Postgres } from '../../postgres/postgres.js';
import type { TimeSources } from '../database.clock.js';

/** The clocks of this machine and of the database. */
export const postgresTimeSources = (
  postgres: Postgres,
  onError?: (error: unknown) => void,
): TimeSources => ({
  database: async () => {
    const [row] = await postgres.query<{ now: number }>({ name: 'clock-now', text: NOW });
    return row?.now ?? Number.NaN;
  },
  monotonicMs: () => performance.now(),
  wallMs: () => Date.now(),
  ...(onError !== undefined && { onError }),
});

const NOW = `select (extract(epoch from forewarn.clock_now()) * 1000)::float8 as now`;
