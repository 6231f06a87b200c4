/** From what an identity provider pushes to the directory, to plans, and to members: on a real database. */
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { listDecisions } from '../../src/store/decision-list.ts'
import { answer } from '../../src/sync/decide.ts'
import { IdentityProvider } from '../support/identity-provider.ts'
import { KIM, openWorld, type World } from '../support/pipeline.ts'

const SETTING = {
  sources: 'idp: { kind: scim, approval: within_limits }\nhr: { kind: csv, approval: manual, trust: 200 }',
  rules: `everyone: { source: idp, when: { everyone: true }, then: [{ member: member }] }
artists: { source: idp, when: { group: { name: Artists } }, then: [{ product: vray }] }
staff: { source: hr, when: { everyone: true }, then: [{ member: member }] }
staff-houdini: { source: hr, when: { group: { name: Houdini } }, then: [{ product: houdini }] }`,
}
const DAY = 86_400_000
const HR = 'external_id,email,first_name,last_name,groups,status\n'
let world: World | null = null
afterEach(async () => {
  await world?.close()
  world = null
})

interface Scene {
  world: World
  idp: IdentityProvider
}

async function open(setting: Parameters<typeof openWorld>[0] = {}): Promise<Scene> {
  world = await openWorld({ ...SETTING, ...setting })
  return { world, idp: await IdentityProvider.open(world) }
}

/** What is planned at once and after a while, all of it applied. */
async function sync({ world }: Scene): Promise<string[]> {
  const actions: string[] = []
  for (const because of ['urgent', 'person'] as const) {
    const proposed = await world.propose(because)
    for (const plan of proposed.plans) actions.push(...(await world.actions(plan)))
    await world.applyAll(proposed)
  }
  world.pass(1_000)
  return actions
}

/** Live rows of the directory as words. */
async function directory({ world, idp }: Scene): Promise<string[]> {
  const rows = await world.sql<{ line: string }[]>`
    select concat_ws(' ', user_name, nullif(email, user_name), status, array_to_string(array(
      select g.name from directory_groups g where g.source_id = u.source_id and g.id = any(u.groups) and g.to_change is null
      order by g.name), '+')) as line
    from directory_users u where source_id = ${idp.scope.source} and to_change is null order by user_name, anchor`
  return rows.map((row) => row.line.trim())
}

const idOf = async ({ world }: Scene, email: string) =>
  (await world.sql<{ id: number }[]>`select id from members where email = ${email}`)[0]?.id

async function decisions({ world }: Scene) {
  return await listDecisions(world.sql, world.organization, { states: ['open'], id: null, before: null, limit: 9 })
}

test('whoever is pushed becomes a member, holds what their groups give, and changes with their resource', async () => {
  const scene = await open()
  const { world, idp } = scene
  const ada = await idp.user('ada')
  await idp.group('Artists', [ada])
  expect(await sync(scene)).toEqual(['invite ada@acme.example', 'assign ada@acme.example vray'])
  expect(await idp.read()).toBe(0)
  await idp.change(ada, { emails: [{ value: 'ada.l@acme.example', type: 'work' }] })
  expect(await sync(scene)).toEqual(['update_identity ada@acme.example'])
  await idp.deactivate(ada)
  expect(await idp.read({ urgent: true })).toBe(1)
  expect(await sync(scene)).toEqual(['suspend ada.l@acme.example', 'revoke ada.l@acme.example vray'])
  expect(await world.members()).toEqual([{ email: 'ada.l@acme.example', state: 'suspended', products: [] }])
})

