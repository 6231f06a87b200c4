DROP INDEX "letters_due";--> statement-breakpoint
ALTER TABLE "mirror_resources" ADD COLUMN "name_of" uuid;--> statement-breakpoint
CREATE INDEX "audit_plan" ON "audit" USING btree ("organization_id","plan_id","act") WHERE plan_id is not null;--> statement-breakpoint
CREATE INDEX "audit_invited" ON "audit" USING btree ("organization_id","object") WHERE act = 'administrator.invited';--> statement-breakpoint
CREATE INDEX "letters_due" ON "letters" USING btree ("state","audience","due_at","id");
--> statement-breakpoint
-- As before, and a group that is renamed leaves its former name behind as one leaves a deleted group: what its people have because of
-- that name is frozen until another group is called so. The name stands in for a group that was deleted and has the renamed one as its
-- only member, so that who leaves or joins the group leaves or joins the name too.
CREATE OR REPLACE FUNCTION mirror_update(
  o int, s int, t text, i uuid, expected bigint, doc json, cmp jsonb, uniq text, ext text, disp text, alive boolean, emails text[],
  hurry boolean, rename boolean, moment timestamptz, who jsonb) RETURNS bigint LANGUAGE plpgsql AS $$
declare
  v bigint;
  was boolean;
  former text;
begin
  select r.active, r.display_name_key into was, former from mirror_resources r
  where r.organization_id = o and r.source_id = s and r.type = t and r.id = i and r.deleted_at is null and r.version = expected
  for no key update;
  if not found then return null; end if;
  v := nextval('mirror_numbers');
  if rename and t = 'Group' and former is distinct from disp then perform mirror_leave_name(o, s, i, former, disp, v, moment); end if;
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
$$;
--> statement-breakpoint
-- Keeps the name that a group has, before it is called otherwise, unless another group is called so as well; and a name that it had
-- before is its own again. Both names are taken turns for in the order of the alphabet, so that two groups that swap their names wait
-- for each other and do not block each other.
CREATE FUNCTION mirror_leave_name(o int, s int, grp uuid, former text, disp text, v bigint, moment timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
declare
  ghost uuid := gen_random_uuid();
begin
  perform mirror_name_turn(o, s, least(former, disp));
  perform mirror_name_turn(o, s, greatest(former, disp));
  with own as (
    delete from mirror_resources r using mirror_members m
    where m.organization_id = o and m.source_id = s and m.member_id = grp
      and r.organization_id = o and r.source_id = s and r.type = 'Group' and r.id = m.group_id and r.name_of = grp
      and r.display_name_key = disp
    returning r.id)
  delete from mirror_members m using own
  where m.organization_id = o and m.source_id = s and m.group_id = own.id and m.member_id = grp;
  if former is null then return; end if;
  if exists (select from mirror_resources r where r.organization_id = o and r.source_id = s and r.type = 'Group'
    and r.display_name_key = former and r.deleted_at is null and r.id <> grp) then return; end if;
  insert into mirror_resources (organization_id, source_id, type, id, document, comparable, display_name_key, active, version, created_at,
    modified_at, deleted_at, name_of)
  select o, s, r.type, ghost, r.document, r.comparable, former, r.active, v, r.created_at, moment, moment, grp
  from mirror_resources r where r.organization_id = o and r.source_id = s and r.type = 'Group' and r.id = grp;
  insert into mirror_members (organization_id, source_id, group_id, member_id, member_type) values (o, s, ghost, grp, 'Group');
end
$$;
