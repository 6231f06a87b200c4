CREATE SEQUENCE "public"."mirror_numbers" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1;--> statement-breakpoint
CREATE TABLE "mirror_emails" (
	"organization_id" integer NOT NULL,
	"source_id" integer NOT NULL,
	"value_key" text COLLATE "C" NOT NULL,
	"id" uuid NOT NULL,
	CONSTRAINT "mirror_emails_organization_id_source_id_value_key_id_pk" PRIMARY KEY("organization_id","source_id","value_key","id")
);
--> statement-breakpoint
CREATE TABLE "mirror_marks" (
	"organization_id" integer NOT NULL,
	"source_id" integer NOT NULL,
	"number" bigint NOT NULL,
	"type" text COLLATE "C" NOT NULL,
	"id" uuid NOT NULL,
	"urgent" boolean NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "mirror_marks_organization_id_source_id_number_pk" PRIMARY KEY("organization_id","source_id","number")
);
--> statement-breakpoint
CREATE TABLE "mirror_member_changes" (
	"organization_id" integer NOT NULL,
	"source_id" integer NOT NULL,
	"group_id" uuid NOT NULL,
	"part" smallint NOT NULL,
	"count" bigint NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "mirror_member_changes_pk" PRIMARY KEY("organization_id","source_id","group_id","part")
);
--> statement-breakpoint
CREATE TABLE "mirror_members" (
	"organization_id" integer NOT NULL,
	"source_id" integer NOT NULL,
	"group_id" uuid NOT NULL,
	"member_id" uuid NOT NULL,
	"member_type" text COLLATE "C" NOT NULL,
	CONSTRAINT "mirror_members_organization_id_source_id_group_id_member_id_pk" PRIMARY KEY("organization_id","source_id","group_id","member_id")
);
--> statement-breakpoint
CREATE TABLE "mirror_resources" (
	"organization_id" integer NOT NULL,
	"source_id" integer NOT NULL,
	"type" text COLLATE "C" NOT NULL,
	"id" uuid NOT NULL,
	"document" json NOT NULL,
	"comparable" jsonb NOT NULL,
	"unique_key" text COLLATE "C",
	"external_id" text COLLATE "C",
	"display_name_key" text COLLATE "C",
	"active" boolean NOT NULL,
	"version" bigint NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"modified_at" timestamp (3) with time zone NOT NULL,
	"deleted_at" timestamp (3) with time zone,
	"replaced_at" timestamp (3) with time zone,
	"was_in" uuid[],
	CONSTRAINT "mirror_resources_organization_id_source_id_type_id_pk" PRIMARY KEY("organization_id","source_id","type","id")
);
--> statement-breakpoint
CREATE TABLE "mirror_totals" (
	"organization_id" integer NOT NULL,
	"source_id" integer NOT NULL,
	"type" text COLLATE "C" NOT NULL,
	"active" boolean NOT NULL,
	"part" smallint NOT NULL,
	"count" bigint NOT NULL,
	CONSTRAINT "mirror_totals_organization_id_source_id_type_active_part_pk" PRIMARY KEY("organization_id","source_id","type","active","part")
);
--> statement-breakpoint
CREATE TABLE "pushed_people" (
	"organization_id" integer NOT NULL,
	"person_id" bigint NOT NULL,
	"urgent" boolean NOT NULL,
	"held" boolean DEFAULT false NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "pushed_people_organization_id_person_id_pk" PRIMARY KEY("organization_id","person_id")
);
--> statement-breakpoint
DROP INDEX "letters_administrator";--> statement-breakpoint
ALTER TABLE "tokens" ALTER COLUMN "role" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "tokens" ALTER COLUMN "administrator_key" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "letters" ADD COLUMN "token_id" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "sources" ADD COLUMN "live_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "tokens" ADD COLUMN "source_id" integer;--> statement-breakpoint
CREATE INDEX "mirror_emails_resource" ON "mirror_emails" USING btree ("organization_id","source_id","id");--> statement-breakpoint
CREATE INDEX "mirror_marks_urgent" ON "mirror_marks" USING btree ("organization_id","source_id","at") WHERE urgent;--> statement-breakpoint
CREATE INDEX "mirror_members_member" ON "mirror_members" USING btree ("organization_id","source_id","member_id","group_id");--> statement-breakpoint
CREATE INDEX "mirror_members_nested" ON "mirror_members" USING btree ("organization_id","source_id","group_id") WHERE member_type = 'Group';--> statement-breakpoint
CREATE UNIQUE INDEX "mirror_resources_unique" ON "mirror_resources" USING btree ("organization_id","source_id","type","unique_key") WHERE deleted_at is null and unique_key is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "mirror_resources_external" ON "mirror_resources" USING btree ("organization_id","source_id","type","external_id") WHERE deleted_at is null and external_id is not null;--> statement-breakpoint
CREATE INDEX "mirror_resources_display" ON "mirror_resources" USING btree ("organization_id","source_id","type","display_name_key") WHERE deleted_at is null and display_name_key is not null;--> statement-breakpoint
CREATE INDEX "mirror_resources_modified" ON "mirror_resources" USING btree ("organization_id","source_id","type","modified_at");--> statement-breakpoint
CREATE INDEX "mirror_resources_inactive" ON "mirror_resources" USING btree ("organization_id","source_id","type","id") WHERE deleted_at is null and not active;--> statement-breakpoint
CREATE INDEX "mirror_resources_deleted_external" ON "mirror_resources" USING btree ("organization_id","source_id","type","external_id") WHERE deleted_at is not null and external_id is not null;--> statement-breakpoint
CREATE INDEX "mirror_resources_deleted_unique" ON "mirror_resources" USING btree ("organization_id","source_id","type","unique_key") WHERE deleted_at is not null and unique_key is not null;--> statement-breakpoint
CREATE INDEX "mirror_resources_deleted_display" ON "mirror_resources" USING btree ("organization_id","source_id","type","display_name_key") WHERE deleted_at is not null and display_name_key is not null;--> statement-breakpoint
CREATE INDEX "mirror_resources_was_in" ON "mirror_resources" USING btree ("organization_id","source_id","id") WHERE was_in is not null;--> statement-breakpoint
CREATE INDEX "pushed_people_urgent" ON "pushed_people" USING btree ("organization_id","person_id") WHERE urgent;--> statement-breakpoint
CREATE INDEX "members_administrators" ON "members" USING btree ("organization_id","person_id") WHERE role <> 'member';--> statement-breakpoint
CREATE UNIQUE INDEX "letters_administrator" ON "letters" USING btree ("organization_id","event","address_key","plan_id","snapshot_id","token_id") WHERE audience = 'administrator';--> statement-breakpoint
-- What a SCIM request writes is one call: one way to the server and back, one commit. Each function gives null where nothing was
-- written, and raises nothing but unique_violation and RS404 (members that are not there).
--
-- Marks everybody in these groups, directly or through other groups; a group that was deleted is still in those that it was in.
CREATE FUNCTION mirror_mark_below(o int, s int, groups uuid[], moment timestamptz) RETURNS void LANGUAGE sql AS $$
  with recursive below (id) as (
    select unnest(groups)
    union
    select inner_group.id from below b cross join lateral (
      select m.member_id as id from mirror_members m
      where m.organization_id = o and m.source_id = s and m.group_id = b.id and m.member_type = 'Group'
      union all
      select r.id from mirror_resources r
      where r.organization_id = o and r.source_id = s and r.type = 'Group' and r.was_in is not null and b.id = any(r.was_in)) inner_group)
  insert into mirror_marks (organization_id, source_id, number, type, id, urgent, at)
  select o, s, nextval('mirror_numbers'), type, id, false, moment from (
    select distinct m.member_type as type, m.member_id as id from below b
    join mirror_members m on m.organization_id = o and m.source_id = s and m.group_id = b.id and m.member_type <> 'Group') members
