/** What people ask for by hand: the draft, what it foresees, and that applying it does just that. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { PIN_DEFAULT } from '../../src/reconcile/operation.ts'
import { type Asked, type Drafted, draft } from '../../src/sync/draft.ts'
import type { Actor } from '../../src/sync/parts.ts'
import { receiveUpload } from '../../src/sync/upload.ts'
import { KIM, openWorld, type World } from '../support/pipeline.ts'

const OLA: Actor = { kind: 'person', name: 'ola@acme.example', role: 'operator' }
const NOTHING = {
  products: [],
  allProducts: false,
  expiresAt: null,
  role: 'member',
  revokeFirst: false,
  wait: false,
  pin: PIN_DEFAULT,
} as const

let world: World
beforeEach(async () => {
  world = await openWorld({
    products: 'vray: { name: V-Ray, seats: 2, reserve: 1 }\nhoudini: { name: Houdini, seats: 10, aliases: [FX] }',
  })
  await world.sync(
    'roster.csv',
    'email,first name,last name,groups\nann@acme.example,Ann,Lee,Artists\nbob@acme.example,Bob,Ray,\ncem@acme.example,Cem,Ak,\n',
  )
})
afterEach(() => world.close())

type Given = Pick<Asked, 'verb' | 'selection'> & Partial<Asked>

function ask(given: Given, { actor = OLA, again = false } = {}): Promise<Drafted> {
  const operation: Asked = { ...NOTHING, products: [...NOTHING.products], ...given }
  return draft(world.parts, world.organization, { actor, operation, quiet: false, again })
}

async function upload(verb: Asked['verb'], content: string, name = 'people.csv'): Promise<number> {
  async function* body() {
    yield new TextEncoder().encode(content)
  }
  const { id } = await receiveUpload(world.parts, world.organization, {
    actor: OLA,
    verb,
    name,
    body: body(),
    reading: {},
  })
  return id
}

/** Items as words, with what is predicted. */
async function foreseen(plan: number): Promise<string[]> {
  const items = await world.items(plan)
  return items.map((item) =>
    [item.kind, item.email, item.product, item.predicted === 'succeeded' ? null : item.predicted, item.foreseen?.code]
      .filter(Boolean)
      .join(' '),
  )
}

async function apply(plan: number): Promise<string[]> {
  await world.approve(plan)
  await world.run(plan)
  return await world.outcomes(plan)
}

const END = '2027-06-30T22:00:00.000Z'

