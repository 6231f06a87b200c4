/** Uploads: kept, read, shown and read again, before anything is planned of them. */
import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { PIN_DEFAULT, type Verb } from '../../src/reconcile/operation.ts'
import { failureFiles } from '../../src/store/failures.ts'
import { lockUploadReading } from '../../src/store/locks.ts'
import { moveSnapshot } from '../../src/store/snapshots.ts'
import { readStaged } from '../../src/store/staging.ts'
import { readUpload, type UploadReading } from '../../src/store/uploads.ts'
import { CsvRefusal } from '../../src/sync/csv/index.ts'
import { type Asked, draft } from '../../src/sync/draft.ts'
import { failureFile, failureLines } from '../../src/sync/failure-file.ts'
import { planFailures } from '../../src/sync/failure-list.ts'
import { tidyEverything } from '../../src/sync/tidy.ts'
import { refuseRows, typedRows } from '../../src/sync/typed-rows.ts'
import { discardUpload, keepUpload, readAgain, readKept, receiveUpload } from '../../src/sync/upload.ts'
import { showUpload } from '../../src/sync/upload-preview.ts'
import { KIM, openWorld, type World } from '../support/pipeline.ts'

let world: World
beforeEach(async () => {
  world = await openWorld()
})
afterEach(() => world.close())

const times = <T>(count: number, one: T): T[] => Array.from({ length: count }, () => one)

async function* bytesOf(content: string | Uint8Array): AsyncGenerator<Uint8Array> {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
  for (let from = 0; from < bytes.length; from += 65_536) yield bytes.subarray(from, from + 65_536)
}

const send = (verb: Verb, content: string | Uint8Array, reading: UploadReading = {}) =>
  receiveUpload(world.parts, world.organization, {
    actor: KIM,
    verb,
    name: 'people.csv',
    body: bytesOf(content),
    reading,
  })

/** Why a file is not read. */
const refused = (work: Promise<unknown>): Promise<{ code: string; found: readonly string[] }> =>
  work.then(
    () => ({ code: 'taken', found: [] }),
    (error: unknown) => {
      if (!(error instanceof CsvRefusal)) throw error
      return { code: error.code, found: error.found }
    },
  )

async function left(): Promise<number> {
  const { sql, organization } = world
  const [row] = await sql<{ n: number }[]>`
    select (select count(*) from uploads where organization_id = ${organization})
      + (select count(*) from upload_chunks where organization_id = ${organization})
      + (select count(*) from staged_rows where organization_id = ${organization})
      + (select count(*) from row_errors where organization_id = ${organization})
      + (select count(*) from snapshots n join sources s on s.organization_id = n.organization_id and s.id = n.source_id
          where s.kind = 'upload') as n`
  return Number(row?.n)
}

/** Members of the organization, through a file of its source. */
async function members(csv: string): Promise<void> {
  await world.sync('hr.csv', csv)
}

