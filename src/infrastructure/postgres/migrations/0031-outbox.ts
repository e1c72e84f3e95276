import type { MigrationInterface, QueryRunner } from 'typeorm';

const TABLES = `
create sequence forewarn.outbox_fence as bigint;

-- Claims of one channel come one after the other: each must see what the one before has put on its way.
create table forewarn.outbox_channels (
  channel text collate "C" primary key
);
insert into forewarn.outbox_channels values ('email'), ('webhook'), ('push');

create table forewarn.outbox (
  dispatch_id uuid primary key,
  stream_id text collate "C" not null,
  target_id text collate "C" not null,
  recipient_id text collate "C" not null,
  channel text collate "C" not null,
  kind text collate "C" not null,
  revision integer not null,
  lead integer not null,
  stage integer not null,
  position bigint not null,
  not_after timestamptz,
  due_at timestamptz not null,
  -- 'checking': asked whether it is wanted, without a call. 'sending': a call may be under way.
  phase text collate "C" not null default 'pending' check (phase in ('pending', 'checking', 'sending')),
  lease_until timestamptz,
  -- 0 while nobody has claimed it.
  fence bigint not null default 0,
  attempt integer not null default 0,
  envelope_id uuid,
  ambiguous boolean not null default false,
  recheck boolean not null default false,
  check ((phase = 'pending') = (lease_until is null))
-- Rows come and go at the near end of the index: it must be cleaned by what died, not by what the table holds.
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 50000);

create index outbox_due on forewarn.outbox (channel, due_at, position) where phase = 'pending';
create index outbox_leased on forewarn.outbox (lease_until) where phase <> 'pending';
create index outbox_rechecks on forewarn.outbox (position) where recheck;
-- Lanes (all four columns), envelopes (the first three) and whole streams.
create index outbox_lanes on forewarn.outbox (stream_id, recipient_id, channel, target_id);
`;

/** Written so that no index but that of the lanes can serve it, whatever the planner believes about the others. */
const IS_LANE_BUSY = `coalesce((
  select true from forewarn.outbox s
  where s.stream_id = o.stream_id and s.recipient_id = o.recipient_id
    and s.channel = o.channel and s.target_id = o.target_id
    and s.position < o.position and s.phase || '' = 'sending' and s.lease_until + interval '0' > v_now
  limit 1
), false)`;

/** Rows of a frozen envelope, or the due ones that have none yet. `offset 0` keeps it one index look-up an envelope. */
const MEMBERS = `(
  select o.* from forewarn.outbox o
  where o.stream_id = e.stream_id and o.recipient_id = e.recipient_id and o.channel = p_channel
    and o.stage = e.stage and o.kind = e.kind and o.lead = e.lead and o.revision = e.revision
    and case when e.envelope_id is null
      then o.envelope_id is null and o.phase = 'pending' and o.due_at <= v_now
      else o.envelope_id = e.envelope_id end
  offset 0
)`;

const MEMBER_COLUMNS = `o.dispatch_id, o.position, o.phase, o.stream_id, o.recipient_id, o.target_id, o.channel,
      o.envelope_id`;

/**
 * Claims due rows, whole envelopes, the oldest first, and freezes the envelopes.
 *
 * A frozen envelope goes out with all that is left of it or not at all: its key stands for its content.
 * Two envelopes that share a lane are not claimed at once, the one that is due first goes first.
 */
