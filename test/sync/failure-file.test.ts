/** Failures of plans and of files, as the file that people put right and drop again. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import type { StagedRow } from '../../src/reconcile/model.ts'
import { failureFiles } from '../../src/store/failures.ts'
import { listProducts } from '../../src/store/organizations.ts'
import { readSnapshot } from '../../src/store/snapshots.ts'
import { invite } from '../../src/sync/by-hand.ts'
import { canonicalRow, mergeRows } from '../../src/sync/csv/index.ts'
import { failureFile } from '../../src/sync/failure-file.ts'
import { planFailures, rowFailures } from '../../src/sync/failure-list.ts'
import { KIM, openWorld, type Setting, type World } from '../support/pipeline.ts'
import { rosterFile } from '../support/roster-file.ts'
import { read } from './csv/support.ts'

const ZONE = 'Europe/Berlin'
const PRODUCTS = 'maya: { name: Maya, aliases: [Autodesk Maya], seats: 99 }\nnuke: { name: Nuke X, seats: 99 }'
const RULES = 'everyone: { source: hr, when: { everyone: true }, then: [{ member: member }] }'

let world: World
afterEach(() => world.close())
async function open(setting: Setting = {}): Promise<void> {
  world = await openWorld({ products: PRODUCTS, rules: RULES, ...setting })
}

async function text(parts: AsyncIterable<string>): Promise<string> {
  let whole = ''
  for await (const part of parts) whole += part
  return whole
}

/** The failure file of a plan. */
async function fileOf(plan: number): Promise<string> {
  const files = await failureFiles(world.sql, world.organization, plan)
  return await text(
    failureFile({ plan, files, verb: null, zone: ZONE }, planFailures(world.sql, world.organization, plan, files)),
  )
}

/** Its lines as cells by header. Only for cells without quotes. */
async function linesOf(plan: number): Promise<Record<string, string>[]> {
  const [header = '', ...lines] = (await fileOf(plan)).slice(1).trimEnd().split('\r\n')
  const names = header.split(/[,;]/)
  return lines.map((line) => Object.fromEntries(line.split(/[,;]/).map((cell, at) => [names[at] ?? 'more', cell])))
}

/** What the target refused, whatever it was. */
async function fail(plan: number): Promise<void> {
  await world.sql`
    insert into outcomes (organization_id, plan_id, number, state, code, params, at)
    select organization_id, plan_id, number, 'failed_permanent', 'EMAIL_IN_USE', '{"name": "Ada"}', now()
    from plan_items where organization_id = ${world.organization} and plan_id = ${plan}`
}

/** Drops a file, plans it, and lets every item fail. */
async function failed(name: string, content: string): Promise<number> {
  await world.drop(name, content)
  const { plans } = await world.propose()
  const [plan = 0] = plans
  await fail(plan)
  return plan
}

