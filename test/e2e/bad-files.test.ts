/** Whatever is dropped gets a reason beside it, and the next good file is read all the same. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type Daemon, Installation, until } from '../support/daemon.ts'

const CONFIG = `organizations:
  acme:
    name: Acme
    domains: [acme.example]
    sources:
      hr: { kind: csv, approval: manual, settle: 50ms, patience: 500ms }
      long: { kind: csv, approval: manual, settle: 50ms, patience: 500ms }
    rules: { everyone: { source: hr, when: { everyone: true }, then: [{ member: member }] } }
  labs:
    name: Labs
    domains: [labs.example]
    sources: { feed: { kind: csv, approval: manual, settle: 50ms, patience: 500ms } }
    rules: { everyone: { source: feed, when: { everyone: true }, then: [{ member: member }] } }
`
const HEADER = 'external_id,email,first_name,last_name'
/** Bytes without a pattern, the same in every run. */
const noise = (length: number) => {
  let state = 2_026
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state >>> 24
  })
}
const bytes = (...parts: (string | Uint8Array)[]) => Buffer.concat(parts.map((part) => Buffer.from(part)))

/** The file, the code of its reason, and words of the sentence. */
const BAD: [name: string, content: Uint8Array, code: string, sentence: RegExp][] = [
  [
    'book.csv',
    bytes('PK\x03\x04', new Uint8Array(26), '[Content_Types].xml', noise(3000)),
    'FILE_TYPE',
    /an Excel file/,
  ],
  ['archive.csv', bytes('PK\x03\x04', new Uint8Array(26), 'roster.csv', noise(3000)), 'FILE_TYPE', /a zip file/],
  ['page.csv', bytes('<!DOCTYPE html><html><body>Please sign in</body></html>'), 'FILE_TYPE', /an HTML page/],
  ['binary.csv', noise(8_000).map((byte) => byte & 0x8f), 'FILE_TYPE', /a binary file/],
  [
    'keyless.csv',
    bytes('first_name,last_name\nAda,Lovelace\n'),
    'HEADER_MISSING',
    /No column for email; found: first_name, last_name/,
  ],
  ['header-only.csv', bytes(`${HEADER}\n`), 'FILE_EMPTY', /no people/],
  ['nothing.csv', new Uint8Array(0), 'HEADER_MISSING', /the file is empty/],
  ['one-line.csv', new Uint8Array(20_000_000).fill(97), 'ROW_UNPARSEABLE', /longer than 1 MB/],
  [
    'columns.csv',
    bytes(`${Array.from({ length: 10_000 }, (_, n) => `c${n}`).join(',')}\n${','.repeat(9_999)}\n`),
    'ROW_UNPARSEABLE',
    /10000 columns, more than 2000/,
  ],
]

let place: Installation
let daemon: Daemon
beforeAll(async () => {
  place = await Installation.make(CONFIG)
  daemon = await place.start()
})
afterAll(() => place?.remove())

const snapshotShape = z.looseObject({
  file: z.string(),
  state: z.string(),
  rows: z.number(),
  errors: z.number(),
})
async function decided(file: string, organization: string) {
  const { body } = await daemon.ask('GET', '/snapshots?limit=500', undefined, organization)
  const { items } = z.object({ items: z.array(snapshotShape) }).parse(body)
  return items.find((one) => one.file === file && one.state !== 'staging')
}
const snapshotOf = (file: string) => until(() => decided(file, 'acme'))

test('files that are no roster: a reason each, and the roster behind them becomes a plan', async () => {
  // One after the other: of several full files that lie there at once, only the newest is read.
  for (const [name, content] of BAD) {
    await place.drop(name, content)
    await until(() => decided(name, 'acme'))
  }
  await place.drop('roster.csv', `${HEADER}\n1,ada@acme.example,Ada,Lovelace\n`)
  expect((await snapshotOf('roster.csv')).state).toBe('admitted')
  for (const [name, , code, sentence] of BAD) {
    const reason = await until(() => place.reason(name))
    expect([name, reason['reasons']]).toEqual([name, [expect.objectContaining({ code })]])
    expect(reason['message']).toMatch(sentence)
    expect(reason['next']).toContain('Nothing of this file was used. Correct it and drop it again.')
  }
  const plans = await until(async () => {
    const found = await daemon.list(
      '/plans',
      z.looseObject({ state: z.string(), counts: z.record(z.string(), z.number()) }),
    )
    return found.length > 0 && found
  })
  expect(plans).toMatchObject([{ state: 'awaiting_approval', counts: { invite: 1 } }])
  expect(await place.putAway('processed')).toHaveLength(1)
  expect(await place.putAway('failed')).toHaveLength(2 * BAD.length)
})

