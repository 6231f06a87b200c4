/** Products, rules and limits from the command line. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Cli, openCli } from './world.ts'

let cli: Cli
let folder: string
beforeAll(async () => {
  cli = await openCli()
  folder = await mkdtemp(join(tmpdir(), 'rosterd-set-'))
  // As of a file without limits.
  await cli.sql`update organizations set settings = settings || '{"limits": null}'`
})
afterAll(async () => {
  await cli.close()
  await rm(folder, { recursive: true, force: true })
})

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, text)
  return path
}

describe('product', () => {
  test('set makes one; what is not said stays as it is', async () => {
    const made = await cli.type(['product', 'set', 'vray', '--name', 'V-Ray', '--seats', '20', '--alias', 'VRay'])
    expect(made).toEqual({
      exit: 0,
      out: 'V-Ray (vray) is set: 20 seats, 0 used, 20 free.\nWho gets it now: npx rosterd plans\n',
      err: '',
    })
    const more = await cli.type(['product', 'set', 'vray', '--seats', '25', '--reserve', '1', '--json'])
    expect(JSON.parse(more.out)).toMatchObject({
      name: 'V-Ray',
      owned: 25,
      reserve: 1,
      aliases: ['VRay'],
      managed: 'api',
    })
    expect((await cli.type(['product', 'list'])).out).toBe(
      [
        'PRODUCT  OWNED  USED  FREE  RESERVED  KEY   SET BY',
        'CAD Pro     10     0    10         2  cad   file',
        'V-Ray       25     0    25         1  vray  API',
        '',
      ].join('\n'),
    )
  })

  test('set from a file says all of it, in the words of the configuration file', async () => {
    const path = await file('maya.yaml', 'name: Maya\nseats: 3\naliases: [Autodesk Maya]\n')
    const { out } = await cli.type(['product', 'set', 'maya', path, '--json'])
    expect(JSON.parse(out)).toMatchObject({ key: 'maya', owned: 3, aliases: ['Autodesk Maya'], reserve: 0 })
    const piped = await cli.type(['product', 'set', 'maya', '--json'], { piped: '{"name": "Maya", "seats": 4}' })
    expect(JSON.parse(piped.out)).toMatchObject({ owned: 4, aliases: [] })
  })

  test('retire says who keeps it', async () => {
    await cli.sql`update products set used = 2 where key = 'maya'`
    const { exit, out } = await cli.type(['product', 'retire', 'maya'])
    expect([exit, out]).toEqual([
      0,
      'Maya (maya) is retired: 4 seats, 2 used, 2 free.\n2 people keep Maya; nobody gets it any more.\n',
    ])
  })

  test.each([
    [
      ['product', 'set', 'cad', '--seats', '5'],
      1,
      'The configuration file sets the product cad, so that it is read-only here: organizations.acme.products.cad',
    ],
    [['product', 'set', 'nuke', '--name', 'Nuke', '--seats', 'many'], 2, '--seats takes a number, not many.'],
    [['product', 'set', 'nuke'], 2, 'Nothing says what to set.'],
    [['product', 'set', 'nuke', '--name', 'AutoDraw', '--seats', '1'], 1, '"AutoDraw" already means the product cad'],
    [['product', 'set', 'nuke', '/nowhere/nuke.yaml'], 1, '/nowhere/nuke.yaml cannot be read: there is no such file.'],
    [['product', 'retire', 'nuke'], 1, 'There is no product nuke in this organization.'],
  ])('%j exits with %i: %s', async (argv, exit, sentence) => {
    const ran = await cli.type(argv)
    expect(ran.exit).toBe(exit)
    expect(ran.err).toContain(sentence)
  })
})

describe('rule', () => {
  const RULE = 'source: hr\nwhen: { group: { name: Artists } }\nthen:\n  - product: cad\n    expires: 2027-06-30\n'

  test('set, list and retire', async () => {
    const set = await cli.type(['rule', 'set', 'artists', await file('artists.yaml', RULE)])
    expect(set.out).toMatch(/^The rule artists is set: .*Artists.*\.\nWhat follows from it waits for an approval: /)
    expect((await cli.type(['rule', 'list'])).out).toMatch(
      /^RULE .* SET BY\nartists +hr +.*Artists.* product cad until 2027-06-30 +500 +API\n$/,
    )
    const { exit, out } = await cli.type(['rule', 'retire', 'artists'])
    expect([exit, out.split('\n')[0]]).toEqual([0, 'The rule artists is retired.'])
    expect((await cli.type(['rule', 'retire', 'artists'])).err).toContain('There is no rule artists')
  })

  test('names the line that is no YAML, and the mistake in one that is', async () => {
    const broken = await cli.type(['rule', 'set', 'artists'], { piped: 'when: {}\nwhen: {}\n' })
    expect([broken.exit, broken.err]).toEqual([
      2,
      expect.stringContaining('The input, line 2: This key stands here for the second time.'),
    ])
    const wrong = await cli.type(['rule', 'set', 'artists'], { piped: RULE.replace('cad', 'cadd') })
    expect([wrong.exit, wrong.err]).toEqual([2, expect.stringContaining('There is no product cadd. Did you mean cad?')])
    const empty = await cli.type(['rule', 'set', 'artists'], { piped: '' })
    expect([empty.exit, empty.err]).toEqual([2, expect.stringContaining('The input holds no settings.')])
  })
})

test('limits show who set them; set and reset', async () => {
  const usual = await cli.type(['limits', 'show'])
  expect(usual.out).toMatch(/^LIMIT +VALUE\nhold_scope +subtractive\nremove\.floor +5\n/)
  expect(usual.out).toContain('These are the usual ones.')
  const set = await cli.type(['limits', 'set'], { piped: 'remove: { percent: 3 }\n' })
  expect(set.out).toMatch(/\nremove\.percent +3\n/)
  expect(set.out).toContain('They were set here')
  expect(JSON.parse((await cli.type(['limits', 'show', '--json'])).out)).toMatchObject({ managed: 'api' })
  expect((await cli.type(['limits', 'set', await file('l.json', '{"remove": {"percentage": 3}}')])).err).toContain(
    '"percentage" is not a setting of limits.remove. Did you mean percent?',
  )
  expect((await cli.type(['limits', 'reset'])).out).toContain('These are the usual ones.')
})