describe('a file that is understood', () => {
  it('is shown with its first rows, and its numbers add up', async () => {
    const rows = Array.from({ length: 30 }, (_, n) => `p${n}@acme.example,V-Ray,2027-06-30`)
    const csv = ['email,products,expires,Desk', ...rows, rows[0], 'no address,,', 'x@acme.example,Houdinni,'].join('\n')
    const found = await send('assign', csv)
    expect(found.counts).toEqual({ rows: 33, people: 30, merged: 1, errors: 2, new: 0, unchanged: 0, unknown: 30 })
    expect(found.first).toHaveLength(20)
    expect(found.first[0]).toMatchObject({ line: 2, products: [{ product: 'vray', expiresAt: null }] })
    expect(found.layout).toMatchObject({ encoding: 'utf-8', delimiter: 'comma', unknown: ['Desk'] })
    expect(found.errors.map(({ line, code }) => [line, code])).toEqual([
      [33, 'EMAIL_INVALID'],
      [34, 'PRODUCT_UNKNOWN'],
    ])
    expect(found.errors[1]?.sentence).toBe('There is no product "Houdinni"; did you mean Houdini?')
    expect(found.warnings).toEqual([
      { line: 32, code: 'ROW_DUPLICATE', sentence: 'says the same as line 2.', next: '' },
    ])
    expect(await showUpload(world.sql, world.organization, found.id)).toEqual(found)
  })

  it('says what would change: nothing for those who are or have what is asked', async () => {
    await members('email,groups\nada@acme.example,Artists\nbob@acme.example,\n')
    const counts = async (verb: Verb, csv: string) => {
      const { counts } = await send(verb, csv)
      return [counts.new, counts.unchanged, counts.unknown]
    }
    expect(await counts('invite', 'email\nada@acme.example\nnew@acme.example\n')).toEqual([1, 1, 0])
    expect(await counts('remove', 'email\nada@acme.example\nnew@acme.example\n')).toEqual([1, 0, 1])
    const products = 'email,products\nada@acme.example,vray\nbob@acme.example,vray\nnew@acme.example,vray\n'
    expect(await counts('assign', products)).toEqual([1, 1, 1])
    expect(await counts('revoke', products)).toEqual([1, 1, 1])
    expect(await counts('assign', 'email,products,expires\nada@acme.example,vray,2027-06-30\n')).toEqual([1, 0, 0])
  })

  it('is read again in another way, and stays as it was where that cannot be', async () => {
    const found = await send('assign', 'email,products,expires\nada@acme.example,vray,01/02/2027\n')
    expect(found.errors[0]?.sentence).toContain('day or month first? say which with --date-order dmy or mdy')
    const again = (reading: UploadReading) =>
      readAgain(world.parts, world.organization, found.id, { actor: KIM, reading })
    const dmy = await again({ dateOrder: 'dmy' })
    expect([dmy.counts.errors, dmy.first[0]?.expiresAt]).toEqual([0, '2027-02-01T23:00:00.000Z'])
    const other = await refused(again({ columns: { email: 'note' } }))
    expect(other).toEqual({ code: 'HEADER_MISSING', found: ['email', 'products', 'expires'] })
    expect(await refused(again({ columns: { Bagde: 'external_id' } }))).toMatchObject({ code: 'HEADER_MISSING' })
    expect(await showUpload(world.sql, world.organization, found.id)).toEqual(dmy)
  })

  it('is read by whoever asks next where a daemon died while it read', async () => {
    const found = await send('assign', 'email,products,expires\nada@acme.example,vray,01/02/2027\n')
    // What it leaves behind: the state, and some of the rows, read in some way.
    await moveSnapshot(world.sql, world.organization, found.id, ['uploaded'], 'staging')
    await world.sql`delete from row_errors where snapshot_id = ${found.id}`
    await world.sql`
      insert into staged_rows (organization_id, snapshot_id, line, action, anchor, anchor_key, email, email_key, status, groups, products, attributes, hash)
      values (${world.organization}, ${found.id}, 2, 'upsert', 'x', 'x', 'x@acme.example', 'x@acme.example', 'active', '{}', '[]', '{}', '')`
    await expect(showUpload(world.sql, world.organization, found.id)).rejects.toMatchObject({ code: 'UPLOAD_STATE' })
    const again = (reading: UploadReading) =>
      readAgain(world.parts, world.organization, found.id, { actor: KIM, reading })
    expect((await again({ dateOrder: 'dmy' })).counts).toMatchObject({ rows: 1, people: 1, errors: 0 })
    // Two at once are one after the other.
    const both = await Promise.all([again({ dateOrder: 'mdy' }), again({ dateOrder: 'mdy' })])
    expect(both.map(({ first }) => first[0]?.expiresAt)).toEqual(times(2, '2027-01-02T23:00:00.000Z'))
  })

  it('waits where another daemon reads it in another way', async () => {
    const { id } = await send('invite', 'email\nada@acme.example\n')
    const waiting = async () =>
      (
        await world.sql`select from pg_locks where locktype = 'advisory' and not granted and database = (
        select oid from pg_database where datname = current_database())`
      ).length
    let again: ReturnType<typeof readAgain> | null = null
    await world.sql.begin(async (transaction) => {
      await lockUploadReading(transaction, world.organization, id)
      again = readAgain(world.parts, world.organization, id, { actor: KIM, reading: {} })
      await vi.waitUntil(async () => (await waiting()) === 1, { timeout: 20_000 })
    })
    expect(await again).toMatchObject({ counts: { people: 1 } })
  })

  it('that is being read for the first time is left to its reader', async () => {
    const kept = await keepUpload(world.parts, world.organization, {
      actor: KIM,
      verb: 'invite',
      name: 'people.csv',
      body: bytesOf('email\nada@acme.example\n'),
      reading: {},
    })
    const again = readAgain(world.parts, world.organization, kept.snapshot, { actor: KIM, reading: {} })
    await expect(again).rejects.toMatchObject({ code: 'UPLOAD_STATE' })
  })

  it('can be let go of where its reader died, the first time and later; one that is read is waited for', async () => {
    const sent = { actor: KIM, verb: 'invite' as const, name: 'people.csv', reading: {} }
    const body = () => bytesOf('email\nada@acme.example\n')
    const { snapshot } = await keepUpload(world.parts, world.organization, { ...sent, body: body() })
    await discardUpload(world.parts, world.organization, snapshot, KIM)
    const { id } = await send('invite', 'email\nada@acme.example\n')
    await moveSnapshot(world.sql, world.organization, id, ['uploaded'], 'staging')
    await discardUpload(world.parts, world.organization, id, KIM)
    const [reads, gone] = await Promise.allSettled([
      readKept(
        world.parts,
        world.organization,
        (await keepUpload(world.parts, world.organization, { ...sent, body: body() })).snapshot,
        {
          actor: KIM,
          reading: {},
        },
      ),
      discardUpload(world.parts, world.organization, id, KIM),
    ])
    expect([reads.status, gone.status]).toEqual(['fulfilled', 'rejected'])
    expect(await world.sql`select from uploads where snapshot_id in (${snapshot}, ${id})`).toHaveLength(0)
  })

  it('of typed people says that there is no file to read again', async () => {
    const id = await world.sql.begin((transaction) =>
      typedRows(transaction, world.organization, { actor: KIM, verb: 'invite', at: world.at }, ['ada@acme.example']),
    )
    await expect(readAgain(world.parts, world.organization, id, { actor: KIM, reading: {} })).rejects.toThrow(
      `Upload snp_${id} is a list of addresses that somebody typed; it can only be read again while it is a file.`,
    )
  })

  it('begins as the last one for its verb with the same columns was read, but for the order of days and months', async () => {
    const csv = (date: string) => `Badge;Mail;products;expires\n7;ada@acme.example;vray;${date}\n`
    const columns = { Badge: 'external_id' } as const
    await send('assign', csv('1.2.2027'), { dateOrder: 'dmy', columns })
    const next = await send('assign', csv('2027-04-03'))
    expect([next.reading, next.counts.errors]).toEqual([{ columns }, 0])
    const others = [
      await send('assign', csv('3.4.2027')),
      await send('revoke', csv('3.4.2027')),
      await send('assign', 'email,expires\na@b.example,1.2.2027\n'),
    ]
    expect(others.map((one) => [one.reading, one.counts.errors])).toEqual([
      [{ columns }, 1],
      [{}, 1],
      [{}, 1],
    ])
  })

  it('of another encoding shows what a person has to recognize', async () => {
    const latin = Buffer.from('email,last_name\nada@acme.example,M\xfcller\nbob@acme.example,Plain\n', 'latin1')
    expect((await refused(send('invite', latin))).code).toBe('ENCODING_UNCERTAIN')
    const found = await send('invite', latin, { encoding: 'windows-1252' })
    expect([found.layout.encoding, found.samples]).toEqual(['windows-1252', ['Müller']])
    const utf = await send('invite', 'email,last_name\nada@acme.example,Müller\n', { encoding: 'windows-1252' })
    expect([utf.layout.encoding, utf.samples]).toEqual(['utf-8', []])
  })
})

