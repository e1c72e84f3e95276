import { TIMER_BACKOFF } from '../backoff-limits.js';

/**
 * Locks what a batch may touch, in the order in which `settle` locks too, so that neither waits for the other in a
 * circle. Only batches that clear need it: sets lock in key order by themselves.
 */
export const LOCK_STREAMS = `
select from forewarn.timers
where stream_id = any($1::text[])
order by stream_id, kind, subject
for update`;

export const CLEAR = `
delete from forewarn.timers t
using unnest($1::text[], $2::text[]) c(stream_id, kind)
where t.stream_id = c.stream_id and t.kind = c.kind`;

const IS_EARLIER = `(excluded.revision > t.revision or excluded.due_at < t.due_at)`;

/** An earlier time breaks a lease, so that it is not missed; a later one is kept for after the lease. */
export const SET = `
insert into forewarn.timers as t (stream_id, kind, subject, revision, due_at)
select s.stream_id, s.kind, s.subject, s.revision, to_timestamp(s.due_ms / 1000)
from unnest($1::text[], $2::text[], $3::text[], $4::integer[], $5::float8[])
  s(stream_id, kind, subject, revision, due_ms)
order by s.stream_id collate "C", s.kind collate "C", s.subject collate "C"
on conflict (stream_id, kind, subject) do update set
  revision = excluded.revision,
  due_at = case when ${IS_EARLIER} then excluded.due_at else t.due_at end,
  again_at = case when ${IS_EARLIER} then null else least(t.again_at, excluded.due_at) end,
  leased_until = case when ${IS_EARLIER} then null else t.leased_until end,
  lease_no = case when ${IS_EARLIER} then 0 else t.lease_no end,
  attempts = case when excluded.revision > t.revision then 0 else t.attempts end
where excluded.revision > t.revision
  or (excluded.revision = t.revision and (excluded.due_at < t.due_at or t.leased_until is not null))`;

/**
 * The rows are found by their place, so that the plan does not depend on what the planner believes about the table.
 * $1 kinds, $2 horizon, $3 lease, $4 limit.
 */
export const LEASE = `
with moment as materialized (
  select forewarn.clock_now() as now, nextval('forewarn.timer_lease') as lease_no
)
update forewarn.timers t
set leased_until = m.now + $3 * interval '1 ms', lease_no = m.lease_no
from moment m
where t.ctid = any (array(
  select a.ctid from (
    select r.ctid from forewarn.timers r
    where r.leased_until <= (select now from moment) and r.kind = any($1::text[])
    order by r.leased_until limit $4 for update skip locked
  ) a
  union all
  select w.ctid from (
    select r.ctid from forewarn.timers r
    where r.leased_until is null and r.kind = any($1::text[])
      and r.due_at <= (select now + $2 * interval '1 ms' from moment)
    order by r.due_at limit $4 for update skip locked
  ) w
  limit $4
))
returning t.stream_id, t.kind, t.subject, t.revision, t.lease_no::float8 as lease_no,
  (extract(epoch from t.due_at) * 1000)::float8 as due_ms`;

/** The row, if it is still ours: a row that is not leased has number 0. `offset 0` keeps it one look-up by key, whatever the planner believes about the table. */
const HELD = `(
  select from forewarn.timers r
  where r.stream_id = l.stream_id and r.kind = l.kind and r.subject = l.subject
    and r.lease_no = l.lease_no
  offset 0
  for update
)`;

const IN_KEY_ORDER = `order by a.stream_id collate "C", a.kind collate "C", a.subject collate "C"`;

/** Answers the next due times of the rows that stay. $1-$4 the leased timers, $5 answers, $6 due times, $7 errors. */
export const SETTLE = `
with answered as materialized (
  select l.stream_id, l.kind, l.subject, l.answer, l.due_ms, l.error
  from (
    select * from unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::float8[], $7::text[])
      a(stream_id, kind, subject, lease_no, answer, due_ms, error)
    ${IN_KEY_ORDER}
  ) l
  cross join lateral ${HELD} h
), done as (
  delete from forewarn.timers t using answered a
  where t.stream_id = a.stream_id and t.kind = a.kind and t.subject = a.subject
    and a.answer = 'done' and t.again_at is null
)
update forewarn.timers t
set leased_until = null, lease_no = 0, again_at = null, last_error = a.error,
  attempts = case a.answer when 'failed' then t.attempts + 1 else 0 end,
  due_at = least(t.again_at, case a.answer
    when 'not_due_until' then to_timestamp(a.due_ms / 1000)
    when 'failed' then forewarn.clock_now() + interval '1 ms'
      * least(${String(TIMER_BACKOFF.maxMs)}, ${String(TIMER_BACKOFF.firstMs)} * 2 ^ least(t.attempts, 30))
  end)
from answered a
where t.stream_id = a.stream_id and t.kind = a.kind and t.subject = a.subject
  and (a.answer <> 'done' or t.again_at is not null)
returning (extract(epoch from t.due_at) * 1000)::float8 as due_ms`;

export const HAND_BACK = `
update forewarn.timers t
set leased_until = null, lease_no = 0, again_at = null
from (
  select l.stream_id, l.kind, l.subject
  from (
    select * from unnest($1::text[], $2::text[], $3::text[], $4::bigint[]) a(stream_id, kind, subject, lease_no)
    ${IN_KEY_ORDER}
  ) l
  cross join lateral ${HELD} h
) h
where t.stream_id = h.stream_id and t.kind = h.kind and t.subject = h.subject
returning (extract(epoch from t.due_at) * 1000)::float8 as due_ms`;

export const NEXT_DUE = `
select (extract(epoch from least(
  (select due_at from forewarn.timers
    where leased_until is null and kind = any($1::text[]) order by due_at limit 1),
  (select min(due_at) from forewarn.timers
    where leased_until <= (select forewarn.clock_now()) and kind = any($1::text[]))
)) * 1000)::float8 as due_ms`;