describe('a draft', () => {
  test('of assigns says who gets what, who has it already and who gets none, and stores nothing else', async () => {
    const { plan, letters } = await ask({
      verb: 'assign',
      selection: { users: ['bob@acme.example', 'cem@acme.example', 'ann@acme.example'] },
      products: ['V-Ray'],
    })
    const row = await world.plan(plan)
    expect(row).toMatchObject({ state: 'draft', lane: 'by_hand', part: 'waiting', createdBy: OLA.name })
    expect(row.operation).toMatchObject({
      verb: 'assign',
      products: ['vray'],
      rows: { given: 3, merged: 0, errors: 0 },
    })
    expect(row.headline).toBe(
      'Assign 2; 1 is as wanted already, for as long as their sources say; 1 will fail; 1 person gets one mail',
    )
    expect(letters).toBe(1)
    expect((await foreseen(plan)).filter((one) => one.includes('ann'))).toEqual(['assign ann@acme.example vray noop'])
    expect((await foreseen(plan)).filter((one) => one.includes('SEATS_EXHAUSTED'))).toHaveLength(1)
    expect(row.seats).toMatchObject([{ product: 'vray', used: 1, after: 2, owned: 2 }])
    expect((await world.members()).flatMap((member) => member.products)).toEqual(['vray'])
  })

  test('is right about what happens', async () => {
    const { plan } = await ask({
      verb: 'assign',
      selection: { users: ['bob@acme.example', 'cem@acme.example', 'ann@acme.example'] },
      products: ['vray', 'FX'],
      expiresAt: END,
    })
    const before = (await world.items(plan)).map((item) => item.predicted)
    await apply(plan)
    expect((await world.items(plan)).map((item) => item.state)).toEqual(before)
    expect((await world.plan(plan)).state).toBe('partially_failed')
  })

  test('that was applied leaves nothing to do, for sync as for another of the same', async () => {
    const given: Given = {
      verb: 'assign',
      selection: { users: ['bob@acme.example'] },
      products: ['vray'],
      expiresAt: END,
    }
    expect(await apply((await ask(given)).plan)).toEqual(['assign bob@acme.example vray succeeded'])
    expect((await world.propose('schedule')).plans).toEqual([])
    expect(await foreseen((await ask(given)).plan)).toEqual(['assign bob@acme.example vray noop'])
  })

  test('that waits for a seat says so', async () => {
    const users = ['bob@acme.example', 'cem@acme.example']
    const { plan } = await ask({ verb: 'assign', selection: { users }, products: ['vray'], wait: true })
    expect((await foreseen(plan)).at(-1)).toMatch(/waiting_seat SEATS_EXHAUSTED$/)
    expect((await world.plan(plan)).headline).toContain('1 will wait')
  })

  test('of removals fails for who holds a product, unless products go first', async () => {
    const users = ['ann@acme.example', 'bob@acme.example']
    const kept = await ask({ verb: 'remove', selection: { users } })
    expect(await foreseen(kept.plan)).toEqual([
      'remove ann@acme.example failed_permanent HAS_PRODUCTS',
      'remove bob@acme.example',
    ])
    const first = await ask({ verb: 'remove', selection: { users }, revokeFirst: true })
    expect(await foreseen(first.plan)).toEqual([
      'revoke ann@acme.example vray',
      'remove ann@acme.example',
      'remove bob@acme.example',
    ])
    expect(first.pinned).toBe(2)
    expect((await world.plan(first.plan)).headline).toContain(
      '2 pinned for 30 days, since hr still wants them; 2 people get one mail each',
    )
  })

  test('of an invitation makes people, and gives them products in the same plan', async () => {
    const { plan } = await ask({
      verb: 'invite',
      selection: { users: ['new@acme.example', 'ann@acme.example'] },
      products: ['houdini'],
    })
    expect((await foreseen(plan)).sort()).toEqual([
      'assign ann@acme.example houdini',
      'assign new@acme.example houdini',
      'invite ann@acme.example noop',
      'invite new@acme.example',
    ])
    await apply(plan)
    expect(await world.members()).toContainEqual({ email: 'new@acme.example', state: 'invited', products: ['houdini'] })
  })

  test('of revokes of everything counts who holds nothing', async () => {
    const { plan } = await ask({
      verb: 'revoke',
      selection: { users: ['ann@acme.example', 'bob@acme.example'] },
      allProducts: true,
    })
    expect((await foreseen(plan)).sort()).toEqual(['revoke ann@acme.example vray', 'revoke bob@acme.example noop'])
  })

  test('of members by their ids, and by a filter', async () => {
    const [{ id }] = await world.sql<[{ id: number }]>`select id from members where email = 'bob@acme.example'`
    const members = await ask({ verb: 'assign', selection: { members: [id] }, products: ['houdini'] })
    expect(await foreseen(members.plan)).toEqual(['assign bob@acme.example houdini'])
    const where = await ask({
      verb: 'assign',
      selection: { where: 'products.value eq "vray"' },
      products: ['houdini'],
    })
    expect(await foreseen(where.plan)).toEqual(['assign ann@acme.example houdini'])
    expect((await world.plan(where.plan)).operation).toMatchObject({
      where: 'products.value eq "vray"',
      rows: { given: 1, merged: 0, errors: 0 },
    })
  })
})

