/**
 * People chosen by what is known of them, and files that are exported, edited and uploaded: by the command line and over the API of a
 * started daemon with the sample organization. The tests tell one story and run in order.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { BulkScene, planIn } from '../support/bulk-scene.ts'
import { until } from '../support/daemon.ts'

const CONFIG = new URL('../../config/', import.meta.url)
const YEAR = new Date().getFullYear() + 1
/** What a spreadsheet would run, and what only looks like it. */
const NAMES = [`=cmd|'/C calc'!A0`, '@SUM(A1)', '+49 30', '-2+3', "'quoted", '"say ""hi"""']
const told = (cell: string) => (cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell)

const listed = z.array(z.looseObject({ email: z.string() }))
const upload = z.looseObject({
  id: z.string(),
  counts: z.record(z.string(), z.number()),
  errors: z.array(z.looseObject({ line: z.number(), code: z.string() })),
})

let scene: BulkScene
beforeAll(async () => {
  const roster = await readFile(new URL('sample-roster.csv', CONFIG), 'utf8')
  const config = (await readFile(new URL('rosterd.yaml', CONFIG), 'utf8')).replace('settle: 2s', 'settle: 100ms')
  scene = await BulkScene.open(config, { 'sample-roster.csv': roster })
  const waits = () => scene.ask('GET', '/plans/pln_1').then(({ json }) => json['state'] === 'awaiting_approval')
  await until(waits)
  expect(await scene.apply('pln_1')).toMatchObject({ state: 'applied', states: { succeeded: 70 } })
})
afterAll(() => scene?.close())

const inStep = async () => expect((await scene.rosterd('plan')).out).toContain('in step')
const emails = (text: string): string[] =>
  text
    .trimEnd()
    .split('\r\n')
    .slice(1)
    .flatMap((line) => /[\w.]+@acme\.example/.exec(line)?.[0] ?? [])

describe('a filter', () => {
  const EDITORIAL = ['emily.clarke', 'hassan.karimi', 'viktor.novak', 'zoe.vandijk'].map((one) => `${one}@acme.example`)

  test('finds the same people as a list, over the API, and for a verb', async () => {
    const where = 'groups.display eq "Artists" and not (products.value eq "houdini")'
    const list = await scene.rosterd('members', '--where', where, '--json', '--all')
    const found = listed.parse(JSON.parse(list.out)).map(({ email }) => email)
    expect(found).toHaveLength(13)
    expect(found).not.toContain('luis.herrera@acme.example')
    const page = await scene.ask('GET', `/members?limit=500&where=${encodeURIComponent(where)}`)
    expect(listed.parse(page.json['items']).map(({ email }) => email)).toEqual(found)
    const draft = await scene.operation({ verb: 'assign', where, products: ['toolbox'], wait: true })
    expect(draft).toMatchObject({ operation: { where, rows: { given: 13, merged: 0, errors: 0 } } })
    expect((await scene.items(draft.id)).map(({ email }) => email).sort()).toEqual(found)
    expect((await scene.ask('POST', `/plans/${draft.id}/discard`, { body: {} })).status).toBe(200)
  })

  test('chooses whom to assign to, on the command line: nobody pastes addresses', async () => {
    const where = 'groups.display eq "Editorial"'
    const ran = await scene.rosterd('assign', '--where', where, '--product', 'Admin Toolbox', '--yes')
    expect([ran.code, ran.err]).toEqual([0, ''])
    expect(ran.out).toContain('Assign 4; 4 people get one mail each\n')
    expect(ran.out).toMatch(/^Admin Toolbox +10 +5 +9$/m)
    expect(ran.out).toContain('was applied: 4 done of 4 items.\n')
    const { members, administrators } = await scene.mailsOf(planIn(ran), { members: 4, administrators: 2 })
    expect(members.map(({ to }) => to).sort()).toEqual(EDITORIAL)
    expect(administrators[0]?.text).toContain(`${scene.daemon.url}/plans/${planIn(ran)}`)
  })

  test('and from whom to revoke, over the API; asked a second time it finds nobody', async () => {
    const body = {
      verb: 'revoke',
      where: 'groups.display eq "Editorial" and products.value eq "toolbox"',
      products: ['toolbox'],
    }
    const draft = await scene.operation(body)
    expect(draft).toMatchObject({ headline: 'Revoke 4; 4 people get one mail each', pinned: 0 })
    expect(await scene.apply(draft.id)).toMatchObject({ state: 'applied', people: { succeeded: 4 } })
    const nobody = await scene.ask('POST', '/operations', { body })
    expect([nobody.status, nobody.json['code']]).toEqual([400, 'OPERATION_EMPTY'])
    expect(nobody.json['detail']).toBe(`Nobody is chosen: the filter ${body.where} finds no member.`)
    await inStep()
  })

  test('a removal says whom a source would bring back, and a dry run removes nobody', async () => {
    const dry = await scene.rosterd('remove', '--where', 'groups.display eq "Finance"', '--dry-run')
    expect(dry).toMatchObject({ code: 0, err: '' })
    expect(dry.out).toContain(
      'Remove 3; 3 pinned for 30 days, since HR feed still wants them; 3 people get one mail each\n',
    )
    expect((await scene.rosterd('discard', planIn(dry))).code).toBe(0)
    expect(Object.keys(await scene.members())).toHaveLength(40)
  })

  test('of an invitation finds members, for whom nothing is left to do', async () => {
    const dry = await scene.rosterd('invite', '--where', 'groups.display eq "Finance"', '--dry-run')
    expect(dry).toMatchObject({ code: 0, err: '' })
    expect(dry.out).toContain(
      'Nothing to do; 3 are as wanted already, for as long as their sources say; nobody will be mailed\n',
    )
    expect((await scene.rosterd('discard', planIn(dry))).code).toBe(0)
  })

  test('that is wrong is told where', async () => {
    const wrong = await scene.rosterd('assign', '--where', 'group eq "Artists"', '--product', 'vray')
    expect([wrong.code, wrong.out]).toEqual([2, ''])
    expect(wrong.err).toMatch(/^The filter is wrong at character 1: .*groups/)
    const { status, json } = await scene.ask('GET', `/members?where=${encodeURIComponent('active eq')}`)
    expect([status, json['code']]).toEqual([400, 'FILTER_INVALID'])
  })
})

