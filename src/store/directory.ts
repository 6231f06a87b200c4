/**
 * The mirror: what each source last said. Merging an admitted snapshot writes only rows whose content changed, and marks the
 * people it touches dirty in the same transaction. Whoever a file mentions in a broken row is left exactly as they were.
 */
import type { PendingQuery, Row } from 'postgres'
import type { DirectoryRow, Profile, Role, RowProduct, SourceStatus } from '../reconcile/model.ts'
import type { Handle, Transaction } from './connection.ts'
import { analyze } from './statistics.ts'

export interface Merge {
  organization: number
  source: number
  snapshot: number
  change: number
  at: Date
  /** Absence has meaning: people whom the file does not mention are gone. */
  absences: boolean
}

/** Merges the staging of one snapshot into the directory of its source. Runs inside the transaction that admits it. */
export async function mergeSnapshot(transaction: Transaction, merge: Merge): Promise<void> {
  const { organization, source, snapshot } = merge
  await mergeGroups(transaction, merge)
  await linkPeople(transaction, merge)
  await findMoved(transaction, merge)
  await closeVersions(transaction, merge, transaction`u.anchor_key in (select anchor_key from moved)`)
  if (merge.absences) await closeAbsent(transaction, merge)
  await transaction`
    with written as (
      insert into directory_users (organization_id, source_id, anchor_key, from_change, person_id, anchor, email, email_key, user_name,
        user_name_key, first_name, last_name, display_name, language, status, start_at, role, groups, products, expires_at,
        seat_priority, attributes, hash, snapshot_id, line)
      select s.organization_id, ${source}, s.anchor_key, ${merge.change}, l.person_id, s.anchor, s.email, s.email_key, s.user_name,
        s.user_name_key, s.first_name, s.last_name, s.display_name, s.language, s.status, s.start_at, s.role, s.groups, s.products,
        s.expires_at, s.seat_priority, s.attributes, s.hash, s.snapshot_id, s.line
      from moved
      join staged_rows s on s.organization_id = ${organization} and s.snapshot_id = ${snapshot} and s.line = moved.line
      join person_links l on l.organization_id = s.organization_id and l.source_id = ${source} and l.anchor_key = s.anchor_key
      where s.action = 'keep'
      returning person_id)
    ${markAgain(transaction, organization, 'written')}`
  await transaction`
    update sources set last_snapshot_id = ${snapshot} where organization_id = ${organization} and id = ${source}`
  await settleLinks(transaction, merge)
}

/**
 * The rows that differ from the directory, found before anything is written: a statement that looks for rows in the table it fills
 * meets its own new rows in the index, and slows down with each.
 */
async function findMoved(transaction: Transaction, { organization, source, snapshot }: Merge): Promise<void> {
  await transaction`
    create temporary table moved on commit drop as
    select s.line, s.anchor_key from staged_rows s
    left join directory_users u on u.organization_id = ${organization} and u.source_id = ${source} and u.anchor_key = s.anchor_key
      and u.to_change is null
    where s.organization_id = ${organization} and s.snapshot_id = ${snapshot}
      and (u.hash is distinct from s.hash or s.action = 'remove')`
  await analyze(transaction, 'moved')
  await transaction`create temporary table closed_rows (anchor_key text collate "C") on commit drop`
}

/** A person comes into being, with the link, in the write that first shows their anchor; in key order, so that ids follow content. */
async function linkPeople(
  transaction: Transaction,
  { organization, source, snapshot, change, at }: Merge,
): Promise<void> {
  await transaction`
    with fresh as (
      select anchor_key, anchor, nextval('person_ids') as person_id from (
        select s.anchor_key, s.anchor from staged_rows s
        where s.organization_id = ${organization} and s.snapshot_id = ${snapshot} and s.action = 'keep'
          and not exists (select from person_links l where l.organization_id = ${organization} and l.source_id = ${source}
            and l.anchor_key = s.anchor_key)
        order by s.anchor_key) ordered),
    born as (
      insert into people (organization_id, id, from_change) select ${organization}, person_id, ${change} from fresh)
    insert into person_links (organization_id, source_id, anchor_key, anchor, person_id, state, since)
    select ${organization}, ${source}, anchor_key, anchor, person_id, 'linked', ${at}::timestamptz from fresh`
}