test('rows that are none: each has its line and its reason, and the others go on', async () => {
  const rows = Array.from({ length: 30 }, (_, n) => `${n + 10},p${n + 10}@acme.example,P,N${n}`)
  rows.splice(3, 0, '900,broken@@acme.example,B,R')
  rows.splice(9, 0, '901,nul\0@acme.example,B,R')
  rows.splice(20, 0, `903,wide@acme.example,W,R${',x'.repeat(10_000)}`)
  rows.push('902,"open@acme.example,B,R')
  await place.drop('rows.csv', `${[HEADER, '1,ada@acme.example,Ada,Lovelace', ...rows].join('\n')}\n`)
  expect(await snapshotOf('rows.csv')).toMatchObject({ state: 'admitted', rows: 35, errors: 4 })
  const plan = await until(async () => {
    const [newest] = await daemon.list(
      '/plans?state=awaiting_approval',
      z.looseObject({ id: z.string(), itemCount: z.number() }),
    )
    return newest?.itemCount === 31 && newest
  })
  const failed = await place.rosterd('failures', plan.id, '--json', '--organization', 'acme')
  const lines = z.array(z.looseObject({ line: z.number(), code: z.string(), reason: z.string(), nextStep: z.string() }))
  expect(lines.parse(JSON.parse(failed.out)).map(({ line, code }) => `${line} ${code}`)).toEqual([
    '6 EMAIL_INVALID',
    '12 ROW_UNPARSEABLE',
    '23 ROW_UNPARSEABLE',
    '36 ROW_UNPARSEABLE',
  ])
  // Rows that never became an item leave the plan incomplete, and the exit code says so.
  const approved = await place.rosterd('approve', plan.id, '--yes', '--organization', 'acme')
  expect(approved.code).toBe(4)
  expect(await daemon.list('/members', z.looseObject({ email: z.string() }))).toHaveLength(31)
})

const MB = 1024 * 1024
/** `before`, then so many megabytes of one line that never ends. */
function* endless(megabytes: number, before = ''): Generator<Uint8Array> {
  yield Buffer.from(before)
  const part = new Uint8Array(MB).fill(97)
  for (let sent = 0; sent < megabytes; sent += 1) yield part
}

describe('200 MB of a single line', () => {
  test.each([
    ['from the first byte: the file is put away with its reason', 'endless.csv', '', 'unreadable'],
    [
      'below a header and a good row: that row goes on',
      'endless-row.csv',
      `${HEADER}\n1,ada@acme.example,Ada,L\n2,`,
      'admitted',
    ],
  ])('%s; memory is bounded and nothing else waits', async (_, name, before, state) => {
    await place.drop(name, endless(200, before), 'long')
    await place.drop(name, `${HEADER}\n${name},${name}@labs.example,L,B\n`, 'feed', 'labs')
    let slowest = 0
    const long = await until(async () => {
      const asked = performance.now()
      expect((await fetch(`${daemon.url}/readyz`)).status).toBe(200)
      slowest = Math.max(slowest, performance.now() - asked)
      return await decided(name, 'acme')
    })
    expect(long).toMatchObject({ state })
    const where = state === 'admitted' ? 'processed' : 'failed'
    const reason = await until(() => place.reason(name, 'long', where))
    expect(reason['message']).toMatch(/Line 1 cannot be read: it is longer than 1 MB|1 of 2 rows could not be read/)
    expect(await until(() => decided(name, 'labs'))).toMatchObject({ state: 'admitted' })
    expect(slowest).toBeLessThan(5_000)
    expect((await daemon.peakMemory()) / MB).toBeLessThan(400)
  })
})

test('a file whose name is not read: said once, with what to do, and left where it is', async () => {
  const sentence = 'Acme: people.xlsx is not read: hr takes *.csv, *.tsv, *.txt. Save it as "CSV UTF-8".'
  await place.drop('people.xlsx', bytes('PK\x03\x04', noise(100)))
  await until(async () => daemon.said().includes(sentence))
  // Another file makes it look again, twice at least.
  await place.drop('after.csv', `${HEADER}\n1,ada@acme.example,Ada,Lovelace\n2,bob@acme.example,Bob,Ross\n`)
  await snapshotOf('after.csv')
  expect(daemon.said().split('people.xlsx')).toHaveLength(2)
  expect(await readdir(join(place.folder(), 'in'))).toEqual(['people.xlsx'])
})

test('nothing of it reached the log as an error', () => {
  expect(daemon.logged()).toBe('')
})
