/** Rules through the API: versions, what follows, and what is refused in the words of the configuration file. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { ARTISTS, artists, openSettings, refused, type Settings } from './settings-world.ts'

let here: Settings
beforeEach(async () => {
  here = await openSettings()
})
afterEach(() => here.drop())

function nested(levels: number): unknown {
  return levels === 0 ? { everyone: true } : { not: nested(levels - 1) }
}

describe('a rule', () => {
  test('is created, changed and retired: next versions, everybody anew, and a plan to look at', async () => {
    await here.addSomebody()
    const before = await here.versions()
    const made = await here.put('/rules/artists', ARTISTS)
    expect(made.json).toMatchObject({
      key: 'artists',
      version: 1,
      source: 'hr',
      priority: 500,
      managed: 'api',
      ...ARTISTS,
    })
    expect(await here.versions()).toEqual({ ...before, ruleset: before.ruleset + 1, dirty: 1 })
    expect((await here.put('/rules/artists', ARTISTS)).json['version']).toBe(1)
    expect((await here.put('/rules/artists', { ...ARTISTS, priority: 9 })).json).toMatchObject({
      version: 2,
      priority: 9,
    })
    expect((await here.ask('viewer', 'GET', '/rules')).json['items']).toMatchObject([
      { key: 'artists' },
      { key: 'everyone' },
    ])
    expect((await here.ask('admin', 'DELETE', '/rules/artists')).json).toMatchObject({ key: 'artists', version: 2 })
    expect(refused(await here.ask('admin', 'DELETE', '/rules/artists'))).toMatch(/^404 RULE_NOT_FOUND/)
    expect((await here.put('/rules/artists', ARTISTS)).json['version']).toBe(3)
    expect((await here.versions()).ruleset).toBe(before.ruleset + 4)
    expect(here.proposed).toHaveLength(4)
    expect((await here.audit()).map(({ act, object }) => `${act} ${object}`)).toEqual([
      'rule.created rules/artists',
      'rule.retired rules/artists',
      'rule.changed rules/artists',
      'rule.created rules/artists',
    ])
    expect((await here.audit())[2]).toMatchObject({ before: { priority: 500 }, after: { priority: 9 } })
  })

  test('that lets its source change administrators is remembered with the source, also over a reload', async () => {
    const manages = async () =>
      (await here.sql`select manages_admins from sources where organization_id = ${here.acme} and key = 'hr'`)[0]
    await here.put('/rules/boss', parse('{ when: { group: { id: g1 } }, then: [{ manage_admins: true }] }'))
    expect(await manages()).toEqual({ manages_admins: true })
    await here.reload()
    expect(await manages()).toEqual({ manages_admins: true })
    await here.ask('admin', 'DELETE', '/rules/boss')
    expect(await manages()).toEqual({ manages_admins: false })
  })

  test('that names no source goes on speaking of the one there was', async () => {
    await here.put('/rules/artists', ARTISTS)
    await here.reload({ sources: '{ hr: { kind: csv }, it: { kind: csv } }' })
    expect((await here.ask('viewer', 'GET', '/rules/artists')).json).toMatchObject({ source: 'hr' })
    const two = await here.put('/rules/others', ARTISTS)
    expect(two.json['detail']).toContain('Rule others must say of which source it speaks: hr, it.')
  })

  const wrong: [string, unknown, string][] = [
    ['an unknown product', artists('{ product: cadd }'), 'There is no product cadd. Did you mean cad?'],
    ['a product by its name', artists('{ product: CAD Pro }'), 'There is no product CAD Pro. Did you mean cad?'],
    ['an unknown source', { ...ARTISTS, source: 'hrr' }, 'There is no source hrr. Did you mean hr?'],
    ['no condition', parse('{ then: [{ product: cad }] }'), 'rules.artists.when is missing.'],
    ['no consequence', artists(''), 'rules.artists.then needs at least 1 entry.'],
    [
      'a misspelt key',
      { ...ARTISTS, prority: 5 },
      '"prority" is not a setting of rules.artists. Did you mean priority?',
    ],
    ['a role without the id of a group', artists('{ member: owner }'), 'must name a group by id'],
    ['a priority that is none', { ...ARTISTS, priority: 0 }, 'rules.artists.priority must be 1 or more.'],
    [
      'a regular expression that is none',
      { ...ARTISTS, when: { group: { matches: '(' } } },
      'is not a regular expression',
    ],
    [
      'text that cannot be stored',
      { ...ARTISTS, when: { group: { name: 'a\0' } } },
      'characters that cannot be stored',
    ],
    ['what is nested without end', { ...ARTISTS, when: nested(20) }, 'nested more than 14 levels deep'],
  ]
  test.each(wrong)('is refused for %s, in the words of the configuration file', async (_, body, detail) => {
    const answer = await here.put('/rules/artists', body)
    expect(refused(answer)).toMatch(/^400 INPUT_INVALID/)
    expect(answer.json['detail']).toContain(detail)
    expect(here.proposed).toEqual([])
  })
})
