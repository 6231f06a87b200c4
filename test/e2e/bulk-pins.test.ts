/** What a person takes by hand while a source still wants it: how long that holds, that it is said, and that no file undoes it before. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { planShape } from '../support/bulk-scene.ts'
import { until } from '../support/daemon.ts'
import { DOORS, type Door, TwoDoors } from '../support/two-doors.ts'

const DAY_MS = 86_400_000
const HEADER = 'external_id,email,first_name,last_name,groups'
const PLACES = ['api', 'cli'].flatMap((door) => ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => `${name}.${door}`))
const line = (name: string, n: number) => `${n + 1},${name}@acme.example,P,${name},Artists`
const roster = (...more: string[]) => `${[HEADER, ...[...PLACES, ...more].map(line)].join('\n')}\n`
const addressOf = (door: Door, name: string) => `${name}.${door.toLowerCase()}@acme.example`
const both = (name: string) => DOORS.map((door) => addressOf(door, name))

const pinShape = z.looseObject({
  member: z.string(),
  email: z.string(),
  kind: z.string(),
  product: z.string().nullable(),
  until: z.string().nullable(),
  nextSync: z.boolean(),
  createdBy: z.string(),
  plan: z.string(),
})

let doors: TwoDoors
beforeAll(async () => {
  doors = await TwoDoors.open()
  expect(await synced('first.csv', roster())).toHaveLength(24)
})
afterAll(() => doors?.close())

/** Drops a file, applies what comes of it, and tells what that was. */
async function synced(name: string, text: string): Promise<string[]> {
  await doors.scene.place.drop(name, text)
  const plan = await until(async () => (await doors.scene.daemon.list('/plans?state=awaiting_approval', planShape))[0])
  const items = await doors.scene.items(plan.id)
  await doors.approve('kim', plan)
  await doors.scene.ended(plan.id)
  return items.map(({ kind, email, product }) => [kind, email, product].filter(Boolean).join(' ')).sort()
}

const pins = () => doors.scene.daemon.list('/pins', pinShape)
async function pinOf(email: string) {
  const found = (await pins()).filter((one) => one.email === email)
  expect(found).toHaveLength(1)
  return found[0]
}

describe.each(DOORS)('by %s', (door) => {
  const [a = '', b = '', c = '', d = '', e = ''] = ['a', 'b', 'c', 'd', 'e'].map((name) => addressOf(door, name))

  test('a removal holds for 30 days, and says for how long and against which source', async () => {
    const seen = await doors.looks(door, { verb: 'remove', users: [a], revokeFirst: true })
    expect(seen.said).toContain('1 pinned for 30 days, since HR feed still wants them')
    expect(await pins()).not.toContainEqual(expect.objectContaining({ email: a }))
    const done = await doors.does(door, { verb: 'remove', users: [a], revokeFirst: true })
    expect(done.plan.state).toBe('applied')
    expect(done.said).toContain('1 pinned for 30 days, since HR feed still wants them')
    const pin = await pinOf(a)
    expect(pin).toMatchObject({ kind: 'exclude', product: null, nextSync: false, plan: done.plan.id })
    expect(pin?.createdBy).toContain('kim@acme.example')
    expect(Math.abs(Date.parse(pin?.until ?? '') - Date.now() - 30 * DAY_MS)).toBeLessThan(2 * 3_600_000)
  })

  test('a revoke holds for as many days as are said, and concerns that product alone', async () => {
    const done = await doors.does(door, { verb: 'revoke', users: [b], products: ['vray'], pin: { days: 10 } })
    expect(done.said).toContain('1 pinned for 10 days, since HR feed still wants them')
    const pin = await pinOf(b)
    expect(pin).toMatchObject({ kind: 'force_revoke', product: 'vray' })
    expect(Math.abs(Date.parse(pin?.until ?? '') - Date.now() - 10 * DAY_MS)).toBeLessThan(2 * 3_600_000)
  })

  test('always, or until the next sync', async () => {
    const always = await doors.does(door, { verb: 'revoke', users: [c], products: ['vray'], pin: 'always' })
    expect(always.said).toContain('1 pinned until somebody lifts it, since HR feed still wants them')
    expect(await pinOf(c)).toMatchObject({ kind: 'force_revoke', until: null, nextSync: false })
    const next = await doors.does(door, { verb: 'remove', users: [d], revokeFirst: true, pin: 'next_sync' })
    expect(next.said).toContain('1 pinned until the next sync, since HR feed still wants them')
    expect((await pins()).filter((one) => one.email === d)).toContainEqual(
      expect.objectContaining({ kind: 'exclude', until: null, nextSync: true }),
    )
  })

  test('what no source wants is pinned for nobody, and what is given by hand needs no pin', async () => {
    const given = await doors.does(door, { verb: 'assign', users: [e], products: ['houdini'] })
    expect(given.said).not.toContain('pinned')
    const taken = await doors.does(door, { verb: 'revoke', users: [e], products: ['houdini'] })
    expect(taken).toMatchObject({ plan: { state: 'applied', counts: { revoke: 1 } } })
    expect(taken.said).not.toContain('pinned')
    expect((await pins()).filter((one) => one.email === e)).toEqual([])
    await doors.does(door, { verb: 'assign', users: [e], products: ['houdini'] })
  })

  test('only what takes something away can be told how long it holds', async () => {
    if (door === 'CLI') {
      const ended = await doors.type('kim', 'assign', '--user', e, '--product', 'vray', '--always')
      expect([ended.code, ended.err]).toEqual([2, expect.stringContaining("unknown option '--always'")])
      const twice = await doors.type('kim', 'remove', '--user', e, '--always', '--for', '9d')
      expect([twice.code, twice.err]).toEqual([2, expect.stringContaining('Give one of --until-next-sync, --for')])
    } else {
      const asked = { verb: 'assign', users: [e], products: ['vray'], pin: 'always' }
      const { status, body } = await doors.ask('kim', 'POST', '/operations', asked)
      expect([status, body['code']]).toEqual([400, 'OPERATION_AMBIGUOUS'])
    }
  })
})