describe('an upload', () => {
  test('becomes a plan whose people, merged rows and errors add up to its rows', async () => {
    const id = await upload(
      'assign',
      'email,external_id,products,expires\nbob@acme.example,,houdini,2027-06-30\nbob@acme.example,,houdini,2027-06-30\n' +
        'cme@acme.example,,houdini,\nnobody,,houdini,\ncem@acme.example,,houdini,\n',
    )
    const { plan } = await ask({ verb: 'assign', selection: { upload: id } })
    expect((await foreseen(plan)).sort()).toEqual([
      'assign bob@acme.example houdini',
      'assign cem@acme.example houdini',
    ])
    const { operation, snapshotId } = await world.plan(plan)
    expect(operation?.rows).toEqual({ given: 5, merged: 1, errors: 2 })
    expect(snapshotId).toBe(id)
    const errors = await world.sql<{ line: number; code: string; similar: string | null }[]>`
      select line, code, params->>'similar' as similar from row_errors where snapshot_id = ${id} order by line`
    expect(errors).toMatchObject([
      { line: 4, code: 'MEMBER_NOT_FOUND', similar: 'Did you mean cem@acme.example?' },
      { line: 5, code: 'EMAIL_INVALID' },
    ])
    const [item] = (await world.items(plan)).filter((one) => one.email === 'bob@acme.example')
    expect(item?.after).toEqual({ expiresAt: END, grantedUntil: END })
    expect(item?.evidence).toMatchObject({ snapshotId: id, file: 'people.csv', line: 2 })
  })

  test('says until when first: "never" counts before the date for everybody, an empty cell does not', async () => {
    const file = 'email,products,expires\nbob@acme.example,houdini,never\ncem@acme.example,houdini,\n'
    const { plan } = await ask({ verb: 'assign', selection: { upload: await upload('assign', file) }, expiresAt: END })
    const ends = (await world.items(plan)).map(({ email, after }) => [email, after?.expiresAt])
    expect(Object.fromEntries(ends)).toEqual({ 'bob@acme.example': null, 'cem@acme.example': END })
  })

  test('that says the same of one person by two keys is one item; where it disagrees, an error on both lines', async () => {
    const same = 'email,external_id,role\n'
    await world.sql`
      update person_links set anchor_key = 'E7', anchor = 'E7' where anchor_key = 'bob@acme.example'`
    const id = await upload('remove', `${same}bob@acme.example,,\n,E7,\ncem@acme.example,,\n`)
    const { plan } = await ask({ verb: 'remove', selection: { upload: id } })
    expect((await world.plan(plan)).operation?.rows).toEqual({ given: 3, merged: 1, errors: 0 })
    const file =
      'email,external_id,products,expires\nbob@acme.example,,vray,2027-06-30\n,E7,vray,2027-07-31\ncem@acme.example,,vray,\n'
    const other = await ask({ verb: 'assign', selection: { upload: await upload('assign', file) } })
    expect(await foreseen(other.plan)).toEqual(['assign cem@acme.example vray'])
    expect((await world.plan(other.plan)).operation?.rows).toEqual({ given: 3, merged: 0, errors: 2 })
  })

  test('asked for twice is one plan; once it is applied, it is refused, unless it is meant', async () => {
    const file = 'email,products\nbob@acme.example,houdini\n'
    const first = await ask({ verb: 'assign', selection: { upload: await upload('assign', file) } })
    const copy = await upload('assign', file)
    expect(await ask({ verb: 'assign', selection: { upload: copy } })).toMatchObject({
      plan: first.plan,
      repeated: true,
    })
    const other = await ask({ verb: 'assign', selection: { upload: copy }, wait: true })
    expect(other).toMatchObject({ repeated: false })
    await apply(first.plan)
    const third = await upload('assign', file)
    await expect(ask({ verb: 'assign', selection: { upload: third } })).rejects.toMatchObject({
      code: 'DUPLICATE_OPERATION',
      params: { file: 'people.csv', id: `pln_${first.plan}`, reason: 'FILE_DUPLICATE' },
    })
    expect(await ask({ verb: 'assign', selection: { upload: third } }, { again: true })).toMatchObject({
      repeated: false,
    })
  })

  test('may take products with the membership, row by row', async () => {
    const id = await upload('remove', 'email,also_revoke\nann@acme.example,yes\nbob@acme.example,no\n')
    const { plan } = await ask({ verb: 'remove', selection: { upload: id } })
    expect(await foreseen(plan)).toEqual([
      'revoke ann@acme.example vray',
      'remove ann@acme.example',
      'remove bob@acme.example',
    ])
  })
})