describe('who a row is about', () => {
  it('is said by the address, and by the id where there is none', async () => {
    const csv = 'email,external_id,also_revoke\nada@acme.example,,Ja\n,E-7,no\n,,no\nbob@acme.example,E-8,maybe\n'
    const found = await send('remove', csv)
    expect(found.first.map(({ anchorKey, profile, attributes }) => [anchorKey, profile.emailKey, attributes])).toEqual([
      ['ada@acme.example', 'ada@acme.example', { also_revoke: 'yes' }],
      ['E-7', '', { also_revoke: 'no', external_id: 'E-7' }],
    ])
    expect(found.errors.map(({ sentence }) => sentence)).toEqual([
      'Row 4 has no e-mail address.',
      '"maybe" is not allowed in also_revoke; allowed: yes, no.',
    ])
    expect((await send('revoke', 'personalnummer\nE-7\n')).counts.people).toBe(1)
  })

  it('counts as a member by the id of any source', async () => {
    await members('external_id,email\nE-7,ada@acme.example\n')
    const { counts } = await send('remove', 'email,external_id\n,E-7\n,E-9\n')
    expect([counts.new, counts.unknown]).toEqual([1, 1])
  })

  it('an invitation needs an address', async () => {
    expect(await refused(send('invite', 'external_id,first_name\n7,Ada\n'))).toEqual({
      code: 'HEADER_MISSING',
      found: ['external_id', 'first_name'],
    })
  })
})