describe('what requests mean (one row each)', () => {
  test('POST of somebody inactive: nobody is invited until they are active', async () => {
    const scene = await open()
    const ada = await scene.idp.user('ada', { active: false })
    expect(await sync(scene)).toEqual([])
    await scene.idp.change(ada, { active: true })
    expect(await sync(scene)).toEqual(['invite ada@acme.example'])
  })

  test('active=false: suspended and without licences at once, removed a week after the last one', async () => {
    const scene = await open()
    const ada = await scene.idp.user('ada')
    await scene.idp.group('Artists', [ada])
    await sync(scene)
    await scene.idp.deactivate(ada)
    expect(await sync(scene)).toEqual(['suspend ada@acme.example', 'revoke ada@acme.example vray'])
    expect(await sync(scene)).toEqual([])
    scene.world.pass(6 * DAY)
    expect(await sync(scene)).toEqual([])
    scene.world.pass(2 * DAY)
    expect(await sync(scene)).toEqual(['remove ada@acme.example'])
  })

  test('DELETE: without licences and removed in one plan', async () => {
    const scene = await open()
    const ada = await scene.idp.user('ada')
    await scene.idp.group('Artists', [ada])
    await sync(scene)
    await scene.idp.remove(ada)
    expect(await sync(scene)).toEqual(['revoke ada@acme.example vray', 'remove ada@acme.example'])
    expect(await sync(scene)).toEqual([])
    expect(await directory(scene)).toEqual(['ada@acme.example deleted'])
  })

  test('DELETE of somebody who was deactivated before: the week is not waited for', async () => {
    const scene = await open()
    const ada = await scene.idp.user('ada')
    await sync(scene)
    await scene.idp.deactivate(ada)
    expect(await sync(scene)).toEqual(['suspend ada@acme.example'])
    expect(await sync(scene)).toEqual([])
    await scene.idp.remove(ada)
    expect(await sync(scene)).toEqual(['remove ada@acme.example'])
  })

  test('made and deleted before anybody looked: nobody was there', async () => {
    const scene = await open()
    await scene.idp.remove(await scene.idp.user('test'))
    expect(await sync(scene)).toEqual([])
    expect(await scene.world.sql`select from people`).toHaveLength(0)
  })

  test('active again: reactivated, with what the rules give now', async () => {
    const scene = await open()
    const ada = await scene.idp.user('ada')
    const artists = await scene.idp.group('Artists', [ada])
    await sync(scene)
    await scene.idp.deactivate(ada)
    await sync(scene)
    await scene.idp.members(artists, { op: 'remove', values: [ada] })
    await scene.idp.change(ada, { active: true })
    expect(await sync(scene)).toEqual(['reactivate ada@acme.example'])
    await scene.idp.members(artists, { op: 'add', values: [ada] })
    expect(await sync(scene)).toEqual(['assign ada@acme.example vray'])
  })

  test('a changed externalId is an ordinary update', async () => {
    const scene = await open()
    const ada = await scene.idp.user('ada', { externalId: 'x1' })
    await sync(scene)
    await scene.idp.change(ada, { externalId: 'x2' })
    expect(await sync(scene)).toEqual([])
    expect(await scene.world.members()).toHaveLength(1)
  })

  test('POST after DELETE where externalId and userName agree: a new id, the same member, linked without a question', async () => {
    const scene = await open()
    const first = await scene.idp.user('ada', { externalId: 'x1' })
    await sync(scene)
    const member = await idOf(scene, 'ada@acme.example')
    await scene.idp.remove(first)
    await sync(scene)
    expect(await scene.world.members()).toEqual([])
    await scene.idp.user('ada', { externalId: 'x1', emails: [{ value: 'ada.new@acme.example' }] })
    expect(await sync(scene)).toEqual(['reactivate ada@acme.example'])
    expect(await idOf(scene, 'ada.new@acme.example')).toBe(member)
    expect(await decisions(scene)).toEqual([])
    expect(await directory(scene)).toEqual(['ada@acme.example ada.new@acme.example active'])
    expect(await sync(scene)).toEqual([])
  })

  test.each([
    ['the userName alone agrees', { externalId: 'x2' }, 'ada@acme.example'],
    ['nothing but the userName is given', {}, 'ada@acme.example'],
    ['the address alone agrees', { externalId: 'x2', userName: 'other' }, 'ada@acme.example'],
    [
      'the externalId alone agrees',
      { externalId: 'x1', userName: 'other', emails: [{ value: 'other@acme.example' }] },
      'other@acme.example',
    ],
  ])('POST after DELETE where %s: a person is asked, and nothing happens until then', async (_, over, email) => {
    const scene = await open()
    const first = await scene.idp.user('ada', { externalId: 'x1' })
    await sync(scene)
    const member = await idOf(scene, 'ada@acme.example')
    await scene.idp.remove(first)
    await sync(scene)
    await scene.idp.user('ada', over)
    expect(await sync(scene)).toEqual([])
    expect(await sync(scene)).toEqual([])
    const [question, ...others] = await decisions(scene)
    expect(others).toEqual([])
    expect(question).toMatchObject({ kind: 'same_person', source: 'idp' })
    await answer(scene.world.parts, scene.world.organization, question?.id ?? 0, { actor: KIM, choice: 'link' })
    expect((await sync(scene)).map((action) => action.split(' ')[0])).toEqual(['link', 'reactivate'])
    expect(await idOf(scene, email)).toBe(member)
    expect(await sync(scene)).toEqual([])
  })

  test('the question answered with somebody new: a member of their own', async () => {
    const scene = await open()
    const first = await scene.idp.user('ada', { externalId: 'x1' })
    await sync(scene)
    const member = await idOf(scene, 'ada@acme.example')
    await scene.idp.remove(first)
    await sync(scene)
    await scene.idp.user('ada', { externalId: 'x2' })
    await sync(scene)
    const [question] = await decisions(scene)
    await answer(scene.world.parts, scene.world.organization, question?.id ?? 0, { actor: KIM, choice: 'create_new' })
    expect(await sync(scene)).toEqual(['invite ada@acme.example'])
    expect(await scene.world.sql`select from members where id <> ${member ?? 0}`).toHaveLength(1)
  })

  test('nobody is taken for somebody who was deleted and is there again already', async () => {
    const scene = await open()
    const [first, emails] = [await scene.idp.user('ada', { externalId: 'x1' }), [{ value: 'ada@acme.example' }]]
    await sync(scene)
    await scene.idp.remove(first)
    const again = await scene.idp.user('ada', { externalId: 'x1' })
    await sync(scene)
    await scene.idp.change(again, { externalId: 'x2' })
    await scene.idp.user('other', { externalId: 'x1', emails })
    expect(await sync(scene)).toEqual([])
    expect(await directory(scene)).toEqual(['ada@acme.example active', 'other@acme.example ada@acme.example active'])
    expect((await decisions(scene)).map((one) => one.kind)).toEqual(['shared'])
  })

  test('DELETE and POST before anybody looked: one plan later they are who they were', async () => {
    const scene = await open()
    const first = await scene.idp.user('ada', { externalId: 'x1' })
    await scene.idp.group('Artists', [first])
    await sync(scene)
    await scene.idp.remove(first)
    const again = await scene.idp.user('ada', { externalId: 'x1' })
    await scene.idp.group('Painters', [again])
    const actions = await sync(scene)
    expect(actions.filter((action) => !action.startsWith('revoke'))).toEqual([])
    expect((await scene.world.members()).map((one) => one.state)).toEqual(['invited'])
    expect(await directory(scene)).toEqual(['ada@acme.example active Painters'])
  })

  test('DELETE of a mapped group: nobody loses what it gave', async () => {
    const scene = await open()
    const ada = await scene.idp.user('ada')
    const group = await scene.idp.group('Artists', [ada])
    await sync(scene)
    await scene.idp.removeGroup(group)
    expect(await sync(scene)).toEqual([])
    expect(await directory(scene)).toEqual(['ada@acme.example active Artists'])
    await scene.idp.change(ada, { title: 'Painter' })
    expect(await sync(scene)).toEqual([])
    expect(await directory(scene)).toEqual(['ada@acme.example active Artists'])
    await scene.idp.user('bob')
    const [plan] = (await scene.world.propose('person')).plans
    const { findings } = await scene.world.plan(plan)
    expect(findings.find((one) => one.guard === 'GROUP_NOT_FOUND')).toMatchObject({
      measured: 1,
      message: expect.stringContaining('idp has deleted the group Artists, which rule artists asked for. Its 1 member'),
    })
  })

  test('who keeps what a deleted group gave is counted through the groups in it, deleted ones too', async () => {
    const scene = await open()
    const [ada, bob, cem] = [await scene.idp.user('ada'), await scene.idp.user('bob'), await scene.idp.user('cem')]
    const innermost = await scene.idp.group('Innermost', [ada, cem])
    const inner = await scene.idp.group('Inner', [bob, innermost])
    const group = await scene.idp.group('Artists', [inner, ada])
    await sync(scene)
    await scene.idp.removeGroup(innermost)
    await scene.idp.removeGroup(group)
    await sync(scene)
    const message = async (guard: string) => {
      await scene.idp.user(guard)
      const [plan] = (await scene.world.propose('person')).plans
      return (await scene.world.plan(plan)).findings.find((one) => one.guard === guard)?.message
    }
    expect(await message('GROUP_NOT_FOUND')).toContain('Its 3 members keep what it gave')
    await scene.idp.group('Artists', [bob])
    expect(await message('GROUP_REPLACED')).toContain('2 members of the old one are not in it.')
  })

  test.each([
    ['is taken out of it', (inner: string) => ({ op: 'remove' as const, values: [inner] })],
    [
      'is taken out of it with others',
      (inner: string, bob: string) => ({ op: 'remove' as const, values: [bob, inner] }),
    ],
    ['is not named among all its members', () => ({ op: 'replace' as const, values: [] })],
  ])('what people have through a deleted group in another one ends when it %s', async (_, step) => {
    const scene = await open()
    const [ada, bob] = [await scene.idp.user('ada'), await scene.idp.user('bob')]
    const inner = await scene.idp.group('Inner', [ada])
    const outer = await scene.idp.group('Artists', [inner])
    const other = await scene.idp.group('Painters', [inner, bob])
    await sync(scene)
    await scene.idp.removeGroup(inner)
    await scene.idp.read()
    expect((await directory(scene))[0]).toBe('ada@acme.example active Artists+Inner+Painters')
    await scene.idp.members(other, { op: 'remove', values: [bob] })
    await scene.idp.members(outer, step(inner, bob))
    await scene.idp.read()
    expect((await directory(scene))[0]).toBe('ada@acme.example active Inner+Painters')
    // Again changes nothing.
    await scene.idp.members(outer, step(inner, bob))
    expect(await scene.idp.read()).toBe(0)
  })

  test('a group of the same name takes the place of a deleted one, however it is written', async () => {
    const scene = await open()
    const [ada, bob] = [await scene.idp.user('ada'), await scene.idp.user('bob')]
    await scene.idp.removeGroup(await scene.idp.group('Artists', [ada, bob]))
    await sync(scene)
    expect(await directory(scene)).toEqual(['ada@acme.example active Artists', 'bob@acme.example active Artists'])
    const group = await scene.idp.group('ARTISTS', [ada])
    await scene.idp.read()
    expect(await directory(scene)).toEqual(['ada@acme.example active ARTISTS', 'bob@acme.example active'])
    await scene.idp.user('cem')
    const [plan] = (await scene.world.propose('person')).plans
    const { findings } = await scene.world.plan(plan)
    expect(findings.find((one) => one.guard === 'GROUP_REPLACED')).toMatchObject({
      measured: 1,
      message: expect.stringContaining('for rule artists. 1 member of the old one is not in it.'),
    })
    // Nor does the first one count again when the second one goes.
    await scene.idp.removeGroup(group)
    await scene.idp.change(bob, { title: 'Painter' })
    await scene.idp.read()
    expect(await directory(scene)).toEqual([
      'ada@acme.example active ARTISTS',
      'bob@acme.example active',
      'cem@acme.example active',
    ])
  })

  test('a group that is called as a deleted one from now on takes its place', async () => {
    const scene = await open()
    const [ada, bob] = [await scene.idp.user('ada'), await scene.idp.user('bob')]
    await scene.idp.removeGroup(await scene.idp.group('Artists', [ada]))
    const painters = await scene.idp.group('Painters', [bob])
    await scene.idp.read()
    await scene.idp.rename(painters, 'Artists')
    await scene.idp.read()
    expect(await directory(scene)).toEqual(['ada@acme.example active', 'bob@acme.example active Artists+Painters'])
  })

  test('a mapped group is renamed: nobody loses what it gave, and the plan names what it is called now (edge case 35, by name)', async () => {
    const scene = await open()
    const [ada, bob] = [await scene.idp.user('ada'), await scene.idp.user('bob')]
    const group = await scene.idp.group('Artists', [ada])
    expect(await sync(scene)).toEqual([
      'invite ada@acme.example',
      'invite bob@acme.example',
      'assign ada@acme.example vray',
    ])
    const findings = async () => {
      await scene.idp.user(`somebody${Math.random()}`)
      const [plan] = (await scene.world.propose('person')).plans
      const { findings } = await scene.world.plan(plan)
      return findings.filter(({ guard }) => guard.startsWith('GROUP_')).map(({ message }) => message)
    }
    await scene.idp.rename(group, '3D artists')
    expect(await sync(scene)).toEqual([])
    expect((await directory(scene))[0]).toBe('ada@acme.example active 3D artists+Artists')
    expect(await findings()).toEqual([
      'idp has renamed the group Artists to 3D artists, which rule artists asked for. Its 1 member keeps what it gave until a group of that name takes its place; or ask for 3D artists there.',
    ])
    // Who joins or leaves the group joins or leaves its former name, and renaming it again leaves another name behind.
    await scene.idp.members(group, { op: 'replace', values: [bob] })
    await scene.idp.rename(group, 'Modellers')
    await scene.idp.read()
    expect((await directory(scene)).slice(0, 2)).toEqual([
      'ada@acme.example active',
      'bob@acme.example active 3D artists+Artists+Modellers',
    ])
    // Called as before, it is itself again, and nothing has taken its place.
    await scene.idp.rename(group, 'artists')
    await scene.idp.read()
    expect((await directory(scene))[1]).toBe('bob@acme.example active 3D artists+Modellers+artists')
    expect(await findings()).toEqual([])
    // A name that another group has taken is that group's.
    await scene.idp.rename(group, 'Painters')
    await scene.idp.group('Artists', [ada])
    await scene.idp.read()
    expect((await directory(scene)).slice(0, 2)).toEqual([
      'ada@acme.example active Artists',
      'bob@acme.example active 3D artists+Modellers+Painters',
    ])
    expect(await findings()).toEqual([
      expect.stringContaining('idp has renamed the group artists to Painters and pushed another'),
    ])
  })

  test('a renamed group that is deleted: its people keep what its former name gave too', async () => {
    const scene = await open()
    const group = await scene.idp.group('Artists', [await scene.idp.user('ada')])
    await sync(scene)
    await scene.idp.rename(group, 'Painters')
    await scene.idp.removeGroup(group)
    expect(await sync(scene)).toEqual([])
    expect(await directory(scene)).toEqual(['ada@acme.example active Artists+Painters'])
  })

  test('a renamed group is looked at by its new name', async () => {
    const scene = await open()
    const ada = await scene.idp.user('ada')
    const group = await scene.idp.group('Painters', [ada])
    expect(await sync(scene)).toEqual(['invite ada@acme.example'])
    await scene.idp.rename(group, 'Artists')
    expect(await sync(scene)).toEqual(['assign ada@acme.example vray'])
  })

  test('groups in groups count, in a circle too', async () => {
    const scene = await open()
    const ada = await scene.idp.user('ada')
    const inner = await scene.idp.group('Inner', [ada])
    const outer = await scene.idp.group('Artists', [inner])
    await scene.idp.members(inner, { op: 'add', values: [outer] })
    expect(await sync(scene)).toEqual(['invite ada@acme.example', 'assign ada@acme.example vray'])
    expect(await directory(scene)).toEqual(['ada@acme.example active Artists+Inner'])
  })

  test('entitlements are grants of the products that they name by key, name or alias; other ones mean nothing', async () => {
    const scene = await open({
      products: 'vray: { name: V-Ray, seats: 5, aliases: [Renderer] }\nhoudini: { name: Houdini FX, seats: 5 }',
      rules: 'staff: { source: hr, when: { everyone: true }, then: [{ member: member }] }',
    })
    const entitled = (...values: string[]) => ({ entitlements: values.map((value) => ({ value })) })
    const ada = await scene.idp.user('ada', entitled('RENDERER', 'vray', 'houdini  fx', 'CRM'))
    await scene.idp.user('bob', entitled('CRM'))
    expect(await sync(scene)).toEqual([
      'invite ada@acme.example',
      'assign ada@acme.example houdini',
      'assign ada@acme.example vray',
    ])
    await scene.world.configure({
      ...SETTING,
      products: 'vray: { name: V-Ray, seats: 5, aliases: [CRM] }\nhoudini: { name: Houdini FX, seats: 5 }',
    })
    await sync(scene)
    expect((await scene.world.members()).find((one) => one.email === 'bob@acme.example')?.products).toEqual(['vray'])
    await scene.idp.change(ada, { entitlements: undefined })
    expect(await directory(scene)).toHaveLength(2)
  })

  test('rules ask for attributes of the enterprise extension', async () => {
    const urn = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
    const scene = await open({
      rules: `design: { source: idp, when: { attribute: department, is: Design }, then: [{ member: member }] }
crew: { source: idp, when: { attribute: "${urn}:costCenter", is: "7" }, then: [{ member: member }] }`,
    })
    await scene.idp.user('ada', { [urn]: { department: 'design' } })
    await scene.idp.user('bob', { [urn]: { costCenter: '7' } })
    await scene.idp.user('cem', { [urn]: { department: 'Sales' } })
    expect((await sync(scene)).sort()).toEqual(['invite ada@acme.example', 'invite bob@acme.example'])
  })

  test('without a usable address nobody is invited, and nobody is mistaken for somebody else without one', async () => {
    const scene = await open()
    const ada = await scene.idp.user('ada', { userName: 'ada', emails: [] })
    await scene.idp.user('bob', { userName: 'bob', emails: [{ value: 'not an address' }] })
    expect(await sync(scene)).toEqual([])
    expect(await decisions(scene)).toEqual([])
    await scene.idp.change(ada, { emails: [{ value: 'ada@acme.example' }] })
    expect(await sync(scene)).toEqual(['invite ada@acme.example'])
    await scene.idp.change(ada, { emails: undefined })
    expect(await sync(scene)).toEqual([])
    expect((await scene.world.members()).map((one) => one.email)).toEqual(['ada@acme.example'])
  })
})