describe('nothing is stored', () => {
  const cases: [string, Given, string][] = [
    ['of nobody', { verb: 'remove', selection: { users: ['cme@acme.example'] } }, 'OPERATION_EMPTY'],
    ['of a filter that finds nobody', { verb: 'remove', selection: { where: 'userName eq "zed"' } }, 'OPERATION_EMPTY'],
    ['of a filter that is none', { verb: 'remove', selection: { where: 'wings eq 2' } }, 'FILTER_INVALID'],
    ['of an unknown member', { verb: 'remove', selection: { members: [999] } }, 'MEMBER_NOT_FOUND'],
    ['of an unknown upload', { verb: 'remove', selection: { upload: 999 } }, 'SNAPSHOT_NOT_FOUND'],
    ['without products', { verb: 'assign', selection: { users: ['bob@acme.example'] } }, 'OPERATION_AMBIGUOUS'],
    [
      'of an unknown product',
      { verb: 'assign', selection: { users: ['bob@acme.example'] }, products: ['vary'] },
      'PRODUCT_NOT_FOUND',
    ],
    [
      'of a removal that names products',
      { verb: 'remove', selection: { users: ['bob@acme.example'] }, products: ['vray'] },
      'OPERATION_AMBIGUOUS',
    ],
    [
      'of an administrator, by an operator',
      { verb: 'invite', selection: { users: ['new@acme.example'] }, role: 'admin' },
      'FORBIDDEN',
    ],
  ]
  test.each(cases)('%s', async (_, given, code) => {
    await expect(ask(given)).rejects.toMatchObject({ code })
    const [{ drafts }] = await world.sql<[{ drafts: number }]>`
      select count(*)::int as drafts from plans where lane = 'by_hand'`
    expect(drafts).toBe(0)
  })

  test('of a role above member in a file, but for an administrator', async () => {
    const id = await upload('invite', 'email,role\nnew@acme.example,admin\n')
    await expect(ask({ verb: 'invite', selection: { upload: id } })).rejects.toMatchObject({ code: 'FORBIDDEN' })
    const { plan } = await ask({ verb: 'invite', selection: { upload: id } }, { actor: KIM })
    expect((await world.items(plan))[0]?.after).toMatchObject({ role: 'admin' })
  })
})

test('an address that somebody had once finds them no more: whoever is invited there is somebody else', async () => {
  await world.close()
  world = await openWorld()
  const invited = await ask({ verb: 'invite', selection: { users: ['max@acme.example'] } })
  await apply(invited.plan)
  await world.sync('roster.csv', 'external_id,email,groups\nE1,max@acme.example,\n')
  await world.sync('next.csv', 'external_id,email,groups\nE1,max.meier@acme.example,\n')
  expect((await world.members()).map((one) => one.email)).toEqual(['max.meier@acme.example'])
  const gone = ask({ verb: 'remove', selection: { users: ['max@acme.example'] } })
  await expect(gone).rejects.toMatchObject({ code: 'OPERATION_EMPTY' })
  const { plan } = await ask({ verb: 'invite', selection: { users: ['max@acme.example'] } })
  expect((await world.plan(plan)).headline).toBe('Invite 1; 1 person gets one mail')
})
