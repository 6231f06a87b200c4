-- A deleted group that was in another one is no member that an answer shows, so that nothing changes when it is taken out of it. But what
-- its people have because of that other group is frozen until it is said that it is not in it: those named are not, or (keep) all but
-- those named.
CREATE FUNCTION mirror_let_go(o int, s int, grp uuid, ids uuid[], keep boolean, moment timestamptz) RETURNS void LANGUAGE plpgsql AS $$
declare
  let_go uuid[];
begin
  -- In the order of ids, so that two who say so at once wait for each other and do not block each other.
  if keep then
    let_go := array(select r.id from mirror_resources r
      where r.organization_id = o and r.source_id = s and r.type = 'Group' and r.was_in is not null and grp = any(r.was_in)
      order by r.id for no key update);
  else
    let_go := array(select r.id from mirror_resources r
      where r.organization_id = o and r.source_id = s and r.type = 'Group' and r.was_in is not null and r.id = any(ids)
        and grp = any(r.was_in)
      order by r.id for no key update);
  end if;
  if cardinality(let_go) = 0 then return; end if;
  update mirror_resources r set was_in = nullif(array_remove(r.was_in, grp), '{}')
  where r.organization_id = o and r.source_id = s and r.type = 'Group' and r.id = any(let_go);
  perform mirror_mark_below(o, s, let_go, moment);
end
$$;--> statement-breakpoint
-- As before, and a deleted group is let go of.
CREATE OR REPLACE FUNCTION mirror_drop_members(o int, s int, grp uuid, ids uuid[], keep boolean, moment timestamptz)
RETURNS int LANGUAGE plpgsql AS $$
declare
  dropped int;
  nested uuid[];
begin
  if keep then
    with gone as (
      delete from mirror_members
      where organization_id = o and source_id = s and group_id = grp and not exists (select from unnest(ids) x where x = member_id)
      returning member_id, member_type),
    marked as (
      insert into mirror_marks (organization_id, source_id, number, type, id, urgent, at)
      select o, s, nextval('mirror_numbers'), member_type, member_id, false, moment from gone where member_type <> 'Group')
    select count(*), array_agg(member_id) filter (where member_type = 'Group') into dropped, nested from gone;
  else
    with gone as (
      delete from mirror_members where organization_id = o and source_id = s and group_id = grp and member_id = any(ids)
      returning member_id, member_type),
    marked as (
      insert into mirror_marks (organization_id, source_id, number, type, id, urgent, at)
      select o, s, nextval('mirror_numbers'), member_type, member_id, false, moment from gone where member_type <> 'Group')
    select count(*), array_agg(member_id) filter (where member_type = 'Group') into dropped, nested from gone;
  end if;
  if nested is not null then perform mirror_mark_below(o, s, nested, moment); end if;
  -- Whoever was in it is there, and was not deleted.
  if keep or dropped < cardinality(ids) then perform mirror_let_go(o, s, grp, ids, keep, moment); end if;
  return dropped;
end
$$;--> statement-breakpoint
CREATE OR REPLACE FUNCTION mirror_drop_member(o int, s int, grp uuid, one uuid, moment timestamptz)
RETURNS int LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
declare
  kind text;
begin
  delete from mirror_members m where m.organization_id = o and m.source_id = s and m.group_id = grp and m.member_id = one
  returning m.member_type into kind;
  if not found then
    perform mirror_let_go(o, s, grp, array[one], false, moment);
    return 0;
  end if;
  perform mirror_mark_member(o, s, one, kind, moment);
  return 1;
end
$$;