/**
 * Marks the people of a statement dirty. A mark that is there already is locked, not passed over: otherwise an evaluation that still
 * sees the old rows could take it, and nobody would look again. In id order, so that two merges wait for each other in one direction.
 */
const markAgain = (transaction: Transaction, organization: number, changed: 'written' | 'closed') => transaction`
    insert into dirty_people (organization_id, person_id)
    select distinct ${organization}::int, person_id from ${transaction(changed)} order by person_id
    on conflict (organization_id, person_id) do update set person_id = excluded.person_id where false`

/** Ends live versions that match and marks their people dirty, in one statement. */
async function closeVersions(
  transaction: Transaction,
  { organization, source, change }: Merge,
  which: PendingQuery<Row[]>,
): Promise<void> {
  await transaction`
    with closed as (
      update directory_users u set to_change = ${change}
      where u.organization_id = ${organization} and u.source_id = ${source} and u.to_change is null and ${which}
      returning person_id, anchor_key),
    remembered as (insert into closed_rows select anchor_key from closed)
    ${markAgain(transaction, organization, 'closed')}`
}

/**
 * Everybody whom the file mentions in no row, good or broken, is absent. Where a broken row names nobody, nobody is: the
 * missing person may be the one whose row could not be read.
 */
async function closeAbsent(transaction: Transaction, merge: Merge): Promise<void> {
  const { organization, snapshot } = merge
  await closeVersions(
    transaction,
    merge,
    transaction`
      not exists (select from staged_rows s where s.organization_id = ${organization} and s.snapshot_id = ${snapshot}
        and s.anchor_key = u.anchor_key)
      and not exists (select from row_errors e where e.organization_id = ${organization} and e.snapshot_id = ${snapshot}
        and e.anchor_key = u.anchor_key)
      and not exists (select from row_errors e where e.organization_id = ${organization} and e.snapshot_id = ${snapshot}
        and e.email_key = u.email_key)
      and not exists (select from row_errors e where e.organization_id = ${organization} and e.snapshot_id = ${snapshot}
        and e.user_name_key = u.user_name_key)
      and not exists (select from row_errors e where e.organization_id = ${organization} and e.snapshot_id = ${snapshot}
        and e.anchor_key is null and e.email_key is null and e.user_name_key is null)`,
  )
}

/** A link without a live row is a ghost until apply lets go of it; one whose row is back is linked again. */
async function settleLinks(transaction: Transaction, { organization, source, at }: Merge): Promise<void> {
  await analyze(transaction, 'closed_rows')
  await transaction`
    update person_links l set state = 'ghost', since = ${at}
    from (
      select anchor_key from closed_rows c where not exists (
        select from directory_users u where u.organization_id = ${organization} and u.source_id = ${source}
          and u.anchor_key = c.anchor_key and u.to_change is null)) gone
    where l.organization_id = ${organization} and l.source_id = ${source} and l.anchor_key = gone.anchor_key and l.state = 'linked'`
  await transaction`
    update person_links l set state = 'linked', since = ${at}
    from moved
    where l.organization_id = ${organization} and l.source_id = ${source} and l.anchor_key = moved.anchor_key
      and l.state in ('ghost', 'released')
      -- Asked once, before the join: mostly there is none.
      and exists (select from person_links away where away.organization_id = ${organization} and away.source_id = ${source}
        and away.state in ('ghost', 'released'))
      and exists (select from directory_users u where u.organization_id = ${organization} and u.source_id = ${source}
        and u.anchor_key = moved.anchor_key and u.to_change is null)`
}

