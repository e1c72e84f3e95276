import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Targets, recipients, their addresses, the catalogue and the texts. Ids sort by their bytes, so that a list goes on
 * where its last page ended, whatever the locale of the database.
 */
const TABLES = `
create table forewarn.directory_targets (
  target_id text collate "C" primary key,
  name text not null,
  type text not null,
  owner_id text collate "C",
  labels jsonb not null,
  lifecycle text not null check (lifecycle in ('active', 'destroyed')),
  version text,
  pin text,
  -- Version of the last event in the target's stream that the row has: an older one never overwrites it.
  stream_version integer not null check (stream_version >= 0),
  -- Number of writes to the row: the optimistic lock.
  revision integer not null default 1,
  updated_at timestamptz not null default clock_timestamp()
);
create index directory_targets_labels on forewarn.directory_targets using gin (labels jsonb_path_ops);
create index directory_targets_owner on forewarn.directory_targets (owner_id, target_id);
create index directory_targets_version on forewarn.directory_targets (version, target_id);

-- Of an erased recipient only the id is left, which events hold anyway.
create table forewarn.directory_recipients (
  recipient_id text collate "C" primary key,
  display_name text,
  zone text not null,
  locale text not null,
  emails text[] not null,
  erased_at timestamptz,
  revision integer not null default 1,
  updated_at timestamptz not null default clock_timestamp(),
  check (erased_at is null or (display_name is null and emails = '{}'))
);

create table forewarn.push_subscriptions (
  recipient_id text collate "C" not null references forewarn.directory_recipients,
  subscription_id text collate "C" not null,
  endpoint text not null,
  p256dh text not null,
  auth text not null,
  created_at timestamptz not null default clock_timestamp(),
  primary key (recipient_id, subscription_id)
);

create table forewarn.webhook_endpoints (
  endpoint_id text collate "C" primary key,
  url text not null,
  recipient_id text collate "C" references forewarn.directory_recipients,
  secrets text[] not null check (cardinality(secrets) between 1 and 2),
  disabled_at timestamptz,
  disabled_reason text,
  created_at timestamptz not null default clock_timestamp()
);
-- One enabled endpoint per recipient, and one default; an id is never empty.
create unique index webhook_endpoints_enabled
  on forewarn.webhook_endpoints (coalesce(recipient_id, '')) where disabled_at is null;
create index webhook_endpoints_recipient on forewarn.webhook_endpoints (recipient_id);

create table forewarn.catalogue_versions (
  version text collate "C" primary key,
  disabled boolean not null,
  stream_version integer not null
);

create table forewarn.texts (
  ref uuid primary key,
  kind text not null check (kind in ('reason', 'subject', 'body')),
  text text not null,
  salt bytea not null,
  created_at timestamptz not null default clock_timestamp()
);
`;

export class Directory implements MigrationInterface {
  readonly name = 'Directory0000000000040';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(TABLES);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table forewarn.texts, forewarn.catalogue_versions, forewarn.webhook_endpoints,
      forewarn.push_subscriptions, forewarn.directory_recipients, forewarn.directory_targets`);
  }
}
