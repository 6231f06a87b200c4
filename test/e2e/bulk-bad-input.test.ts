/** What bad input gets: each row its code and line, and a file as a whole only where nothing of it can be understood. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { draftedShape, planIn } from '../support/bulk-scene.ts'
import { DOORS, type Door, TwoDoors } from '../support/two-doors.ts'

const NAMES = ['ann', 'bea', 'cid', 'dan', 'eve', 'fay', 'gil', 'hal', 'ida']
const addressOf = (door: Door, name: string) => `${name}.${door.toLowerCase()}@acme.example`

let doors: TwoDoors
beforeAll(async () => {
  doors = await TwoDoors.open()
  await doors.seed(Object.fromEntries(DOORS.flatMap((door) => NAMES.map((name) => [addressOf(door, name), '']))))
})
afterAll(() => doors?.close())

async function stored(): Promise<{ uploads: number; plans: number }> {
  const [row] = await doors.scene.sql<{ uploads: number; plans: number }[]>`
    select (select count(*)::int from uploads) as uploads, (select count(*)::int from plans) as plans`
  return row ?? { uploads: -1, plans: -1 }
}

/** One problem in each line; the file as a spreadsheet of somebody in a hurry has it. */
function rowsOf(door: Door): string {
  const [ann, bea, , dan, eve, fay, gil] = NAMES.map((name) => addressOf(door, name))
  return [
    'email,products,expires',
    `${ann},V-Ray,2027-06-30`,
    `\u00a0 ${bea}  , V-Ray ,2027-06-30`,
    `c id.${door}@acme.example,V-Ray,`,
    `${dan},V-Rey,`,
    `${eve},V-Ray,01/02/2027`,
    `${fay},V-Ray,2027-01-01`,
    `${fay},V-Ray,2027-02-01`,
    `${ann},V-Ray,2027-06-30`,
    `${dan?.replace('dan', 'dam')},V-Ray,`,
    `${gil},V-Ray,2020-01-01`,
    `,V-Ray,`,
    `"hal@acme.example; ida@acme.example",V-Ray,`,
    '',
  ].join('\n')
}

const EXPECTED: [line: number, code: string, sentence: RegExp][] = [
  [4, 'EMAIL_INVALID', /^"c id\.\w+@acme\.example" is not a valid e-mail address \(.*space.*\)\. Correct it\.$/i],
  [5, 'PRODUCT_UNKNOWN', /^There is no product "V-Rey"; did you mean V-Ray\? /],
  [6, 'EXPIRY_INVALID', /^"01\/02\/2027" is not a date that can be read without guessing \(.*--date-order.*\)\. /],
  [7, 'ROW_CONFLICT', /^Lines 7 and 8 disagree about expires\. Keep one of them\.$/],
  [8, 'ROW_CONFLICT', /^Lines 7 and 8 disagree about expires\. Keep one of them\.$/],
  [11, 'EXPIRY_IN_PAST', /^2020-01-01 is over\. /],
  [12, 'EMAIL_MISSING', /^Row 12 has no e-mail address\. /],
  [13, 'EMAIL_MULTIPLE', /^The cell holds several addresses\. Write one person per row\.$/],
]

const uploadShape = z.looseObject({
  id: z.string(),
  counts: z.record(z.string(), z.number()),
  errors: z.array(z.looseObject({ line: z.number(), code: z.string(), sentence: z.string(), next: z.string() })),
  warnings: z.array(z.looseObject({ line: z.number(), code: z.string(), sentence: z.string() })),
})

