/**
 * The chain over the audit. Ids of rows come from one sequence for all organizations, and transactions do not commit in the order of
 * their ids: what is sealed must lie below every id that can still come.
 */
import type { Seal, SealedRow } from '../reconcile/seal.ts'
import type { Handle, Transaction } from './connection.ts'

/** A seal with its digest, as 64 hex digits, and its signature where it has one. */
export interface StoredSeal extends Seal {
  digest: string
  head: StoredHead | null
}

/** A signature of a seal, and the key by which it can be checked, as DER; both in hex. */
export interface StoredHead {
  publicKey: string
  signature: string
}

/** Instants as text that no setting of the server changes. */
const AT = 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'

/** The highest id of a row of the audit that was ever given out, whether its transaction has committed or not; 0 for none. */
export async function lastAuditId(handle: Handle): Promise<number> {
  const [row] = await handle<{ last: number }[]>`
    select case when is_called then last_value else 0 end::bigint as last from audit_id_seq`
  return row?.last ?? 0
}

/**
 * The transactions that may hold ids of the audit and have not ended, by name. Whoever inserts locks the table before an id is taken,
 * and lets go when everybody can see the row: a row whose id was given out before this look is there to be seen, is given up, or belongs
 * to one of these.
 */
export async function auditWriters(handle: Handle): Promise<string[]> {
  const rows = await handle<{ name: string }[]>`
    select distinct virtualtransaction as name from (${writers(handle)}) w`
  return rows.map(({ name }) => name)
}

/** Whether all of these have ended. One that was prepared for two-phase commit goes by another name: while there is any, none has. */
export async function writersHaveEnded(handle: Handle, names: string[]): Promise<boolean> {
  const [row] = await handle<{ ended: boolean }[]>`
    select not exists (
      select from (${writers(handle)}) w where pid is null or virtualtransaction = any(${names}::text[])) as ended`
  return row?.ended === true
}

function writers(handle: Handle) {
  return handle`
    select pid, virtualtransaction from pg_locks
    where locktype = 'relation' and relation = 'public.audit'::regclass and mode = 'RowExclusiveLock'
      and database = (select oid from pg_database where datname = current_database())`
}

/** Organizations that have rows up to that id which no seal covers. */
export async function organizationsToSeal(handle: Handle, upTo: number): Promise<number[]> {
  const rows = await handle<{ id: number }[]>`
    select o.id from organizations o
    left join lateral (
      select to_id from audit_seals s where s.organization_id = o.id order by number desc limit 1) s on true
    where exists (
      select from audit a where a.organization_id = o.id and a.id > coalesce(s.to_id, 0) and a.id <= ${upTo})
    order by o.id`
  return rows.map(({ id }) => id)
}

/** Rows of the audit in the order of their ids: above `after`, or from the very first where that is null, up to `upTo`. */
export async function readAuditRows(
  handle: Handle,
  organization: number,
  { after, upTo, limit }: { after: number | null; upTo: number; limit: number },
): Promise<SealedRow[]> {
  return await handle<SealedRow[]>`
    select id, to_char(at at time zone 'UTC', ${AT}) as at, actor, act, object, plan_id as "planId",
      request_id as "requestId", token_id as "tokenId", before, after
    from audit
    where organization_id = ${organization} ${after === null ? handle`` : handle`and id > ${after}`} and id <= ${upTo}
    order by id limit ${limit}`
}

/** Seals with numbers above `after`, in their order. */
export async function readSeals(
  handle: Handle,
  organization: number,
  { after, limit }: { after: number; limit: number },
): Promise<StoredSeal[]> {
  return await handle<StoredSeal[]>`
    ${stored(handle, organization)} and s.number > ${after} order by s.number limit ${limit}`
}

/** The latest first; `before` is a number, null for the newest. */
export async function listSeals(
  handle: Handle,
  organization: number,
  { before, limit }: { before: number | null; limit: number },
): Promise<StoredSeal[]> {
  return await handle<StoredSeal[]>`
    ${stored(handle, organization)} ${before === null ? handle`` : handle`and s.number < ${before}`}
    order by s.number desc limit ${limit}`
}

function stored(handle: Handle, organization: number) {
  return handle`
    select s.organization_id as organization, s.number, s.from_id as "from", s.to_id as "to", s.rows,
      to_char(s.at at time zone 'UTC', ${AT}) as at, encode(s.digest, 'hex') as digest,
      case when h.number is not null then
        json_build_object('publicKey', encode(h.public_key, 'hex'), 'signature', encode(h.signature, 'hex')) end as head
    from audit_seals s left join audit_heads h on h.organization_id = s.organization_id and h.number = s.number
    where s.organization_id = ${organization}`
}

/** The number of the last signed seal; 0 for none. */
export async function lastHead(handle: Handle, organization: number): Promise<number> {
  const [row] = await handle<{ number: number }[]>`
    select number from audit_heads where organization_id = ${organization} order by number desc limit 1`
  return row?.number ?? 0
}

/** Rows above an id, which no seal covers yet, and when the oldest of them was written. */
export async function unsealedRows(
  handle: Handle,
  organization: number,
  after: number,
): Promise<{ rows: number; since: Date | null }> {
  const [found] = await handle<{ rows: number; since: Date | null }[]>`
    select count(*)::int as rows, min(at) as since from audit where organization_id = ${organization} and id > ${after}`
  return found ?? { rows: 0, since: null }
}

/** Adds a seal and, where it has one, its signature. Of two with the same number the second is refused by the database. */
export async function insertSeal(transaction: Transaction, organization: number, seal: StoredSeal): Promise<void> {
  const { number, from, to, rows, digest, at, head } = seal
  await transaction`
    insert into audit_seals (organization_id, number, from_id, to_id, rows, digest, at)
    values (${organization}, ${number}, ${from}, ${to}, ${rows}, ${Buffer.from(digest, 'hex')}, ${at})`
  if (head === null) return
  await transaction`
    insert into audit_heads (organization_id, number, public_key, signature, at)
    values (${organization}, ${number}, ${Buffer.from(head.publicKey, 'hex')}, ${Buffer.from(head.signature, 'hex')}, ${at})`
}
