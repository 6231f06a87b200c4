/** Several people at the same thing at once: one of them is first, the others are told, and nothing is done twice or of other bytes. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { isRosterdError } from '../../src/errors.ts'
import { PIN_DEFAULT } from '../../src/reconcile/operation.ts'
import type { Transaction } from '../../src/store/connection.ts'
import { lockDrafts } from '../../src/store/locks.ts'
import { lockPlan } from '../../src/store/plan-edits.ts'
import type { UploadReading } from '../../src/store/uploads.ts'
import { dismiss } from '../../src/sync/admission.ts'
import { again } from '../../src/sync/again.ts'
import { reject } from '../../src/sync/decide.ts'
import { type Asked, type Drafted, draft } from '../../src/sync/draft.ts'
import { edit } from '../../src/sync/edit.ts'
import { discard, submit } from '../../src/sync/submit.ts'
import { discardUpload, readAgain, receiveUpload } from '../../src/sync/upload.ts'
import { KIM, openWorld, type World } from '../support/pipeline.ts'
import { WIDE_LIMITS } from '../support/wide-limits.ts'

const PRODUCTS = 'vray: { name: V-Ray, seats: 9 }'
const ROSTER = 'email,groups\nada@acme.example,\nbob@acme.example,\n'
/** More than there are connections: 16. */
const MANY = 40

let world: World
beforeEach(async () => {
  world = await openWorld({ products: PRODUCTS, more: WIDE_LIMITS })
  await world.sync('roster.csv', ROSTER)
})
afterEach(() => world.close())

const NOTHING = {
  allProducts: false,
  expiresAt: null,
  role: 'member',
  revokeFirst: false,
  wait: false,
  pin: PIN_DEFAULT,
} as const

function ask(given: Pick<Asked, 'verb' | 'selection'> & Partial<Asked>): Promise<Drafted> {
  const operation: Asked = { ...NOTHING, products: [], ...given }
  return draft(world.parts, world.organization, { actor: KIM, operation, quiet: true })
}

async function upload(verb: Asked['verb'], content: string, reading: UploadReading = {}): Promise<number> {
  async function* body() {
    yield new TextEncoder().encode(content)
  }
  const sent = { actor: KIM, verb, name: 'people.csv', body: body(), reading }
  return (await receiveUpload(world.parts, world.organization, sent)).id
}

/** What became of each: `done`, or the code of its error. */
async function ends(all: Promise<unknown>[]): Promise<string[]> {
  const settled = await Promise.allSettled(all)
  return settled.map((one) =>
    one.status === 'fulfilled' ? 'done' : isRosterdError(one.reason) ? one.reason.code : String(one.reason),
  )
}

/** Does the work, and `meanwhile` once it waits for a lock that is held until then. */
async function stopped<T>(
  hold: (transaction: Transaction) => Promise<unknown>,
  work: () => Promise<T>,
  meanwhile: () => Promise<unknown>,
): Promise<T> {
  const started = await world.sql.begin(async (transaction) => {
    await hold(transaction)
    const under = work()
    under.catch(() => undefined)
    await waiters(1)
    await meanwhile()
    return { under }
  })
  return await started.under
}

