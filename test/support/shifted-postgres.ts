import { Postgres } from '../../src/infrastructure/postgres/postgres.js';

export interface ShiftedPostgres {
  readonly postgres: Postgres;
  /** Lets time pass for every later statement. To be called while no statement runs. */
  readonly advance: (ms: number) => Promise<void>;
  /** What SQL takes for the time, in milliseconds since the Unix epoch. */
  readonly now: () => Promise<number>;
}

/** A database whose clock the test can move forward. */
export function shiftedPostgres(url: string, { poolMax = 6 } = {}): ShiftedPostgres {
  const postgres = new Postgres({ url, poolMax });
  const { pool } = postgres;
  let offsetMs = 0;
  return {
    postgres,
    advance: async (ms) => {
      offsetMs += ms;
      const offset = `forewarn.clock_offset = '${String(offsetMs)} ms'`;
      const database = new URL(url).pathname.slice(1);
      // For connections to come, and for all that are open.
      await pool.query(`alter database ${database} set ${offset}`);
      const open = await Promise.all(Array.from({ length: pool.totalCount }, () => pool.connect()));
      for (const client of open) {
        await client.query(`set ${offset}`);
        client.release();
      }
    },
    now: async () => {
      const [row] = await postgres.query<{ now: number }>({
        text: 'select (extract(epoch from forewarn.clock_now()) * 1000)::float8 as now',
      });
      return row?.now ?? Number.NaN;
    },
  };
}
