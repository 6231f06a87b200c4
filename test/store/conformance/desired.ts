/** Desired state: dirty marks that are never lost or taken twice, and versions that are written only where something differs. */
import { expect } from 'vitest'
import type { Claim, Desired, Grant } from '../../../src/reconcile/model.ts'
import { readClaims, writeClaims } from '../../../src/store/claims.ts'
import { readDesired, writeDesired } from '../../../src/store/desired.ts'
import { markDirty, markEverybodyDirty, takeDirty } from '../../../src/store/dirty.ts'
import { readGrants, readLastGivers, writeGrants } from '../../../src/store/grants.ts'
import { type Cases, days, found, type Ground, gate, NOON } from './ground.ts'

const PEOPLE = [101, 102, 103, 104, 105, 106]

const marked = async (ground: Ground) => {
  await markDirty(ground.sql, ground.id, PEOPLE)
  return ground
}

const END = days(30).toISOString()
const CLAIM: Omit<Claim, 'personId' | 'sourceId'> = {
  status: 'active',
  role: 'member',
  startAt: null,
  rule: 'everyone',
}
const GRANT: Omit<Grant, 'personId' | 'productId' | 'sourceId'> = {
  rule: 'cad',
  priority: 500,
  seatPriority: 500,
  expiresAt: null,
}
const claim = (over: Partial<Claim> = {}): Claim => ({ personId: 1, sourceId: 1, ...CLAIM, ...over })
const grant = (over: Partial<Grant> = {}): Grant => ({ personId: 1, productId: 1, sourceId: 1, ...GRANT, ...over })

/** Every value that may differ, alone. */
const CLAIMS: Record<string, Partial<Claim>> = {
  'another status': { status: 'suspended' },
  'another role': { role: 'admin' },
  'a start': { startAt: END },
  'another rule': { rule: 'other' },
}
const GRANTS: Record<string, Partial<Grant>> = {
  'another priority': { priority: 1 },
  'another seat priority': { seatPriority: 1 },
  'an end': { expiresAt: END },
  'another rule': { rule: 'other' },
  'another product': { productId: 2 },
}

async function write(ground: Ground, people: number[], claims: Claim[], grants: Grant[] = []): Promise<number> {
  return await ground.sql.begin(async (transaction) => {
    const change = await ground.change(transaction)
    await writeClaims(transaction, ground.id, change, people, claims)
    await writeGrants(transaction, ground.id, change, people, grants)
    return change
  })
}

/** Versions that a change closed and opened: `claims -1 +1`. */
async function moved(ground: Ground, table: 'claims' | 'grants', change: number): Promise<string> {
  const { sql, id } = ground
  const [row] = await sql<{ closed: number; opened: number }[]>`
    select (count(*) filter (where to_change = ${change}))::int as closed, (count(*) filter (where from_change = ${change}))::int as opened
    from ${sql(table)} where organization_id = ${id}`
  return `-${row?.closed} +${row?.opened}`
}

const eachClaim: Cases = Object.fromEntries(
  Object.entries(CLAIMS).map(([name, over]) => [
    `a claim with ${name} is a new version, and the same again is none`,
    async (ground: Ground) => {
      const other = claim({ sourceId: 2 })
      await write(ground, [1], [claim(), other])
      const change = await write(ground, [1], [claim(over), other])
      expect(await moved(ground, 'claims', change)).toBe('-1 +1')
      expect(await readClaims(ground.sql, ground.id, [1])).toEqual([claim(over), other])
      expect(await moved(ground, 'claims', await write(ground, [1], [claim(over), other]))).toBe('-0 +0')
    },
  ]),
)

const eachGrant: Cases = Object.fromEntries(
  Object.entries(GRANTS).map(([name, over]) => [
    `a grant with ${name} is a new version, and the same again is none`,
    async (ground: Ground) => {
      const other = grant({ sourceId: 2 })
      await write(ground, [1], [], [grant(), other])
      const change = await write(ground, [1], [], [grant(over), other])
      expect(await moved(ground, 'grants', change)).toBe('-1 +1')
      expect(await readGrants(ground.sql, ground.id, [1])).toHaveLength(2)
      expect(await readGrants(ground.sql, ground.id, [1])).toEqual(expect.arrayContaining([grant(over), other]))
      expect(await moved(ground, 'grants', await write(ground, [1], [], [grant(over), other]))).toBe('-0 +0')
    },
  ]),
)