$$;--> statement-breakpoint
CREATE FUNCTION mirror_count(o int, s int, t text, alive boolean, delta int) RETURNS void LANGUAGE sql AS $$
  insert into mirror_totals as m (organization_id, source_id, type, active, part, count)
  values (o, s, t, alive, pg_backend_pid() % 16, delta)
  on conflict (organization_id, source_id, type, active, part) do update set count = m.count + excluded.count
$$;--> statement-breakpoint
-- The members of the group changed: its version grows by one. In parts, so that those who change one group at once do not wait for each
-- other; and a sum, so that the version moves with every commit, in whatever order they come: a sequence would let a smaller
-- number become visible after a greater one, and other members would have the same entity tag.
CREATE FUNCTION mirror_moved(o int, s int, groups uuid[], moment timestamptz) RETURNS void LANGUAGE sql AS $$
  insert into mirror_member_changes as c (organization_id, source_id, group_id, part, count, at)
  select o, s, x, pg_backend_pid() % 16, 1, moment from (select distinct unnest(groups) as x) g order by x
  on conflict (organization_id, source_id, group_id, part) do update set count = c.count + 1, at = greatest(c.at, excluded.at)
$$;--> statement-breakpoint
-- A group is called so from now on: it takes the place of the deleted ones of that name, for good, whatever becomes of it. Returns
-- them, so that what their people kept is looked at again. One at a time for each name, and a group that is being deleted takes the
-- same turn: of two that do not see each other, neither would take the place of the other.
CREATE FUNCTION mirror_replace(o int, s int, name text, moment timestamptz) RETURNS uuid[] LANGUAGE plpgsql AS $$
declare
  replaced uuid[];
