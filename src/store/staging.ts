/**
 * The staging of snapshots: rows of a file wait here, apart from the directory, until the snapshot is admitted.
 * Nothing of a snapshot that is held or refused can be seen by a later plan, because no later step reads this table.
 */
import { hash } from 'node:crypto'
import type { RowError, StagedRow } from '../reconcile/model.ts'
import type { Handle, Sql, Transaction } from './connection.ts'
import { copyArray, copyInto, copyJson, copyLine, copyText } from './copy.ts'
import { analyze } from './statistics.ts'

const COLUMNS = [
  'organization_id',
  'snapshot_id',
  'line',
  'action',
  'anchor',
  'anchor_key',
  'email',
  'email_key',
  'user_name',
  'user_name_key',
  'first_name',
  'last_name',
  'display_name',
  'language',
  'status',
  'start_at',
  'role',
  'groups',
  'products',
  'expires_at',
  'seat_priority',
  'attributes',
  'hash',
]

/** Streams rows into the staging by COPY, in one transaction. `canonical` gives the text that the row's hash covers. */
export async function stageRows(
  sql: Sql,
  organization: number,
  snapshot: number,
  batches: AsyncIterable<StagedRow[]>,
  canonical: (row: StagedRow) => string,
): Promise<void> {
  await sql.begin(async (transaction) => {
    await transaction`delete from staged_rows where organization_id = ${organization} and snapshot_id = ${snapshot}`
    const lines = async function* () {
      for await (const rows of batches) {
        let text = ''
        for (const row of rows) text += stagedLine(organization, snapshot, row, canonical(row))
        if (text) yield text
      }
    }
    await copyInto(transaction, 'staged_rows', COLUMNS, lines())
    // Without fresh statistics the comparisons that follow are planned as nested loops, which grow with the square of the file.
    await analyze(transaction, 'staged_rows')
    // Whoever lost the source's lock with its connection reads on without knowing: the verdict of the successor ends it here.
    const [open] = await transaction`
      select 1 as one from snapshots where organization_id = ${organization} and id = ${snapshot} and state = 'staging' for update`
    if (!open) throw new Error(`snapshot ${snapshot} was decided while this reader still read its file`)
  })
}

export async function stageErrors(
  handle: Handle,
  organization: number,
  snapshot: number,
  errors: RowError[],
): Promise<void> {
  if (errors.length === 0) return
  const rows = errors.map((error) => ({
    line: error.line,
    code: error.code,
    params: error.params,
    cells: error.cells,
    anchor_key: error.anchorKey,
    email_key: error.emailKey,
    user_name_key: error.userNameKey,
  }))
  await handle`
    insert into row_errors (organization_id, snapshot_id, line, code, params, cells, anchor_key, email_key, user_name_key)
    select ${organization}, ${snapshot}, line, code, params, cells, anchor_key, email_key, user_name_key
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as
      x(line int, code text, params jsonb, cells text[], anchor_key text, email_key text, user_name_key text)
    on conflict do nothing`
}

/** Forgets the errors of a reading that a crash cut short, before the file is read again. */
export async function clearErrors(handle: Handle, organization: number, snapshot: number): Promise<void> {
  await handle`delete from row_errors where organization_id = ${organization} and snapshot_id = ${snapshot}`
}

/** Forgets the errors of rows that were understood all the same, and returns how many there were. */
export async function forgiveRows(transaction: Transaction, organization: number, snapshot: number): Promise<number> {
  const forgiven = await transaction`
    delete from row_errors e using staged_rows s
    where e.organization_id = ${organization} and e.snapshot_id = ${snapshot} and s.organization_id = e.organization_id
      and s.snapshot_id = e.snapshot_id and s.line = e.line`
  return forgiven.count
}

/** Groups of staged rows that share a key, in key order: each is one person on several lines. */
export async function* duplicates(handle: Sql, organization: number, snapshot: number): AsyncIterable<StagedRow[]> {
  const cursor = handle<StagedColumns[]>`
    select * from staged_rows
    where organization_id = ${organization} and snapshot_id = ${snapshot} and anchor_key in (
      select anchor_key from staged_rows where organization_id = ${organization} and snapshot_id = ${snapshot}
      group by anchor_key having count(*) > 1)
    order by anchor_key, line`.cursor(1000)
  let group: StagedRow[] = []
  for await (const page of cursor) {
    for (const columns of page) {
      const row = fromColumns(columns)
      if (group[0] && group[0].anchorKey !== row.anchorKey) {
        yield group
        group = []
      }
      group.push(row)
    }
  }
  if (group.length > 0) yield group
}

/** Puts rows into the staging of a snapshot, in the caller's transaction. */
export async function addRows(
  transaction: Transaction,
  organization: number,
  snapshot: number,
  rows: StagedRow[],
  canonical: (row: StagedRow) => string,
): Promise<void> {
  if (rows.length === 0) return
  const lines = rows.map((row) => stagedLine(organization, snapshot, row, canonical(row)))
  await copyInto(transaction, 'staged_rows', COLUMNS, lines)
}

/** Takes lines out of the staging. */
async function removeLines(
  transaction: Transaction,
  organization: number,
  snapshot: number,
  lines: number[],
): Promise<void> {
  await transaction`
    delete from staged_rows
    where organization_id = ${organization} and snapshot_id = ${snapshot} and line = any(${lines}::int[])`
}

