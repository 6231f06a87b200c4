-- Several requests of one source at once: one way to the server and back, one commit for all. Each does what it would have done alone,
-- and is told what it would have been told alone; where one of them raises an error, nothing of any is written.
--
-- Resources without members. `author` and `at` stand in a row where they are that row's own. Those that are not in the answer met another
-- one with the same key.
CREATE OR REPLACE FUNCTION mirror_create_many(o int, s int, t text, given json, moment timestamptz, who jsonb)
RETURNS TABLE (id uuid, version bigint) LANGUAGE plpgsql AS $$
begin
  return query
  with rows as (
    select x.id, x.document, x.comparable, x."uniqueKey", x."externalId", x."displayNameKey", x.active, x."emailKeys",
      coalesce(x.at, moment) as at, coalesce(x.author, who) as author
    from json_to_recordset(given) as x(id uuid, document json, comparable jsonb, "uniqueKey" text, "externalId" text,
      "displayNameKey" text, active boolean, "emailKeys" text[], at timestamptz, author jsonb)),
  born as (
    insert into mirror_resources as r (organization_id, source_id, type, id, document, comparable, unique_key, external_id,
      display_name_key, active, version, created_at, modified_at)
    select o, s, t, x.id, x.document, x.comparable, x."uniqueKey", x."externalId", x."displayNameKey", x.active,
      nextval('mirror_numbers'), x.at, x.at
    -- By key: two who make the same people in another order would wait for each other.
    from rows x order by x."uniqueKey", x."externalId", x.id
    on conflict do nothing
    returning r.id, r.version, r.active, r.created_at),
  addressed as (
    insert into mirror_emails (organization_id, source_id, value_key, id)
    select distinct o, s, e, b.id from born b join rows x on x.id = b.id, unnest(x."emailKeys") e),
  counted as (
    insert into mirror_totals as m (organization_id, source_id, type, active, part, count)
    select o, s, t, b.active, pg_backend_pid() % 16, count(*) from born b group by b.active order by b.active
    on conflict (organization_id, source_id, type, active, part) do update set count = m.count + excluded.count),
  marked as (
    insert into mirror_marks (organization_id, source_id, number, type, id, urgent, at)
    select o, s, b.version, t, b.id, false, b.created_at from born b),
  told as (
    insert into audit (organization_id, at, actor, act, object, request_id, token_id)
    select o, x.at, x.author->>'actor', 'mirror.created', t || ' ' || x.id, x.author->>'request', (x.author->>'token')::bigint
    from born b join rows x on x.id = b.id)
  select b.id, b.version from born b;
end
$$;--> statement-breakpoint
-- Updates, each of another resource, as `mirror_update` does one; who is not in the answer was overtaken. In the order of ids, so that
-- two who update the same ones wait for each other and do not block each other; and all are held before anybody is counted, since
-- another who holds one of them may want to count in the same place.
CREATE FUNCTION mirror_update_many(o int, s int, t text, given json)
RETURNS TABLE (id uuid, version bigint, modified_at timestamptz) LANGUAGE plpgsql AS $$
declare
  x record;
  ids uuid[];
begin
  if json_array_length(given) > 1 then
    ids := array(select g.id from json_to_recordset(given) as g(id uuid));
    perform from mirror_resources r where r.organization_id = o and r.source_id = s and r.type = t and r.id = any(ids)
      and r.deleted_at is null order by r.id for no key update;
  end if;
  for x in
    select * from json_to_recordset(given) as g(id uuid, expected bigint, document json, comparable jsonb, "uniqueKey" text,
      "externalId" text, "displayNameKey" text, active boolean, "emailKeys" text[], urgent boolean, renamed boolean, at timestamptz,
      author jsonb) order by g.id
  loop
    id := x.id;
    -- Whoever waited longer than another brings an older date: dates grow with versions.
    select greatest(x.at, r.modified_at) into modified_at from mirror_resources r
    where r.organization_id = o and r.source_id = s and r.type = t and r.id = x.id and r.deleted_at is null for no key update;
    version := mirror_update(o, s, t, x.id, x.expected, x.document, x.comparable, x."uniqueKey", x."externalId", x."displayNameKey",
      x.active, x."emailKeys", x.urgent, x.renamed, modified_at, x.author);
    if version is not null then return next; end if;
  end loop;
