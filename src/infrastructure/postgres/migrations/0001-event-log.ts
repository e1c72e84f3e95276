import type { MigrationInterface, QueryRunner } from 'typeorm';

const TABLES = `
create table forewarn.streams (
  stream_id text collate "C" primary key,
  version integer not null
) with (fillfactor = 70);

-- CACHE 1: a cached block of numbers would be used long after it was taken, outside of the tag's reach.
create sequence forewarn.event_position as bigint cache 1;

create table forewarn.events (
  position bigint primary key,
  stream_id text collate "C" not null,
  version integer not null,
  event_id uuid not null unique,
  type text collate "C" not null,
  schema integer not null,
  data json not null,
  metadata json not null,
  recorded_at timestamptz not null,
  unique (stream_id, version)
);

-- A hole always ends right below a visible event, so its last number names it.
create table forewarn.gap_log (
  last_position bigint primary key,
  first_position bigint not null,
  resolved_at timestamptz not null default clock_timestamp()
);

create table forewarn.reservations (
  target_id text collate "C" primary key,
  stream_id text collate "C" not null,
  reserved_at timestamptz not null default clock_timestamp()
) with (fillfactor = 80);

-- The one row is also the counter row: in that mode an appender locks it from its number to its commit.
create table forewarn.log_state (
  store_id integer primary key check (store_id = 1),
  mode text not null check (mode in ('shared_tag', 'counter_row'))
);
insert into forewarn.log_state values (1, 'shared_tag');
`;

const CLOCK = `
-- The only place where SQL learns the time; tests shift it with the setting forewarn.clock_offset.
create function forewarn.clock_now() returns timestamptz language sql volatile as $$
  select clock_timestamp()
    + coalesce(nullif(current_setting('forewarn.clock_offset', true), ''), '0')::interval
$$;
`;

/**
 * Both ways the switch waits until no appender of the old mode is between its number and its commit:
 * the exclusive tag waits for the tagged ones, the update waits for the one that holds the row.
 */
const MODES = `
create function forewarn.set_append_mode(p_mode text) returns void language plpgsql as $$
begin
  perform pg_advisory_xact_lock(7, 1);
  update forewarn.log_state set mode = p_mode;
end $$;

create function forewarn.guard_order() returns void language plpgsql as $$
declare
  v_mode text;
begin
  select mode into v_mode from forewarn.log_state;
  if v_mode = 'counter_row' then
    select mode into v_mode from forewarn.log_state for update;
  end if;
  if v_mode = 'shared_tag' then
    perform pg_advisory_xact_lock_shared(7, 1);
    -- The mode may have been switched while the tag was waited for.
    perform from forewarn.log_state where mode = 'shared_tag';
    if not found then
      perform from forewarn.log_state for update;
    end if;
  end if;
end $$;
`;

/**
 * Takes the targets in sorted order and answers the ones that were free. Targets to be released are locked
 * (or their place taken) in the same pass, because a second pass would break the order of locks.
 */
const TAKE_TARGETS = `
create function forewarn.take_targets(p_stream text, p_reserve text[], p_release text[])
returns text[] language sql volatile as $$
  with taken as (
    insert into forewarn.reservations as r (target_id, stream_id)
    select w.target, p_stream
    from (select unnest(p_reserve) union select unnest(p_release)) w(target)
    order by w.target collate "C"
    on conflict (target_id) do update set stream_id = r.stream_id where false
    returning target_id
  )
  select coalesce(array_agg(target_id), '{}') from taken
$$;
`;

/**
 * Many independent appends, at most one a stream, each with its own verdict, in the caller's transaction.
 *
 * p_expected: the exact version, or -1 no stream, -2 any, -3 the stream exists.
 * p_event_*: one element an event, in entry order; p_event_entries names its entry, from 1.
 *
 * The order is fixed (reservations, streams, verdicts, guard, numbers): it makes groups free of deadlocks,
 * a losing writer burn no number, and nothing wait between the guard and the commit.
 */
