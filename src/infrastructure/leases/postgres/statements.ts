export const NEXT_FENCES = `
select nextval('forewarn.fence')::float8 as fence from generate_series(1, $1::integer)`;

/** All rows that a batch may change, in one pass: everywhere in the order of their keys, so that nobody waits in a circle. */
export const LOCK = `
select from forewarn.leases l
where (l.stream_id, l.target_id) in (select * from unnest($1::text[], $2::text[]))
order by l.stream_id, l.target_id
for update of l`;

export const OPEN = `
insert into forewarn.leases as l (stream_id, target_id, fence, lease_until)
select o.stream_id, o.target_id, o.fence, (select forewarn.clock_now()) + o.lease_ms * interval '1 ms'
from unnest($1::text[], $2::text[], $3::bigint[], $4::float8[]) o(stream_id, target_id, fence, lease_ms)
order by o.stream_id collate "C", o.target_id collate "C"
on conflict (stream_id, target_id) do update
  set fence = excluded.fence, lease_until = excluded.lease_until, is_open = true
  where excluded.fence > l.fence`;

export const HEARTBEAT = `
update forewarn.leases
set lease_until = forewarn.clock_now() + $4 * interval '1 ms'
where stream_id = $1 and target_id = $2 and fence = $3 and is_open
  and lease_until > (select forewarn.clock_now())
returning (extract(epoch from lease_until) * 1000)::float8 as until_ms`;

export const EXTEND = `
with ours as materialized (
  select l.stream_id, l.target_id, e.lease_ms
  from unnest($1::text[], $2::text[], $3::bigint[], $4::float8[]) e(stream_id, target_id, fence, lease_ms)
  join forewarn.leases l on l.stream_id = e.stream_id and l.target_id = e.target_id
  where l.fence = e.fence and l.is_open
  order by l.stream_id, l.target_id
  for update of l
)
update forewarn.leases l
set lease_until = (select forewarn.clock_now()) + ours.lease_ms * interval '1 ms'
from ours
where l.stream_id = ours.stream_id and l.target_id = ours.target_id`;

export const CLOSE = `
with ours as materialized (
  select l.stream_id, l.target_id
  from unnest($1::text[], $2::text[], $3::bigint[]) c(stream_id, target_id, fence)
  join forewarn.leases l on l.stream_id = c.stream_id and l.target_id = c.target_id
  where l.fence <= c.fence
  order by l.stream_id, l.target_id
  for update of l
)
delete from forewarn.leases l using ours
where l.stream_id = ours.stream_id and l.target_id = ours.target_id`;

/** The rows are found by their place, so that the plan does not depend on what the planner believes about the table. */
export const TAKE_EXPIRED = `
with moment as materialized (select forewarn.clock_now() as now)
update forewarn.leases l
set is_open = false, lease_until = m.now + $2 * interval '1 ms'
from moment m
where l.ctid = any (array(
  select e.ctid from forewarn.leases e
  where e.lease_until <= (select now from moment)
  order by e.lease_until limit $1 for update skip locked
))
returning l.stream_id, l.target_id, l.fence::float8 as fence`;
