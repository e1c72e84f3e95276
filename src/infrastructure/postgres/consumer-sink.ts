import type pg from 'pg';

import { ConsumerSink } from '../../application/ports/consumer.port.js';
import type { ConsumerKey, Tenure } from '../../application/ports/consumer.port.js';
import { acquireTenure, commitUnderTenure, releaseTenure } from './consumer-tenure.js';
import { isContended } from './postgres-errors.js';
import type { Postgres } from './postgres.js';

export interface ChangeWriter<Change> {
  /** Writes the changes on the connection of the transaction that moves the position. */
  readonly write: (client: pg.ClientBase, changes: readonly Change[]) => Promise<void>;
  /** Called once the changes are there for everybody to see. */
  readonly committed?: (changes: readonly Change[]) => void;
}

const TRIES_MAX = 5;

/** Changes and position in one PostgreSQL transaction. A transaction that lost against others is simply run again. */
export class PostgresConsumerSink<Change> extends ConsumerSink<Change> {
  constructor(
    private readonly postgres: Postgres,
    private readonly writer: ChangeWriter<Change>,
  ) {
    super();
  }

  override acquire(key: ConsumerKey, owner: string, leaseMs: number): Promise<Tenure | null> {
    return acquireTenure(this.postgres, key, owner, leaseMs);
  }

  override async commit(
    key: ConsumerKey,
    tenure: Tenure,
    batch: {
      readonly changes: readonly Change[];
      readonly position: bigint;
      readonly leaseMs: number;
    },
  ): Promise<'committed' | 'lost'> {
    const { changes, ...move } = batch;
    const result = await retriedWhenContended(() =>
      commitUnderTenure(this.postgres, key, tenure, {
        move,
        write: (client) => this.writer.write(client, changes),
      }),
    );
    if (result === 'committed' && changes.length > 0) this.writer.committed?.(changes);
    return result;
  }

  override release(key: ConsumerKey, tenure: Tenure): Promise<void> {
    return releaseTenure(this.postgres, key, tenure);
  }
}

async function retriedWhenContended<Result>(run: () => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await run();
    } catch (error) {
      if (tries >= TRIES_MAX || !isContended(error)) throw error;
    }
  }
}
