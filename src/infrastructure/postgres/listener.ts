import type pg from 'pg';

import { backoffMs, delay } from './backoff.js';
import type { Postgres } from './postgres.js';

export type NotificationHandler = (payload: string) => void;

const RECONNECT = { firstMs: 50, maxMs: 1_000 };

/**
 * One connection for all LISTEN and NOTIFY of a process, reconnected for ever. A notification is only a hint:
 * some are lost while the connection is away, so handlers are also called, with an empty payload, whenever it is back.
 */
export class Listener {
  private readonly handlers = new Map<string, Set<NotificationHandler>>();
  private readonly stopping = new AbortController();
  private client: pg.Client | null = null;
  private running: Promise<void> | null = null;
  private sending: Promise<void> = Promise.resolve();

  constructor(private readonly postgres: Postgres) {}

  /** Connects in the background; a database that is away only delays hints. */
  start(): void {
    this.running ??= this.run();
  }

  /** Calls the handler for every notification on the channel, until the returned function is called. */
  listen(channel: string, handler: NotificationHandler): () => void {
    const handlers = this.handlers.get(channel) ?? new Set();
    this.handlers.set(channel, handlers.add(handler));
    if (handlers.size === 1) {
      void this.send(`listen ${quoted(channel)}`);
    }
    return () => handlers.delete(handler);
  }

  /** Sends a hint if the connection is there. Never inside another transaction: NOTIFY locks at commit. */
  async notify(channel: string, payload: string): Promise<void> {
    await this.send('select pg_notify($1, $2)', [channel, payload]);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    for (let attempt = 0; !this.stopping.signal.aborted; attempt += 1) {
      const client = this.postgres.newClient('listen');
      const ended = endOf(client, this.stopping.signal);
      try {
        await this.connect(client);
        attempt = 0;
        await ended;
      } catch {
        // The next round tries again; polling carries the load meanwhile.
      }
      this.client = null;
      await client.end().catch(reconnects);
      await delay(backoffMs(attempt, RECONNECT), this.stopping.signal);
    }
  }

  private async connect(client: pg.Client): Promise<void> {
    await client.connect();
    client.on('notification', ({ channel, payload }) => {
      this.call(channel, payload ?? '');
    });
    // A lost hint costs one poll; it is not worth an fsync.
    await client.query('set synchronous_commit = off');
    for (const channel of this.handlers.keys()) {
      await client.query(`listen ${quoted(channel)}`);
    }
    this.client = client;
    for (const channel of this.handlers.keys()) {
      this.call(channel, '');
    }
  }

  /** One statement after the other: the driver no longer queues them itself. */
  private send(text: string, values: readonly string[] = []): Promise<void> {
    this.sending = this.sending.then(async () => {
      await this.client?.query(text, [...values]).catch(reconnects);
    });
    return this.sending;
  }

  private call(channel: string, payload: string): void {
    for (const handler of this.handlers.get(channel) ?? []) {
      handler(payload);
    }
  }
}

function endOf(client: pg.Client, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      resolve();
    };
    client.once('end', done);
    client.on('error', done);
    signal.addEventListener('abort', done, { once: true });
  });
}

function quoted(channel: string): string {
  return `"${channel.replaceAll('"', '""')}"`;
}

function reconnects(): void {
  // The end of the connection is handled once, in `run`.
}
