/** Deleted groups: what people have because of them stays, until another group of the name takes their place, and then for good. */
import { afterEach, expect, test } from 'vitest'
import { parseFilter } from '../../src/scim/filter.ts'
import { USER } from '../../src/scim/user.ts'
import { whereOf } from '../../src/store/mirror-filter.ts'
import { listResources } from '../../src/store/mirror-list.ts'
import { forgetDeleted } from '../../src/store/mirror-retention.ts'
import { IdentityProvider } from '../support/identity-provider.ts'
import { Jobs } from '../support/jobs.ts'
import { openWorld, type World } from '../support/pipeline.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
let world: World | null = null
afterEach(async () => {
  await world?.close()
  world = null
})

/** Ada, Bob and Cyd; whoever is in Artists holds V-Ray. */
async function open() {
  const here = await openWorld({
    sources: 'idp: { kind: scim, approval: within_limits }',
    products: 'vray: { name: V-Ray, seats: 5 }',
    rules: `everyone: { source: idp, when: { everyone: true }, then: [{ member: member }] }
artists: { source: idp, when: { group: { name: Artists } }, then: [{ product: vray }] }`,
  })
  world = here
  const jobs = new Jobs(here)
  const idp = await IdentityProvider.open(here)
  const [ada, bob, cyd] = [await idp.user('ada'), await idp.user('bob'), await idp.user('cyd')]
  const begin = async () => {
    await here.applyAll(await here.propose('person'))
    await jobs.work()
  }
  /** Hours later, when all that was pushed has been planned and done. */
  const settle = async () => {
    for (let hour = 0; hour < 4; hour += 1) {
      here.pass(HOUR)
      await here.propose('pushed')
      await here.propose('due')
      await jobs.work()
    }
  }
  const holders = async () =>
    (await here.members()).filter((one) => one.products.length > 0).map((one) => one.email.split('@')[0])
  return { world: here, idp, ada, bob, cyd, begin, settle, holders }
}

test('a group that took the place of a deleted one has taken it for good, though it is renamed again', async () => {
  const { idp, ada, begin, settle, holders } = await open()
  const artists = await idp.group('Artists', [ada])
  await begin()
  await idp.removeGroup(artists)
  await settle()
  expect(await holders()).toEqual(['ada'])
  const other = await idp.group('Other')
  await idp.rename(other, 'Artists')
  await settle()
  expect(await holders()).toEqual([])
  await idp.rename(other, 'Other')
  await idp.change(ada, { title: 'Lead' })
  await settle()
  expect(await holders()).toEqual([])
})

test('named so and renamed before anybody looked: the people of the deleted group lose at once what the next change would take', async () => {
  const { idp, ada, begin, settle, holders } = await open()
  const artists = await idp.group('Artists', [ada])
  const other = await idp.group('Other')
  await begin()
  await idp.removeGroup(artists)
  await settle()
  await idp.rename(other, 'Artists')
  await idp.rename(other, 'Other')
  await settle()
  expect(await holders()).toEqual([])
})

test('a deleted group that was replaced is forgotten with its people, and gives nothing when the other one is gone too', async () => {
  const { world, idp, ada, begin, settle, holders } = await open()
  const artists = await idp.group('Artists', [ada])
  await begin()
  await idp.removeGroup(artists)
  await settle()
  const next = await idp.group('Artists')
  await settle()
  await idp.removeGroup(next)
  await settle()
  expect(await holders()).toEqual([])
  world.pass(91 * DAY)
  await forgetDeleted(world.sql, new Date(world.at.getTime() - 90 * DAY))
  expect(await world.sql`select id from mirror_resources where type = 'Group'`).toEqual([])
  expect(await world.sql`select * from mirror_members`).toEqual([])
  await idp.change(ada, { title: 'Lead' })
  await settle()
  expect(await holders()).toEqual([])
})

test('of two groups of one name, deleting one takes what it alone gave', async () => {
  const { world, idp, ada, bob, begin, settle, holders } = await open()
  const first = await idp.group('Artists', [ada])
  // As in a source whose groups may share a name.
  await world.sql`update mirror_resources set unique_key = null where id = ${first}`
  await idp.group('Artists', [bob])
  await begin()
  await idp.removeGroup(first)
  await settle()
  expect(await holders()).toEqual(['bob'])
})

test('DELETE of a group in a group: nobody loses what the outer one gives, and a new one of the name ends that', async () => {
  const { world, idp, ada, bob, begin, settle, holders } = await open()
  const lookdev = await idp.group('Lookdev', [ada])
  const outer = await idp.group('Artists', [lookdev, bob])
  await begin()
  expect(await holders()).toEqual(['ada', 'bob'])
  await idp.removeGroup(lookdev)
  await idp.change(ada, { title: 'Lead' })
  await settle()
  expect(await holders()).toEqual(['ada', 'bob'])
  expect(await world.sql`select member_id from mirror_members where group_id = ${outer}`).toEqual([{ member_id: bob }])
  await idp.removeGroup(outer)
  world.pass(91 * DAY)
  await forgetDeleted(world.sql, world.at)
  await idp.change(ada, { title: 'Painter' })
  await settle()
  expect(await holders()).toEqual(['ada', 'bob'])
  await idp.group('Lookdev', [ada])
  await settle()
  expect(await holders()).toEqual(['bob'])
})

test('a rename reaches the people of a deleted group that was in it', async () => {
  const { idp, ada, begin, settle, holders } = await open()
  const lookdev = await idp.group('Lookdev', [ada])
  const outer = await idp.group('Painters', [lookdev])
  await begin()
  await idp.removeGroup(lookdev)
  await settle()
  expect(await holders()).toEqual([])
  await idp.rename(outer, 'Artists')
  await settle()
  expect(await holders()).toEqual(['ada'])
  // Nor does the next one take away what the name before gave.
  await idp.rename(outer, 'Sculptors')
  await settle()
  expect(await holders()).toEqual(['ada'])
})

test('filters on groups find nobody in a deleted group', async () => {
  const { world, idp, ada, bob } = await open()
  const gone = await idp.group('Gone', [ada])
  const outer = await idp.group('Outer', [gone, bob])
  await idp.removeGroup(gone)
  const found = async (text: string) => {
    const where = whereOf(world.sql, parseFilter(USER, text, 'lenient'), idp.scope)
    const query = {
      types: ['User'],
      where,
      order: null,
      offset: 0,
      after: null,
      limit: 10,
      groups: false,
      members: false,
    }
    return (await listResources(world.sql, idp.scope, query)).resources.map((one) => one.document['userName'])
  }
  const table = {
    [`groups.value eq "${gone}"`]: [],
    [`groups[value eq "${gone}" and type eq "direct"]`]: [],
    [`groups.value eq "${outer}"`]: ['bob'],
    'groups pr': ['bob'],
    'not (groups pr)': ['ada', 'cyd'],
    'groups.type eq "direct"': ['bob'],
  }
  for (const [text, names] of Object.entries(table))
    expect(await found(text), text).toEqual(names.map((name) => `${name}@acme.example`))
})
