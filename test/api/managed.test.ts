/** Two sources of truth: what the configuration file has is read-only in the API, and what is set there is left alone by the file. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { placeIn } from '../../src/config/index.ts'
import { ARTISTS, artists, FILE, openSettings, refused, type Settings, VRAY } from './settings-world.ts'

let here: Settings
beforeEach(async () => {
  here = await openSettings()
})
afterEach(() => here.drop())

describe('what the configuration file has', () => {
  test('is read-only here, and the answer says where it stands', async () => {
    const { config } = await here.reload({ limits: '{ remove: { percent: 5 } }' })
    expect(placeIn(config, 'organizations.acme.limits')).toBe('rosterd.yaml:6')
    expect(placeIn(config, 'organizations.acme.products.cad')).toBe('rosterd.yaml:7')
    for (const [path, body, what] of [
      ['/products/cad', VRAY, 'the product cad, so that it is read-only here: organizations.acme.products.cad'],
      [
        '/rules/everyone',
        ARTISTS,
        'the rule everyone, so that it is read-only here: organizations.acme.rules.everyone',
      ],
      ['/limits', {}, 'the limits, so that it is read-only here: organizations.acme.limits'],
    ] as const) {
      const answer = await here.put(path, body)
      expect(refused(answer)).toBe(
        `409 MANAGED_BY_CONFIG: The configuration file sets ${what} in the configuration file.`,
      )
      expect(answer.json['next']).toMatch(/^Change it there and send SIGHUP/)
      expect((await here.ask('admin', 'DELETE', path)).json['code']).toBe('MANAGED_BY_CONFIG')
    }
    expect((await here.ask('viewer', 'GET', '/limits')).json).toMatchObject({
      managed: 'config',
      limits: { remove: { percent: 5 } },
    })
    expect(here.proposed).toEqual([])
  })

  test('takes over what was set here, with a line of the log and of the audit; what is only here stays', async () => {
    await here.put('/products/vray', VRAY)
    await here.put('/products/maya', { name: 'Maya', owned: 1 })
    await here.put('/rules/artists', ARTISTS)
    await here.put('/rules/drawers', ARTISTS)
    await here.put('/limits', { hold_scope: 'all' })
    const file = {
      products: '{ cad: { name: CAD Pro, seats: 10 }, vray: { name: V-Ray, seats: 7 } }',
      rules: `{ ${FILE.everyone}, artists: { source: hr, when: { group: { name: Artists } }, then: [{ product: vray }] } }`,
      limits: '{ invite: { floor: 9 } }',
    }
    const { warned } = await here.reload(file)
    expect(warned).toEqual(
      ['products/vray', 'rules/artists', 'limits'].map(
        (what) => `${what} was set through the API; the configuration file has it too and sets it from now on`,
      ),
    )
    const managed = async (path: string) =>
      (await here.items(path)).map((one) => `${one['key']} ${one['managed']}`).sort()
    expect(await managed('/products')).toEqual(['cad config', 'maya api', 'vray config'])
    expect(await managed('/rules')).toEqual(['artists config', 'drawers api', 'everyone config'])
    expect((await here.ask('viewer', 'GET', '/limits')).json).toMatchObject({
      managed: 'config',
      limits: { hold_scope: 'subtractive' },
    })
    const rows = (await here.audit()).filter(({ act }) => String(act).endsWith('.taken_over'))
    expect(rows).toMatchObject([
      { act: 'limits.taken_over', object: 'limits', actor: 'system', before: { hold_scope: 'all' } },
      { act: 'rule.taken_over', object: 'rules/artists', before: { managed: 'api' }, after: { source: 'hr' } },
      { act: 'product.taken_over', object: 'products/vray', before: { owned: 20 }, after: { owned: 7 } },
    ])
    expect(refused(await here.put('/products/vray', VRAY))).toMatch(/^409 MANAGED_BY_CONFIG/)
    // The same file once more takes nothing over.
    expect((await here.reload(file)).warned).toEqual([])

    // And gone from the file it is retired, and may be set here.
    await here.reload()
    expect((await here.ask('viewer', 'GET', '/products/vray')).json).toMatchObject({ retired: true, owned: 7 })
    expect((await here.ask('viewer', 'GET', '/rules/artists')).json['code']).toBe('RULE_NOT_FOUND')
    expect((await here.ask('viewer', 'GET', '/limits')).json).toMatchObject({ managed: 'default' })
    expect((await here.put('/products/vray', VRAY)).json).toMatchObject({ managed: 'api', retired: false })
    expect((await here.put('/rules/artists', ARTISTS)).json).toMatchObject({ managed: 'api' })
  })

  test('taking over the same rule is no new version of it, and nobody is evaluated anew', async () => {
    await here.put('/rules/artists', ARTISTS)
    await here.addSomebody()
    const before = await here.versions()
    const rules = `{ ${FILE.everyone}, artists: { source: hr, when: { group: { name: Artists } }, then: [{ product: cad }] } }`
    await here.reload({ rules })
    expect((await here.ask('viewer', 'GET', '/rules/artists')).json).toMatchObject({ managed: 'config', version: 1 })
    expect(await here.versions()).toEqual(before)
  })

  test('means the product where a name is also that of one that was set here', async () => {
    await here.put('/products/vray', VRAY)
    await here.reload({ products: '{ chaos: { name: Chaos, seats: 1, aliases: [V-Ray] } }' })
    await here.put('/rules/artists', artists('{ product: vray }'))
    expect(refused(await here.put('/products/vray', { ...VRAY, owned: 3 }))).toContain(
      '"V-Ray" already means the product chaos',
    )
  })
})
