/**
 * Letters on their way: a row is written in the transaction of what it tells about, and its state says how far it got. What the
 * letter tells is read when it leaves (`member-events.ts`, `administrator-events.ts`).
 */
import { randomUUID } from 'node:crypto'
import type { AdminEvent, MemberEvent } from '../reconcile/letter.ts'
import { readAdminEvent } from './administrator-events.ts'
import type { LinkSecret } from './administrators.ts'
import type { Handle, Sql, Transaction } from './connection.ts'
import { type LetterRow, readMemberEvent } from './member-events.ts'

/** `due` and `sending` go on; the others are ends. */
type LetterState = 'due' | 'sending' | 'sent' | 'failed' | 'unknown'

/** A letter to one person at one address; what it tells are the outcomes of the plan. */
export interface MemberLetter {
  personId: number
  address: string
  addressKey: string
}

/**
 * Writes letters to members, in the transaction that writes the last outcomes of these people in the plan. The unique index
 * makes a second letter to one address about one plan impossible.
 */
export async function writeMemberLetters(
  transaction: Transaction,
  organization: number,
  plan: number,
  letters: MemberLetter[],
  at: Date,
): Promise<void> {
  if (letters.length === 0) return
  const rows = letters.map(({ personId, address, addressKey }) => ({
    person_id: personId,
    address,
    address_key: addressKey,
  }))
  await transaction`
    insert into letters (organization_id, audience, event, plan_id, person_id, address, address_key, state, due_at)
    select ${organization}, 'member', 'plan', ${plan}, person_id, address, address_key, 'due', ${at}
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as new(person_id bigint, address text, address_key text)
    on conflict (organization_id, plan_id, person_id, address_key) where audience = 'member' do nothing`
}

/** What administrators are told about, and which plan, snapshot or question it concerns. */
export type AdministratorLetter =
  | { event: 'plan_waits' | 'plan_held' | 'plan_completed' | 'plan_partially_failed'; planId: number }
  | { event: 'snapshot_held' | 'snapshot_refused'; snapshotId: number }
  /** The last of the questions that were opened at once. */
  | { event: 'decision_waits'; decisionId: number }
  /** The last file before the silence. */
  | { event: 'source_silent'; snapshotId: number }

/**
 * Writes a letter to every administrator of the organization; those who may only look are told about results alone. Once per
 * event and plan, snapshot or question, however often it is called.
 */
export async function writeAdministratorLetter(
  handle: Handle,
  organization: number,
  letter: AdministratorLetter,
  at: Date,
): Promise<void> {
  const result = letter.event === 'plan_completed' || letter.event === 'plan_partially_failed'
  const planId = 'planId' in letter ? letter.planId : 0
  const snapshotId = 'snapshotId' in letter ? letter.snapshotId : 0
  const decisionId = 'decisionId' in letter ? letter.decisionId : 0
  await handle`
    insert into letters (organization_id, audience, event, plan_id, snapshot_id, decision_id, address, address_key, state, due_at)
    select ${organization}, 'administrator', ${letter.event}, ${planId}, ${snapshotId}, ${decisionId}, email, email_key, 'due', ${at}
    from administrators where organization_id = ${organization} and (${result} or role <> 'viewer')
    on conflict do nothing`
}

/** When the last letter about this leaves, or left, to whichever administrator it was the longest ago; null where there never was one. */
export async function lastLetterAt(
  handle: Handle,
  organization: number,
  event: AdministratorLetter['event'],
): Promise<Date | null> {
  const [row] = await handle<{ at: Date | null }[]>`
    select min(at) as at from (select max(due_at) as at from letters
      where organization_id = ${organization} and audience = 'administrator' and event = ${event} group by address_key) each`
  return row?.at ?? null
}

type Outgoing = {
  id: number
  organization: { id: number; key: string; name: string; zone: string }
  to: string
  attempt: number
} & ({ audience: 'member'; event: MemberEvent } | { audience: 'administrator'; event: AdminEvent })

/** Sending one letter takes seconds; one that has been leaving for so many minutes was left behind by a process that is gone. */
const ABANDONED_AFTER_MINUTES = 3

/**
 * The letterbox over the table, as the postman of `notify/` wants it. Every method is one short transaction. How long a letter has been
 * leaving is measured by the clock of the database alone: a worker whose own clock is ahead must not find the letters of others abandoned.
 *
 * @param newSecret makes the secret of a link that leaves with a letter
 * @param worker names this process in the rows it takes; only it may say what became of them
 */
