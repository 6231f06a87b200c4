/** Addresses that somebody else has: who waits for one, who will be refused, and who stands aside. */
import { expect } from 'vitest'
import { findRefused, settleAddresses } from '../../../src/store/contested.ts'
import { findPairs, writeAdoptions } from '../../../src/store/matching.ts'
import { type Cases, days, type Ground, NOON, type Somebody } from './ground.ts'

/** Whom the address x@acme.test goes to by the wish of the sources: somebody new, unless said otherwise. */
const newcomer: Somebody = { member: null, links: { partners: 'linked' }, rows: ['partners'], email: 'x@acme.test' }

interface Contest {
  holder?: Somebody
  /** Said to the database once both are there. */
  also?: (ground: Ground, people: { holder: number; taker: number }) => Promise<unknown>
  taker?: Somebody
  managesAdmins?: boolean
  found: 'waits' | 'refused' | 'free'
}

/** What the sources want somebody to be called from now on. */
const rename = ({ sql, id }: Ground, person: number, email: string) => sql`
  update desired_members set email = ${email}, email_key = ${email} where organization_id = ${id} and person_id = ${person}`
const gone: Somebody = { desired: { wanted: false }, links: { hr: 'ghost' } }

const CONTESTS: Record<string, Contest> = {
  'of somebody who stays': { found: 'refused' },
  'of somebody who is to be called otherwise': {
    also: (g, { holder }) => rename(g, holder, 'y@acme.test'),
    found: 'free',
  },
  'of somebody who is removed': { holder: { member: { state: 'removed' }, desired: { wanted: false } }, found: 'free' },
  'of somebody whom nobody wants any more': { holder: gone, found: 'waits' },
  'of somebody whom no source has ever shown': { holder: { desired: null }, found: 'refused' },
  'of somebody of whom every source has let go': { holder: { ...gone, links: { hr: 'released' } }, found: 'refused' },
  'of somebody whose source is disconnected': {
    holder: gone,
    also: (g) => g.sql`update sources set connected = false where organization_id = ${g.id} and key = 'hr'`,
    found: 'refused',
  },
  'of somebody whose removal a person rejected': {
    holder: gone,
    also: (g, { holder }) => g.wait(holder, 'rejected'),
    found: 'refused',
  },
  'of somebody protected whom nobody wants any more': {
    holder: gone,
    also: (g, { holder }) => g.sql`update desired_members set protected = true where person_id = ${holder}`,
    found: 'refused',
  },
  'of an owner whom nobody wants any more': { holder: { ...gone, member: { role: 'owner' } }, found: 'refused' },
  'of an administrator whom no source may change': { holder: { ...gone, member: { role: 'admin' } }, found: 'refused' },
  'of an administrator whom a source may change': {
    holder: { ...gone, member: { role: 'admin' } },
    managesAdmins: true,
    found: 'waits',
  },
  'for a member who is renamed': {
    taker: { email: 'old@acme.test', rows: ['hr'], links: { hr: 'linked' } },
    also: (g, { taker }) => rename(g, taker, 'x@acme.test'),
    found: 'refused',
  },
  'for somebody who comes back': { taker: { ...newcomer, member: { state: 'removed' } }, found: 'refused' },
  'for somebody about whom a question is open': { also: (g, { taker }) => g.wait(taker, 'decision'), found: 'free' },
  'for somebody who was rejected': { also: (g, { taker }) => g.wait(taker, 'rejected'), found: 'free' },
  'for somebody who starts later': { also: (g, { taker }) => g.wait(taker, 'start', days(3)), found: 'free' },
  'for somebody who started already': { also: (g, { taker }) => g.wait(taker, 'start', days(-1)), found: 'refused' },
  'for somebody on leave who was never invited': {
    also: (g, { taker }) => g.sql`update desired_members set status = 'suspended' where person_id = ${taker}`,
    found: 'free',
  },
}

const settle = (ground: Ground, managesAdmins = false) =>
  ground.sql.begin(async (transaction) => {
    await findPairs(transaction, ground.id)
    await writeAdoptions(transaction, ground.id, [])
    await settleAddresses(transaction, ground.id, NOON, { managesAdmins })
    return [...(await findRefused(transaction))]
  })
const waiting = async ({ sql, id }: Ground) =>
  (
    await sql<{ id: number }[]>`select person_id as id from waits where organization_id = ${id} and kind = 'address'`
  ).map((wait) => wait.id)

const contests: Cases = Object.fromEntries(
  Object.entries(CONTESTS).map(([name, contest]) => [
    `an address ${name}: ${contest.found}`,
    async (ground: Ground) => {
      const holder = await ground.add('holder', { email: 'x@acme.test', ...contest.holder })
      const taker = await ground.add('taker', contest.taker ?? newcomer)
      await contest.also?.(ground, { holder, taker })
      const refused = await settle(ground, contest.managesAdmins)
      expect({ refused, waiting: await waiting(ground) }).toEqual({
        refused: contest.found === 'refused' ? [taker] : [],
        waiting: contest.found === 'waits' ? [taker] : [],
      })
    },
  ]),
)

export const contested: Cases = {
  ...contests,
  'who counts on somebody who is stuck is stuck with them; a ring moves': async (ground) => {
    const known = { rows: ['hr'], links: { hr: 'linked' as const } }
    const names = ['a', 'b', 'c', 'd'] as const
    const people = new Map<string, number>()
    for (const name of names) people.set(name, await ground.add(name, known))
    const call = async (wanted: Record<string, string>) => {
      for (const [name, to] of Object.entries(wanted)) {
        const email = `${to}@acme.test`
        await rename(ground, people.get(name) ?? 0, email)
        await ground.sql`update directory_users set email_key = ${email} where person_id = ${people.get(name) ?? 0}`
      }
      const refused = await settle(ground)
      return names.filter((name) => refused.includes(people.get(name) ?? 0))
    }
    expect(await call({ a: 'b', b: 'c', c: 'd' })).toEqual(['a', 'b', 'c'])
    expect(await call({ d: 'a' })).toEqual([])
    expect(await call({ d: 'e' })).toEqual([])
  },
  'a wait ends with its cause, and keeps its beginning until then': async (ground) => {
    const holder = await ground.add('holder', { email: 'x@acme.test', ...gone })
    const taker = await ground.add('taker', newcomer)
    await settle(ground)
    await ground.sql`update waits set since = ${days(-2)} where person_id = ${taker}`
    await settle(ground)
    const [wait] = await ground.sql<{ since: Date }[]>`select since from waits where person_id = ${taker}`
    expect(wait?.since).toEqual(days(-2))
    await ground.sql`update members set state = 'removed' where person_id = ${holder}`
    await settle(ground)
    expect(await waiting(ground)).toEqual([])
  },
}