describe('a file that cannot be read leaves nothing', () => {
  it.each([
    ['HEADER_MISSING', ''],
    ['FILE_EMPTY', 'email,products\n'],
    ['HEADER_MISSING', 'name,age\nAda,7\n'],
    ['FILE_TYPE', Buffer.from('PK\x03\x04xl/')],
    ['FILE_INCOMPLETE', 'email\na@acme.example\n#END 2\n'],
  ])('%s', async (code, content) => {
    expect((await refused(send('assign', content))).code).toBe(code)
    expect(await left()).toBe(0)
  })

  it('FILE_TOO_LARGE by its rows, and by its bytes', async () => {
    let rows = 'email\n'
    for (let n = 0; n < 100_001; n++) rows += `p${n}@acme.example\n`
    expect((await refused(send('invite', rows))).code).toBe('FILE_TOO_LARGE')
    const bytes = Buffer.alloc(50 * 1024 * 1024 + 1, 'x')
    expect((await refused(send('invite', bytes))).code).toBe('FILE_TOO_LARGE')
    expect(await left()).toBe(0)
  }, 60_000)

  it('nor one whose sender breaks off', async () => {
    async function* broken() {
      yield* bytesOf(randomBytes(70_000))
      throw new Error('gone')
    }
    const sent = { actor: KIM, verb: 'invite' as const, name: 'x', body: broken(), reading: {} }
    await expect(receiveUpload(world.parts, world.organization, sent)).rejects.toThrow('gone')
    expect(await left()).toBe(0)
  })
})

describe('people who were typed', () => {
  const type = (people: Parameters<typeof typedRows>[3]) =>
    world.sql.begin((transaction) =>
      typedRows(transaction, world.organization, { actor: KIM, verb: 'invite', at: world.at }, people),
    )

  it('are rows: each once, with a row in error for what is no address', async () => {
    const id = await type([
      'Ada@acme.example',
      'b b@x',
      { email: 'ada@ACME.example' },
      { email: 'c@x.example', firstName: 'Cy' },
    ])
    const found = await showUpload(world.sql, world.organization, id)
    expect(found.counts).toMatchObject({ rows: 4, people: 2, merged: 1, errors: 1 })
    expect(found.first.map(({ line, profile }) => [line, profile.email, profile.firstName])).toEqual([
      [1, 'Ada@acme.example', null],
      [4, 'c@x.example', 'Cy'],
    ])
    expect([found.name, found.state, found.errors[0]?.line]).toEqual(['typed', 'uploaded', 2])
  })

  it('and rows of which nothing can come become errors with the cells of the file', async () => {
    const { id } = await send('revoke', 'Mail,products,Desk\na@acme.example,vray,1\nb@acme.example,vray,2\n')
    const params = { v: 'b@acme.example' }
    await world.sql.begin((transaction) =>
      refuseRows(transaction, world.organization, id, 'Europe/Berlin', [{ line: 3, code: 'MEMBER_NOT_FOUND', params }]),
    )
    const found = await showUpload(world.sql, world.organization, id)
    expect(found.counts).toMatchObject({ rows: 2, people: 1, errors: 1 })
    const [error] = await world.sql<{ cells: string[] }[]>`select cells from row_errors where snapshot_id = ${id}`
    expect(error?.cells).toEqual(['b@acme.example', 'vray', '2'])
    expect(await readStaged(world.sql, world.organization, id, { lines: [2, 3] })).toHaveLength(2)
  })
})