async function mergeGroups(transaction: Transaction, { organization, source, snapshot, change }: Merge): Promise<void> {
  await transaction`
    with named as (
      select key as id, value as name from snapshots s, jsonb_each_text(s.groups)
      where s.organization_id = ${organization} and s.id = ${snapshot}),
    closed as (
      update directory_groups g set to_change = ${change} from named n
      where g.organization_id = ${organization} and g.source_id = ${source} and g.id = n.id and g.to_change is null and g.name <> n.name)
    insert into directory_groups (organization_id, source_id, id, name, from_change)
    select ${organization}, ${source}, n.id, n.name, ${change} from named n
    where not exists (select from directory_groups g where g.organization_id = ${organization} and g.source_id = ${source}
      and g.id = n.id and g.to_change is null and g.name = n.name)`
}

/** The live rows of these people, from every source, ordered by source and anchor. */
export async function readRows(handle: Handle, organization: number, people: number[]): Promise<DirectoryRow[]> {
  const rows = await handle<RowColumns[]>`
    select u.source_id, u.person_id, u.anchor, u.anchor_key, u.email, u.email_key, u.user_name, u.user_name_key, u.first_name,
      u.last_name, u.display_name, u.language, u.status, u.start_at, u.role, u.groups, u.products, u.expires_at, u.seat_priority,
      u.attributes, u.snapshot_id, u.line, s.file
    from directory_users u
    left join snapshots s on s.organization_id = u.organization_id and s.id = u.snapshot_id
    where u.organization_id = ${organization} and u.person_id = any(${people}::bigint[]) and u.to_change is null
    order by u.person_id, u.source_id, u.anchor_key`
  const named = [...new Set(rows.flatMap((row) => row.groups))]
  const names = named.length > 0 ? await readGroupNames(handle, organization, named) : new Map<string, string>()
  return rows.map((row) => toRow(row, names))
}

/** People whom some source shows, behind this one in the order of their ids. */
export async function listShown(
  handle: Handle,
  organization: number,
  { after, limit }: { after: number; limit: number },
): Promise<number[]> {
  const rows = await handle<{ id: number }[]>`
    select distinct person_id as id from directory_users
    where organization_id = ${organization} and to_change is null and person_id > ${after} order by person_id limit ${limit}`
  return rows.map((row) => row.id)
}

/** Display names of these groups by `source:id`. */
async function readGroupNames(handle: Handle, organization: number, groups: string[]): Promise<Map<string, string>> {
  const rows = await handle<{ key: string; name: string }[]>`
    select source_id || ':' || id as key, name from directory_groups
    where organization_id = ${organization} and id = any(${groups}::text[]) and to_change is null`
  return new Map(rows.map((row) => [row.key, row.name]))
}

interface RowColumns {
  source_id: number
  person_id: number
  anchor: string
  anchor_key: string
  email: string
  email_key: string
  user_name: string | null
  user_name_key: string | null
  first_name: string | null
  last_name: string | null
  display_name: string | null
  language: string | null
  status: SourceStatus
  start_at: Date | null
  role: Role | null
  groups: string[]
  products: RowProduct[]
  expires_at: Date | null
  seat_priority: number | null
  attributes: Record<string, string>
  snapshot_id: number | null
  line: number | null
  file: string | null
}

function toRow(row: RowColumns, names: Map<string, string>): DirectoryRow {
  return {
    sourceId: row.source_id,
    personId: row.person_id,
    anchor: row.anchor,
    anchorKey: row.anchor_key,
    profile: profileOf(row),
    status: row.status,
    startAt: row.start_at?.toISOString() ?? null,
    role: row.role,
    groups: row.groups,
    groupNames: row.groups.map((id) => names.get(`${row.source_id}:${id}`) ?? id),
    products: row.products,
    expiresAt: row.expires_at?.toISOString() ?? null,
    seatPriority: row.seat_priority,
    attributes: row.attributes,
    evidence: { snapshotId: row.snapshot_id, file: row.file, line: row.line },
  }
}

export interface ProfileColumns {
  email: string
  email_key: string
  user_name: string | null
  user_name_key: string | null
  first_name: string | null
  last_name: string | null
  display_name: string | null
  language: string | null
}

export function profileOf(row: ProfileColumns): Profile {
  return {
    email: row.email,
    emailKey: row.email_key,
    userName: row.user_name,
    userNameKey: row.user_name_key,
    firstName: row.first_name,
    lastName: row.last_name,
    displayName: row.display_name,
    language: row.language,
  }
}
