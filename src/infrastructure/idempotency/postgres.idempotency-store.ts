import { randomUUID } from 'node:crypto';

import { Injectable } from '@nestjs/common';

import {
  IDEMPOTENCY_KEPT_HOURS,
  IDEMPOTENCY_LEASE_SECONDS,
  IdempotencyStore,
} from '../../application/ports/idempotency-store.port.js';
import type {
  Beginning,
  IdempotentRequest,
  StoredAnswer,
} from '../../application/ports/idempotency-store.port.js';
import { Postgres } from '../postgres/postgres.js';

interface EntryRow {
  readonly body_hash: string;
  readonly state: 'running' | 'done';
  readonly lease_left: number;
  readonly status: number | null;
  readonly headers: Readonly<Record<string, string>> | null;
  readonly body: string | null;
}

const OVER = `created_at < clock_timestamp() - make_interval(hours => ${String(IDEMPOTENCY_KEPT_HOURS)})`;
const LEASE = `clock_timestamp() + make_interval(secs => ${String(IDEMPOTENCY_LEASE_SECONDS)})`;

/** Takes a new key, one whose time is over, or the very same request under a lease that has ended. */
const TAKE = `
  INSERT INTO forewarn.idempotency AS entry (principal, route, key, body_hash, holder, state, lease_until)
  VALUES ($1, $2, $3, $4, $5, 'running', ${LEASE})
  ON CONFLICT (principal, route, key) DO UPDATE
    SET body_hash = excluded.body_hash, holder = excluded.holder, state = 'running', lease_until = excluded.lease_until,
        status = NULL, headers = NULL, body = NULL, created_at = clock_timestamp()
    WHERE entry.${OVER}
       OR (entry.state = 'running' AND entry.lease_until < clock_timestamp() AND entry.body_hash = excluded.body_hash)
  RETURNING holder`;

const LOOK = `
  SELECT body_hash, state, status, headers, body,
         ceil(extract(epoch FROM lease_until - clock_timestamp()))::int AS lease_left
  FROM forewarn.idempotency WHERE principal = $1 AND route = $2 AND key = $3`;

const MINE = `principal = $1 AND route = $2 AND key = $3 AND holder = $4 AND state = 'running'`;

const FINISH = `
  UPDATE forewarn.idempotency SET state = 'done', status = $5, headers = $6, body = $7 WHERE ${MINE}`;

const PURGE = `
  DELETE FROM forewarn.idempotency WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM forewarn.idempotency WHERE ${OVER}
    ORDER BY created_at LIMIT $1 FOR UPDATE SKIP LOCKED))
  RETURNING key`;

/** Keys in the table `forewarn.idempotency`; the primary key decides races, the database clock ends leases. */
@Injectable()
export class PostgresIdempotencyStore extends IdempotencyStore {
  constructor(private readonly postgres: Postgres) {
    super();
  }

  /** The entry can vanish between the two statements, when its holder abandons it: then it is free to be taken. */
  override async begin(request: IdempotentRequest): Promise<Beginning> {
    for (;;) {
      const holder = randomUUID();
      if (await this.take(request, holder)) return { kind: 'begun', holder };
      const entry = await this.look(request);
      if (entry) return beginningOf(entry, request.bodyHash);
    }
  }

  override async finish(
    request: IdempotentRequest,
    holder: string,
    answer: StoredAnswer,
  ): Promise<void> {
    const values = [
      ...mine(request, holder),
      answer.status,
      JSON.stringify(answer.headers),
      answer.body,
    ];
    await this.postgres.query({ text: FINISH, values });
  }

  override async abandon(request: IdempotentRequest, holder: string): Promise<void> {
    const text = `DELETE FROM forewarn.idempotency WHERE ${MINE}`;
    await this.postgres.query({ text, values: mine(request, holder) });
  }

  override async purge(limit: number): Promise<number> {
    return (await this.postgres.query({ text: PURGE, values: [limit] })).length;
  }

  private async take(request: IdempotentRequest, holder: string): Promise<boolean> {
    const { principal, route, key, bodyHash } = request;
    const values = [principal, route, key, bodyHash, holder];
    const query = { name: 'idempotency-take', text: TAKE, values };
    return (await this.postgres.query(query)).length === 1;
  }

  private async look({ principal, route, key }: IdempotentRequest): Promise<EntryRow | undefined> {
    const values = [principal, route, key];
    const rows = await this.postgres.query<EntryRow>({ text: LOOK, values });
    return rows[0];
  }
}

const mine = ({ principal, route, key }: IdempotentRequest, holder: string): unknown[] => [
  principal,
  route,
  key,
  holder,
];

function beginningOf(entry: EntryRow, bodyHash: string): Beginning {
  if (entry.body_hash !== bodyHash) return { kind: 'reused' };
  if (entry.state === 'running') {
    return { kind: 'running', leaseLeftSeconds: Math.max(1, entry.lease_left) };
  }
  const { status, headers, body } = entry;
  return {
    kind: 'done',
    answer: { status: status ?? 200, headers: headers ?? {}, body: body ?? '' },
  };
}