export function createLetterBox(sql: Sql, newSecret: () => LinkSecret, worker: string = randomUUID()) {
  /** Which organization a letter of ours belongs to: ids alone say so too, but the key begins with the organization. */
  const organizations = new Map<number, number>()

  /**
   * Letters to administrators come first: what waits for a person, and the link that lets them in, must not queue behind the members whom
   * one large plan has changed. (`audience` is `administrator` or `member`, in this order.)
   *
   * @param due only those that are due by then; null: those that were left behind
   */
  const take = async (limit: number, due: Date | null): Promise<Outgoing[]> => {
    const ripe =
      due === null
        ? sql`state = 'sending' and taken_at <= clock_timestamp() - make_interval(mins => ${ABANDONED_AFTER_MINUTES})`
        : sql`state = 'due' and due_at <= ${due}`
    const rows = await sql<LetterRow[]>`
      with picked as (
        select organization_id, id from letters
        where ${ripe} and organization_id in (select id from organizations where not retired)
        order by audience, due_at, id limit ${limit} for update skip locked)
      update letters letter
      set state = 'sending', taken_by = ${worker}, taken_at = clock_timestamp(), attempt = letter.attempt + 1
      from picked join organizations organization on organization.id = picked.organization_id
      where letter.organization_id = picked.organization_id and letter.id = picked.id
      returning letter.id, letter.audience, letter.event, letter.plan_id as "planId", letter.snapshot_id as "snapshotId", letter.token_id as "tokenId",
        letter.person_id as "personId", letter.address, letter.address_key as "addressKey", letter.attempt, letter.due_at,
        organization.id as "organizationId", organization.key, organization.name, organization.zone`
    rows.sort((a, b) => a.id - b.id)
    const worded = await Promise.all(
      rows.map((row) => outgoing(row).catch((error: unknown) => putBack(row, due, error))),
    )
    return worded.filter((letter) => letter !== null)
  }

  /**
   * A letter that was due is due again, later, and keeps no other waiting. One that was left behind may have left, so that it is
   * never due again by itself: it is found once more after as long.
   */
  const putBack = async (row: LetterRow, due: Date | null, error: unknown): Promise<null> => {
    const reason = error instanceof Error ? error.message : String(error)
    const later = due === null ? null : new Date(due.getTime() + 60_000)
    await sql`
      update letters set state = ${due === null ? 'sending' : 'due'}, due_at = coalesce(${later}, due_at), error = ${reason}
      where organization_id = ${row.organizationId} and id = ${row.id} and taken_by = ${worker} and state = 'sending'`
    return null
  }

  const outgoing = async (row: LetterRow): Promise<Outgoing> => {
    organizations.set(row.id, row.organizationId)
    const letter = {
      id: row.id,
      organization: { id: row.organizationId, key: row.key, name: row.name, zone: row.zone },
      to: row.address,
      attempt: row.attempt,
    }
    return row.audience === 'member'
      ? { ...letter, audience: 'member', event: await readMemberEvent(sql, row) }
      : { ...letter, audience: 'administrator', event: await readAdminEvent(sql, row, newSecret) }
  }

  const finish = async (
    id: number,
    state: LetterState,
    fields: { messageId?: string; error?: string; dueAt?: Date },
  ) => {
    const organization = organizations.get(id)
    if (organization === undefined) throw new Error(`letter ${id} was not taken by this worker`)
    await sql`
      update letters set state = ${state}, taken_by = null, message_id = ${fields.messageId ?? null},
        error = ${fields.error ?? null}, due_at = coalesce(${fields.dueAt ?? null}, due_at)
      where organization_id = ${organization} and id = ${id} and state = 'sending' and taken_by = ${worker}`
    organizations.delete(id)
  }

  return {
    take: (limit: number, at: Date) => take(limit, at),
    abandoned: (limit: number) => take(limit, null),
    sent: (id: number, messageId: string) => finish(id, 'sent', { messageId }),
    retry: (id: number, at: Date, error: string) => finish(id, 'due', { error, dueAt: at }),
    failed: (id: number, error: string) => finish(id, 'failed', { error }),
    unknown: (id: number) => finish(id, 'unknown', { error: 'MAIL_UNKNOWN' }),
  }
}