const CLAIM = `
create function forewarn.claim_dispatches(p_channel text, p_limit integer, p_lease_ms double precision)
returns setof forewarn.outbox language plpgsql
-- Plans are kept per connection, and one made while the table was empty must not read it whole later.
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
set jit = off
as $$
declare
  v_now timestamptz;
  v_ids uuid[];
  v_envelopes uuid[];
  v_fence bigint := nextval('forewarn.outbox_fence');
begin
  -- Every statement behind this one sees what earlier claims of the channel have committed.
  perform from forewarn.outbox_channels where channel = p_channel for update;
  if not found then
    insert into forewarn.outbox_channels values (p_channel) on conflict do nothing;
    perform from forewarn.outbox_channels where channel = p_channel for update;
  end if;
  v_now := forewarn.clock_now();

  with head as materialized (
    select o.dispatch_id, o.stream_id, o.recipient_id, o.stage, o.kind, o.lead, o.revision, o.envelope_id,
      o.due_at, o.position
    from forewarn.outbox o
    where o.channel = p_channel and o.phase = 'pending' and o.due_at <= v_now and not ${IS_LANE_BUSY}
    order by o.due_at, o.position
    limit p_limit
  ), envelope as materialized (
    select h.stream_id, h.recipient_id, h.stage, h.kind, h.lead, h.revision, h.envelope_id,
      row_number() over (order by min(h.due_at), min(h.position), h.recipient_id) as rank
    from head h
    group by h.stream_id, h.recipient_id, h.stage, h.kind, h.lead, h.revision, h.envelope_id
  ), first as materialized (
    select e.rank, ${MEMBER_COLUMNS}
    from (select * from envelope order by rank) e cross join lateral ${MEMBERS} o
    limit p_limit
  ), last as materialized (
    -- The envelope in which the limit is reached is taken whole, and is the last one.
    select max(f.rank) as rank from first f
  ), member as materialized (
    select f.* from first f where f.rank < (select l.rank from last l)
    union all
    select e.rank, ${MEMBER_COLUMNS}
    from envelope e cross join lateral ${MEMBERS} o
    where e.rank = (select l.rank from last l)
  ), asked as materialized (
    -- Rows of the head are known to be free.
    select o.*, case when h.dispatch_id is null then ${IS_LANE_BUSY} else false end as is_busy
    from member o left join head h on h.dispatch_id = o.dispatch_id
  ), laned as materialized (
    select m.*, m.phase = 'pending' and not m.is_busy
      and m.rank = min(m.rank) over (partition by m.stream_id, m.recipient_id, m.target_id) as is_free
    from asked m
  ), judged as materialized (
    select l.*, bool_and(l.is_free) over (partition by l.rank) as is_whole from laned l
  ), chosen as materialized (
    select j.dispatch_id, j.position, j.rank, j.envelope_id from judged j
    where case when j.envelope_id is null then j.is_free else j.is_whole end
  ), missed as materialized (
    -- A frozen envelope waits for the next claim when somebody is changing one of its rows right now.
    select c.rank from chosen c
    where c.envelope_id is not null and not exists (
      select from (
        select o.dispatch_id from forewarn.outbox o
        where o.dispatch_id = c.dispatch_id and o.phase = 'pending'
        offset 0
        for update skip locked
      ) l
    )
  ), named as materialized (
    select c.dispatch_id, coalesce(c.envelope_id,
      first_value(c.dispatch_id) over (partition by c.rank order by c.position, c.dispatch_id)) as envelope_id
    from chosen c
    where c.rank not in (select m.rank from missed m)
  )
  select array_agg(n.dispatch_id order by n.dispatch_id), array_agg(n.envelope_id order by n.dispatch_id)
    into v_ids, v_envelopes
    from named n;

  -- In the order of ids, in which the consumer locks too, so that neither waits for the other in a circle.
  return query
    update forewarn.outbox o
    set phase = 'sending', fence = v_fence, attempt = o.attempt + 1, envelope_id = c.envelope_id,
      recheck = false, lease_until = v_now + p_lease_ms * interval '1 ms'
    from unnest(v_ids, v_envelopes) c(dispatch_id, envelope_id)
    where o.dispatch_id = c.dispatch_id and o.phase = 'pending'
    returning o.*;
end $$;
`;

/** Dispatches on their way through the relay. */
export class Outbox implements MigrationInterface {
  readonly name = 'Outbox0000000000031';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(TABLES);
    await runner.query(CLAIM);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop function forewarn.claim_dispatches');
    await runner.query('drop table forewarn.outbox, forewarn.outbox_channels');
    await runner.query('drop sequence forewarn.outbox_fence');
  }
}
