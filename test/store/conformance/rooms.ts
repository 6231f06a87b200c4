/** What the pages of one person, one product and the overview ask, in the name of another organization. */
import type { Transaction } from '../../../src/store/connection.ts'
import { failureDays } from '../../../src/store/failure-days.ts'
import { listLetters } from '../../../src/store/letter-list.ts'
import { countStandings } from '../../../src/store/newcomers.ts'
import * as overview from '../../../src/store/overview.ts'
import { personHistory } from '../../../src/store/person-history.ts'
import { isProtected, readInvitedBy, readReasons, readSights, readWaitsOf } from '../../../src/store/person-page.ts'
import { countExpiries, listHolders, listWaiting } from '../../../src/store/product-page.ts'
import { isCountedAtOnce, ruleReaches } from '../../../src/store/rule-reach.ts'
import { days, found, type Ground, NOON } from './ground.ts'
import type { Tenant } from './tenants.ts'

type Look = (transaction: Transaction, as: Ground, theirs: Tenant) => Promise<unknown>

const person = ({ people }: Tenant): number => found(people[0])

/** They have everything that such a page can tell: a protected person, a wait for a seat, an end, a failure. */
const told =
  (ask: (sql: Transaction, organization: number, theirs: Tenant) => Promise<unknown>): Look =>
  async (sql, as, theirs) => {
    const { id } = theirs.ground
    const one = person(theirs)
    await sql`update desired_members set protected = true where organization_id = ${id} and person_id = ${one}`
    for (const kind of ['seat', 'absence'])
      await sql`
        insert into waits (organization_id, person_id, product_id, kind, since)
        values (${id}, ${one}, ${kind === 'seat' ? 1 : 0}, ${kind}, ${NOON}) on conflict do nothing`
    await sql`
      insert into decisions (organization_id, kind, person_id, candidates, evidence, state, at)
      values (${id}, 'another', ${one}, '[]', '{}', 'open', ${NOON})`
    await sql`update assignments set expires_at = ${days(9)} where organization_id = ${id}`
    await sql`update tokens set source_id = 1, expires_at = ${days(9)} where organization_id = ${id}`
    return await ask(sql, as.id, theirs)
  }

export const ROOM_LOOKS: Record<string, Look> = {
  readReasons: told((sql, id, theirs) => readReasons(sql, id, person(theirs))),
  readSights: told((sql, id, theirs) => readSights(sql, id, person(theirs))),
  readWaitsOf: told((sql, id, theirs) => readWaitsOf(sql, id, person(theirs))),
  readInvitedBy: told(async (sql, id, theirs) => {
    await sql`update plans set operation = '{}', created_by = ${theirs.mark} where organization_id = ${theirs.ground.id}`
    await sql`update plan_items set kind = 'invite' where organization_id = ${theirs.ground.id}`
    return await readInvitedBy(sql, id, person(theirs))
  }),
  countStandings: told(async (sql, id, theirs) => [
    ...(await countStandings(sql, id, theirs.ground.source('hr'), theirs.waiting)),
  ]),
  isCountedAtOnce: told(async (sql, id, theirs) => {
    const { id: other } = theirs.ground
    await sql`insert into people (organization_id, id, from_change) select ${other}, n, 1 from generate_series(900000, 925000) n`
    return await isCountedAtOnce(sql, id)
  }),
  ruleReaches: told(async (sql, id) => [...(await ruleReaches(sql, id, ['everyone', 'cad'])).rules.values()]),
  failureDays: told(async (sql, id, theirs) => {
    await sql`update plans set finished_at = ${NOON} where organization_id = ${theirs.ground.id}`
    return await failureDays(sql, id, { until: days(30), days: 60 })
  }),
  isProtected: told((sql, id, theirs) => isProtected(sql, id, person(theirs))),
  personHistory: told((sql, id, theirs) =>
    personHistory(sql, id, person(theirs), { open: false, before: null, limit: 99 }),
  ),
  listHolders: told((sql, id) => listHolders(sql, id, 'cad', { used: 1, after: null, limit: 99, at: NOON })),
  listWaiting: told((sql, id) => listWaiting(sql, id, 'cad', { after: 0, limit: 99 })),
  countExpiries: told((sql, id) => countExpiries(sql, id, 'cad', { from: NOON, weeks: 13 })),
  soonLeaving: told((sql, id) => overview.soonLeaving(sql, id, 99)),
  openFailures: told((sql, id) => overview.openFailures(sql, id)),
  rowTrends: told((sql, id) => overview.rowTrends(sql, id, 9)),
  countOpenDecisions: told((sql, id) => overview.countOpenDecisions(sql, id, 99)),
  endingTokens: told((sql, id) => overview.endingTokens(sql, id, { from: NOON, until: days(10) })),
  listLetters: told((sql, id) => listLetters(sql, id, { state: null, before: null, limit: 999 })),
}
