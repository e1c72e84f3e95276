import type pg from 'pg';

import { StoreUnavailable } from '../../../application/ports/event-store.port.js';
import type { AppendResult } from '../../../application/ports/event-store.port.js';
import { backoffMs, delay } from '../../postgres/backoff.js';
import { asStoreError, isUnavailable } from '../../postgres/postgres-errors.js';
import type { Postgres } from '../../postgres/postgres.js';
import type { CheckedAppend } from '../checked-append.js';
import { appendResults, appendStatement } from './statements.js';

/** Behind it a group gives up on a locked stream and its members go their own ways. */
export const GROUP_LOCK_TIMEOUT_MS = 250;
/** A server that says nothing for so long is given up with its connection. */
const ANSWER_TIMEOUT_MS = 15_000;
const RECONNECT = { firstMs: 25, maxMs: 1_000 };

/** What a writer tells its owner. */
export interface WriterEvents {
  /** It can take a group. */
  ready(): void;
  /** An attempt to connect failed; another follows. */
  unreachable(): void;
}

/** One connection that commits groups, one after the other, and connects again for ever when it is lost. */
export class Writer {
  private client: pg.Client | null = null;
  private busy = false;
  private connecting: Promise<void> | null = null;
  private readonly stopping = new AbortController();

  constructor(
    private readonly postgres: Postgres,
    private readonly events: WriterEvents,
  ) {}

  get isReady(): boolean {
    return this.client !== null && !this.busy;
  }

  start(): void {
    this.connecting ??= this.connect().finally(() => {
      this.connecting = null;
    });
  }

  /** @throws {StoreUnavailable} when the connection broke before the answer: the group may or may not be recorded. */
  async append(appends: readonly CheckedAppend[]): Promise<AppendResult[]> {
    const { client } = this;
    if (client === null) {
      throw new StoreUnavailable('the writer has no connection');
    }
    this.busy = true;
    try {
      const { rows } = await client.query(appendStatement(appends, GROUP_LOCK_TIMEOUT_MS));
      return appendResults(rows);
    } catch (error) {
      if (isUnavailable(error)) {
        this.lose(client);
      }
      throw asStoreError(error);
    } finally {
      this.busy = false;
    }
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.connecting;
    await this.client?.end();
    this.client = null;
  }

  private async connect(): Promise<void> {
    for (let attempt = 0; !this.stopping.signal.aborted; attempt += 1) {
      const client = this.postgres.newClient('writer', { query_timeout: ANSWER_TIMEOUT_MS });
      client.on('error', () => {
        this.lose(client);
      });
      try {
        await client.connect();
        this.client = client;
        this.events.ready();
        return;
      } catch {
        void client.end().catch(ignore);
        this.events.unreachable();
        await delay(backoffMs(attempt, RECONNECT), this.stopping.signal);
      }
    }
  }

  private lose(client: pg.Client): void {
    if (this.client !== client) {
      return;
    }
    this.client = null;
    void client.end().catch(ignore);
    if (!this.stopping.signal.aborted) {
      this.start();
    }
  }
}

function ignore(): void {
  // The connection is given up; how it ends no longer matters.
}
