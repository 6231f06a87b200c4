/** What a draft by hand reads and leaves, asked for in the name of another organization. */
import type { Operation } from '../../../src/reconcile/operation.ts'
import * as chosen from '../../../src/store/chosen.ts'
import type { Transaction } from '../../../src/store/connection.ts'
import { readHandCases } from '../../../src/store/hand-cases.ts'
import { samePlan, tellBlocked } from '../../../src/store/hand-facts.ts'
import { foreseeSeats } from '../../../src/store/hand-seats.ts'
import { peopleByEmail } from '../../../src/store/people.ts'
import { addActions, openProposal, seatsLeft } from '../../../src/store/proposal.ts'
import { days, found, type Ground, NOON } from './ground.ts'
import { propose } from './making.ts'
import type { Tenant } from './tenants.ts'

type Act = (transaction: Transaction, as: Ground, theirs: Tenant) => Promise<unknown>

const OPERATION: Operation = {
  verb: 'remove',
  products: [],
  allProducts: false,
  expiresAt: null,
  role: 'member',
  revokeFirst: false,
  wait: false,
  pin: { kind: 'always' },
  where: null,
  file: { name: 'a.csv', sha256: 'a' },
  rows: { given: 1, merged: 0, errors: 0 },
}

/** These people are chosen, by whoever asks. */
async function choose(sql: Transaction, people: number[]): Promise<void> {
  await chosen.openChosen(sql)
  await sql`
    insert into chosen (line, email, email_key, anchor_key, products, person_id)
    select 1, 'x', 'x', 'x', '[]', id from unnest(${people}::bigint[]) id`
}

/** How many of those who are chosen have an address of this tenant. */
async function count(sql: Transaction, mark: string): Promise<number> {
  const rows = await sql`select from chosen where email like ${`%@${mark}.test`}`
  return rows.length
}

export const DRAFTED_LOOKS: Record<string, Act> = {
  chooseStaged: async (sql, as, { ground }) => {
    const [row] = await sql<{ id: number }[]>`
      select snapshot_id as id from staged_rows where organization_id = ${ground.id} limit 1`
    await chosen.openChosen(sql)
    return await chosen.chooseStaged(sql, as.id, found(row, 'a snapshot with rows').id)
  },
  chooseMembers: async (sql, as, { member }) => {
    await chosen.openChosen(sql)
    return await chosen.chooseMembers(sql, as.id, [member])
  },
  chooseWhere: async (sql, as, { mark }) => {
    await chosen.openChosen(sql)
    const first = { op: 'pr', field: 'email' } as const
    return [await chosen.chooseWhere(sql, as.id, first), await count(sql, mark)]
  },
  findChosen: async (sql, as, { people, mark }) => {
    const email = `ann@${mark}.test`
    await chosen.openChosen(sql)
    await sql`insert into chosen (line, email, email_key, anchor_key, products) values (1, ${email}, ${email}, ${email}, '[]')`
    await chosen.findChosen(sql, as.id, 'remove')
    const rows = await sql<{ id: number }[]>`select person_id as id from chosen`
    return rows.filter((row) => people.includes(row.id)).length
  },
  takeUnknown: async (sql, as, { people }) => {
    await choose(sql, people)
    return (await chosen.takeUnknown(sql, as.id, 'assign')).length
  },
  readHandCases: async (sql, as, { people }) => {
    await choose(sql, people)
    const rows = await readHandCases(sql, as.id, { after: 0, limit: 99, at: new Date() })
    return rows.map(({ person }) => [person.subject.name, person.member?.profile.email, person.assignments.length])
  },
  samePlan: async (sql, as, { ground, waiting }) => {
    await sql`
      update plans set lane = 'by_hand', operation = ${JSON.stringify(OPERATION)}::text::jsonb
      where organization_id = ${ground.id} and id = ${waiting}`
    return await samePlan(sql, as.id, OPERATION, { upload: 0, since: days(-999) })
  },
  seatsLeft: async (sql, as, { ground }) => {
    await sql`update products set owned = 99 where organization_id = ${ground.id}`
    return await seatsLeft(sql, as.id, [as.product('cad')])
  },
  foreseeSeats: async (sql, as) => {
    const proposal = await openProposal(sql)
    const many = Array.from({ length: 9 }, (_, index) => propose(as, 'waiting', 'assign', index + 1, 'cad'))
    await addActions(proposal, many)
    await foreseeSeats(proposal, as.id, 'fail')
    return await sql`select foreseen from proposed where foreseen is not null`
  },
}

export const DRAFTED_TOUCHES: Record<string, Act> = {
  peopleByEmail: async (sql, as) => {
    await chosen.openChosen(sql)
    await sql`insert into chosen (line, email, email_key, products) values (1, 'new@z.test', 'new@z.test', '[]')`
    await peopleByEmail(sql, as.id, NOON)
  },
  tellBlocked: async (sql, as, { waiting }) => {
    await sql`update plan_items set predicted = 'blocked' where organization_id = ${as.id} and plan_id = ${waiting}`
    await tellBlocked(sql, as.id, waiting)
  },
}
