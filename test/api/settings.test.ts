/** Products and limits through the API: who may set them, and what is refused. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { limitsSchema } from '../../src/reconcile/guard.ts'
import { ARTISTS, artists, openSettings, refused, type Settings, VRAY } from './settings-world.ts'
import { NOW } from './world.ts'

let here: Settings
beforeEach(async () => {
  here = await openSettings()
})
afterEach(() => here.drop())

describe('who may', () => {
  test.each(['viewer', 'operator'])('not a %s, who may look', async (who) => {
    for (const [path, body] of [
      ['/products/vray', VRAY],
      ['/rules/artists', ARTISTS],
      ['/limits', {}],
    ] as const) {
      expect(refused(await here.ask(who, 'PUT', path, body))).toMatch(/^403 FORBIDDEN/)
      expect(refused(await here.ask(who, 'DELETE', path))).toMatch(/^403 FORBIDDEN/)
      expect((await here.ask(who, 'GET', path.replace(/\/(vray|artists)$/, ''))).status).toBe(200)
    }
    expect(await here.audit()).toEqual([])
  })

  test('of another organization what is set here is not there, and its own keys are its own', async () => {
    await here.put('/products/vray', VRAY)
    expect(refused(await here.ask('foreign', 'PUT', '/products/vray', VRAY))).toMatch(/^404 ORGANIZATION_NOT_FOUND/)
    expect(refused(await here.ask('foreign', 'DELETE', '/products/vray', undefined, 'globex'))).toMatch(
      /^404 PRODUCT_NOT_/,
    )
    expect((await here.ask('foreign', 'PUT', '/products/vray', { ...VRAY, owned: 1 }, 'globex')).status).toBe(200)
    expect((await here.ask('admin', 'GET', '/products/vray')).json).toMatchObject({ owned: 20 })
  })
})

describe('a product', () => {
  test('is created, changed, retired, and back, each with what was before and after', async () => {
    const made = await here.put('/products/vray', VRAY)
    expect(made.json).toEqual({
      ...{ key: 'vray', ...VRAY, used: 0, borrowed: 0, free: 20, waiting: 0, retired: false, managed: 'api' },
      note: null,
    })
    const { note, ...listed } = made.json
    expect((await here.ask('viewer', 'GET', '/products')).json['items']).toMatchObject([{ managed: 'config' }, listed])
    await here.put('/products/vray', VRAY)
    expect(here.proposed).toHaveLength(1)
    await here.put('/products/vray', { ...VRAY, owned: 25 })
    expect((await here.ask('admin', 'DELETE', '/products/vray')).json).toMatchObject({ retired: true, owned: 25 })
    expect((await here.ask('admin', 'DELETE', '/products/vray')).status).toBe(200)
    expect((await here.put('/products/vray', { name: 'V', owned: 3 })).json).toMatchObject({
      retired: false,
      aliases: [],
    })
    const key = 'vray'
    expect((await here.audit()).map(({ act, before, after }) => [act, before, after])).toEqual([
      [
        'product.changed',
        { key, ...VRAY, owned: 25, retired: true, managed: 'api' },
        { key, name: 'V', owned: 3, aliases: [], reserve: 0 },
      ],
      ['product.retired', { key, ...VRAY, owned: 25 }, { key, ...VRAY, owned: 25, retired: true }],
      ['product.changed', { key, ...VRAY, retired: false, managed: 'api' }, { key, ...VRAY, owned: 25 }],
      ['product.created', null, { key, ...VRAY }],
    ])
    expect(await here.audit()).toMatchObject(Array(4).fill({ actor: 'admin@acme.example', object: 'products/vray' }))
  })

  test('with fewer seats than are used takes nothing from anybody, and says so', async () => {
    await here.put('/products/vray', VRAY)
    await here.sql`update products set used = 12 where key = 'vray'`
    const fewer = await here.put('/products/vray', { ...VRAY, owned: 10 })
    expect(fewer.json).toMatchObject({ owned: 10, used: 12, free: 0 })
    expect(fewer.json['note']).toBe(
      '12 people hold V-Ray and 10 seats are owned: nobody loses it, and nobody gets it before 3 of them have given it back.',
    )
    await here.put('/rules/artists', artists('{ product: vray }'))
    expect((await here.ask('admin', 'DELETE', '/products/vray')).json['note']).toBe(
      '12 people keep V-Ray; nobody gets it any more. The rule artists still gives it, which now only lets keep it who has it.',
    )
  })

  test('counts what is borrowed', async () => {
    await here.put('/products/vray', VRAY)
    await here.sql`
      insert into borrows (organization_id, person_id, product_id, device_key, device, until, since)
      select organization_id, person, id, device, device, ${NOW}::timestamptz + days, ${NOW} from products,
        (values (1, 'a', interval '1 day'), (1, 'b', '1 day'), (2, 'a', '1 day'), (3, 'a', '-2 days')) x(person, device, days)
      where key = 'vray'`
    expect((await here.ask('viewer', 'GET', '/products/vray')).json).toMatchObject({ borrowed: 2 })
  })

  test('more or fewer seats evaluate nobody, another name everybody', async () => {
    await here.put('/products/vray', VRAY)
    await here.addSomebody()
    const before = await here.versions()
    await here.put('/products/vray', { ...VRAY, owned: 30, reserve: 0 })
    expect((await here.versions()).dirty).toBe(0)
    await here.put('/products/vray', { ...VRAY, aliases: [] })
    expect(await here.versions()).toEqual({ ...before, dirty: 1 })
    expect(here.proposed).toHaveLength(3)
  })

  test.each<[string, string, object, string]>([
    [
      'the key of another',
      'vray',
      { ...VRAY, aliases: ['CAD'] },
      '"CAD" already means the product cad; names, keys and aliases must differ.',
    ],
    [
      'the name of another',
      'vray',
      { ...VRAY, name: 'cad  pro' },
      '"cad  pro" already means the product cad; names, keys and aliases must differ.',
    ],
    [
      'the alias of another',
      'autodraw',
      VRAY,
      '"autodraw" already means the product cad; names, keys and aliases must differ.',
    ],
  ])('is refused %s', async (_, key, body, detail) => {
    expect(refused(await here.put(`/products/${key}`, body))).toBe(`409 KEY_TAKEN: ${detail}`)
    expect(here.proposed).toEqual([])
  })

  test.each<[string, string, object, RegExp]>([
    [
      'a reserve above its seats',
      'vray',
      { ...VRAY, reserve: 21 },
      /vray reserves 21 of 20 seats; it cannot be more than there are\./,
    ],
    ['a key that no URL should hold', 'V%20Ray', VRAY, /The key "V Ray" must be lower-case letters, digits, - and _/],
    ['no seats', 'vray', { name: 'V-Ray' }, /body\.owned is missing/],
    ['less than none', 'vray', { ...VRAY, owned: -1 }, /body\.owned must be 0 or more/],
    ['a field that is none', 'vray', { ...VRAY, seats: 3 }, /body\.seats is not known here/],
    ['a name of blanks', 'vray', { ...VRAY, name: '  ' }, /body\.name must not be empty/],
  ])('is refused %s', async (_, key, body, detail) => {
    expect(refused(await here.put(`/products/${key}`, body))).toMatch(/^400 INPUT_INVALID/)
    expect((await here.put(`/products/${key}`, body)).json['detail']).toMatch(detail)
  })
})

describe('limits', () => {
  test('are the usual ones, then those that were set, then the usual ones again', async () => {
    const usual = limitsSchema.parse({})
    expect((await here.ask('viewer', 'GET', '/limits')).json).toEqual({ managed: 'default', limits: usual })
    const before = await here.versions()
    const given = { remove: { percent: 1, number: 3 }, hold_scope: 'all' }
    const wanted = limitsSchema.parse(given)
    expect((await here.put('/limits', given)).json).toEqual({ managed: 'api', limits: wanted })
    expect((await here.put('/limits', given)).status).toBe(200)
    expect((await here.ask('viewer', 'GET', '/limits')).json).toEqual({ managed: 'api', limits: wanted })
    expect((await here.ask('viewer', 'GET', '')).json).toMatchObject({ limits: wanted })
    expect((await here.versions()).settings).toBe(before.settings + 1)
    expect((await here.ask('admin', 'DELETE', '/limits')).json).toEqual({ managed: 'default', limits: usual })
    expect((await here.ask('admin', 'DELETE', '/limits')).json).toMatchObject({ managed: 'default' })
    expect((await here.versions()).settings).toBe(before.settings + 2)
    expect(await here.audit()).toMatchObject([
      { act: 'limits.reset', object: 'limits', before: { hold_scope: 'all' }, after: null },
      { act: 'limits.set', object: 'limits', before: usual, after: { hold_scope: 'all' } },
    ])
  })

  test.each([
    [{ remvoe: { percent: 5 } }, '"remvoe" is not a setting of limits. Did you mean remove?'],
    [{ remove: { percent: 101 } }, 'limits.remove.percent must be 100 or less.'],
    [{ hold_scope: 'some' }, 'limits.hold_scope must be one of subtractive, all; "some" is not possible.'],
  ])('are refused as %j, in the words of the configuration file', async (given, detail) => {
    expect(refused(await here.put('/limits', given))).toBe(`400 INPUT_INVALID: The input is not valid: ${detail}`)
  })
})
