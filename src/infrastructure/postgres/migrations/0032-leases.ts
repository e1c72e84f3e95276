import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = `
-- Fences of claims, for the whole installation. CACHE 1: a fence taken later is greater, on any connection.
create sequence forewarn.fence as bigint cache 1;

create table forewarn.leases (
  stream_id text collate "C" not null,
  target_id text collate "C" not null,
  fence bigint not null,
  -- End of the lease; once it was handed over as expired, the time to hand it over again.
  lease_until timestamptz not null,
  is_open boolean not null default true,
  primary key (stream_id, target_id)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000);

create index leases_by_end on forewarn.leases (lease_until);
`;

/** Leases of claims, and the sequence that their fences come from. */
export class Leases implements MigrationInterface {
  readonly name = 'Leases0000000000032';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table forewarn.leases');
    await runner.query('drop sequence forewarn.fence');
  }
}