/** Takes lines out of the staging and puts one merged row in place of each group. */
export async function replaceLines(
  sql: Sql,
  organization: number,
  snapshot: number,
  gone: number[],
  merged: StagedRow[],
  canonical: (row: StagedRow) => string,
): Promise<void> {
  if (gone.length === 0) return
  await sql.begin(async (transaction) => {
    await removeLines(transaction, organization, snapshot, gone)
    await addRows(transaction, organization, snapshot, merged, canonical)
  })
}

/** Rows of the staging in the order of their lines: at most `limit` after line `after`, or those that `lines` names. */
export async function readStaged(
  handle: Handle,
  organization: number,
  snapshot: number,
  page: { after: number; limit: number } | { lines: number[] },
): Promise<StagedRow[]> {
  const which =
    'lines' in page
      ? handle`line = any(${page.lines}::int[]) order by line`
      : handle`line > ${page.after} order by line limit ${page.limit}`
  const rows = await handle<StagedColumns[]>`
    select * from staged_rows where organization_id = ${organization} and snapshot_id = ${snapshot} and ${which}`
  const [header] = await handle<{ groups: Record<string, string> }[]>`
    select groups from snapshots where organization_id = ${organization} and id = ${snapshot}`
  return rows.map((row) => ({ ...fromColumns(row), groupNames: row.groups.map((id) => header?.groups[id] ?? id) }))
}

export interface StagedFacts {
  /** Rows that were understood, one a person. */
  people: number
  errors: number
  /** sha256 over the rows' hashes in key order. */
  digest: string
  /** Live people of the source. */
  known: number
  /** Those of them whom the file does not mention, neither in a good row nor in a broken one. */
  missing: number
  /** Broken rows in which no key could be read: nobody is absent while there is one. */
  unidentified: number
}

export async function stagedFacts(
  handle: Handle,
  organization: number,
  source: number,
  snapshot: number,
): Promise<StagedFacts> {
  const [facts] = await handle<StagedFacts[]>`
    select
      (select count(*)::int from staged_rows where organization_id = ${organization} and snapshot_id = ${snapshot}) as people,
      (select count(*)::int from row_errors where organization_id = ${organization} and snapshot_id = ${snapshot}) as errors,
      (select encode(sha256(coalesce(string_agg(hash, ''::bytea order by anchor_key), ''::bytea)), 'hex') from staged_rows
        where organization_id = ${organization} and snapshot_id = ${snapshot}) as digest,
      (select count(*)::int from directory_users u
        where u.organization_id = ${organization} and u.source_id = ${source} and u.to_change is null) as known,
      (select count(*)::int from directory_users u
        where u.organization_id = ${organization} and u.source_id = ${source} and u.to_change is null
          and not exists (select from staged_rows s where s.organization_id = ${organization} and s.snapshot_id = ${snapshot}
            and s.anchor_key = u.anchor_key)
          and not exists (select from row_errors e where e.organization_id = ${organization} and e.snapshot_id = ${snapshot}
            and e.anchor_key = u.anchor_key)
          and not exists (select from row_errors e where e.organization_id = ${organization} and e.snapshot_id = ${snapshot}
            and e.email_key = u.email_key)
          and not exists (select from row_errors e where e.organization_id = ${organization} and e.snapshot_id = ${snapshot}
            and e.user_name_key = u.user_name_key)) as missing,
      (select count(*)::int from row_errors where organization_id = ${organization} and snapshot_id = ${snapshot}
        and anchor_key is null and email_key is null and user_name_key is null) as unidentified`
  if (!facts) throw new Error('an aggregate without a row')
  return facts
}

export async function dropStaging(handle: Handle, organization: number, snapshot: number): Promise<void> {
  await handle`delete from staged_rows where organization_id = ${organization} and snapshot_id = ${snapshot}`
}

interface StagedColumns {
  line: number
  action: 'keep' | 'remove'
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
  status: StagedRow['status']
  start_at: Date | null
  role: StagedRow['role']
  groups: string[]
  products: StagedRow['products']
  expires_at: Date | null
  seat_priority: number | null
  attributes: Record<string, string>
}

function fromColumns(row: StagedColumns): StagedRow {
  return {
    line: row.line,
    action: row.action,
    anchor: row.anchor,
    anchorKey: row.anchor_key,
    profile: {
      email: row.email,
      emailKey: row.email_key,
      userName: row.user_name,
      userNameKey: row.user_name_key,
      firstName: row.first_name,
      lastName: row.last_name,
      displayName: row.display_name,
      language: row.language,
    },
    status: row.status,
    startAt: row.start_at?.toISOString() ?? null,
    role: row.role,
    groups: row.groups,
    groupNames: row.groups,
    products: row.products,
    expiresAt: row.expires_at?.toISOString() ?? null,
    seatPriority: row.seat_priority,
    attributes: row.attributes,
  }
}

function stagedLine(organization: number, snapshot: number, row: StagedRow, canonical: string): string {
  const { profile } = row
  return copyLine([
    copyText(organization),
    copyText(snapshot),
    copyText(row.line),
    copyText(row.action),
    copyText(row.anchor),
    copyText(row.anchorKey),
    copyText(profile.email),
    copyText(profile.emailKey),
    copyText(profile.userName),
    copyText(profile.userNameKey),
    copyText(profile.firstName),
    copyText(profile.lastName),
    copyText(profile.displayName),
    copyText(profile.language),
    copyText(row.status),
    copyText(row.startAt),
    copyText(row.role),
    copyArray(row.groups),
    copyJson(row.products),
    copyText(row.expiresAt),
    copyText(row.seatPriority),
    copyJson(row.attributes),
    // Half of SHA-256 is plenty to tell two versions of one person's row apart.
    `\\\\x${hash('sha256', canonical, 'hex').slice(0, 32)}`,
  ])
}