describe('edge cases', () => {
  test('12: Entra deletes softly: suspended; the mirror has the new userName, the member keeps theirs', async () => {
    const scene = await open()
    const ada = await scene.idp.user('ada', { externalId: 'x1' })
    await sync(scene)
    const freed = '2819c223f7e040b9a0b1c2d3e4f50617'
    await scene.idp.change(ada, {
      userName: `${freed}ada@acme.example`,
      emails: [{ value: `${freed}ada@acme.example`, type: 'work' }],
      active: false,
    })
    expect(await sync(scene)).toEqual(['suspend ada@acme.example'])
    expect(await directory(scene)).toEqual(['ada@acme.example leaver'])
    const [member] = await scene.world.sql`select email, user_name from members`
    expect(member).toMatchObject({ email: 'ada@acme.example', user_name: 'ada@acme.example' })
    // Deleted for good and made again: the digits do not hide who it was.
    await scene.idp.remove(ada)
    await sync(scene)
    await scene.idp.user('ada', { externalId: 'x1' })
    expect(await sync(scene)).toEqual(['reactivate ada@acme.example'])
  })

  test('13: Okta rehires with active=true: the same id, what the rules give now', async () => {
    const scene = await open()
    const ada = await scene.idp.user('ada')
    await sync(scene)
    const member = await idOf(scene, 'ada@acme.example')
    await scene.idp.deactivate(ada)
    await sync(scene)
    await sync(scene)
    scene.world.pass(8 * DAY)
    expect(await sync(scene)).toEqual(['remove ada@acme.example'])
    await scene.idp.group('Artists', [ada])
    await scene.idp.change(ada, { active: true })
    expect(await sync(scene)).toEqual(['reactivate ada@acme.example', 'assign ada@acme.example vray'])
    expect(await idOf(scene, 'ada@acme.example')).toBe(member)
  })

  const both = async (setting: Parameters<typeof openWorld>[0] = {}) => {
    const scene = await open(setting)
    const { world, idp } = scene
    await world.sync('one.csv', `${HR}1,ada@acme.example,Ada,Test,Houdini,\n2,bob@acme.example,Bob,Test,Houdini,\n`)
    const ada = await idp.user('ada', { name: { givenName: 'Ada', familyName: 'Test' } })
    await idp.group('Artists', [ada])
    await sync(scene)
    // The addresses are the same: whoever is asked says that they are one person.
    for (const { id } of await decisions(scene)) {
      await answer(world.parts, world.organization, id, { actor: KIM, choice: 'link' })
    }
    await sync(scene)
    expect((await world.members())[0]).toMatchObject({ products: ['houdini', 'vray'], state: 'invited' })
    return { ...scene, ada }
  }

  test('15: in two sources and deleted in one: let go of, suspended, and only that source takes its licences back', async () => {
    const scene = await both({
      sources: SETTING.sources.replace('within_limits', 'within_limits, others_keep: active'),
    })
    await scene.idp.remove(scene.ada)
    expect((await sync(scene)).sort()).toEqual(['release_claim ada@acme.example', 'revoke ada@acme.example vray'])
    expect((await scene.world.members())[0]).toMatchObject({ products: ['houdini'], state: 'invited' })
    expect(await sync(scene)).toEqual([])
  })

  test('16: deactivated by the identity provider, still wanted by hr: suspended at once, the seat is kept', async () => {
    const scene = await both()
    await scene.idp.deactivate(scene.ada)
    expect(await sync(scene)).toEqual(['suspend ada@acme.example', 'revoke ada@acme.example vray'])
    expect((await scene.world.members())[0]).toMatchObject({ products: ['houdini'], state: 'suspended' })
    expect(await sync(scene)).toEqual([])
    scene.world.pass(30 * DAY)
    expect(await sync(scene)).toEqual([])
    await scene.idp.change(scene.ada, { active: true })
    expect(await sync(scene)).toEqual(['reactivate ada@acme.example', 'assign ada@acme.example vray'])
  })

  test('16: a leaver of a file whom the identity provider still has stays', async () => {
    const scene = await both()
    const rows = '1,ada@acme.example,Ada,Test,Houdini,leaver\n2,bob@acme.example,Bob,Test,Houdini,\n'
    await scene.world.sync('two.csv', `${HR}${rows}`)
    expect((await scene.world.members())[0]).toMatchObject({ products: ['vray'], state: 'invited' })
  })

  test('16: nobody is taken from an owner or from somebody protected, whatever the identity provider says', async () => {
    const scene = await open({ more: 'protected: [ada@acme.example]' })
    const [ada, bob] = [await scene.idp.user('ada'), await scene.idp.user('bob')]
    await scene.idp.group('Artists', [ada])
    await sync(scene)
    await scene.world.sql`update members set role = 'owner' where email = 'bob@acme.example'`
    await scene.idp.deactivate(ada)
    await scene.idp.remove(bob)
    expect(await sync(scene)).toEqual([])
    expect((await scene.world.members()).map((one) => one.state)).not.toContain('suspended')
    // Whoever looks at the next plan is told, and told of whoever cannot be invited.
    await scene.idp.user('cem')
    await scene.idp.user('dee', { userName: 'dee', emails: [] })
    const [plan] = (await scene.world.propose('person')).plans
    const { findings } = await scene.world.plan(plan)
    const told = findings.filter((one) => !/^G\d/.test(one.guard)).map((one) => [one.guard, one.measured, one.message])
    expect(told).toEqual([
      ['GONE_BUT_KEPT', 2, expect.stringMatching(/until you decide.*ada@acme\.example, bob@acme\.example/)],
      ['EMAIL_MISSING', 1, expect.stringContaining('1 person of the identity provider cannot be invited')],
    ])
  })
})