/** Waits until so many wait for locks, some seconds at most. */
async function waiters(many: number): Promise<void> {
  for (let looks = 0; looks < 200; looks++) {
    const rows = await world.sql`
      select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
    if (rows.length >= many) return
    await sleep(20)
  }
}

const drafts = async () =>
  (await world.sql<{ id: number }[]>`select id from plans where lane = 'by_hand' order by id`).length

describe('while an upload is made into a plan', () => {
  const during = (work: (snapshot: number) => Promise<unknown>) => async () => {
    const snapshot = await upload('invite', 'email,first_name\nnew@acme.example,Nea\n')
    let other: Promise<string[]> = Promise.resolve([])
    const { plan } = await stopped(
      (transaction) => transaction`lock table people in exclusive mode`,
      () => ask({ verb: 'invite', selection: { upload: snapshot } }),
      async () => {
        other = ends([work(snapshot)])
        await waiters(2)
      },
    )
    expect(await other).toEqual(['UPLOAD_STATE'])
    expect(await world.plan(plan)).toMatchObject({ snapshotId: snapshot, items: 1 })
    expect(await world.sql`select state from snapshots where id = ${snapshot}`).toMatchObject([{ state: 'planned' }])
  }
  const reading = { columns: { first_name: 'last_name' } }

  test(
    'nobody reads it in another way',
    during((snapshot) => readAgain(world.parts, world.organization, snapshot, { actor: KIM, reading })),
  )
  test(
    'nobody lets go of it',
    during((snapshot) => discardUpload(world.parts, world.organization, snapshot, KIM)),
  )
})

test('whoever is given a product while their removal is drafted keeps it, and the removal fails', async () => {
  const { plan } = await stopped(
    // Read when everybody is planned.
    (transaction) => transaction`lock table claims in access exclusive mode`,
    () => ask({ verb: 'remove', selection: { users: ['ada@acme.example'] } }),
    () => world.sql`
      with given as (
        insert into assignments (organization_id, person_id, product_id, since)
        select m.organization_id, m.person_id, p.id, ${world.at} from members m join products p using (organization_id)
        where m.email = 'ada@acme.example' returning product_id)
      update products set used = used + 1 where id in (select product_id from given)`,
  )
  await world.approve(plan)
  await world.run(plan)
  expect(await world.outcomes(plan)).toEqual([expect.stringContaining('HAS_PRODUCTS')])
})

describe('of what is asked for again', () => {
  const removal = () => ask({ verb: 'remove', selection: { users: ['ada@acme.example'] } })

  const twice = async (plan: number) =>
    (await Promise.all([1, 2].map(() => again(world.parts, world.organization, plan, { actor: KIM })))).map(
      (one) => one.plan,
    )

  test.each(['draft', 'discarded'])('one of two at once is drafted, and both get it: %s', async (state) => {
    const { plan } = await removal()
    if (state === 'discarded') await discard(world.parts, world.organization, plan, { actor: KIM })
    const [one = 0, other] = await twice(plan)
    expect(other).toBe(one)
    expect(await drafts()).toBe(2)
    expect(await world.plan(plan)).toMatchObject({
      state: state === 'draft' ? 'superseded' : 'discarded',
      supersededBy: one,
    })
    expect((await world.plan(one)).state).toBe('draft')
  })

  test('whoever asks later gets the draft that took its place, or the place of that, until somebody decides on it', async () => {
    const { plan } = await removal()
    const [first = 0] = await twice(plan)
    const [second = 0] = await twice(first)
    expect(await twice(plan)).toEqual([second, second])
    expect(await drafts()).toBe(3)
    await discard(world.parts, world.organization, second, { actor: KIM })
    const [third = 0] = await twice(plan)
    expect(third).toBeGreaterThan(second)
    expect(await drafts()).toBe(4)
  })

  test('nothing is drafted once somebody has approved it', async () => {
    const { plan } = await removal()
    const asked = stopped(
      (transaction) => lockDrafts(transaction, world.organization),
      () => again(world.parts, world.organization, plan, { actor: KIM }),
      () => world.approve(plan),
    )
    expect(await ends([asked])).toEqual(['PLAN_STATE'])
    expect(await drafts()).toBe(1)
    expect(await world.plan(plan)).toMatchObject({ state: 'approved', supersededBy: null })
  })
})

describe('what was overtaken while it waited is told as it is by then:', () => {
  let transaction: Transaction
  /** A plan that awaits approval, and a rejection of it that waits for somebody who has it in hand. */
  async function rejected(meanwhile: (id: number) => Promise<unknown>): Promise<string[]> {
    const { plan: id } = await ask({ verb: 'remove', selection: { users: ['ada@acme.example', 'bob@acme.example'] } })
    await submit(world.parts, world.organization, id, { actor: KIM })
    const { hash } = await world.plan(id)
    const told = await stopped(
      async (own) => {
        transaction = own
        await lockPlan(own, world.organization, id)
      },
      () => ends([reject(world.parts, world.organization, id, { actor: KIM, hash })]),
      () => meanwhile(id),
    )
    return [...told, (await world.plan(id)).state]
  }

  test('a rejection of other items than were looked at', async () => {
    const told = await rejected((id) => transaction`update plans set hash = ${'f'.repeat(64)} where id = ${id}`)
    expect(told).toEqual(['PLAN_HASH_MISMATCH', 'awaiting_approval'])
  })

  test('a rejection of what was approved', async () => {
    const told = await rejected((id) => transaction`update plans set state = 'approved' where id = ${id}`)
    expect(told).toEqual(['PLAN_STATE', 'approved'])
  })

  test('a file that somebody lets in, while another turns it away', async () => {
    const people = Array.from({ length: 40 }, (_, n) => `p${n}@acme.example\n`).join('')
    const { snapshot } = await world.drop('few.csv', `email\n${people}`)
    await world.sql`update snapshots set state = 'held' where id = ${snapshot}`
    const told = stopped(
      async (own) => {
        transaction = own
        await own`select from snapshots where id = ${snapshot} for update`
      },
      () => dismiss(world.parts, world.organization, snapshot, { actor: KIM }),
      () => transaction`update snapshots set state = 'admitted' where id = ${snapshot}`,
    )
    await expect(told).rejects.toMatchObject({ code: 'SNAPSHOT_STATE', params: { state: 'admitted' } })
  })
})

describe('of more people than there are connections', () => {
  test('one leaves somebody out, and the others are told of it', { timeout: 30_000 }, async () => {
    const { plan } = await ask({ verb: 'remove', selection: { users: ['ada@acme.example', 'bob@acme.example'] } })
    const { hash } = await world.plan(plan)
    const edits = Array.from({ length: MANY }, () =>
      edit(world.parts, world.organization, plan, { actor: KIM, act: 'leave_out', hash, emails: ['ada@acme.example'] }),
    )
    const told = await ends(edits)
    expect(told.filter((one) => one === 'done')).toHaveLength(1)
    expect(told.filter((one) => one === 'PLAN_HASH_MISMATCH')).toHaveLength(MANY - 1)
  })

  test('one lets a draft go, and the others are told of it', { timeout: 30_000 }, async () => {
    const { plan } = await ask({ verb: 'remove', selection: { users: ['ada@acme.example'] } })
    const told = await ends(
      Array.from({ length: MANY }, () => discard(world.parts, world.organization, plan, { actor: KIM })),
    )
    expect(told.filter((one) => one === 'done')).toHaveLength(1)
    expect(told.filter((one) => one === 'PLAN_STATE')).toHaveLength(MANY - 1)
  })
})

describe('the same file', () => {
  const FILE = 'email,products,expires\nada@acme.example,V-Ray,01/02/2027\n'
  const assign = async (reading: UploadReading) =>
    ask({ verb: 'assign', selection: { upload: await upload('assign', FILE, reading) } })
  const ended = async (plan: number) => (await world.items(plan)).map(({ after }) => after?.expiresAt)

  test('read in another way is another operation', async () => {
    const first = await assign({ dateOrder: 'dmy' })
    const second = await assign({ dateOrder: 'mdy' })
    expect(second).toMatchObject({ repeated: false })
    expect([await ended(first.plan), await ended(second.plan)]).toEqual([
      ['2027-02-01T23:00:00.000Z'],
      ['2027-01-02T23:00:00.000Z'],
    ])
    expect(await assign({ dateOrder: 'dmy' })).toMatchObject({ plan: first.plan, repeated: true })
  })

  test('was applied, whatever draft of it was let go since', async () => {
    const reading = { dateOrder: 'dmy' } as const
    const { plan } = await assign(reading)
    await world.approve(plan)
    expect(await world.run(plan)).toBe('applied')
    const { plan: next } = await again(world.parts, world.organization, plan, { actor: KIM })
    await discard(world.parts, world.organization, next, { actor: KIM })
    await expect(assign(reading)).rejects.toMatchObject({ code: 'DUPLICATE_OPERATION' })
  })
})

test('what is sold no more can be taken from whoever has it still', async () => {
  const given = await ask({ verb: 'assign', selection: { users: ['ada@acme.example'] }, products: ['V-Ray'] })
  await world.approve(given.plan)
  await world.run(given.plan)
  await world.sql`update products set retired = true where key = 'vray'`
  const { plan } = await ask({ verb: 'revoke', selection: { users: ['ada@acme.example'] }, products: ['V-Ray'] })
  await world.approve(plan)
  expect(await world.run(plan)).toBe('applied')
  const holding = await world.sql`select from assignments`
  expect(holding).toHaveLength(0)
  const more = ask({ verb: 'assign', selection: { users: ['bob@acme.example'] }, products: ['V-Ray'] })
  await expect(more).rejects.toMatchObject({ code: 'PRODUCT_NOT_FOUND' })
})