test('planning again undoes nothing of it', async () => {
  expect((await doors.type('kim', 'plan')).out).toContain('in step')
})

test('the next file, which has them all, brings back only what held until then', async () => {
  const came = await synced('second.csv', roster('new'))
  const back = both('d').flatMap((one) => [`assign ${one} vray`, `reactivate ${one}`])
  expect(came).toEqual(['assign new@acme.example vray', 'invite new@acme.example', ...back].sort())
  const still = ['removed', 'invited', 'invited', 'invited vray', 'invited houdini vray']
  for (const door of DOORS)
    expect(await doors.stands(...['a', 'b', 'c', 'd', 'e'].map((name) => addressOf(door, name)))).toEqual(still)
  expect((await doors.type('kim', 'plan')).out).toContain('in step')
})

test('a pin that is lifted lets the source have its way', async () => {
  for (const one of both('c')) {
    const pin = await pinOf(one)
    const path = `/pins/${pin?.member}/force_revoke/vray`
    expect((await doors.ask('vic', 'DELETE', path)).status).toBe(403)
    expect((await doors.ask('olga', 'DELETE', path)).status).toBe(200)
    expect((await doors.ask('olga', 'DELETE', path)).body['code']).toBe('PIN_NOT_FOUND')
  }
  const plan = await until(async () => {
    const waiting = await doors.scene.daemon.list('/plans?state=awaiting_approval', planShape)
    return waiting.find((one) => one.itemCount === 2)
  })
  await doors.approve('kim', plan)
  await doors.scene.ended(plan.id)
  expect(await doors.stands(...both('c'))).toEqual(['invited vray', 'invited vray'])
})

test('once its day is over, what the source wants waits for a person, and says so', async () => {
  await doors.scene.sql`update pins set until = now() - interval '1 second' where kind = 'exclude'`
  const plan = await until(async () => {
    const waiting = await doors.scene.daemon.list('/plans?state=awaiting_approval', planShape)
    return waiting.find((one) => one.counts['reactivate'] === 2)
  }, 80_000)
  const shown = await doors.type('kim', 'show', plan.id)
  expect(shown.out).toMatch(/pinned until .+ \(Europe\/Berlin\)/)
})