begin
  perform mirror_name_turn(o, s, name);
  with gone as (
    update mirror_resources r set replaced_at = moment, was_in = null
    where r.organization_id = o and r.source_id = s and r.type = 'Group' and r.display_name_key = name
      and r.deleted_at is not null and r.replaced_at is null
    returning r.id)
  select array_agg(id) into replaced from gone;
  return coalesce(replaced, '{}');
end
$$;--> statement-breakpoint
CREATE FUNCTION mirror_name_turn(o int, s int, name text) RETURNS void LANGUAGE sql AS $$
  select pg_advisory_xact_lock(x'6e616d65'::int, hashtext(format('%s:%s:%s', o, s, name)))
$$;--> statement-breakpoint
CREATE FUNCTION mirror_audit(o int, who jsonb, moment timestamptz, what text, object text) RETURNS void LANGUAGE sql AS $$
  insert into audit (organization_id, at, actor, act, object, request_id, token_id)
  values (o, moment, who->>'actor', what, object, who->>'request', (who->>'token')::bigint)
$$;--> statement-breakpoint
-- Adds members that are not in the group yet and returns how many; raises RS404 with the ids of those that do not exist. Whoever is
-- added cannot be deleted before this has been written: who deletes them would not see that they are in the group.
CREATE FUNCTION mirror_add_members(o int, s int, grp uuid, ids uuid[], types text[], moment timestamptz) RETURNS int LANGUAGE plpgsql AS $$
declare
  wanted uuid[];
  found_ids uuid[];
  found_types text[];
  missing text;
  added uuid[];
  nested uuid[];