const desiredOf = (personId: number, over: Partial<Desired> = {}): Desired => ({
  personId,
  wanted: true,
  status: 'active',
  leaver: false,
  role: 'member',
  startAt: null,
  protected: false,
  profile: {
    email: 'Ann@acme.test',
    emailKey: 'ann@acme.test',
    userName: 'Ann',
    userNameKey: 'ann',
    firstName: 'Ann',
    lastName: 'Li',
    displayName: 'Ann Li',
    language: 'en',
  },
  profileSourceId: 1,
  ...over,
})

export const desired: Cases = {
  'two workers share the marks: nobody is taken twice, nobody is left': async (ground) => {
    const { sql, id } = await marked(ground)
    const taken = gate()
    const go = gate()
    let first: number[] = []
    const slow = sql.begin(async (transaction) => {
      first = await takeDirty(transaction, id, 0, 2)
      taken.open()
      await go.wait
    })
    await taken.wait
    const second: number[] = await sql.begin((transaction) => takeDirty(transaction, id, 0, 100))
    go.open()
    await slow
    expect([first, second]).toEqual([PEOPLE.slice(0, 2), PEOPLE.slice(2)])
    expect(await ground.dirty()).toEqual([])
  },
  'a worker that goes on behind the last one that it took meets everybody once': async (ground) => {
    const { sql, id } = await marked(ground)
    const seen: number[] = []
    for (let after = 0; ; ) {
      const taken: number[] = await sql.begin((transaction) => takeDirty(transaction, id, after, 4))
      if (taken.length === 0) break
      seen.push(...taken)
      after = taken.at(-1) ?? 0
      await markDirty(sql, id, [101])
    }
    expect([seen, await ground.dirty()]).toEqual([PEOPLE, [101]])
  },
  'a worker that fails gives its marks back': async (ground) => {
    const { sql, id } = await marked(ground)
    const failing = sql.begin(async (transaction) => {
      await takeDirty(transaction, id, 0, 3)
      throw new Error('the power went')
    })
    await expect(failing).rejects.toThrow('the power went')
    expect(await ground.dirty()).toEqual(PEOPLE)
  },
  'who is marked while a worker has them is dirty after it': async (ground) => {
    const { sql, id } = await marked(ground)
    const taken = gate()
    const go = gate()
    const worker = sql.begin(async (transaction) => {
      await takeDirty(transaction, id, 0, 100)
      taken.open()
      await go.wait
    })
    await taken.wait
    const marking = markDirty(sql, id, [103])
    await new Promise((resolve) => setTimeout(resolve, 30))
    go.open()
    await Promise.all([worker, marking])
    expect(await ground.dirty()).toEqual([103])
  },
  'a mark that an open transaction repeats is not taken before it commits': async (ground) => {
    const { sql, id } = await marked(ground)
    let taken: number[] = []
    await sql.begin(async (transaction) => {
      await markDirty(transaction, id, [103, 103])
      taken = await sql.begin((worker) => takeDirty(worker, id, 0, 100))
    })
    expect(taken).toEqual(PEOPLE.filter((person) => person !== 103))
    expect(await ground.dirty()).toEqual([103])
  },
  'two who mark the same people in another order do not stand in each other’s way': async (ground) => {
    const many = Array.from({ length: 2000 }, (_, index) => index + 1)
    await Promise.all([markDirty(ground.sql, ground.id, many), markDirty(ground.sql, ground.id, many.toReversed())])
    expect(await ground.dirty()).toEqual(many)
  },
  'everybody is whom a source shows, a claim holds or a grant serves': async (ground) => {
    const shown = await ground.add('ann', { rows: ['hr'] })
    const [claimed, granted, ended] = [await ground.add('bob'), await ground.add('cem'), await ground.add('dee')]
    await ground.add('eve')
    await write(ground, [claimed, ended], [claim({ personId: claimed }), claim({ personId: ended })])
    await write(ground, [ended], [])
    await ground.grant(granted, 'cad', null)
    await markEverybodyDirty(ground.sql, ground.id)
    expect(await ground.dirty()).toEqual([shown, claimed, granted])
    let left: number[] = []
    await ground.sql.begin(async (transaction) => {
      await markEverybodyDirty(transaction, ground.id)
      left = await ground.sql.begin((worker) => takeDirty(worker, ground.id, 0, 100))
    })
    expect(left).toEqual([])
  },
  ...eachClaim,
  ...eachGrant,
  'what is wanted no longer is closed; people who were not evaluated are left alone': async (ground) => {
    await write(ground, [1, 2], [claim(), claim({ personId: 2 })], [grant(), grant({ personId: 2 })])
    const change = await write(ground, [1], [], [])
    expect([await moved(ground, 'claims', change), await moved(ground, 'grants', change)]).toEqual(['-1 +0', '-1 +0'])
    expect(await readClaims(ground.sql, ground.id, [1, 2])).toEqual([claim({ personId: 2 })])
    expect(await readGrants(ground.sql, ground.id, [1, 2])).toEqual([grant({ personId: 2 })])
  },
  'who gave last what is held and nobody gives any more: of several, who ended by the last change': async (ground) => {
    const [ann, bob] = [await ground.add('ann'), await ground.add('bob')]
    const [cad, sim] = [ground.product('cad'), ground.product('sim')]
    const held = [cad, sim].map((product_id) => ({
      organization_id: ground.id,
      product_id,
      person_id: ann,
      since: NOON,
    }))
    await ground.sql`insert into assignments ${ground.sql(held)}`
    const of = (productId: number, sourceId: number) => grant({ personId: ann, productId, sourceId })
    await write(ground, [ann, bob], [], [of(cad, 1), of(cad, 2), of(sim, 1), of(sim, 2), grant({ personId: bob })])
    await write(ground, [ann, bob], [], [of(cad, 1), of(sim, 1)])
    expect(await readLastGivers(ground.sql, ground.id, [ann, bob])).toEqual([])
    await write(ground, [ann], [], [of(sim, 1)])
    expect(await readLastGivers(ground.sql, ground.id, [ann, bob])).toEqual([
      { personId: ann, productId: cad, sourceId: 1, rule: grant().rule },
    ])
    await write(ground, [ann], [], [of(sim, 1), of(cad, 1), of(cad, 2)])
    await write(ground, [ann], [], [])
    expect(await readLastGivers(ground.sql, ground.id, [ann, bob])).toEqual([
      { personId: ann, productId: cad, sourceId: 1, rule: grant().rule },
      { personId: ann, productId: cad, sourceId: 2, rule: grant().rule },
      { personId: ann, productId: sim, sourceId: 1, rule: grant().rule },
    ])
    // What is given until an earlier day is given less than is held.
    await write(ground, [ann], [], [{ ...of(sim, 2), expiresAt: NOON.toISOString() }])
    expect(await readLastGivers(ground.sql, ground.id, [ann])).toContainEqual({
      personId: ann,
      productId: sim,
      sourceId: 1,
      rule: grant().rule,
    })
  },
  'what goes and comes back has two versions, and "as of" tells them apart': async (ground) => {
    const first = await write(ground, [1], [claim()])
    const second = await write(ground, [1], [])
    const third = await write(ground, [1], [claim()])
    const held = async (change: number) => {
      const rows = await ground.sql`
        select from claims where organization_id = ${ground.id} and from_change <= ${change}
          and (to_change is null or to_change > ${change})`
      return rows.length
    }
    expect([await held(first), await held(second), await held(third)]).toEqual([1, 0, 1])
  },
  'one desired row a person, overwritten whole': async (ground) => {
    const { sql, id } = ground
    const rows = [
      desiredOf(1),
      desiredOf(2, { profile: null, profileSourceId: null, wanted: false, leaver: true, startAt: END, role: 'admin' }),
    ]
    await sql.begin((transaction) => writeDesired(transaction, id, rows, new Map()))
    expect([...(await readDesired(sql, id, [1, 2, 3])).values()]).toEqual(rows)
    const turned = rows.map((one) => ({ ...found(rows[2 - one.personId]), personId: one.personId }))
    const stored = await readDesired(sql, id, [1, 2])
    await sql.begin((transaction) => writeDesired(transaction, id, turned, stored))
    const read = await readDesired(sql, id, [1, 2])
    expect([read.get(1), read.get(2)]).toEqual(turned)
  },
}
