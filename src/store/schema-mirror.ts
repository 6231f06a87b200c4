/**
 * The mirror of a SCIM source: the resources that its identity provider pushes, exactly as they are answered. Requests write here and
 * leave a mark; what the marks name is read into the directory later, many at a time. So a request costs a few index entries, whatever
 * the size of the organization (but a rename of a group leaves a mark for each of its members), and waits only for whoever writes the
 * same resource or deletes one that it names.
 */
import { sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  index,
  integer,
  json,
  jsonb,
  pgSequence,
  pgTable,
  primaryKey,
  smallint,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core'
import { instant, keyText, organizationId } from './columns.ts'

const sourceId = () => integer('source_id').notNull()
const number = (name: string) => bigint(name, { mode: 'number' })

/** Numbers marks and versions of resources. */
export const mirrorNumbers = pgSequence('mirror_numbers', { cache: 1 })

export const mirrorResources = pgTable(
  'mirror_resources',
  {
    organizationId: organizationId(),
    sourceId: sourceId(),
    /** Name of the resource type: User, Group, … */
    type: keyText('type').notNull(),
    /** A uuid of version 7, so that the order of ids is the order of creation. */
    id: uuid('id').notNull(),
    /** The resource as it was understood, without what the server knows better; kept as text, in the order in which it came. */
    document: json('document').notNull(),
    /** The same, as it is compared: folded text, instants in UTC. */
    comparable: jsonb('comparable').notNull(),
    /** What no two live resources of the type have: the folded user name; null where nothing is. */
    uniqueKey: keyText('unique_key'),
    externalId: keyText('external_id'),
    displayNameKey: keyText('display_name_key'),
    active: boolean('active').notNull(),
    version: number('version').notNull(),
    createdAt: instant('created_at').notNull(),
    modifiedAt: instant('modified_at').notNull(),
    /** Deleted: gone from every answer, remembered so that somebody who comes back is known. */
    deletedAt: instant('deleted_at'),
    /** A deleted group: when another one of its name took its place. Never unset, whatever becomes of that one. */
    replacedAt: instant('replaced_at'),
    /** A deleted group whose place nobody has taken: the groups that it was in, so that its people keep what those give. */
    wasIn: uuid('was_in').array(),
    /** Not a deleted group but a name that a group had: which one. It is its only member, so that its people keep what that name gives. */
    nameOf: uuid('name_of'),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.sourceId, table.type, table.id] }),
    uniqueIndex('mirror_resources_unique')
      .on(table.organizationId, table.sourceId, table.type, table.uniqueKey)
      .where(sql`deleted_at is null and unique_key is not null`),
    uniqueIndex('mirror_resources_external')
      .on(table.organizationId, table.sourceId, table.type, table.externalId)
      .where(sql`deleted_at is null and external_id is not null`),
    index('mirror_resources_display')
      .on(table.organizationId, table.sourceId, table.type, table.displayNameKey)
      .where(sql`deleted_at is null and display_name_key is not null`),
    index('mirror_resources_modified').on(table.organizationId, table.sourceId, table.type, table.modifiedAt),
    index('mirror_resources_inactive')
      .on(table.organizationId, table.sourceId, table.type, table.id)
      .where(sql`deleted_at is null and not active`),
    index('mirror_resources_deleted_external')
      .on(table.organizationId, table.sourceId, table.type, table.externalId)
      .where(sql`deleted_at is not null and external_id is not null`),
    index('mirror_resources_deleted_unique')
      .on(table.organizationId, table.sourceId, table.type, table.uniqueKey)
      .where(sql`deleted_at is not null and unique_key is not null`),
    index('mirror_resources_deleted_display')
      .on(table.organizationId, table.sourceId, table.type, table.displayNameKey)
      .where(sql`deleted_at is not null and display_name_key is not null`),
    index('mirror_resources_was_in').on(table.organizationId, table.sourceId, table.id).where(sql`was_in is not null`),
  ],
)

/** Addresses of resources, folded: what is looked up by them comes from an index. */
export const mirrorEmails = pgTable(
  'mirror_emails',
  {
    organizationId: organizationId(),
    sourceId: sourceId(),
    valueKey: keyText('value_key').notNull(),
    id: uuid('id').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.sourceId, table.valueKey, table.id] }),
    index('mirror_emails_resource').on(table.organizationId, table.sourceId, table.id),
  ],
)

/** Who is in which group: one row each, so that adding one to a million costs what adding one to ten does. */
export const mirrorMembers = pgTable(
  'mirror_members',
  {
    organizationId: organizationId(),
    sourceId: sourceId(),
    groupId: uuid('group_id').notNull(),
    memberId: uuid('member_id').notNull(),
    /** The resource type of the member. */
    memberType: keyText('member_type').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.sourceId, table.groupId, table.memberId] }),
    index('mirror_members_member').on(table.organizationId, table.sourceId, table.memberId, table.groupId),
    index('mirror_members_nested')
      .on(table.organizationId, table.sourceId, table.groupId)
      .where(sql`member_type = 'Group'`),
  ],
)

/**
 * How often the members of a group changed, in parts, so that those who change a busy group do not wait for each other. The version
 * of a group is its own and the sum of these: it moves with every commit, in whatever order they come.
 */
export const mirrorMemberChanges = pgTable(
  'mirror_member_changes',
  {
    organizationId: organizationId(),
    sourceId: sourceId(),
    groupId: uuid('group_id').notNull(),
    part: smallint('part').notNull(),
    count: number('count').notNull(),
    /** When the last one was. */
    at: instant('at').notNull(),
  },
  (table) => [
    primaryKey({
      name: 'mirror_member_changes_pk',
      columns: [table.organizationId, table.sourceId, table.groupId, table.part],
    }),
  ],
)

/** How many live resources there are, in parts, so that two who create never wait for each other. */
export const mirrorTotals = pgTable(
  'mirror_totals',
  {
    organizationId: organizationId(),
    sourceId: sourceId(),
    type: keyText('type').notNull(),
    active: boolean('active').notNull(),
    part: smallint('part').notNull(),
    count: number('count').notNull(),
  },
  (table) => [primaryKey({ columns: [table.organizationId, table.sourceId, table.type, table.active, table.part] })],
)

/** Resources that changed and were not yet read into the directory, in the order of the changes; a resource may stand here often. */
export const mirrorMarks = pgTable(
  'mirror_marks',
  {
    organizationId: organizationId(),
    sourceId: sourceId(),
    number: number('number').notNull(),
    type: keyText('type').notNull(),
    id: uuid('id').notNull(),
    /** Somebody was deactivated or deleted: they lose access within a second or two. */
    urgent: boolean('urgent').notNull(),
    at: instant('at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.sourceId, table.number] }),
    index('mirror_marks_urgent').on(table.organizationId, table.sourceId, table.at).where(sql`urgent`),
  ],
)

/** People whose resources were read into the directory and who are still to be planned: the work of the next proposal, and no more. */
export const pushedPeople = pgTable(
  'pushed_people',
  {
    organizationId: organizationId(),
    personId: number('person_id').notNull(),
    /** They were deactivated or deleted. */
    urgent: boolean('urgent').notNull(),
    /** A guard stopped at them while another urgent plan was held already: they wait for the one that takes its place and names all. */
    held: boolean('held').notNull().default(false),
    at: instant('at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.personId] }),
    index('pushed_people_urgent').on(table.organizationId, table.personId).where(sql`urgent`),
  ],
)
