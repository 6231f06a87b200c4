/** Organizations: what the config file says becomes rows, with versions where something can still refer to the old content. */
import { expect } from 'vitest'
import {
  findOrganization,
  listOrganizations,
  listProducts,
  listRules,
  listSources,
  readOrganization,
} from '../../../src/store/organizations.ts'
import type { OrganizationConfig } from '../../../src/store/write-config.ts'
import { rulesOf } from '../../support/world.ts'
import { type Cases, configOf, found, type Ground } from './ground.ts'

const base = configOf('any')
const everyone = found(base.rules[0])
const cad = found(base.rules[1])

/** Where every row of the organization was last written; equal before and after means that nothing was written. */
async function written({ sql, id }: Ground): Promise<unknown> {
  return await sql`
    select 'organization' as what, xmin::text, ctid::text from organizations where id = ${id}
    union all select 'administrator ' || email_key, xmin::text, ctid::text from administrators where organization_id = ${id}
    union all select 'product ' || key, xmin::text, ctid::text from products where organization_id = ${id}
    union all select 'source ' || key, xmin::text, ctid::text from sources where organization_id = ${id}
    union all select 'rule ' || key || version, xmin::text, ctid::text from rules where organization_id = ${id}
    union all select 'change ' || number, xmin::text, ctid::text from changes where organization_id = ${id} order by 1`
}

const versions = async ({ sql, id }: Ground) => {
  const rows = await sql<{ line: string }[]>`
    select key || ' ' || version || ' ' || priority || case when to_change is null then ' live' else ' closed' end as line
    from rules where organization_id = ${id} order by key, version`
  return rows.map((row) => row.line)
}

/** What is configured → whether people have to be evaluated anew, and how the two versions of the organization move. */
const CHANGES: Record<string, [Partial<OrganizationConfig>, { anew: boolean; settings: number; rules: number }]> = {
  'the same again': [{}, { anew: false, settings: 1, rules: 1 }],
  'another name': [{ name: 'Acme Inc.' }, { anew: false, settings: 1, rules: 1 }],
  'another zone': [{ zone: 'Asia/Tokyo' }, { anew: true, settings: 2, rules: 1 }],
  'somebody protected': [
    { settings: { ...base.settings, protected: ['ann@acme.test'] } },
    { anew: true, settings: 2, rules: 1 },
  ],
  'other limits': [{ settings: { ...base.settings, limits: { removals: 1 } } }, { anew: false, settings: 2, rules: 1 }],
  'other administrators': [{ administrators: [] }, { anew: false, settings: 1, rules: 1 }],
  'another rule': [{ rules: [everyone] }, { anew: true, settings: 1, rules: 2 }],
  'more seats': [
    { products: base.products.map((one) => ({ ...one, owned: 11 })) },
    { anew: true, settings: 1, rules: 1 },
  ],
  'a product less': [{ products: [] }, { anew: true, settings: 1, rules: 1 }],
  'another trust': [
    { sources: base.sources.map((one) => ({ ...one, trust: 99 })) },
    { anew: true, settings: 1, rules: 1 },
  ],
  'a source less': [{ sources: base.sources.slice(0, 2) }, { anew: true, settings: 1, rules: 1 }],
}

const changes: Cases = Object.fromEntries(
  Object.entries(CHANGES).map(([name, [over, wanted]]) => [
    `${name}: ${wanted.anew ? 'people are evaluated anew' : 'nobody is evaluated anew'}`,
    async (ground: Ground) => {
      const before = await readOrganization(ground.sql, ground.id)
      const anew = await ground.configure(over)
      const after = await readOrganization(ground.sql, ground.id)
      expect({
        anew,
        settings: 1 + after.settingsVersion - before.settingsVersion,
        rules: 1 + after.rulesetVersion - before.rulesetVersion,
      }).toEqual(wanted)
    },
  ]),
)

export const organizations: Cases = {
  ...changes,
  'an unchanged configuration writes nothing': async (ground) => {
    const before = await written(ground)
    await ground.configure()
    expect(await written(ground)).toEqual(before)
  },
  'a rule that changes is closed and gets its next version; the others stay': async (ground) => {
    await ground.configure({ rules: [everyone, { ...cad, priority: 100 }] })
    expect(await versions(ground)).toEqual(['cad 1 500 closed', 'cad 2 100 live', 'everyone 1 500 live'])
    expect((await listRules(ground.sql, ground.id)).map((rule) => `${rule.key} ${rule.version}`)).toEqual([
      'cad 2',
      'everyone 1',
    ])
  },
  'a rule that goes and comes back counts on': async (ground) => {
    await ground.configure({ rules: [everyone] })
    await ground.configure()
    expect(await versions(ground)).toEqual(['cad 1 500 closed', 'cad 2 500 live', 'everyone 1 500 live'])
  },
  'the order of the keys in a rule is no change': async (ground) => {
    const [turned] = rulesOf('- { then: { product: cad }, when: { group: { name: Drawing } }, source: hr, key: cad }')
    expect(await ground.configure({ rules: [found(turned), everyone] })).toBe(false)
    expect(await versions(ground)).toEqual(['cad 1 500 live', 'everyone 1 500 live'])
  },
  'a product that left the file is retired, keeps its id and its holders, and comes back': async (ground) => {
    const { sql, id } = ground
    const before = await listProducts(sql, id)
    await ground.add('ann', { assignments: { cad: null } })
    await ground.configure({ products: base.products.slice(1) })
    expect((await listProducts(sql, id)).map(({ key, retired, used }) => [key, retired, used])).toEqual([
      ['cad', true, 1],
      ['sim', false, 0],
    ])
    await ground.configure()
    expect((await listProducts(sql, id)).map(({ id, retired }) => [id, retired])).toEqual(
      before.map((product) => [product.id, false]),
    )
  },
  'a source that left the file is disconnected, keeps its id, and is connected when it is back': async (ground) => {
    const { sql, id } = ground
    const partners = ground.source('partners')
    await ground.configure({ sources: base.sources.filter((source) => source.key !== 'partners') })
    const gone = (await listSources(sql, id)).filter((source) => !source.connected)
    expect(gone.map((source) => [source.id, source.key])).toEqual([[partners, 'partners']])
    await ground.configure()
    expect((await listSources(sql, id)).every((source) => source.connected)).toBe(true)
    expect(ground.source('partners')).toBe(partners)
  },
  'products and sources that come later get ids of their own': async (ground) => {
    const extra = { key: 'aaa', name: 'A', aliases: ['a1', 'a2'], owned: 3, reserve: 1 }
    const before = await listProducts(ground.sql, ground.id)
    await ground.configure({ products: [extra, ...base.products] })
    const after = await listProducts(ground.sql, ground.id)
    expect(after.filter((product) => product.key !== 'aaa')).toEqual(before)
    expect(after.find((product) => product.key === 'aaa')).toMatchObject({ ...extra, used: 0, retired: false })
    expect(new Set(after.map((product) => product.id)).size).toBe(3)
  },
  'is found by its key until it is retired': async ({ sql, id, key }) => {
    expect(await findOrganization(sql, key)).toMatchObject({ id, key })
    expect(await findOrganization(sql, `${key}x`)).toBeNull()
    await sql`update organizations set retired = true where id = ${id}`
    expect(await findOrganization(sql, key)).toBeNull()
    expect((await listOrganizations(sql)).map((one) => one.id)).not.toContain(id)
  },
}