describe('assignments as a file', () => {
  let csv: string

  test('have the columns of the template, and uploaded as they are they change nothing', async () => {
    csv = join(scene.place.directory, 'assignments.csv')
    expect((await scene.rosterd('assignments', '--csv', '--output', csv)).code).toBe(0)
    const text = await readFile(csv, 'utf8')
    expect(text.split('\r\n')[0]).toBe('\uFEFFemail,products,expires,_plan')
    expect(emails(text)).toHaveLength(24)
    expect((await scene.ask('GET', '/exports/assignments')).text).toBe(text)
    const sent = await scene.read(upload, 'POST', '/uploads?verb=assign&name=assignments.csv', { csv: text })
    expect(sent).toMatchObject({ counts: { rows: 24, people: 24, new: 0, unchanged: 24, unknown: 0 }, errors: [] })
    const draft = await scene.operation({ verb: 'assign', upload: sent.id })
    expect(draft).toMatchObject({
      headline: 'Nothing to do; 24 are as wanted already, for as long as their sources say; nobody will be mailed',
      letters: 0,
    })
    expect((await scene.ask('POST', `/plans/${draft.id}/discard`, { body: {} })).status).toBe(200)
  })

  test('edited and uploaded they change what was edited, and nothing else', async () => {
    const text = await readFile(csv, 'utf8')
    const held = await scene.members()
    const edited = text
      .replace(/^(mateo\.silva@acme\.example,vray),.*,$/m, `$1,${YEAR}-12-31,`)
      .replace(/^(ravi\.patel@acme\.example),toolbox,/m, '$1,toolbox;houdini,')
    expect(edited).not.toBe(text)
    await scene.file('assignments.csv', edited)
    const ran = await scene.rosterd('assign', '--csv', csv, '--yes')
    expect([ran.code, ran.err]).toEqual([0, ''])
    expect(ran.out).toContain('24 rows: 24 people (2 to assign, 22 as wanted already), none in error.\n')
    expect(ran.out).toMatch(
      /Assign 1 · Extend 1; 22 are as wanted already, for as long as their sources say; 2 people get one mail each/,
    )
    expect(ran.out).toMatch(/24 people \(2 done, 22 already so\)\.\n/)
    const { members } = await scene.mailsOf(planIn(ran), { members: 2, administrators: 2 })
    expect(members.map(({ to }) => to).sort()).toEqual(['mateo.silva@acme.example', 'ravi.patel@acme.example'])
    expect(await scene.members()).toEqual({ ...held, 'ravi.patel@acme.example': ['invited', 'houdini', 'toolbox'] })
    await inStep()
  })

  test('of a filter are those of the people whom it finds', async () => {
    const where = 'groups.display eq "Contractors"'
    const ran = await scene.rosterd('assignments', '--csv', '--where', where)
    const { text } = await scene.ask('GET', `/exports/assignments?where=${encodeURIComponent(where)}`)
    expect([ran.code, ran.out]).toEqual([0, text])
    expect([...new Set(emails(text))]).toEqual(
      ['iris.fontaine', 'leah.goldberg', 'mateo.silva'].map((one) => `${one}@acme.example`),
    )
  })
})