const APPEND_GROUP = `
create function forewarn.append_group(
  p_streams text[], p_expected integer[],
  p_event_entries integer[], p_event_ids uuid[], p_event_types text[], p_event_schemas integer[],
  p_event_data text[], p_event_metadata text[],
  p_reserve text[] default '{}',
  p_release_entries integer[] default '{}', p_release_targets text[] default '{}',
  p_lock_timeout_ms integer default 250
) returns table (entry integer, verdict text, version integer, "position" bigint, holders json)
language plpgsql
set search_path = forewarn, pg_temp
-- Plans are kept per connection, and one made while the log was empty must not read it whole later.
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
set jit = off
as $$
#variable_conflict use_column
declare
  v_taken text[] := '{}';
  v_holders json;
  v_fresh text[];
  v_actual integer[];
  v_first integer[];
  v_known uuid[];
  v_accepted integer[];
  v_now timestamptz;
begin
  -- Local to the transaction, so that they also hold behind a pooler and in a transaction of the caller's own.
  perform set_config('synchronous_commit', 'on', true),
    set_config('lock_timeout', p_lock_timeout_ms::text, true),
    set_config('idle_in_transaction_session_timeout', '1s', true);

  if cardinality(p_reserve) > 0 then
    if cardinality(p_streams) > 1 then
      raise exception 'an append that reserves stands alone' using errcode = 'feature_not_supported';
    end if;
    v_taken := take_targets(p_streams[1], p_reserve, p_release_targets);
    select json_agg(json_build_object('targetId', r.target_id, 'streamId', r.stream_id) order by r.target_id)
      into v_holders
      from reservations r where r.target_id = any(p_reserve) and r.stream_id <> p_streams[1];
  elsif cardinality(p_release_targets) > 0 then
    perform from reservations r where r.target_id = any(p_release_targets) order by r.target_id for update;
  end if;

  -- Where each entry's events begin, from 1.
  select array_agg(w.first order by w.entry) into v_first from (
    select i.entry, min(i.place)::integer as first
    from unnest(p_event_entries) with ordinality i(entry, place) group by i.entry
  ) w;

  -- Locks every stream, new or not, in one sorted pass; 'where false' locks without a new row version. A new stream
  -- gets the version that its entry leads to at once, so that the usual case writes its row only once.
  with fresh as (
    insert into streams as s (stream_id, version)
      select w.stream_id,
        coalesce(v_first[w.entry + 1], cardinality(p_event_entries) + 1) - v_first[w.entry] - 1
      from unnest(p_streams) with ordinality w(stream_id, entry) order by w.stream_id collate "C"
      on conflict (stream_id) do update set version = s.version where false
      returning s.stream_id
  )
  select coalesce(array_agg(f.stream_id), '{}') into v_fresh from fresh f;

  -- The locks are held, so these snapshots show the last word on versions and ids.
  if cardinality(v_fresh) = cardinality(p_streams) then
    v_actual := array_fill(-1, array[cardinality(p_streams)]);
  else
    select array_agg(case when f.stream_id is null then
        (select s.version from streams s where s.stream_id = w.stream_id) else -1 end order by w.entry)
      into v_actual
      from unnest(p_streams) with ordinality w(stream_id, entry)
      left join unnest(v_fresh) f(stream_id) on f.stream_id = w.stream_id;
  end if;
  select array_agg(e.event_id) into v_known from events e where e.event_id = any(p_event_ids);
  select coalesce(array_agg(w.entry), '{}') into v_accepted
    from unnest(p_expected, v_actual) with ordinality w(expected, actual, entry)
    where v_holders is null
      and case w.expected when -2 then true when -3 then w.actual >= 0 else w.actual = w.expected end
      and (v_known is null or not exists (
        select from unnest(p_event_entries, p_event_ids) i(entry, event_id)
        where i.entry = w.entry and i.event_id = any(v_known)));

  if cardinality(v_accepted) < cardinality(p_streams) then
    -- A new stream whose entry was refused has no events after all.
    update streams s set version = -1 where s.stream_id = any(v_fresh) and s.stream_id = any(
      select w.stream_id from unnest(p_streams) with ordinality w(stream_id, entry)
      where w.entry <> all(v_accepted));
    return query select * from refuse(
      p_streams, p_expected, p_event_entries, p_event_ids, v_accepted, v_known, v_holders);
    delete from reservations r where r.target_id = any(v_taken);
    delete from streams s where s.version = -1 and s.stream_id = any(
      select w.stream_id from unnest(p_streams) with ordinality w(stream_id, entry)
      where w.entry <> all(v_accepted));
    if cardinality(v_accepted) = 0 then
      return;
    end if;
  end if;

  if cardinality(p_release_targets) > 0 then
    delete from reservations r
      using unnest(p_release_entries, p_release_targets) w(entry, target_id)
      where r.target_id = any(p_release_targets) and r.target_id = w.target_id
        and r.stream_id = p_streams[w.entry] and w.entry = any(v_accepted);
  end if;

  v_now := clock_now();
  perform guard_order();
  return query
    with inserted as (
      insert into events
        (position, stream_id, version, event_id, type, schema, data, metadata, recorded_at)
      select nextval('event_position'), p_streams[p.entry], v_actual[p.entry] + 1 + p.place - v_first[p.entry],
        p.event_id, p.type, p.schema, p.data::json, p.metadata::json, v_now
      from (
        select i.*
        from unnest(p_event_entries, p_event_ids, p_event_types, p_event_schemas, p_event_data, p_event_metadata)
          with ordinality i(entry, event_id, type, schema, data, metadata, place)
        where i.entry = any(v_accepted)
        order by i.place
      ) p
      returning stream_id, version, position
    ), lasts as materialized (
      select i.stream_id, max(i.version) as version, max(i.position) as position
      from inserted i group by i.stream_id
    ), moved as (
      update streams s set version = l.version from lasts l
      where s.stream_id = l.stream_id
        and cardinality(v_fresh) < cardinality(p_streams)
        and s.stream_id = any(p_streams) and s.version <> l.version
    )
    select w.entry::integer, 'appended', l.version, l.position, null::json
    from lasts l join unnest(p_streams) with ordinality w(stream_id, entry) on w.stream_id = l.stream_id;
end $$;
`;