end
$$;--> statement-breakpoint
-- Changes of members that insist on no version, as `mirror_change_members` does one. `place` is that of the change in what is given;
-- the changes of one group stay in their order.
CREATE FUNCTION mirror_change_members_many(o int, s int, t text, given json, types text[])
RETURNS TABLE (place int, version bigint) LANGUAGE plpgsql AS $$
declare
  x record;
  ids uuid[];
begin
  -- Who deletes somebody holds them and then takes them out of their groups: all who come in anywhere, and the groups themselves, which
  -- may be in each other, are held before anybody is taken out, or the two would wait for each other.
  if json_array_length(given) > 1 then
    ids := array(select one::uuid from json_array_elements(given) g, json_array_elements(g->'steps') y,
      json_array_elements_text(y->'values') one where y->>'op' <> 'remove'
      union select g.grp from json_to_recordset(given) as g(grp uuid));
    perform from mirror_resources r where r.organization_id = o and r.source_id = s and r.type = any(types || t) and r.id = any(ids)
      order by r.id for key share;
  end if;
  for x in
    select * from json_to_recordset(given) as g(place int, grp uuid, steps json, at timestamptz, author jsonb) order by g.grp, g.place
  loop
    place := x.place;
    version := mirror_change_members(o, s, t, x.grp, null, false, x.steps, types, x.at, x.author);
    return next;
  end loop;
end
$$;
--> statement-breakpoint
-- One member, which is nearly always what is meant. The plans are made once: of a table in which most rows belong to one group, the
-- planner takes each member for a new question, and its answer costs more than the work.
CREATE FUNCTION mirror_add_member(o int, s int, grp uuid, one uuid, types text[], moment timestamptz)
RETURNS int LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
declare
  kind text;
begin
  if exists (select from mirror_members m
    where m.organization_id = o and m.source_id = s and m.group_id = grp and m.member_id = one) then return 0; end if;
  foreach kind in array types loop
    -- Whoever is added cannot be deleted before this has been written.
    perform from mirror_resources r where r.organization_id = o and r.source_id = s and r.type = kind and r.id = one
      and r.deleted_at is null for key share;
    if not found then continue; end if;
    insert into mirror_members (organization_id, source_id, group_id, member_id, member_type) values (o, s, grp, one, kind)
    on conflict do nothing;
    if not found then return 0; end if;
    perform mirror_mark_member(o, s, one, kind, moment);
    return 1;
  end loop;
  raise exception 'members are not there' using errcode = 'RS404', detail = one::text;
end
$$;--> statement-breakpoint
CREATE FUNCTION mirror_drop_member(o int, s int, grp uuid, one uuid, moment timestamptz)
RETURNS int LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
declare
  kind text;
begin
  delete from mirror_members m where m.organization_id = o and m.source_id = s and m.group_id = grp and m.member_id = one
  returning m.member_type into kind;
  if not found then return 0; end if;
  perform mirror_mark_member(o, s, one, kind, moment);
  return 1;
end
$$;--> statement-breakpoint
CREATE FUNCTION mirror_mark_member(o int, s int, one uuid, kind text, moment timestamptz) RETURNS void LANGUAGE plpgsql AS $$
begin
  if kind = 'Group' then
    perform mirror_mark_below(o, s, array[one], moment);
  else
    insert into mirror_marks (organization_id, source_id, number, type, id, urgent, at)
    values (o, s, nextval('mirror_numbers'), kind, one, false, moment);
  end if;
end
$$;--> statement-breakpoint
-- As before, but one member at a time where one is meant, and the version and the audit written without detours.
CREATE OR REPLACE FUNCTION mirror_change_members(
  o int, s int, t text, grp uuid, expected bigint, turn boolean, steps json, types text[], moment timestamptz, who jsonb)
RETURNS bigint LANGUAGE plpgsql AS $$
declare
  step json;
  ids uuid[];
  own bigint;
  changed int := 0;