describe('members as a file', () => {
  test('rows that are left of it are a file of whom to remove', async () => {
    const csv = join(scene.place.directory, 'finance.csv')
    await scene.rosterd('members', '--csv', '--where', 'groups.display eq "Finance"', '--output', csv)
    const lines = (await readFile(csv, 'utf8')).split('\r\n')
    expect(lines[0]).toBe(
      '\uFEFFexternal_id,email,first_name,last_name,groups,products,status,expires,seat_priority,_plan',
    )
    await scene.file('finance.csv', lines.filter((line) => !line.includes('peter.hoffmann')).join('\r\n'))
    const dry = await scene.rosterd('remove', '--csv', csv, '--dry-run')
    expect(dry).toMatchObject({ code: 0, err: '' })
    expect(dry.out).toContain('2 rows: 2 people (2 to remove), none in error.\n')
    expect((await scene.items(planIn(dry))).map(({ kind, email }) => [kind, email]).sort()).toEqual([
      ['remove', 'anneke.devries@acme.example'],
      ['remove', 'laura.moretti@acme.example'],
    ])
    expect((await scene.rosterd('discard', planIn(dry))).code).toBe(0)
  })

  test('names that a spreadsheet would run are made harmless, and come back as they were', async () => {
    const rows = NAMES.map((name, n) => `row${n}@acme.example,${name},${NAMES.at(-1 - n)}`)
    const invite = await scene.file('names.csv', `email,first_name,last_name\n${rows.join('\n')}\n`)
    expect(await scene.rosterd('invite', '--csv', invite, '--quiet', '--yes')).toMatchObject({ code: 0, err: '' })
    const names = async () => {
      const shape = z.looseObject({ email: z.string(), firstName: z.string(), lastName: z.string() })
      const all = await scene.daemon.list('/members', shape)
      const own = all.filter(({ email }) => email.startsWith('row'))
      return own.map(({ firstName, lastName }) => [firstName, lastName])
    }
    const before = await names()
    expect(before).toEqual(NAMES.map((name, n) => [told(name), told(NAMES.at(-1 - n) ?? '')]))

    const where = 'emails.value sw "row"'
    const csv = join(scene.place.directory, 'named.csv')
    await scene.rosterd('members', '--csv', '--where', where, '--output', csv)
    const text = await readFile(csv, 'utf8')
    expect((await scene.ask('GET', `/exports/members?where=${encodeURIComponent(where)}`)).text).toBe(text)
    expect(text).not.toMatch(/(?:^|[,"\n])[=+\-@＝＋－＠]/)
    expect(text).toContain(`'=cmd|'/C calc'!A0`)

    // Somebody who is gone meanwhile comes back from the file with the name that they had.
    const gone = ['--user', 'row0@acme.example', '--user', 'row2@acme.example']
    expect((await scene.rosterd('remove', ...gone, '--quiet', '--yes')).code).toBe(0)
    const back = await scene.rosterd('invite', '--csv', csv, '--quiet', '--yes')
    expect([back.code, back.err]).toEqual([0, ''])
    expect(back.out).toContain('6 rows: 6 people (2 to invite, 4 as wanted already), none in error.\n')
    expect(await names()).toEqual(before)
  })

  test('dropped into the folder of its source the file says nothing new, and of whom it does not name nothing', async () => {
    await inStep()
    const { text } = await scene.ask('GET', `/exports/members?where=${encodeURIComponent('groups.display eq "IT"')}`)
    await scene.place.drop('it.csv', text)
    await until(async () => (await scene.place.putAway('processed')).some((name) => name.endsWith('-it.csv')))
    await inStep()
    expect(Object.keys(await scene.members())).toHaveLength(40 + NAMES.length)
  })
})
