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
`;

/** How far each consumer of the log is, and who may move it on. */
export class Consumers implements MigrationInterface {
  readonly name = 'Consumers0000000000020';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table forewarn.consumers');
  }
}
