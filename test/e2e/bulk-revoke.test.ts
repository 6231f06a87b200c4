/** Revoking products: from people by address, by file and by filter; the products always named, or all of them on purpose. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { draftedShape, planIn } from '../support/bulk-scene.ts'
import { DOORS, type Door, TwoDoors } from '../support/two-doors.ts'

const HOLDERS = {
  ann: 'V-Ray; Houdini',
  bea: 'V-Ray',
  cid: 'Houdini; Admin Toolbox',
  dan: 'V-Ray',
  eve: '',
  fay: 'V-Ray',
}

let doors: TwoDoors
beforeAll(async () => {
  doors = await TwoDoors.open()
  const people = DOORS.flatMap((door) =>
    Object.entries(HOLDERS).map(([name, products]) => [addressOf(door, name), products]),
  )
  await doors.seed(Object.fromEntries(people))
})
afterAll(() => doors?.close())

const addressOf = (door: Door, name: string) => `${name}.${door.toLowerCase()}@acme.example`

describe.each(DOORS)('by %s', (door) => {
  const of = (...names: string[]) => names.map((name) => addressOf(door, name))
  const [ann = '', bea = '', cid = '', dan = '', eve = '', fay = ''] = of(...Object.keys(HOLDERS))

  test('never all by default: without a product nothing is planned, whatever names the people', async () => {
    const before = await doors.stands(ann, bea, cid)
    const csv = `email\n${ann}\n`
    if (door === 'CLI') {
      for (const args of [
        ['--user', ann],
        ['--where', `emails.value eq "${ann}"`],
        ['--csv', await doors.scene.file('whom.csv', csv)],
      ]) {
        const ended = await doors.type('kim', 'revoke', ...args, '--yes')
        expect([args[0], ended.code]).toEqual([args[0], 2])
        expect(ended.err).toContain('no product is named. Name one or more with --product')
      }
    } else {
      for (const whom of [{ users: [ann] }, { where: `emails.value eq "${ann}"` }, { members: await doors.ids(ann) }]) {
        const { status, body } = await doors.ask('kim', 'POST', '/operations', { verb: 'revoke', ...whom })
        expect([status, body['code']]).toEqual([400, 'OPERATION_AMBIGUOUS'])
        expect(body['detail']).toContain('no product is named')
      }
      await expect(doors.draft('kim', { verb: 'revoke', csv })).rejects.toThrow('no product is named')
    }
    expect(await doors.stands(ann, bea, cid)).toEqual(before)
  })

  test('what is said twice or wrong is asked about', async () => {
    if (door === 'CLI') {
      const both = await doors.type('kim', 'revoke', '--user', ann, '--product', 'vray', '--all-products', '--yes')
      expect([both.code, both.err]).toEqual([
        2,
        expect.stringContaining('either name the products, or say all of them'),
      ])
      const unknown = await doors.type('kim', 'revoke', '--user', ann, '--product', 'Hudini', '--yes')
      expect([unknown.code, unknown.err]).toEqual([1, expect.stringContaining('Hudini (did you mean Houdini?)')])
    } else {
      const asked = { verb: 'revoke', users: [ann] }
      const both = await doors.ask('kim', 'POST', '/operations', { ...asked, products: ['vray'], allProducts: true })
      expect([both.status, both.body['code']]).toEqual([400, 'OPERATION_AMBIGUOUS'])
      const unknown = await doors.ask('kim', 'POST', '/operations', { ...asked, products: ['Hudini'] })
      expect([unknown.status, unknown.body['code']]).toEqual([404, 'PRODUCT_NOT_FOUND'])
      expect(unknown.body['detail']).toContain('did you mean Houdini?')
    }
  })

  test('from people by address: what one does not hold changes nothing for them, and only who lost something is told', async () => {
    const done = await doors.does(door, { verb: 'revoke', users: [ann, dan, eve], products: ['VRay'] })
    expect(done).toMatchObject({
      plan: { state: 'applied', counts: { revoke: 2 } },
      people: { succeeded: 2, noChange: 1 },
      failures: [],
    })
    expect(done.said).toContain('Revoke 2; 1 is as wanted already; 2 people get one mail each')
    expect(done.exit).toBe(door === 'CLI' ? 0 : null)
    expect(await doors.stands(ann, dan, eve)).toEqual(['active houdini', 'active', 'active'])
    const { members, administrators } = await doors.mailsOf(done.plan.id, 2)
    expect(members.map(({ to, subject }) => `${to}: ${subject}`).sort()).toEqual([
      `${ann}: You no longer have V-Ray at Acme`,
      `${dan}: You no longer have V-Ray at Acme`,
    ])
    for (const { text } of administrators) expect(text).toContain(`${doors.scene.daemon.url}/plans/${done.plan.id}`)
  })

  test('by a file whose rows name products; a row that names none is in error and takes nothing away', async () => {
    const csv = `email;products\n${cid};houdini|Admin Toolbox\n${ann};\n${bea};V-Ray\n`
    const done = await doors.does(door, { verb: 'revoke', csv })
    expect(done).toMatchObject({ plan: { counts: { revoke: 3 } }, people: { succeeded: 2 } })
    expect(done.failures).toEqual([`${ann} PRODUCT_MISSING Row 3 names no product.`])
    expect(done.exit).toBe(door === 'CLI' ? 4 : null)
    expect(await doors.stands(ann, bea, cid)).toEqual(['active houdini', 'active', 'active'])
    const [letter, ...more] = await doors.letters(cid, done.plan.id)
    expect([letter?.subject, more]).toEqual(['What changed for you at Acme', []])
    for (const product of ['Houdini', 'Admin Toolbox']) expect(letter?.text).toContain(`You no longer have ${product}.`)
  })

  test('from whom a filter finds, or who is ticked: everything that they hold, on purpose', async () => {
    if (door === 'CLI') {
      const where = `emails.value ew ".cli@acme.example" and products.value pr`
      const done = await doors.does('CLI', { verb: 'revoke', where, allProducts: true })
      expect(done).toMatchObject({ exit: 0, people: { succeeded: 2 }, plan: { counts: { revoke: 2 } } })
    } else {
      const asked = { verb: 'revoke', members: await doors.ids(ann, eve, fay), allProducts: true }
      const drafted = await doors.must(draftedShape, 'kim', 'POST', '/operations', asked)
      await doors.approve('kim', drafted)
      expect(await doors.scene.ended(drafted.id)).toMatchObject({ people: { succeeded: 2, noChange: 1 } })
    }
    expect(await doors.stands(ann, eve, fay)).toEqual(['active', 'active', 'active'])
  })
})

test('typed without a yes it is a draft, which says how to go on with it', async () => {
  await doors.seed({ 'zoe@acme.example': 'V-Ray' })
  const asked = await doors.type('kim', 'revoke', '--user', 'zoe@acme.example', '--all-products')
  expect(asked.code).toBe(3)
  expect(await doors.stands('zoe@acme.example')).toEqual(['active vray'])
  const id = planIn(asked)
  expect(asked.err).toContain(`approve ${id} --yes`)
  expect((await doors.type('kim', 'approve', id, '--yes')).code).toBe(0)
  expect(await doors.stands('zoe@acme.example')).toEqual(['active'])
})