/** Says why each of the entries that were not accepted was refused. All ids recorded comes before anything else. */
const REFUSE = `
create function forewarn.refuse(
  p_streams text[], p_expected integer[], p_event_entries integer[], p_event_ids uuid[],
  p_accepted integer[], p_known uuid[], p_holders json
) returns table (entry integer, verdict text, version integer, "position" bigint, holders json)
language sql stable
set search_path = forewarn, pg_temp
set enable_seqscan = off
as $$
  with refused as (
    select w.entry::integer, w.stream_id, w.expected,
      (select s.version from streams s where s.stream_id = w.stream_id) as actual
    from unnest(p_streams, p_expected) with ordinality w(stream_id, expected, entry)
    where w.entry <> all(p_accepted)
  ), ids as (
    select r.entry, count(*) as given, count(k.event_id) filter (where k.stream_id = r.stream_id) as recorded,
      count(k.event_id) as known,
      max(k.version) filter (where k.stream_id = r.stream_id) as version,
      max(k.position) filter (where k.stream_id = r.stream_id) as position
    from refused r
    join unnest(p_event_entries, p_event_ids) i(entry, event_id) on i.entry = r.entry
    left join events k on k.event_id = i.event_id and k.event_id = any(p_known)
    group by r.entry
  ), judged as (
    select r.*, i.version, i.position,
      case
        when i.recorded = i.given then 'duplicate'
        when i.known = 0 and p_holders is not null and case r.expected
          when -2 then true when -3 then r.actual >= 0 else r.actual = r.expected end then 'busy'
        else 'conflict'
      end as verdict
    from refused r join ids i on i.entry = r.entry
  )
  select j.entry, j.verdict,
    case j.verdict when 'duplicate' then j.version else j.actual end,
    case j.verdict when 'duplicate' then j.position end,
    case j.verdict when 'busy' then p_holders end
  from judged j
$$;
`;

/** The log: streams, events, numbers that died, reservations, and the one function that appends. */
export class EventLog implements MigrationInterface {
  readonly name = 'EventLog0000000000001';

  async up(runner: QueryRunner): Promise<void> {
    for (const part of [TABLES, CLOCK, MODES, TAKE_TARGETS, REFUSE, APPEND_GROUP]) {
      await runner.query(part);
    }
  }

  /** Migrations only go forward: the log is never dropped by a program. */
  down(): Promise<void> {
    return Promise.reject(new ForwardOnly(this.name));
  }
}

class ForwardOnly extends Error {
  override readonly name = 'ForwardOnly';
}