describe('failed items', () => {
  it('come back as they were read: through the directory, into the file, and read again', async () => {
    await open({ sources: 'hr: { kind: csv, mode: delta, approval: manual }' })
    const products = (await listProducts(world.sql, world.organization)).map(({ key, name, aliases }) => ({
      key,
      name,
      aliases,
    }))
    let round = 0
    await fc.assert(
      // A user name would make newcomers of two rounds one person.
      fc.asyncProperty(rosterFile({}, ['username']), async ({ text: content }) => {
        round++
        // Newcomers in every round who have started, so that all of them have an item.
        const roster = content
          .replaceAll(/"([p=])(?=\d)/g, `"$1${round}x`)
          .replaceAll(/"2026-12-01[^"]*"/g, '"2026-11-01"')
        const settings = { today: '2026-11-20', products }
        const before = people((await read(roster, settings)).rows)
        const plan = await failed(`${round}.csv`, roster)
        const again = await read(await fileOf(plan), settings)
        expect(again.errors.filter((error) => error.code !== 'ROW_CONFLICT')).toEqual([])
        const wanted = before.filter(([row]) => row?.status === 'active')
        const keys = new Set(wanted.map(([row]) => row?.anchorKey))
        const found = people(again.rows).filter(([row]) => keys.has(row?.anchorKey ?? ''))
        const sorted = (rows: StagedRow[][]) =>
          rows
            .flat()
            .map((row) => canonicalRow(withoutNames(row)))
            .sort()
        expect(sorted(found)).toEqual(sorted(wanted))
      }),
      { numRuns: 25 },
    )
  }, 120_000)

  it('say what the plan was made from, not what came later', async () => {
    await open()
    const roster = (ada: string) => `id;email;first_name;Team size\r\n1;ada@acme.example;${ada}\r\n`
    const plan = await failed('one.csv', roster('Ada;=7'))
    await world.drop('two.csv', roster('Augusta;8'))
    await world.propose()
    expect(await linesOf(plan)).toMatchObject([
      { id: '1', email: 'ada@acme.example', first_name: 'Ada', 'Team size': "'=7", _line: '2' },
    ])
  })

  it('keep the shape of the file when it comes again unchanged', async () => {
    await open()
    const roster = 'Mail;id;Maya\r\nada@acme.example;1;2027-06-30\r\n'
    await world.drop('one.csv', roster)
    const plan = await failed('two.csv', roster)
    expect((await fileOf(plan)).split('\r\n').slice(0, 2)).toEqual([
      '\uFEFFMail;id;Maya;products;_line;_code;_reason;_next_step;_plan;_item',
      expect.stringMatching(/^ada@acme\.example;1;2027-06-30;;2;EMAIL_IN_USE;/),
    ])
  })

  it.each([
    ['an action', 'id,email,action', '', { action: 'remove' }],
    ['a status', 'id,email,status', 'active', { status: 'leaver' }],
    ['a status turned around', 'id,email,disabled', 'no', { disabled: 'yes' }],
    ['neither', 'id,email,name', 'Bob', { name: 'Bob' }],
  ])('who is gone comes back as they last were; %s says that they go', async (_, header, cell, row) => {
    await open({
      rules: `${RULES.replace('member }]', 'member }, { product: maya }]')}`,
    })
    const roster = (people: number[]) =>
      [header, ...people.map((n) => `${n},p${n}@acme.example,${cell}`), ''].join('\n')
    await world.sync('one.csv', roster([1, 2, 3, 4, 5, 6]))
    const plan = await failed('two.csv', roster([1, 2, 3, 4, 5]))
    expect(await world.actions(plan)).toEqual(['revoke p6@acme.example maya', 'remove p6@acme.example'])
    const gone = { id: '6', email: 'p6@acme.example', ...row }
    expect(await linesOf(plan)).toMatchObject([
      { ...gone, products: '' },
      { ...gone, products: 'Maya' },
    ])
  })

  it('never tell products that nobody asked for, where no removal failed', async () => {
    await open()
    const plan = await failed('one.csv', 'email,name\nada@acme.example,Ada\n')
    expect(await linesOf(plan)).toMatchObject([{ products: '' }])
  })
})

it('a plan of somebody who was typed has the columns of what was typed, which its file gives back', async () => {
  await open()
  const plan = await invite(world.parts, world.organization, {
    actor: KIM,
    email: 'ada@acme.example',
    firstName: '=Ada',
    quiet: true,
  })
  await fail(plan)
  const written = await fileOf(plan)
  expect(written).toMatch(
    /^\uFEFFemail,first_name,last_name,language,products,_line,.*\r\nada@acme\.example,'=Ada,,,,1,EMAIL_IN_USE,/,
  )
  expect((await read(written)).rows).toMatchObject([{ profile: { email: 'ada@acme.example', firstName: '=Ada' } }])
})

describe('rows in error', () => {
  const BROKEN = 'id;email;Note\r\n1;ada@acme.example;"a;b"\r\n2;x@@y;=1+1\r\n'

  it('lie beside a file that was used in part', async () => {
    await open()
    await world.drop('one.csv', BROKEN)
    const [name = '', ...others] = await beside('processed', '.failures.csv')
    expect(others).toEqual([])
    const told = await readFile(name, 'utf8')
    expect(told.split('\r\n').slice(0, 2)).toEqual([
      '\uFEFFid;email;Note;products;_line;_code;_reason;_next_step;_plan;_item',
      expect.stringMatching(/^2;x@@y;'=1\+1;;3;EMAIL_INVALID;/),
    ])
    // Put right and dropped again, it speaks of these people alone.
    const mended = await world.drop('mended.csv', told.replace('x@@y', 'bob@acme.example'))
    expect(mended).toMatchObject({ state: 'admitted', errors: 0 })
    const { plans } = await world.propose()
    expect(await world.actions(plans[0])).toEqual(['invite ada@acme.example', 'invite bob@acme.example'])
  })

  it('of a file that nothing was used of can be asked for, and lie beside it', async () => {
    await open()
    const many = Array.from({ length: 10 }, (_, n) => `${n};p${n}@acme.example;`).join('\r\n')
    const good = `id;email;Note\r\n${many}\r\n`
    await world.drop('good.csv', good)
    const { snapshot, state } = await world.drop('bad.csv', BROKEN)
    expect(state).toBe('refused')
    const header = await readSnapshot(world.sql, world.organization, snapshot)
    if (!header) throw new Error('no snapshot')
    const file = { ...header, snapshotId: snapshot, change: null }
    const asked = await text(
      failureFile(
        { plan: null, files: [file], verb: null, zone: ZONE },
        rowFailures(world.sql, world.organization, file),
      ),
    )
    expect(asked).toMatch(/\r\n2;x@@y;'=1\+1;;3;EMAIL_INVALID;[^\r]*;;\r\n$/)
    // It waits for two administrators until a newer file takes its place.
    expect(await beside('failed', '.failures.csv')).toEqual([])
    await world.drop('again.csv', good)
    const [name = ''] = await beside('failed', '.failures.csv')
    expect(await readFile(name, 'utf8')).toBe(asked)
    expect(await beside('failed', '.reason.json')).toHaveLength(1)
  })

  it('of a file whose end is missing have its shape too', async () => {
    await open()
    const { state } = await world.drop('cut.csv', `${BROKEN}#END 9\r\n`)
    expect(state).toBe('unreadable')
    const [name = ''] = await beside('failed', '.failures.csv')
    expect(await readFile(name, 'utf8')).toMatch(/^\uFEFFid;email;Note;.*\r\n2;x@@y;/)
  })

  it('of one person on lines that disagree show groups by their names', async () => {
    await open()
    await world.drop('one.csv', 'email,name,groups\na@acme.example,A,Artists\na@acme.example,B,\nb@acme.example,C,\n')
    const [name = ''] = await beside('processed', '.failures.csv')
    expect(await readFile(name, 'utf8')).toMatch(/\r\na@acme\.example,A,Artists,,2,ROW_CONFLICT,/)
  })
})

async function beside(place: string, ending: string): Promise<string[]> {
  const found = await readdir(world.folder, { recursive: true })
  return found
    .filter((name) => name.includes(`/${place}/`) && name.endsWith(ending))
    .map((name) => join(world.folder, name))
}

function people(rows: StagedRow[]): StagedRow[][] {
  return [...Map.groupBy(rows, (row) => row.anchorKey).values()].flatMap((lines) => {
    const merged = mergeRows(lines)
    return merged.ok ? [[merged.row]] : []
  })
}

/** A group has one name in the directory, however often it is written otherwise. */
const withoutNames = (row: StagedRow): StagedRow => ({ ...row, groupNames: row.groups })
