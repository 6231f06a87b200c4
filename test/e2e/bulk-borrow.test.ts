/** Licences that are taken offline: registered by the product's licence server, waited for, returned, or over by themselves. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../support/daemon.ts'
import { DOORS, type Door, inDays, type Outcome, TwoDoors } from '../support/two-doors.ts'

const NAMES = ['ann', 'bea', 'cid', 'dan', 'eve']

let doors: TwoDoors
beforeAll(async () => {
  doors = await TwoDoors.open()
  const people = DOORS.flatMap((door) => NAMES.map((name) => [addressOf(door, name), 'V-Ray; Houdini']))
  await doors.seed({ ...Object.fromEntries(people), 'joe@acme.example': 'V-Ray' })
})
afterAll(() => doors?.close())

const addressOf = (door: Door, name: string) => `${name}.${door.toLowerCase()}@acme.example`
const both = (name: string) => DOORS.map((door) => addressOf(door, name))
/** What is due is proposed once a minute. */
const WITHIN_MS = 80_000
const NONE = { members: 0, administrators: 0 }

/** The same through each door. */
async function each(act: (door: Door) => Promise<Outcome>): Promise<Outcome[]> {
  const ends: Outcome[] = []
  for (const door of DOORS) ends.push(await act(door))
  return ends
}

test('a licence server lends with a token of an operator, and a viewer cannot', async () => {
  const id = await doors.assignment('joe@acme.example', 'vray')
  const path = `/assignments/${id}/borrow`
  const loan = { device: 'WS-204', until: inDays(3) }
  expect((await doors.ask('vic', 'PUT', path, loan)).body['code']).toBe('FORBIDDEN')
  expect((await doors.ask('gus', 'PUT', path, loan)).status).toBe(404)
  const lent = await doors.ask('olga', 'PUT', path, loan)
  expect([lent.status, lent.body['borrows']]).toEqual([200, [expect.objectContaining(loan)]])
  expect((await doors.ask('olga', 'PUT', path, loan)).body).toEqual(lent.body)
  expect((await doors.ask('olga', 'DELETE', `${path}?device=WS-204`)).body['borrows']).toEqual([])
  expect((await doors.ask('olga', 'DELETE', `${path}?device=WS-204`)).status).toBe(200)
  const shown = await doors.type('kim', 'audit', '--act', 'borrow')
  expect(shown.out.match(/borrow\.registered/g)).toHaveLength(1)
  expect(shown.out.match(/borrow\.returned/g)).toHaveLength(1)
  expect(shown.out).toContain('olga@acme.example')
})

test('what is revoked while it is out waits for its return: the seat stays counted, and the person is asked for it once', async () => {
  const before = await doors.scene.seats('vray')
  for (const email of both('ann')) await doors.lend(email, 'vray', 'WS-204', inDays(9))
  const ends = await each((door) =>
    doors.does(door, { verb: 'revoke', users: [addressOf(door, 'ann')], products: ['vray'] }),
  )
  for (const [n, end] of ends.entries()) {
    const [email = ''] = both('ann').slice(n)
    expect(end).toMatchObject({
      plan: { state: 'applied' },
      states: { waiting_borrow: 1 },
      people: { waiting: 1 },
      failures: [],
    })
    expect(end.said).toContain('1 will wait')
    const [letter, ...more] = await doors.letters(email, end.plan.id)
    expect([letter?.subject, more]).toEqual(['Please return V-Ray to Acme', []])
    expect(letter?.text).toMatch(/Please return V-Ray, which you have borrowed on WS-204 until .+ \(Europe\/Berlin\)\./)
  }
  expect(ends[1]).toMatchObject({ exit: 0, said: expect.stringContaining('1 waiting') })
  expect(await doors.stands(...both('ann'))).toEqual(['active houdini vray', 'active houdini vray'])
  expect(await doors.scene.seats('vray')).toEqual(before)
})

