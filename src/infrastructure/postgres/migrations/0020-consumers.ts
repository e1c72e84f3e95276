import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = `
-- Updated with every batch: half-empty pages and no further index keep those updates in their page.
create table forewarn.consumers (
  name text collate "C" not null,
  version integer not null,
  shard integer not null,
  position bigint not null default 0,
  owner text,
  epoch bigint not null default 0,
  lease_until timestamptz,
  primary key (name, version, shard)
) with (fillfactor = 50);

-- Which version of a read model its view shows.
create table forewarn.read_models (
  name text collate "C" primary key,
  serving_version integer not null
);

-- What readers did to their messages. It outlives every rebuild of the read models beside it.
create table forewarn.inbox_flags (
  dispatch_id uuid primary key,
  read_at timestamptz,
  dismissed_at timestamptz
);
create table forewarn.banner_flags (
  action_id text collate "C" not null,
  target_id text collate "C" not null,
  dismissed_at timestamptz,
  primary key (action_id, target_id)
);
`;

/** How far each consumer of the log is and who may move it on, and what is kept beside its tables. */
export class Consumers implements MigrationInterface {
  readonly name = 'Consumers0000000000020';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'drop table forewarn.consumers, forewarn.read_models, forewarn.inbox_flags, forewarn.banner_flags',
    );
  }
}
