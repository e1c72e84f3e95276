import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = `
create table forewarn.tokens (
  id text collate "C" primary key,
  name text collate "C" not null unique,
  role text not null check (role in ('admin', 'operator', 'viewer', 'runner')),
  hash bytea not null check (octet_length(hash) = 32),
  created_at timestamptz not null default clock_timestamp(),
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz
);

create table forewarn.idempotency (
  principal text collate "C" not null,
  route text collate "C" not null,
  key text collate "C" not null,
  body_hash text not null,
  holder uuid not null,
  state text not null check (state in ('running', 'done')),
  lease_until timestamptz not null,
  status smallint,
  headers jsonb,
  body text,
  created_at timestamptz not null default clock_timestamp(),
  primary key (principal, route, key)
);

create index idempotency_by_age on forewarn.idempotency (created_at);
`;

/** Tokens of callers, and the answers kept for requests that are sent again. */
export class Access implements MigrationInterface {
  readonly name = 'Access0000000000010';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table forewarn.tokens, forewarn.idempotency');
  }
}
