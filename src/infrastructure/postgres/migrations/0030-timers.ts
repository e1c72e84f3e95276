import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = `
create sequence forewarn.timer_lease as bigint;

create table forewarn.timers (
  stream_id text collate "C" not null,
  kind text collate "C" not null,
  subject text collate "C" not null,
  revision integer not null,
  due_at timestamptz not null,
  -- Set again, for later, while it was leased: due again at this time, whatever the lease holder answers.
  again_at timestamptz,
  leased_until timestamptz,
  -- 0 while nobody has leased it.
  lease_no bigint not null default 0,
  attempts integer not null default 0,
  last_error text,
  primary key (stream_id, kind, subject)
-- Rows come and go at the near end of the index: it must be cleaned by what died, not by what the table holds.
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000);

create index timers_waiting on forewarn.timers (due_at) where leased_until is null;
create index timers_leased on forewarn.timers (leased_until) where leased_until is not null;
`;

/** Timers that outlive processes. */
export class Timers implements MigrationInterface {
  readonly name = 'Timers0000000000030';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table forewarn.timers');
    await runner.query('drop sequence forewarn.timer_lease');
  }
}