describe.each(DOORS)('by %s', (door) => {
  test('each row has its line, its code and what to do; what can be done of the rest is done, and the numbers add up', async () => {
    const csv = rowsOf(door)
    let id: string
    if (door === 'API') {
      const sent = await doors.scene.ask('POST', '/uploads?verb=assign&name=hurry.csv', { csv })
      const upload = uploadShape.parse(sent.json)
      expect(upload.errors.map(({ line, code }) => [line, code])).toEqual(EXPECTED.map(([line, code]) => [line, code]))
      for (const [n, { sentence, next }] of upload.errors.entries())
        expect(`${sentence} ${next}`).toMatch(EXPECTED[n]?.[2] ?? /$^/)
      expect(upload.warnings).toMatchObject([{ line: 9, code: 'ROW_DUPLICATE', sentence: 'says the same as line 2.' }])
      expect(upload.counts).toMatchObject({
        rows: 12,
        people: 3,
        merged: 1,
        errors: 8,
        new: 2,
        unchanged: 0,
        unknown: 1,
      })
      const drafted = await doors.must(draftedShape, 'kim', 'POST', '/operations', {
        verb: 'assign',
        upload: upload.id,
      })
      await doors.approve('kim', drafted)
      await doors.scene.ended(drafted.id)
      id = drafted.id
    } else {
      const ended = await doors.type('kim', 'assign', '--csv', await doors.scene.file('hurry.csv', csv), '--yes')
      expect(ended.code).toBe(4)
      for (const [line, code, sentence] of EXPECTED) {
        const [, told] = new RegExp(`error  line ${line}: (.+) \\(${code}\\)\n`).exec(ended.out) ?? []
        expect(told).toMatch(sentence)
      }
      expect(ended.out).toContain('note  line 9: says the same as line 2.\n')
      expect(ended.out).toContain('12 rows: 3 people (2 to assign, 1 no member), 1 merged with another line')
      expect(ended.out).toContain(
        '12 rows: 2 people (2 done), 1 merged with another row of the same person, 9 in error.',
      )
      id = planIn(ended)
    }
    const { people, plan, failures } = await doors.outcome(id)
    expect([plan.state, people]).toEqual(['applied', { succeeded: 2 }])
    expect(failures).toHaveLength(9)
    const stranger = addressOf(door, 'dan').replace('dan', 'dam')
    expect(failures).toContain(
      `${stranger} MEMBER_NOT_FOUND ${stranger} is not a member. Did you mean ${addressOf(door, 'dan')}?`,
    )
    expect(await doors.stands(...['ann', 'bea', 'dan', 'fay'].map((name) => addressOf(door, name)))).toEqual([
      'active vray',
      'active vray',
      'active',
      'active',
    ])

    // The file of what failed has all of them, put right in the place where they stand.
    const path = join(doors.scene.place.directory, `failed-${door}.csv`)
    expect((await doors.type('kim', 'failures', id, '--csv', '--output', path)).code).toBe(0)
    const lines = (await readFile(path, 'utf8')).trimEnd().split('\r\n')
    expect(lines[0]).toBe('\uFEFFemail,products,expires,_line,_code,_reason,_next_step,_plan,_item')
    const codes = lines.slice(1).map((text) => / *,(\d+),([A-Z_]+),/.exec(text)?.slice(1).join(' '))
    const missing = EXPECTED.map(([line, code]) => `${line} ${code}`)
    expect(codes.sort()).toEqual([...missing, '10 MEMBER_NOT_FOUND'].sort())
  })

  test('what could mean two days is asked about, and read as it is said, for that file alone', async () => {
    const eve = addressOf(door, 'eve')
    const csv = `email,products,expires\n${eve},V-Ray,01/02/2027\n`
    if (door === 'API') {
      const sent = await doors.scene.ask('POST', '/uploads?verb=assign&dateOrder=dmy', { csv })
      const asked = { verb: 'assign', upload: sent.json['id'] }
      const drafted = await doors.must(draftedShape, 'kim', 'POST', '/operations', asked)
      await doors.approve('kim', drafted)
      await doors.scene.ended(drafted.id)
    } else {
      const file = await doors.scene.file('dates.csv', csv)
      const refused = await doors.type('kim', 'assign', '--csv', file, '--yes')
      expect([refused.code, refused.out + refused.err]).toEqual([2, expect.stringContaining('--date-order')])
      expect((await doors.type('kim', 'assign', '--csv', file, '--date-order', 'dmy', '--yes')).code).toBe(0)
    }
    expect(await doors.endsOf('vray', eve)).toEqual(['2027-02-01T23:00:00.000Z'])
  })

  test.each<[what: string, file: string | Uint8Array<ArrayBuffer>, status: number, code: string, told: RegExp]>([
    [
      'a header without a known column',
      'Name,Alter\nAda,7\n',
      400,
      'HEADER_MISSING',
      /No column for email or external_id; found: Name, Alter\./,
    ],
    ['a header and no rows', 'email,products\n', 400, 'FILE_EMPTY', /The file has a header and no people\./],
    ['nothing at all', '', 400, 'HEADER_MISSING', /found: nothing, the file is empty\./],
    [
      'an Excel file by another name',
      excel(),
      415,
      'FILE_TYPE',
      /This is an Excel file, not a CSV file\. Save it as "CSV UTF-8"\./,
    ],
    [
      'an old Excel file by another name',
      new Uint8Array(Buffer.from('d0cf11e0a1b11ae1', 'hex')),
      415,
      'FILE_TYPE',
      /This is an old Excel file/,
    ],
    ['letters of an unknown encoding', latin(), 400, 'ENCODING_UNCERTAIN', /Names such as .+ look wrong/],
    ['100,001 rows', many(100_001), 413, 'FILE_TOO_LARGE', /The file is too large: .*100,000 rows.* Split it\./],
  ])('%s: refused as a whole, and nothing of it is kept', async (what, file, status, code, told) => {
    const before = await stored()
    if (door === 'API') {
      const sent = await doors.scene.ask('POST', '/uploads?verb=assign', { csv: file })
      expect([sent.status, sent.json['code']]).toEqual([status, code])
      expect(`${sent.json['detail']} ${sent.json['next']}`).toMatch(told)
      if (what.startsWith('a header without')) expect(sent.json['found']).toEqual(['Name', 'Alter'])
    } else {
      const path = await doors.scene.file(`${what.replace(/\W+/g, '-')}.csv`, file)
      const ended = await doors.type('kim', 'assign', '--csv', path, '--product', 'vray', '--yes')
      expect([ended.code, ended.out]).toEqual([1, ''])
      expect(ended.err.replaceAll('\n', ' ')).toMatch(told)
    }
    expect(await stored()).toEqual(before)
  })

  test('the template as it was downloaded says that nobody stands in it', async () => {
    const path = join(doors.scene.place.directory, `template-${door}.csv`)
    expect((await doors.type('kim', 'template', 'remove', '--output', path)).code).toBe(0)
    if (door === 'API') {
      const sent = await doors.scene.ask('POST', '/uploads?verb=remove', { csv: await readFile(path, 'utf8') })
      expect([sent.status, sent.json['code']]).toEqual([400, 'FILE_EMPTY'])
    } else {
      const ended = await doors.type('kim', 'remove', '--csv', path)
      expect([ended.code, ended.err]).toEqual([1, expect.stringContaining('The file has a header and no people.')])
    }
  })

  test('a file or a filter of which nothing comes is no plan', async () => {
    const before = (await stored()).plans
    const csv = 'email\nstranger@acme.example\nother@acme.example\n'
    const where = 'emails.value eq "stranger@acme.example"'
    if (door === 'API') {
      await expect(doors.draft('kim', { verb: 'remove', csv })).rejects.toThrow(
        'none of the 2 rows comes to anything: stranger@acme.example is not a member',
      )
      const { status, body } = await doors.ask('kim', 'POST', '/operations', { verb: 'remove', where })
      expect([status, body['code']]).toEqual([400, 'OPERATION_EMPTY'])
    } else {
      const file = await doors.scene.file('strangers.csv', csv)
      const ended = await doors.type('kim', 'remove', '--csv', file, '--yes')
      expect([ended.code, ended.err]).toEqual([2, expect.stringContaining('none of the 2 rows comes to anything')])
      const filtered = await doors.type('kim', 'remove', '--where', where, '--yes')
      expect([filtered.code, filtered.err]).toEqual([2, expect.stringContaining('finds no member')])
    }
    expect((await stored()).plans).toBe(before)
  })

  test('two uploads at the same time: each is its own, and the same file is one plan', async () => {
    const [hal = '', ida = ''] = ['hal', 'ida'].map((name) => addressOf(door, name))
    const csvs = [hal, ida].map((one) => `email,products\n${one},Houdini\n`)
    const same = `email,products\n${hal},Admin Toolbox\n${ida},Admin Toolbox\n`
    if (door === 'API') {
      const [first, second] = await Promise.all(csvs.map((csv) => doors.draft('kim', { verb: 'assign', csv })))
      expect(first?.id).not.toBe(second?.id)
      for (const one of [first, second]) await doors.approve('kim', { id: one?.id ?? '', hash: one?.hash ?? '' })
      for (const one of [first, second]) await doors.scene.ended(one?.id ?? '')
      const both = await Promise.all(['kim', 'dana'].map(() => doors.draft('kim', { verb: 'assign', csv: same })))
      expect(new Set(both.map(({ id }) => id)).size).toBe(1)
      expect(both.map(({ repeated }) => repeated).sort()).toEqual([false, true])
      const [plan] = both
      await doors.approve('dana', { id: plan?.id ?? '', hash: plan?.hash ?? '' })
      await doors.scene.ended(plan?.id ?? '')
    } else {
      const files = await Promise.all(csvs.map((csv, n) => doors.scene.file(`own-${n}.csv`, csv)))
      const own = await Promise.all(files.map((file) => doors.type('kim', 'assign', '--csv', file, '--yes')))
      expect(own.map(({ code }) => code)).toEqual([0, 0])
      const before = (await stored()).plans
      const file = await doors.scene.file('same.csv', same)
      const both = await Promise.all(
        (['kim', 'dana'] as const).map((who) => doors.type(who, 'assign', '--csv', file, '--yes')),
      )
      expect(both).toMatchObject([
        { code: 0, err: '' },
        { code: 0, err: '' },
      ])
      expect((await stored()).plans - before).toBe(1)
    }
    const held = 'active houdini toolbox'
    expect(await doors.stands(hal, ida)).toEqual([held, held])
  })
})

/** The beginning of what a spreadsheet program saves. */
function excel(): Uint8Array<ArrayBuffer> {
  const name = '[Content_Types].xml'
  const head = Buffer.alloc(30)
  head.writeUInt32LE(0x04034b50, 0)
  head.writeUInt16LE(20, 4)
  head.writeUInt16LE(name.length, 26)
  return new Uint8Array(Buffer.concat([head, Buffer.from(`${name}<?xml version="1.0"?>`), Buffer.alloc(200, 7)]))
}

function latin(): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from('email,first_name\nann@acme.example,Zo\xeb\n', 'latin1'))
}

function many(rows: number): string {
  let csv = 'email\n'
  for (let n = 0; n < rows; n++) csv += `p${n}@acme.example\n`
  return csv
}
