/** What follows from products, rules and limits that people set through the API: plans like any other, which a person looks at. */
import { afterEach, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { openConnection } from '../../src/store/connection.ts'
import { lockSettings } from '../../src/store/locks.ts'
import { findOrganization, type Organization } from '../../src/store/organizations.ts'
import { setLimits } from '../../src/sync/set-limits.ts'
import { retireProduct, setProduct } from '../../src/sync/set-product.ts'
import { retireRule, setRule } from '../../src/sync/set-rule.ts'
import { until } from '../support/daemon.ts'
import { KIM, openWorld, type World } from '../support/pipeline.ts'

let world: World
afterEach(() => world.close())

const SETTER = { actor: KIM, configured: () => 'rosterd.yaml' }
const AUTO = 'hr: { kind: csv, approval: within_limits, absence_wait: 1s, absence_grace: 1s }'
const EVERYONE = 'everyone: { source: hr, when: { everyone: true }, then: [{ member: member }] }'
const MAYA = { key: 'maya', name: 'Maya', aliases: [], owned: 3, reserve: 0 }
const GIVES_MAYA = parse('{ when: { group: { name: Artists } }, then: [{ product: maya }] }')
const ROSTER = `external_id,email,groups\n${[1, 2, 3, 4].map((n) => `${n},p${n}@acme.example,Artists\n`).join('')}`

async function acme(): Promise<Organization> {
  const found = await findOrganization(world.sql, 'acme')
  if (found === null) throw new Error('acme is gone')
  return found
}

/** Four artists who are members, whatever comes next of whom goes by itself as far as the guards let it. */
async function settled(): Promise<void> {
  world = await openWorld({ sources: AUTO, rules: EVERYONE })
  await world.sync('roster.csv', ROSTER)
  for (const more of [5, 6, 7]) await world.sync('roster.csv', `${ROSTER}${more},p${more}@acme.example,\n`)
}

const guards = async (plan: number | undefined) =>
  (await world.plan(plan)).findings
    .filter(({ verdict }) => verdict !== 'pass')
    .map(({ guard, nature }) => `${guard} ${nature}`)

const holders = async () =>
  (await world.members()).filter(({ products }) => products.includes('maya')).map(({ email }) => email)

test('a rule gives in a plan that a person looks at (G16), takes in another, and a retired product takes nothing', async () => {
  await settled()
  await setProduct(world.parts, await acme(), MAYA, SETTER)
  await setRule(world.parts, await acme(), { key: 'maya', given: GIVES_MAYA }, SETTER)
  const gives = await world.propose('rules')
  expect(await guards(gives.plans[0])).toEqual(['G16 look'])
  expect((await world.plan(gives.plans[0])).state).toBe('awaiting_approval')
  await world.applyAll(gives)
  expect(await holders()).toEqual(['p1@acme.example', 'p2@acme.example', 'p3@acme.example'])

  // One seat more is for whoever waits for it.
  await setProduct(world.parts, await acme(), { ...MAYA, owned: 4 }, SETTER)
  const fourth = await world.propose('rules')
  expect(await world.actions(fourth.plans[0])).toEqual(['assign p4@acme.example maya'])
  await world.applyAll(fourth)

  await retireProduct(world.parts, await acme(), 'maya', SETTER)
  expect((await world.propose('rules')).plans).toEqual([])
  expect(await holders()).toHaveLength(4)
  await setProduct(world.parts, await acme(), { ...MAYA, owned: 1 }, SETTER)
  expect((await world.propose('rules')).plans).toEqual([])

  await retireRule(world.parts, await acme(), 'maya', SETTER)
  const takes = await world.propose('rules')
  expect(await guards(takes.plans[0])).toContain('G16 look')
  expect((await world.plan(takes.plans[0])).state).toBe('awaiting_approval')
  expect((await world.actions(takes.plans[0])).map((one) => one.split(' ')[0])).toEqual(Array(4).fill('revoke'))
})

test('limits that are set hold what the usual ones let through, also of a file', async () => {
  await settled()
  await setLimits(world.parts, await acme(), { invite: { floor: 1, percent: 1 } }, SETTER)
  const names = [8, 9, 10].map((n) => `${n},p${n}@acme.example,\n`).join('')
  await world.drop('more.csv', `${ROSTER}7,p7@acme.example,\n${names}`)
  const { plans } = await world.propose()
  const found = await Promise.all(plans.map(guards))
  expect(found.flat()).toContain('G7 amount')
  await setLimits(world.parts, await acme(), { snapshot: { hold_percent: 100, refuse_percent: 90 } }, SETTER)
  expect((await world.drop('less.csv', ROSTER)).state).toBe('refused')
})

test('what is added anew never changes what is there, and the same once more is done already', async () => {
  world = await openWorld({ sources: AUTO, rules: EVERYONE })
  const anew = { ...SETTER, anew: true }
  await setProduct(world.parts, await acme(), MAYA, anew)
  await setProduct(world.parts, await acme(), MAYA, anew)
  await expect(setProduct(world.parts, await acme(), { ...MAYA, owned: 9 }, anew)).rejects.toMatchObject({
    code: 'INPUT_INVALID',
    message: expect.stringContaining('there is a product with the key maya already'),
  })
  await setRule(world.parts, await acme(), { key: 'maya', given: GIVES_MAYA }, anew)
  await setRule(world.parts, await acme(), { key: 'maya', given: GIVES_MAYA }, anew)
  const other = parse('{ when: { everyone: true }, then: [{ product: maya }] }')
  await expect(setRule(world.parts, await acme(), { key: 'maya', given: other }, anew)).rejects.toMatchObject({
    message: expect.stringContaining('there is a rule with the key maya already'),
  })
  await setRule(world.parts, await acme(), { key: 'maya', given: other }, SETTER)
})

describe('while something is being set', () => {
  const invite = (percent: number) => ({ invite: { percent } })

  /** Somebody else has the settings of this organization in hand until the work is done. */
  async function beside<T>(organization: number, work: () => Promise<T>): Promise<T> {
    const other = await openConnection(world.url)
    try {
      const { done } = await other.begin(async (transaction) => {
        await lockSettings(transaction, organization)
        return { done: await work() }
      })
      return done
    } finally {
      await other.end()
    }
  }

  test('other organizations set theirs, and whoever waits holds no connection', async () => {
    await settled()
    const mine = await acme()
    const waiting: Promise<unknown>[] = []
    await beside(mine.id + 1, () => setLimits(world.parts, mine, invite(7), SETTER))
    await beside(mine.id, async () => {
      // More than there are connections.
      for (let n = 0; n < 40; n += 1) waiting.push(setLimits(world.parts, mine, invite(n + 1), SETTER))
      const answered = Array.from({ length: 8 }, () => world.sql`select pg_sleep(0.01)`)
      await Promise.all(answered)
    })
    await Promise.all(waiting)
    expect((await acme()).apiLimits).toMatchObject(invite(40))
  })

  test('the configuration file is not written', async () => {
    await settled()
    const { id } = await acme()
    let written = false
    const writing = await beside(id, async () => {
      const writes = world.configure({ sources: AUTO, rules: EVERYONE }).then(() => {
        written = true
      })
      await until(async () => {
        const waits = await world.sql`
          select from pg_stat_activity where datname = current_database() and wait_event = 'advisory'`
        return waits.length === 1
      }, 10_000)
      return { writes }
    })
    await writing.writes
    expect(written).toBe(true)
  })
})
