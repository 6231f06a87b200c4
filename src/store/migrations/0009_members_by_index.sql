-- Adds members to a group; returns how many were not in it. As before, but a plan that was made while the tables were small, or of tables
-- that nobody has counted since they grew, reads all users once at the most, and no longer all users for each member to add.
CREATE OR REPLACE FUNCTION mirror_add_members(o int, s int, grp uuid, ids uuid[], types text[], moment timestamptz)
RETURNS int LANGUAGE plpgsql AS $$
declare
  wanted uuid[];
  found_ids uuid[];
  found_types text[];
  missing text;
  added uuid[];
  nested uuid[];
begin
  -- Whoever is in it already, is there, and is left alone.
  wanted := array(select distinct x from unnest(ids) x
    except select m.member_id from mirror_members m
    where m.organization_id = o and m.source_id = s and m.group_id = grp and m.member_id = any(ids));
  if cardinality(wanted) = 0 then return 0; end if;
  -- In the order of ids, so that two who add the same people wait for each other and do not block each other.
  select array_agg(there.id order by there.id), array_agg(there.type order by there.id) into found_ids, found_types
  from (
    select r.id, r.type from mirror_resources r
    where r.organization_id = o and r.source_id = s and r.type = any(types) and r.id = any(wanted) and r.deleted_at is null
    order by r.id for key share of r) there;
  if coalesce(cardinality(found_ids), 0) < cardinality(wanted) then
    select string_agg(x::text, ',') into missing
    from (select x from unnest(wanted) x where x <> all(coalesce(found_ids, '{}')) order by x limit 10) gone;
    raise exception 'members are not there' using errcode = 'RS404', detail = missing;
  end if;
  with born as (
    insert into mirror_members (organization_id, source_id, group_id, member_id, member_type)
    select o, s, grp, x.id, x.type from unnest(found_ids, found_types) with ordinality x(id, type, place) order by x.id
    on conflict do nothing
    returning member_id, member_type),
  marked as (
    insert into mirror_marks (organization_id, source_id, number, type, id, urgent, at)
    select o, s, nextval('mirror_numbers'), member_type, member_id, false, moment from born where member_type <> 'Group')
  select array_agg(member_id), array_agg(member_id) filter (where member_type = 'Group') into added, nested from born;
  if nested is not null then perform mirror_mark_below(o, s, nested, moment); end if;
  return coalesce(cardinality(added), 0);
end
$$;
