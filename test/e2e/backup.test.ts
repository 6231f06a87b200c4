/** A running installation is backed up, lost and restored; what cannot be restored says so and leaves nothing. */
import { readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { loadBackup } from '../../src/store/backup-file.ts'
import { openConnection } from '../../src/store/connection.ts'
import { type Daemon, Installation, run, until } from '../support/daemon.ts'
import { type FreshDatabase, freshDatabase } from '../support/database.ts'

const CONFIG = `organizations:
  acme:
    name: Acme
    domains: [acme.example]
    products: { cad: { name: CAD Pro, seats: 3 } }
    sources: { hr: { kind: csv, approval: manual, settle: 50ms } }
    rules:
      everyone: { source: hr, when: { everyone: true }, then: [{ member: member }, { product: cad }] }
`
/** Names that a careless format would trip over: tabs, backslashes, quotes, what ends the rows of COPY. */
const NAMES = ['Ada', 'Bob\\.', 'Cleo "the" Great', "D'Arc; --", '\\N', 'Zoë 🦉']
const FILE = `external_id,email,first_name\n${NAMES.map((name, n) => `${n},p${n}@acme.example,"${name.replaceAll('"', '""')}"\n`).join('')}`

const memberShape = z.looseObject({ id: z.string(), email: z.string(), state: z.string() })
const planShape = z.looseObject({ id: z.string(), state: z.string(), hash: z.string(), itemCount: z.number() })

let place: Installation
let daemon: Daemon
let backup: string
let before: Awaited<ReturnType<typeof everything>>
beforeAll(async () => {
  place = await Installation.make(CONFIG)
  backup = join(place.directory, 'rosterd.backup')
  daemon = await place.start()
})
afterAll(() => place?.remove())

async function everything(daemon: Daemon) {
  return { members: await daemon.list('/members', memberShape), plans: await daemon.list('/plans', planShape) }
}

const waits = () => until(async () => (await daemon.list('/plans?state=awaiting_approval', planShape))[0])

/** Approves the plan that waits, and waits for its end. */
async function apply(): Promise<void> {
  const { id, hash } = await waits()
  expect((await daemon.ask('POST', `/plans/${id}/approve`, { hash })).status).toBe(200)
  await until(async () => (await daemon.list('/plans?state=applied', planShape)).some((plan) => plan.id === id))
}

test('an organization with members, and a plan that waits', async () => {
  await place.drop('people.csv', FILE)
  await apply()
  await place.drop('more.csv', `${FILE}7,eve@acme.example,Eve\n`)
  await waits()
  before = await everything(daemon)
  expect(before.members).toHaveLength(NAMES.length)
})

test('a backup is written while the daemon works, readable by its owner alone', async () => {
  const done = await place.rosterd('backup', backup)
  expect(done).toMatchObject({
    code: 0,
    err: '',
    out: `${backup} holds 1 organization, 6 members and all that is known of them.\n`,
  })
  expect((await stat(backup)).mode & 0o777).toBe(0o600)
  const again = await place.rosterd('backup', backup)
  expect([again.code, again.err]).toEqual([1, expect.stringContaining('there is a file of that name already')])
  const held = await place.rosterd('restore', backup)
  expect([held.code, held.err]).toEqual([1, expect.stringMatching(/Another rosterd \(process \d+\) is using/)])
  expect(await daemon.stop()).toBe(0)
})

test('after the data directory is lost, all is as it was, and nothing is left to propose', async () => {
  await rm(place.data, { recursive: true })
  const restored = await place.rosterd('restore', backup)
  expect([restored.code, restored.err]).toEqual([0, ''])
  expect(restored.out).toContain('Restored 1 organization, 6 members as of 20')

  daemon = await place.start()
  expect(await everything(daemon)).toEqual(before)
  // The plan that waited can be applied; after that the sources and the members agree.
  await apply()
  const compared = await place.rosterd('plan', '--json')
  expect(JSON.parse(compared.out)).toMatchObject({ items: [] })
  expect(await daemon.list('/members', memberShape)).toHaveLength(NAMES.length + 1)
})

test('the restored database numbers new rows on, and a stopped one can be backed up', async () => {
  const invited = await place.rosterd('invite', '--user', 'fay@acme.example', '--yes')
  expect(invited.err).toBe('')
  expect(await daemon.stop()).toBe(0)

  const stopped = await place.rosterd('backup', join(place.directory, 'stopped.backup'))
  expect(stopped).toMatchObject({ code: 0, err: '' })
  const full = await place.rosterd('restore', backup)
  expect([full.code, full.err]).toEqual([1, expect.stringContaining('This database already holds Acme.')])
})

describe('into a PostgreSQL of one’s own', () => {
  let database: FreshDatabase
  beforeAll(async () => {
    database = await freshDatabase()
  })
  afterAll(() => database?.drop())

  const rows = async () => {
    const sql = await openConnection(database.url, { max: 1 })
    const found = await sql<{ members: number }[]>`select count(*)::int as members from members`
    await sql.end()
    return found[0]?.members
  }

  test.each([
    ['cut off', (bytes: Buffer) => bytes.subarray(0, bytes.length / 2), 'it is cut off'],
    [
      'cut off between two tables',
      (bytes: Buffer) => gzipSync(text(bytes).slice(0, text(bytes).indexOf('COPY public."plans"'))),
      'its end is missing',
    ],
    ['something else', () => Buffer.from('hello'), 'it is damaged or no backup of rosterd'],
    ['another script', () => gzipSync('drop table members;\n'), 'it is no backup of rosterd'],
    [
      'with a line that does not belong there',
      (bytes: Buffer) =>
        gzipSync(text(bytes).replace('COPY public."plans"', 'drop table members;\nCOPY public."plans"')),
      'a line that no backup has',
    ],
    [
      'with a row of another shape',
      (bytes: Buffer) =>
        gzipSync(
          text(bytes).replace(
            'COPY public."members"',
            'COPY public."members" ("nothing") FROM stdin;\n1\n\\.\nCOPY public."members"',
          ),
        ),
      'does not exist',
    ],
    [
      'of a newer version',
      (bytes: Buffer) => gzipSync(text(bytes).replace(/"migrations":\[/, '"migrations":["ff",')),
      'whose tables this rosterd does not know',
    ],
  ])('a file that is %s is refused, and the database stays empty', async (_, damage, reason) => {
    const file = join(place.directory, 'damaged.backup')
    await writeFile(file, damage(await readFile(backup)))
    await expect(loadBackup(database.url, file)).rejects.toMatchObject({
      code: 'BACKUP_UNUSABLE',
      params: { reason: expect.stringContaining(reason) },
    })
    expect(await rows()).toBe(0)
  })

  test('the same backup fits', async () => {
    const done = await run(['restore', backup], { ...place.environment, DATABASE_URL: database.url })
    expect(done).toMatchObject({ code: 0, err: '' })
    expect(await rows()).toBe(NAMES.length)
  })
})

const text = (bytes: Buffer): string => gunzipSync(bytes).toString('utf8')
