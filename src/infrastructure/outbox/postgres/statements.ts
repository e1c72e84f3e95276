const ROW = `o.dispatch_id, o.stream_id, o.target_id, o.recipient_id, o.channel, o.kind, o.revision, o.lead,
  o.stage, o.position, o.fence::float8 as fence, o.attempt, coalesce(o.envelope_id, o.dispatch_id) as envelope_id,
  o.ambiguous, (extract(epoch from o.not_after) * 1000)::float8 as not_after_ms,
  (extract(epoch from o.due_at) * 1000)::float8 as due_ms`;

/** $1 channel, $2 limit, $3 lease. */
export const CLAIM = `select ${ROW} from forewarn.claim_dispatches($1, $2, $3) o`;

/**
 * Rows asked to be asked again, and those whose asker died. Found by id, so that the plan does not depend on what the
 * planner believes about the table. $1 limit, $2 lease.
 */
export const CLAIM_RECHECKS = `
with moment as materialized (
  select forewarn.clock_now() as now, nextval('forewarn.outbox_fence') as fence
)
update forewarn.outbox o
set phase = 'checking', recheck = false, fence = m.fence, lease_until = m.now + $2 * interval '1 ms'
from moment m
where o.dispatch_id = any (array(
  select f.dispatch_id from (
    select r.dispatch_id from forewarn.outbox r
    where r.phase <> 'pending' and r.phase = 'checking' and r.lease_until <= (select now from moment)
    order by r.lease_until limit $1 for update skip locked
  ) f
  union all
  select w.dispatch_id from (
    select r.dispatch_id from forewarn.outbox r
    where r.recheck and r.phase = 'pending'
    order by r.position limit $1 for update skip locked
  ) w
  limit $1
))
returning ${ROW}`;

/** $1 limit, $2 lease. */
export const CLAIM_ABANDONED = `
with moment as materialized (
  select forewarn.clock_now() as now, nextval('forewarn.outbox_fence') as fence
)
update forewarn.outbox o
set fence = m.fence, lease_until = m.now + $2 * interval '1 ms'
from moment m
where o.dispatch_id = any (array(
  select r.dispatch_id from forewarn.outbox r
  where r.phase <> 'pending' and r.phase = 'sending' and r.lease_until <= (select now from moment)
  order by r.lease_until limit $1 for update skip locked
))
returning ${ROW}`;

/** The row, if it is still ours: a row that is not claimed has fence 0. `offset 0` keeps it one look-up by id, whatever the planner believes about the table. */
const HELD = `(
  select h.dispatch_id from forewarn.outbox h
  where h.dispatch_id = c.dispatch_id and h.fence = c.fence
  offset 0
  for update
)`;

/**
 * Rows are locked in the order of their ids everywhere, so that nobody waits in a circle. The commit does not wait for
 * the disk: the log knows the end of the dispatch, and whoever finds the row again asks it. $1 ids, $2 fences.
 */
export const CLOSE = `
with ours as materialized (
  select o.dispatch_id
  from (select * from unnest($1::uuid[], $2::bigint[]) u(dispatch_id, fence) order by u.dispatch_id) c
  cross join lateral ${HELD} o
), closed as (
  delete from forewarn.outbox o using ours where o.dispatch_id = ours.dispatch_id returning 1
)
select count(*)::float8 as count, set_config('synchronous_commit', 'off', true) from closed`;

/** $1 ids, $2 fences, $3 due times, $4 ambiguous, $5 count the attempt. */
export const RELEASE = `
with ours as materialized (
  select o.dispatch_id, c.due_ms, c.ambiguous, c.count_attempt
  from (
    select * from unnest($1::uuid[], $2::bigint[], $3::float8[], $4::boolean[], $5::boolean[])
      u(dispatch_id, fence, due_ms, ambiguous, count_attempt)
    order by u.dispatch_id
  ) c
  cross join lateral ${HELD} o
), released as (
  update forewarn.outbox o
  set phase = 'pending', lease_until = null, fence = 0, due_at = to_timestamp(ours.due_ms / 1000),
    ambiguous = o.ambiguous or ours.ambiguous,
    attempt = o.attempt - case when o.phase = 'sending' and not ours.count_attempt then 1 else 0 end
  from ours
  where o.dispatch_id = ours.dispatch_id
  returning 1
)
select count(*)::float8 as count from released`;