describe('laws', () => {
  const scenes = fc.array(
    fc.oneof(
      fc.record({ act: fc.constant('user' as const), who: fc.nat(3) }),
      fc.record({ act: fc.constantFrom('deactivate', 'activate', 'remove', 'retitle'), who: fc.nat(3) }),
      fc.record({ act: fc.constantFrom('join', 'leave'), who: fc.nat(3), group: fc.nat(1) }),
      fc.record({ act: fc.constantFrom('group', 'ungroup', 'nest'), group: fc.nat(1), who: fc.constant(0) }),
    ),
    { minLength: 1, maxLength: 25 },
  )
  type Step = (typeof scenes extends fc.Arbitrary<infer T> ? T : never)[number]

  /** Does what can be done; the rest is refused, as the endpoint refuses it. */
  async function act(idp: IdentityProvider, ids: Map<string, string>, step: Step): Promise<void> {
    const user = ids.get(`user ${step.who}`)
    const group = 'group' in step ? ids.get(`group ${step.group}`) : undefined
    if (step.act === 'user' && user === undefined) {
      ids.set(`user ${step.who}`, await idp.user(`user${step.who}`, { externalId: `x${step.who}` }))
    }
    if (step.act === 'group' && group === undefined)
      ids.set(`group ${step.group}`, await idp.group(`group${step.group}`))
    if (step.act === 'ungroup' && group !== undefined) {
      await idp.removeGroup(group)
      ids.delete(`group ${step.group}`)
    }
    const other = ids.get(`group ${'group' in step ? 1 - step.group : 0}`)
    if (step.act === 'nest' && group !== undefined && other !== undefined) {
      await idp.members(group, { op: 'add', values: [other] })
    }
    if (user === undefined) return
    if (step.act === 'deactivate' || step.act === 'activate')
      await idp.change(user, { active: step.act === 'activate' })
    if (step.act === 'retitle') await idp.change(user, { title: `t${ids.size}` })
    if (step.act === 'join' && group !== undefined) await idp.members(group, { op: 'add', values: [user] })
    if (step.act === 'leave' && group !== undefined) await idp.members(group, { op: 'remove', values: [user] })
    if (step.act === 'remove') {
      await idp.remove(user)
      ids.delete(`user ${step.who}`)
    }
  }

  /** What is said of whoever is there, without who they are to us. */
  const content = async ({ world, idp }: Scene) =>
    await world.sql`
      select anchor, email, user_name, status, groups, attributes, encode(hash, 'hex') as hash from directory_users
      where organization_id = ${world.organization} and source_id = ${idp.scope.source} and to_change is null
        and status <> 'deleted' order by anchor`
  const empty = ({ world }: Scene) => world.sql`
    truncate directory_users, directory_groups, person_links, people, mirror_resources, mirror_members, mirror_emails, mirror_marks,
      pushed_people, dirty_people, mirror_totals, mirror_member_changes`
  const forget = ({ world }: Scene) => world.sql`
    truncate directory_users, directory_groups, person_links, people, mirror_marks, pushed_people, dirty_people`
  /** Marks everything that there is, in another order for each salt. */
  const markAll = ({ world }: Scene, salt: string) => world.sql`
    insert into mirror_marks (organization_id, source_id, number, type, id, urgent, at)
    select organization_id, source_id, nextval('mirror_numbers'), type, id, type = 'User' and place < 'f', modified_at
    from (select *, md5(id::text || ${salt}) as place from mirror_resources order by place) r`

  test('read as it comes, urgent first or not, twice or from nothing, the directory is the same', async () => {
    const scene = await open()
    const { world, idp } = scene
    await fc.assert(
      fc.asyncProperty(
        scenes,
        fc.array(fc.constantFrom('urgent', 'all', 'nothing'), { maxLength: 25 }),
        fc.string({ unit: 'grapheme-ascii' }),
        async (steps, reads, salt) => {
          await empty(scene)
          const ids = new Map<string, string>()
          for (const [at, step] of steps.entries()) {
            world.pass(1_000)
            await act(idp, ids, step)
            if (reads[at] === 'urgent' || reads[at] === 'all') await idp.read({ urgent: reads[at] === 'urgent' })
          }
          await idp.read()
          const known = await content(scene)
          const people =
            await world.sql`select distinct person_id from directory_users where to_change is null and status <> 'deleted'`
          expect(people).toHaveLength(known.length)
          await markAll(scene, salt)
          expect(await idp.read({ urgent: true })).toBe(0)
          expect(await idp.read()).toBe(0)
          expect(await content(scene)).toEqual(known)
          await forget(scene)
          await markAll(scene, salt)
          await idp.read({ urgent: true })
          await idp.read()
          expect(await content(scene)).toEqual(known)
          expect(await world.sql`select from mirror_marks`).toHaveLength(0)
        },
      ),
      { numRuns: 25 },
    )
  })

  test('two daemons that read at once: everything is read, nothing twice', async () => {
    const scene = await open()
    const { world, idp } = scene
    const ids = []
    // More than a batch, so that several daemons meet marks of the same people.
    for (let n = 0; n < 320; n += 1) ids.push(await idp.user(`user${n}`))
    await idp.group('Artists', ids)
    const counts = await Promise.all([idp.read(), idp.read({ urgent: true }), idp.read(), idp.read()])
    expect(counts.reduce((a, b) => a + b)).toBeGreaterThanOrEqual(320)
    expect(await world.sql`select from people`).toHaveLength(320)
    expect(new Set((await directory(scene)).map((line) => line.split(' ')[2]))).toEqual(new Set(['Artists']))
    expect(await directory(scene)).toHaveLength(320)
  })
})