describe('an upload', () => {
  it('expires after a week where nothing was planned of it; of the others the rows stay for failures', async () => {
    const [old, planned] = [
      await send('invite', 'email\na@acme.example\n'),
      await send('invite', 'email\nb@acme.example\n'),
    ]
    await moveSnapshot(world.sql, world.organization, planned.id, ['uploaded'], 'planned')
    const tidy = () => tidyEverything(world.parts, { observe: async () => {} })
    const kept = async () => {
      const { sql, organization } = world
      const [row] = await sql<{ chunks: number; rows: number; uploads: number }[]>`
        select (select count(*)::int from upload_chunks where organization_id = ${organization}) as chunks,
          (select count(*)::int from staged_rows where organization_id = ${organization}) as rows,
          (select count(*)::int from uploads where organization_id = ${organization}) as uploads`
      return row
    }
    world.at = new Date(old.at.getTime() + 7 * 86_400_000 - 3_600_000)
    await tidy()
    expect(await kept()).toEqual({ chunks: 2, rows: 2, uploads: 2 })
    world.pass(3_600_000)
    await tidy()
    expect(await kept()).toEqual({ chunks: 0, rows: 1, uploads: 2 })
    await expect(showUpload(world.sql, world.organization, old.id)).rejects.toMatchObject({
      message: `Upload snp_${old.id} is expired; it can only be shown while it is kept.`,
    })
    expect((await showUpload(world.sql, world.organization, planned.id)).first).toHaveLength(1)
    world.pass(83 * 86_400_000)
    await tidy()
    expect(await kept()).toEqual({ chunks: 0, rows: 0, uploads: 0 })
  })

  it('is discarded wholly, unless something was planned of it', async () => {
    const { id } = await send('invite', 'email\na@acme.example\n')
    await discardUpload(world.parts, world.organization, id, KIM)
    expect(await left()).toBe(0)
    const gone = discardUpload(world.parts, world.organization, id, KIM)
    await expect(gone).rejects.toMatchObject({ code: 'SNAPSHOT_NOT_FOUND' })
    const planned = await send('invite', 'email\na@acme.example\n')
    await moveSnapshot(world.sql, world.organization, planned.id, ['uploaded'], 'planned')
    for (const attempt of [
      () => discardUpload(world.parts, world.organization, planned.id, KIM),
      () => readAgain(world.parts, world.organization, planned.id, { actor: KIM, reading: {} }),
    ])
      await expect(attempt()).rejects.toMatchObject({ code: 'UPLOAD_STATE' })
    expect((await readUpload(world.sql, world.organization, planned.id))?.state).toBe('planned')
  })
})

