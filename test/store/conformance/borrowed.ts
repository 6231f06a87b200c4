/** Assignments, what is borrowed of them and what waits for its return: asked for and changed in the name of another organization. */
import { listAssignments } from '../../../src/store/assignment-list.ts'
import { endBorrow, findBorrow, readBorrows, readLendable, writeBorrow } from '../../../src/store/borrows.ts'
import type { Sql, Transaction } from '../../../src/store/connection.ts'
import { endSpentReturns, moveReturns, peopleLeaving, waitForReturns } from '../../../src/store/returns.ts'
import { days, found, type Ground, NOON } from './ground.ts'
import type { Tenant } from './tenants.ts'

type Told<T> = (transaction: Transaction, as: Ground, theirs: Tenant) => Promise<T>

/** As every tenant calls the device that has a licence of theirs. */
const deviceOf = (mark: string) => `ws ${mark}`

/** One assignment of the organization is on a device. */
export async function fillBorrowed(sql: Sql, { id }: Ground, mark: string): Promise<Tenant['lent']> {
  const [row] = await sql<Tenant['lent'][]>`
    select id as assignment, person_id as "personId", product_id as "productId" from assignments where organization_id = ${id}
    order by id limit 1`
  const lent = found(row, 'an assignment')
  const loan = { ...lent, device: `WS ${mark}`, deviceKey: deviceOf(mark), until: days(30), tokenId: null }
  await sql.begin((transaction) => writeBorrow(transaction, id, loan, NOON))
  return lent
}

const loanOf = ({ lent, mark }: Tenant) => ({ ...lent, deviceKey: deviceOf(mark) })

export const BORROWED_LOOKS: Record<string, Told<unknown>> = {
  listAssignments: (sql, as) => listAssignments(sql, as.id, { after: null, limit: 99 }, NOON),
  readBorrows: (sql, as, { people }) => readBorrows(sql, as.id, people, NOON),
  readLendable: (sql, as, { lent }) => readLendable(sql, as.id, lent.assignment),
  findBorrow: (sql, as, theirs) => findBorrow(sql, as.id, loanOf(theirs), NOON),
  peopleLeaving: async (sql, as, { ground, lent, people }) => {
    await sql`
      insert into waits (organization_id, person_id, product_id, kind, since, until)
      values (${ground.id}, ${lent.personId}, 0, 'borrow', ${NOON}, ${days(1)})`
    return [...(await peopleLeaving(sql, as.id, people))]
  },
}

export const BORROWED_TOUCHES: Record<string, Told<unknown>> = {
  writeBorrow: (sql, as, theirs) =>
    writeBorrow(sql, as.id, { ...loanOf(theirs), device: 'x', until: days(40), tokenId: null }, NOON),
  endBorrow: (sql, as, theirs) => endBorrow(sql, as.id, loanOf(theirs)),
  waitForReturns: (sql, as, { lent }) => waitForReturns(sql, as.id, 1, [{ ...lent, until: null }], NOON),
  moveReturns: async (sql, as, { lent }) => {
    await sql`
      insert into waits (organization_id, person_id, product_id, kind, since, until)
      values (${as.id}, ${lent.personId}, ${lent.productId}, 'borrow', ${NOON}, ${days(1)})`
    await moveReturns(sql, as.id, lent, NOON)
  },
  endSpentReturns: async (sql, as, { lent }) => {
    await sql`delete from assignments where organization_id = ${as.id} and person_id = ${lent.personId}`
    await endSpentReturns(sql, as.id, NOON)
  },
}
