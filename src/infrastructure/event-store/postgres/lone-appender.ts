import type pg from 'pg';

import { StoreUnavailable } from '../../../application/ports/event-store.port.js';
import type { AppendResult } from '../../../application/ports/event-store.port.js';
import { backoffMs, delay } from '../../postgres/backoff.js';
import { asStoreError, isContended, isUniqueViolation } from '../../postgres/postgres-errors.js';
import type { Postgres } from '../../postgres/postgres.js';
import type { CheckedAppend } from '../checked-append.js';
import { appendResults, appendStatement } from './statements.js';
import { GROUP_LOCK_TIMEOUT_MS } from './writer.js';

const CONNECTIONS_MAX = 4;
const ATTEMPTS_MAX = 8;
/** Big reservations are worth waiting for: they queue behind each other on the targets they share. */
const RESERVE_LOCK_TIMEOUT_MS = 5_000;
const ANSWER_TIMEOUT_MS = 60_000;
const RETRY = { firstMs: 10, maxMs: 500 };

/** Appends that go alone, each in its own transaction: those that reserve, and members of a group that failed. */
export class LoneAppender {
  private readonly pool: pg.Pool;

  constructor(postgres: Postgres) {
    this.pool = postgres.newPool('lone writer', CONNECTIONS_MAX, {
      query_timeout: ANSWER_TIMEOUT_MS,
      // Callers queue for a connection; only a server that is away should end their wait.
      connectionTimeoutMillis: ANSWER_TIMEOUT_MS,
    });
  }

  /** @throws {StoreUnavailable} when it kept losing against others (nothing is written), or the connection broke. */
  async append(append: CheckedAppend): Promise<AppendResult> {
    const lockTimeoutMs =
      append.reserve.length > 0 ? RESERVE_LOCK_TIMEOUT_MS : GROUP_LOCK_TIMEOUT_MS;
    const statement = appendStatement([append], lockTimeoutMs);
    for (let attempt = 1; ; attempt += 1) {
      try {
        const [result] = appendResults((await this.pool.query(statement)).rows);
        if (result !== undefined) {
          return result;
        }
      } catch (error) {
        // An event id that another stream recorded meanwhile: now that it is visible, the answer is a verdict.
        if (!isContended(error) && !isUniqueViolation(error)) {
          throw asStoreError(error);
        }
        if (attempt === ATTEMPTS_MAX) {
          throw new StoreUnavailable(`${append.streamId} stayed locked`, { cause: error });
        }
      }
      await delay(backoffMs(attempt, RETRY));
    }
  }

  async stop(): Promise<void> {
    await this.pool.end();
  }
}