begin
  -- Whoever only adds or removes waits for nobody but who deletes the group. To replace all, to insist on a version, or to write the
  -- group afterwards, takes turns. (The values of steps are ids, so the word is that of an operation.)
  if turn or expected is not null or steps::text like '%"replace"%' then
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
  for place in 0 .. json_array_length(steps) - 1 loop
    step := steps->place;
    ids := array(select x::uuid from json_array_elements_text(step->'values') x);
    if cardinality(ids) = 1 and step->>'op' = 'remove' then
      changed := changed + mirror_drop_member(o, s, grp, ids[1], moment);
    elsif cardinality(ids) = 1 and step->>'op' = 'add' then
      changed := changed + mirror_add_member(o, s, grp, ids[1], types, moment);
    elsif step->>'op' = 'remove' then
      changed := changed + mirror_drop_members(o, s, grp, ids, false, moment);
    else
      if step->>'op' = 'replace' then changed := changed + mirror_drop_members(o, s, grp, ids, true, moment); end if;
      changed := changed + mirror_add_members(o, s, grp, ids, types, moment);
    end if;
  end loop;
  if changed = 0 then return -mirror_version(o, s, grp, own); end if;
  insert into mirror_member_changes as c (organization_id, source_id, group_id, part, count, at)
  values (o, s, grp, pg_backend_pid() % 16, 1, moment)
  on conflict (organization_id, source_id, group_id, part) do update set count = c.count + 1, at = greatest(c.at, excluded.at);
  insert into audit (organization_id, at, actor, act, object, request_id, token_id)
  values (o, moment, who->>'actor', 'mirror.members', t || ' ' || grp, who->>'request', (who->>'token')::bigint);
  return (select r.version + (select sum(c.count) from mirror_member_changes c
      where c.organization_id = o and c.source_id = s and c.group_id = grp)::bigint
    from mirror_resources r where r.organization_id = o and r.source_id = s and r.type = t and r.id = grp);
end
$$;
--> statement-breakpoint
-- Makes resources active or not, and nothing else: what identity providers ask most often of one. Each at most once. `document` is null
-- where the text says `active` not exactly once and at its top: then nothing was done, and somebody has to read it. Who is not in the
-- answer is not there. Few rows meet a large table: each is looked up in an index, however small the table was when this was planned.
CREATE FUNCTION mirror_set_active_many(o int, s int, t text, given json)
RETURNS TABLE (organization_id int, source_id int, id uuid, place int, type text, document text, version bigint,
  created_at timestamptz, modified_at timestamptz, active boolean, changed boolean)
LANGUAGE plpgsql SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
#variable_conflict use_column
begin
  return query
  with wanted as materialized (
    select * from json_to_recordset(given) as g(place int, id uuid, active boolean, at timestamptz, author jsonb)),
  held as materialized (
    select w.place, w.active as becomes, w.at, w.author, m.id, m.document::text as text, m.comparable, m.version, m.created_at,
      m.modified_at, m.active
    from wanted w join mirror_resources m on m.organization_id = o and m.source_id = s and m.type = t and m.id = w.id
      and m.deleted_at is null
    order by w.id for no key update of m),
  clear as materialized (
    select h.*, h.comparable ? 'active' and length(h.text) - length(replace(h.text, '"active":', '')) = 9
      and position('"active":' || h.active::text in h.text) > 0 as clear
    from held h),
  changed as (
    update mirror_resources m set document = replace(c.text, '"active":' || c.active::text, '"active":' || c.becomes::text)::json,
      comparable = jsonb_set(c.comparable, '{active}', to_jsonb(c.becomes)), active = c.becomes, version = nextval('mirror_numbers'),
      modified_at = greatest(m.modified_at, c.at)
    from clear c
    where m.organization_id = o and m.source_id = s and m.type = t and m.id = c.id and c.clear and c.active <> c.becomes
    returning m.id, m.document::text as text, m.version, m.active, m.modified_at, c.at, c.author),
  marked as (
    insert into mirror_marks (organization_id, source_id, number, type, id, urgent, at)
    select o, s, c.version, t, c.id, not c.active, c.at from changed c),
  -- Always in the same order, so that two who do the opposite wait for each other and do not block each other.
  counted as (
    insert into mirror_totals as m (organization_id, source_id, type, active, part, count)
    select o, s, t, n.active, pg_backend_pid() % 16, sum(n.more)
    from (select c.active, 1 as more from changed c union all select not c.active, -1 from changed c) n
    group by n.active having sum(n.more) <> 0 order by n.active
    on conflict (organization_id, source_id, type, active, part) do update set count = m.count + excluded.count),
  told as (
    insert into audit (organization_id, at, actor, act, object, request_id, token_id)
    select o, c.at, c.author->>'actor', 'mirror.changed', t || ' ' || c.id, c.author->>'request', (c.author->>'token')::bigint
    from changed c)
  select o, s, c.id, c.place, t, case when c.clear then coalesce(d.text, c.text) end, coalesce(d.version, c.version), c.created_at,
    coalesce(d.modified_at, c.modified_at), c.becomes, d.id is not null
  from clear c left join changed d on d.id = c.id;
end
$$;