begin
  -- Whoever is in it already, is there, and is left alone. One look each: a join may read all members of a large group for one.
  wanted := array(
    select distinct x from unnest(ids) x where (
      select true from mirror_members m where m.organization_id = o and m.source_id = s and m.group_id = grp and m.member_id = x limit 1
    ) is null);
  if cardinality(wanted) = 0 then return 0; end if;
  select array_agg(there.id order by there.id), array_agg(there.type order by there.id) into found_ids, found_types
  from (
    select r.id, r.type from unnest(wanted) w(id)
    join mirror_resources r on r.organization_id = o and r.source_id = s and r.type = any(types) and r.id = w.id and r.deleted_at is null
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
$$;--> statement-breakpoint
-- Takes members out of the group: those named, or (keep) all but those named; returns how many. Two statements instead of one with a
-- condition about which: a plan that was made for both reads all members of the group to take out
-- one, and a connection keeps the plan that was best for the small groups it met first.
CREATE FUNCTION mirror_drop_members(o int, s int, grp uuid, ids uuid[], keep boolean, moment timestamptz)
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
  return dropped;
end
$$;--> statement-breakpoint
CREATE FUNCTION mirror_create(
  o int, s int, t text, i uuid, doc json, cmp jsonb, uniq text, ext text, disp text, alive boolean, emails text[],
  members uuid[], types text[], moment timestamptz, who jsonb) RETURNS bigint LANGUAGE plpgsql AS $$
declare
  v bigint := nextval('mirror_numbers');
begin
  insert into mirror_resources (organization_id, source_id, type, id, document, comparable, unique_key, external_id,
    display_name_key, active, version, created_at, modified_at)
  values (o, s, t, i, doc, cmp, uniq, ext, disp, alive, v, moment, moment)
  on conflict do nothing;
  if not found then return null; end if;
  if emails is not null then
    insert into mirror_emails (organization_id, source_id, value_key, id) select distinct o, s, x, i from unnest(emails) x;
  end if;
  insert into mirror_marks (organization_id, source_id, number, type, id, urgent, at) values (o, s, v, t, i, false, moment);
  if members is not null then perform mirror_add_members(o, s, i, members, types, moment); end if;
  if t = 'Group' and disp is not null then perform mirror_mark_below(o, s, mirror_replace(o, s, disp, moment), moment); end if;
  -- Last: whoever has counted waits for nobody any more.
  perform mirror_count(o, s, t, alive, 1);
  perform mirror_audit(o, who, moment, 'mirror.created', t || ' ' || i);
  return v;
end
$$;--> statement-breakpoint
-- Resources without members, many at once. Those that are not in the answer met another one with the same key.
CREATE FUNCTION mirror_create_many(o int, s int, t text, given json, moment timestamptz, who jsonb)
RETURNS TABLE (id uuid, version bigint) LANGUAGE plpgsql AS $$
begin
  return query
  with rows as (
    select * from json_to_recordset(given) as x(id uuid, document json, comparable jsonb, "uniqueKey" text, "externalId" text,
      "displayNameKey" text, active boolean, "emailKeys" text[])),
  born as (
    insert into mirror_resources as r (organization_id, source_id, type, id, document, comparable, unique_key, external_id,
      display_name_key, active, version, created_at, modified_at)
    select o, s, t, x.id, x.document, x.comparable, x."uniqueKey", x."externalId", x."displayNameKey", x.active,
      nextval('mirror_numbers'), moment, moment
    -- By key: two who make the same people in another order would wait for each other.
    from rows x order by x."uniqueKey", x."externalId", x.id
    on conflict do nothing
    returning r.id, r.version, r.active),
  addressed as (
    insert into mirror_emails (organization_id, source_id, value_key, id)
    select distinct o, s, e, b.id from born b join rows x on x.id = b.id, unnest(x."emailKeys") e),
  counted as (
    insert into mirror_totals as m (organization_id, source_id, type, active, part, count)
    select o, s, t, b.active, pg_backend_pid() % 16, count(*) from born b group by b.active order by b.active
    on conflict (organization_id, source_id, type, active, part) do update set count = m.count + excluded.count),
  marked as (
    insert into mirror_marks (organization_id, source_id, number, type, id, urgent, at)
    select o, s, b.version, t, b.id, false, moment from born b),
  told as (
    insert into audit (organization_id, at, actor, act, object, request_id, token_id)
    select o, moment, who->>'actor', 'mirror.created', t || ' ' || b.id, who->>'request', (who->>'token')::bigint from born b)
  select b.id, b.version from born b;
end
$$;--> statement-breakpoint
-- Null where the resource is gone or has another version than the one that the new text was made from. The caller gives the e-mail
-- keys only where they changed; `rename` where what the resource is called decides about its members.
CREATE FUNCTION mirror_update(
  o int, s int, t text, i uuid, expected bigint, doc json, cmp jsonb, uniq text, ext text, disp text, alive boolean, emails text[],
  hurry boolean, rename boolean, moment timestamptz, who jsonb) RETURNS bigint LANGUAGE plpgsql AS $$
declare
  v bigint;
  was boolean;
begin
  select r.active into was from mirror_resources r
  where r.organization_id = o and r.source_id = s and r.type = t and r.id = i and r.deleted_at is null and r.version = expected
  for no key update;
  if not found then return null; end if;
  v := nextval('mirror_numbers');
  update mirror_resources r set document = doc, comparable = cmp, unique_key = uniq, external_id = ext, display_name_key = disp,
    active = alive, version = v, modified_at = moment
  where r.organization_id = o and r.source_id = s and r.type = t and r.id = i;
  if emails is not null then
    delete from mirror_emails e where e.organization_id = o and e.source_id = s and e.id = i and e.value_key <> all(emails);
    insert into mirror_emails (organization_id, source_id, value_key, id) select distinct o, s, x, i from unnest(emails) x
    on conflict do nothing;
  end if;
  insert into mirror_marks (organization_id, source_id, number, type, id, urgent, at) values (o, s, v, t, i, hurry, moment);
  if rename then
    perform mirror_mark_below(o, s, array[i] || case when disp is null then '{}' else mirror_replace(o, s, disp, moment) end, moment);
  end if;
  if was <> alive then
    -- Always in the same order, so that two who do the opposite wait for each other and do not block each other.
    perform mirror_count(o, s, t, false, case when alive then -1 else 1 end);
    perform mirror_count(o, s, t, true, case when alive then 1 else -1 end);
  end if;
  perform mirror_audit(o, who, moment, 'mirror.changed', t || ' ' || i);
  return v;
end
$$;--> statement-breakpoint
-- The version of a resource as its entity tag shows it.
CREATE FUNCTION mirror_version(o int, s int, i uuid, own bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
  select own + coalesce((select sum(c.count) from mirror_member_changes c
    where c.organization_id = o and c.source_id = s and c.group_id = i), 0)::bigint
$$;--> statement-breakpoint
-- Steps in their order: [{"op": "add" | "remove" | "replace", "values": [uuid, …]}]; null where the group is gone, 0 where it has
-- another version than the expected one, else the version afterwards, negative when nothing changed.
CREATE FUNCTION mirror_change_members(
  o int, s int, t text, grp uuid, expected bigint, turn boolean, steps json, types text[], moment timestamptz, who jsonb)
RETURNS bigint LANGUAGE plpgsql AS $$
declare
  step json;
  ids uuid[];
  own bigint;
  changed int := 0;
  v bigint;
begin
  -- Whoever only adds or removes waits for nobody but who deletes the group. To replace all, to insist on a version, or to write the
  -- group afterwards, takes turns.
  if turn or expected is not null or exists (select from json_array_elements(steps) x where x->>'op' = 'replace') then
    select r.version into own from mirror_resources r
    where r.organization_id = o and r.source_id = s and r.type = t and r.id = grp and r.deleted_at is null for no key update;
    if not found then return null; end if;
    if expected is not null and mirror_version(o, s, grp, own) <> expected then return 0; end if;
  else
    select r.version into own from mirror_resources r
    where r.organization_id = o and r.source_id = s and r.type = t and r.id = grp and r.deleted_at is null for key share;
    if not found then return null; end if;
  end if;
  -- Who deletes somebody holds them and then takes them out of their groups; so nobody is taken out here before those who come in are
  -- held, or the two would wait for each other.
  if json_array_length(steps) > 1 then
    ids := array(select distinct one::uuid from json_array_elements(steps) x, json_array_elements_text(x->'values') one
      where x->>'op' <> 'remove');
    perform from mirror_resources r where r.organization_id = o and r.source_id = s and r.type = any(types) and r.id = any(ids)
      order by r.id for key share;
  end if;
  for step in select x from json_array_elements(steps) x loop
    ids := array(select x::uuid from json_array_elements_text(step->'values') x);
    if step->>'op' = 'remove' then
      changed := changed + mirror_drop_members(o, s, grp, ids, false, moment);
    else
      if step->>'op' = 'replace' then changed := changed + mirror_drop_members(o, s, grp, ids, true, moment); end if;
      changed := changed + mirror_add_members(o, s, grp, ids, types, moment);
    end if;
  end loop;
  if changed = 0 then return -mirror_version(o, s, grp, own); end if;
  perform mirror_moved(o, s, array[grp], moment);
  perform mirror_audit(o, who, moment, 'mirror.members', t || ' ' || grp);
  select mirror_version(o, s, grp, r.version) into v from mirror_resources r
  where r.organization_id = o and r.source_id = s and r.type = t and r.id = grp;
  return v;
end
$$;--> statement-breakpoint
-- Null where there is no such resource, 0 where it has another version than the expected one, else 1.
CREATE FUNCTION mirror_delete(o int, s int, t text, i uuid, expected bigint, hurry boolean, moment timestamptz, who jsonb)
RETURNS int LANGUAGE plpgsql AS $$
declare
  own bigint;
  was boolean;
  name text;
  taken boolean := false;
  parents uuid[];
begin
  select r.version, r.active, r.display_name_key into own, was, name from mirror_resources r
  where r.organization_id = o and r.source_id = s and r.type = t and r.id = i and r.deleted_at is null for update;
  if not found then return null; end if;
  if expected is not null and mirror_version(o, s, i, own) <> expected then return 0; end if;
  delete from mirror_emails e where e.organization_id = o and e.source_id = s and e.id = i;
  with gone as (
    delete from mirror_members m where m.organization_id = o and m.source_id = s and m.member_id = i returning m.group_id)
  select array_agg(g.group_id) into parents from gone g;
  if parents is not null then perform mirror_moved(o, s, parents, moment); end if;
  if name is not null and t = 'Group' then
    perform mirror_name_turn(o, s, name);
    taken := exists (select from mirror_resources r where r.organization_id = o and r.source_id = s and r.type = t
      and r.display_name_key = name and r.deleted_at is null and r.id <> i);
  end if;
  -- No answer shows a deleted group in other ones any more, but what its people have because of those is frozen like what they have
  -- because of it, unless another one of its name is there.
  update mirror_resources r set deleted_at = moment, version = nextval('mirror_numbers'), modified_at = moment,
    replaced_at = case when taken then moment end, was_in = case when t = 'Group' and not taken then parents end
  where r.organization_id = o and r.source_id = s and r.type = t and r.id = i;
  insert into mirror_marks (organization_id, source_id, number, type, id, urgent, at)
  values (o, s, nextval('mirror_numbers'), t, i, hurry, moment);
  -- Its own members stay in the table: what they hold because of it is frozen until a group of the same name takes its place.
  perform mirror_mark_below(o, s, array[i], moment);
  perform mirror_count(o, s, t, was, -1);
  perform mirror_audit(o, who, moment, 'mirror.deleted', t || ' ' || i);
  return 1;
end
$$;--> statement-breakpoint
-- In which groups somebody is, directly or through other groups; groups may contain each other in a circle.
CREATE FUNCTION mirror_groups(o int, s int, i uuid) RETURNS json LANGUAGE sql STABLE AS $$
  with recursive up (id, direct) as (
    select m.group_id, true from mirror_members m where m.organization_id = o and m.source_id = s and m.member_id = i
    union
    select m.group_id, false from up u
    join mirror_members m on m.organization_id = o and m.source_id = s and m.member_id = u.id)
  select json_agg(json_build_object('value', g.id, 'display', g.document->>'displayName', 'type',
    case when u.direct then 'direct' else 'indirect' end) order by g.id)
  from (select id, bool_or(direct) as direct from up group by id) u
  join mirror_resources g on g.organization_id = o and g.source_id = s and g.type = 'Group' and g.id = u.id and g.deleted_at is null
$$;