test('what is to be taken back is not lent again, nor for longer', async () => {
  const [ann = ''] = both('ann')
  const path = `/assignments/${await doors.assignment(ann, 'vray')}/borrow`
  for (const device of ['WS-204', 'laptop']) {
    const { status, body } = await doors.ask('olga', 'PUT', path, { device, until: inDays(20) })
    expect([status, body['code']]).toEqual([409, 'BORROW_REFUSED'])
    expect(body['detail']).toMatch(
      /^This licence cannot be borrowed: pln_\d+ takes V-Ray from ann\.api@acme\.example\.$/,
    )
  }
})

test('a removal that revokes first waits with what is borrowed; the rest of it happens now', async () => {
  for (const email of both('bea')) await doors.lend(email, 'vray', 'laptop', inDays(2))
  const ends = await each((door) =>
    doors.does(door, { verb: 'remove', users: [addressOf(door, 'bea')], revokeFirst: true }),
  )
  for (const end of ends)
    expect(end).toMatchObject({ states: { succeeded: 1, waiting_borrow: 2 }, people: { waiting: 1 }, failures: [] })
  expect(await doors.stands(...both('bea'))).toEqual(['active vray', 'active vray'])
})

test('nobody is removed who has a licence out, also where it is nothing else', async () => {
  for (const email of both('cid')) await doors.lend(email, 'houdini', 'render-1', inDays(1))
  const ends = await each((door) => doors.does(door, { verb: 'remove', users: [addressOf(door, 'cid')] }))
  for (const [n, end] of ends.entries()) {
    const [cid = ''] = both('cid').slice(n)
    expect(end.failures).toEqual([
      expect.stringMatching(`^${cid} BORROWED_OFFLINE ${cid} has Houdini borrowed on render-1 until `),
    ])
  }
  expect(ends[1]?.exit).toBe(4)
  expect(await doors.stands(...both('cid'))).toEqual(['active houdini vray', 'active houdini vray'])
})

test('once it is back, what was asked for happens by itself, and is told', async () => {
  for (const email of both('ann')) await doors.giveBack(email, 'vray', 'WS-204')
  for (const email of both('bea')) await doors.giveBack(email, 'vray', 'laptop')
  await until(async () => (await doors.stands(...both('bea'))).every((one) => one === 'removed'), WITHIN_MS)
  expect(await doors.stands(...both('ann'))).toEqual(['active houdini', 'active houdini'])
  const plans = await doors.plansOf('urgent')
  const sum = (kind: string) => plans.reduce((all, { counts }) => all + (counts[kind] ?? 0), 0)
  expect([sum('revoke'), sum('remove')]).toEqual([4, 2])
  for (const [email, subject] of [
    ...both('ann').map((one) => [one, 'You no longer have V-Ray at Acme']),
    ...both('bea').map((one) => [one, 'Your membership of Acme has ended']),
  ])
    await until(async () => {
      const mails = await Promise.all(plans.map(({ id }) => doors.scene.mailsOf(id, NONE)))
      return mails.some(({ members }) => members.some((mail) => mail.to === email && mail.subject === subject))
    })
})

test('a loan that nobody returns is over an hour after its end', async () => {
  for (const email of both('dan')) await doors.lend(email, 'houdini', 'WS-7', inDays(1))
  await each((door) => doors.does(door, { verb: 'revoke', users: [addressOf(door, 'dan')], products: ['houdini'] }))
  // A day and an hour go by: what is stored is that much older.
  const { sql } = doors.scene
  await sql`update borrows set until = now() - interval '1 hour' where device = 'WS-7'`
  await sql`update waits set until = now() where kind = 'borrow'`
  const left = await until(async () => {
    const stand = await doors.stands(...both('dan'))
    return stand.every((one) => !one.includes('houdini')) && stand
  }, WITHIN_MS)
  expect(left).toEqual(['active vray', 'active vray'])
})