describe('what failed', () => {
  const OPERATION: Omit<Asked, 'verb' | 'selection'> = {
    products: [],
    allProducts: false,
    expiresAt: null,
    role: 'member',
    revokeFirst: false,
    wait: false,
    pin: PIN_DEFAULT,
  }

  /** Drafts, approves and runs an operation of an upload, and returns its failure file. */
  async function failuresOf(verb: Verb, upload: number): Promise<{ plan: number; file: string }> {
    const { sql, organization, parts } = world
    const operation: Asked = { ...OPERATION, verb, selection: { upload } }
    const { plan } = await draft(parts, organization, { actor: KIM, operation, quiet: true })
    await world.approve(plan)
    await world.run(plan)
    const files = await failureFiles(sql, organization, plan)
    const ground = { plan, files, verb, zone: 'Europe/Berlin' }
    let file = ''
    for await (const part of failureFile(ground, planFailures(sql, organization, plan, files))) file += part
    return { plan, file }
  }

  const PEOPLE =
    'external_id,email,groups\nE-1,ada@acme.example,Artists\nE-2,bob@acme.example,\nE-3,cem@acme.example,\n'

  it('of removals comes back in the shape of the upload with what is held, and revoke takes it as it is', async () => {
    await members(PEOPLE)
    const csv = 'Mail;external_id;products;note\nADA@acme.example;;old;"a;b"\n;E-2;;\nzoe@acme.example;;;\nno;;;\n'
    const sent = await send('remove', csv.replace('old', ''))
    const { plan, file } = await failuresOf('remove', sent.id)
    const [header, ...lines] = file.slice(1).trimEnd().split('\r\n')
    expect(header).toBe('Mail;external_id;products;note;_line;_code;_reason;_next_step;_plan;_item')
    expect(lines.map((line) => line.split(/;(?=V-Ray|[2-9];)/)[0])).toEqual([
      'ADA@acme.example;',
      'zoe@acme.example;;;',
      'no;;;',
    ])
    expect(lines[0]).toContain(`;V-Ray;"a;b";2;HAS_PRODUCTS;`)
    expect(lines[0]).toContain(`;pln_${plan};1`)
    expect(lines[1]).toContain(';4;MEMBER_NOT_FOUND;')
    expect((await world.members()).map(({ email }) => email)).toEqual(['ada@acme.example', 'cem@acme.example'])

    const again = await send(
      'revoke',
      lines.slice(0, 1).reduce((all, line) => `${all}\r\n${line}`, file.split('\r\n')[0] ?? ''),
    )
    expect(again.counts).toMatchObject({ rows: 1, people: 1, errors: 0, new: 1 })
    const revoked = await failuresOf('revoke', again.id)
    expect(revoked.file.trimEnd().split('\r\n')).toHaveLength(1)
    expect((await world.members()).find(({ email }) => email.startsWith('ada'))?.products).toEqual([])
    const last = await send('remove', file)
    expect(last.counts).toMatchObject({ rows: 3, people: 2, errors: 1 })
  })

  it('of people who were typed has their addresses', async () => {
    await members(PEOPLE)
    const { sql, organization, parts } = world
    const selection = { users: ['ada@acme.example', 'zoe@acme.example'] }
    const operation: Asked = { ...OPERATION, verb: 'remove', selection }
    const { plan } = await draft(parts, organization, { actor: KIM, operation, quiet: true })
    await world.approve(plan)
    await world.run(plan)
    const files = await failureFiles(sql, organization, plan)
    const told: string[] = []
    for await (const one of planFailures(sql, organization, plan, files))
      told.push(
        `${one.code} ${failureLines({ plan, files, verb: 'remove', zone: 'Europe/Berlin' }, one)[0]?.['email']}`,
      )
    expect(told).toEqual(['HAS_PRODUCTS ada@acme.example', 'MEMBER_NOT_FOUND zoe@acme.example'])
  })

  it('of assigns names the product that somebody did not get, and until when, so that it says all by itself', async () => {
    await members(PEOPLE)
    const { sql, organization, parts } = world
    await sql`update products set owned = used where organization_id = ${organization} and key = 'houdini'`
    const { id } = await send('assign', 'email,note\r\nbob@acme.example,x\r\n')
    const operation: Asked = {
      ...OPERATION,
      verb: 'assign',
      products: ['houdini'],
      expiresAt: '2027-06-30T22:00:00.000Z',
      selection: { upload: id },
    }
    const { plan } = await draft(parts, organization, { actor: KIM, operation, quiet: true })
    await world.approve(plan)
    await world.run(plan)
    const files = await failureFiles(sql, organization, plan)
    let file = ''
    const ground = { plan, files, verb: 'assign', zone: 'Europe/Berlin' } as const
    for await (const part of failureFile(ground, planFailures(sql, organization, plan, files))) file += part
    expect(file).toMatch(/^\uFEFFemail,note,products,expires,_line,/)
    expect(file).toMatch(/\r\nbob@acme\.example,x,Houdini,2027-06-30,2,SEATS_EXHAUSTED,/)
  })

  it('of members whom nobody wrote down has plain columns', async () => {
    await members(PEOPLE)
    const { sql, organization, parts } = world
    const operation: Asked = { ...OPERATION, verb: 'remove', selection: { where: 'products.value eq "vray"' } }
    const { plan } = await draft(parts, organization, { actor: KIM, operation, quiet: true })
    await world.approve(plan)
    await world.run(plan)
    const files = await failureFiles(sql, organization, plan)
    let file = ''
    for await (const part of failureFile(
      { plan, files, verb: 'remove', zone: 'Europe/Berlin' },
      planFailures(sql, organization, plan, files),
    ))
      file += part
    expect(file).toMatch(/^\uFEFFemail,display_name,products,_line,.*\r\nada@acme\.example,,V-Ray,,HAS_PRODUCTS,/)
  })
})
