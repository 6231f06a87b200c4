/** Whatever comes in whatever order, from the configuration file and through the API: each key has one source of truth, and it is kept. */
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { artists, openSettings, type Settings } from './settings-world.ts'

let here: Settings
beforeAll(async () => {
  here = await openSettings()
})
afterAll(() => here.drop())

/** What is set of a key: seats of a product, the priority of a rule, the share of removals. */
type Values = ReadonlyMap<string, number>

const PRODUCTS = ['vray', 'maya', 'nuke']
const RULES = ['artists', 'drawers']
const KEYS = [...PRODUCTS.map((key) => `/products/${key}`), ...RULES.map((key) => `/rules/${key}`), '/limits']

const value = fc.integer({ min: 1, max: 9 })
type Step = { reload: [string, number][] } | { put: string; value: number } | { remove: string }

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ reload: fc.uniqueArray(fc.tuple(fc.constantFrom(...KEYS), value), { selector: ([key]) => key }) }),
  fc.record({ put: fc.constantFrom(...KEYS), value }),
  fc.record({ remove: fc.constantFrom(...KEYS) }),
)

/** The file that has these keys. */
function fileOf(values: Values) {
  const of = (section: string, text: (key: string, value: number) => string) =>
    [...values].flatMap(([path, one]) => {
      const [, where, key] = path.split('/')
      return where === section ? [text(key ?? '', one)] : []
    })
  const limits = of('limits', (_, percent) => `{ remove: { percent: ${percent} } }`)[0]
  const rule = (key: string, priority: number) =>
    `${key}: { source: hr, priority: ${priority}, when: { group: { name: Artists } }, then: [{ product: cad }] }`
  return {
    products: `{ cad: { name: CAD, seats: 1 }, ${of('products', (key, seats) => `${key}: { name: ${key}, seats: ${seats} }`).join(', ')} }`,
    rules: `{ everyone: { source: hr, when: { everyone: true }, then: [{ member: member }] }, ${of('rules', rule).join(', ')} }`,
    ...(limits !== undefined && { limits }),
  }
}

function bodyOf(path: string, one: number): object {
  if (path === '/limits') return { remove: { percent: one } }
  if (path.startsWith('/rules/')) return { ...artists(), priority: one }
  return { name: path.replace('/products/', ''), owned: one }
}

/** What counts now, as `managed value`, by key. */
async function seen(): Promise<Record<string, string>> {
  const products = (await here.items('/products')).filter(({ retired }) => retired === false)
  const { managed, limits } = (await here.ask('viewer', 'GET', '/limits')).json
  const rows = [
    ...products.map(({ key, managed: by, owned }) => [`/products/${key}`, `${by} ${owned}`]),
    ...(await here.items('/rules')).map(({ key, managed: by, priority }) => [`/rules/${key}`, `${by} ${priority}`]),
    ...(managed === 'default'
      ? []
      : [['/limits', `${managed} ${JSON.stringify(limits).match(/"percent":(\d+)/)?.[1]}`]]),
  ]
  return Object.fromEntries(rows.filter(([key]) => KEYS.includes(key ?? '')))
}

test('a key belongs to the file that has it, else to whoever set it here, and nobody writes over the other', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 10 }), async (steps) => {
      let file: Values = new Map()
      let set: Values = new Map()
      await here.reload(fileOf(file))
      for (const path of KEYS) await here.ask('admin', 'DELETE', path)
      for (const one of steps) {
        if ('reload' in one) {
          file = new Map(one.reload)
          set = new Map([...set].filter(([path]) => !file.has(path)))
          await here.reload(fileOf(file))
        } else if ('put' in one) {
          const { status, json } = await here.put(one.put, bodyOf(one.put, one.value))
          expect([status, json['code']]).toEqual(file.has(one.put) ? [409, 'MANAGED_BY_CONFIG'] : [200, undefined])
          if (status === 200) set = new Map([...set, [one.put, one.value]])
        } else {
          const { status } = await here.ask('admin', 'DELETE', one.remove)
          if (file.has(one.remove)) expect(status).toBe(409)
          set = new Map([...set].filter(([path]) => path !== one.remove))
        }
        const wanted = [
          ...[...file].map(([path, number]) => [path, `config ${number}`]),
          ...[...set].map(([path, number]) => [path, `api ${number}`]),
        ]
        expect(await seen()).toEqual(Object.fromEntries(wanted))
      }
    }),
    {
      numRuns: 30,
      examples: KEYS.map((key): [Step[]] => [
        [{ put: key, value: 1 }, { reload: [] }, { reload: [[key, 2]] }, { reload: [] }],
      ]),
    },
  )
}, 120_000)