/** All rows that a batch may change, in one pass. $1 ids, $2 streams to be rechecked. */
export const LOCK = `
select from forewarn.outbox
where dispatch_id = any($1::uuid[]) or stream_id = any($2::text[])
order by dispatch_id
for update`;

export const REMOVE = `delete from forewarn.outbox where dispatch_id = any($1::uuid[])`;

/** $1 streams, $2 targets, null for all of them. */
export const RECHECK = `
update forewarn.outbox o set recheck = true
where not o.recheck and o.stream_id = any($1::text[]) and exists (
  select from unnest($1::text[], $2::text[]) r(stream_id, target_id)
  where r.stream_id = o.stream_id and (r.target_id is null or r.target_id = o.target_id)
)`;

export const PUT = `
insert into forewarn.outbox (dispatch_id, stream_id, target_id, recipient_id, channel, kind, revision, lead, stage,
  position, not_after, due_at, recheck)
select p.dispatch_id, p.stream_id, p.target_id, p.recipient_id, p.channel, p.kind, p.revision, p.lead, p.stage,
  p.position, to_timestamp(p.not_after_ms / 1000), to_timestamp(p.due_ms / 1000), p.recheck
from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::integer[], $8::integer[],
  $9::integer[], $10::bigint[], $11::float8[], $12::float8[], $13::boolean[])
  p(dispatch_id, stream_id, target_id, recipient_id, channel, kind, revision, lead, stage, position, not_after_ms,
    due_ms, recheck)
order by p.dispatch_id
on conflict (dispatch_id) do nothing`;

/**
 * An attempt that the row has left behind says nothing any more, and a live lease is not disturbed.
 * $1 ids, $2 due times, $3 attempts, $4 ambiguous.
 */
export const POSTPONE = `
update forewarn.outbox o
set phase = 'pending', lease_until = null, fence = 0, due_at = to_timestamp(p.due_ms / 1000),
  attempt = coalesce(p.attempt, o.attempt), ambiguous = o.ambiguous or p.ambiguous
from unnest($1::uuid[], $2::float8[], $3::integer[], $4::boolean[]) p(dispatch_id, due_ms, attempt, ambiguous)
where o.dispatch_id = p.dispatch_id
  and (p.attempt is null or p.attempt >= o.attempt)
  and (o.phase = 'pending'
    or (o.phase = 'sending' and p.attempt is not null and o.lease_until <= forewarn.clock_now()))`;

/** All that a call may be under way for, under whatever lease. */
export const IN_FLIGHT = `
select count(*)::float8 as count from forewarn.outbox
where phase <> 'pending' and phase = 'sending' and stream_id = $1 and ($2::text is null or target_id = $2)`;

export const SENDING = `
select dispatch_id from forewarn.outbox
where dispatch_id = any($1::uuid[]) and phase = 'sending' and lease_until > (select forewarn.clock_now())`;

/** The first row that nobody blocks, or the end of a lease that blocks one. $1 channel. */
export const NEXT_DUE = `
with moment as materialized (select forewarn.clock_now() as now),
candidate as (
  select o.due_at, (
    select max(s.lease_until) from forewarn.outbox s
    where s.stream_id = o.stream_id and s.recipient_id = o.recipient_id and s.channel = o.channel
      and s.target_id = o.target_id and s.position < o.position
      and s.phase || '' = 'sending' and s.lease_until + interval '0' > (select now from moment)
  ) as blocked_until
  from forewarn.outbox o
  where o.channel = $1 and o.phase = 'pending'
  order by o.due_at, o.position
), free as (
  select due_at from candidate where blocked_until is null limit 1
), blocked as (
  select greatest(c.due_at, c.blocked_until) as due_at from candidate c
  where c.blocked_until is not null and c.due_at < coalesce((select due_at from free), 'infinity') limit 100
)
select (extract(epoch from min(n.due_at)) * 1000)::float8 as due_ms
from (select due_at from free union all select due_at from blocked) n`;

export const COUNTS = `
select channel, case phase when 'sending' then 'sending' else 'pending' end as status, count(*)::float8 as count
from forewarn.outbox group by 1, 2`;
