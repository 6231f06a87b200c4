/** Whatever is dropped gets a reason beside it, and the next good file is read all the same. */
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { type Daemon, Installation, until } from '../support/daemon.ts'

const CONFIG = `organizations:
  acme:
    name: Acme
    domains: [acme.example]
    sources: { hr: { kind: csv, approval: manual, settle: 50ms } }
    rules: { everyone: { source: hr, when: { everyone: true }, then: [{ member: member }] } }
`
const HEADER = 'external_id,email,first_name,last_name'
const bytes = (...parts: (string | Uint8Array)[]) => Buffer.concat(parts.map((part) => Buffer.from(part)))

/** The file, the code of its reason, and words of the sentence. */
const BAD: [name: string, content: Uint8Array, code: string, sentence: RegExp][] = [
  [
    'book.csv',
    bytes('PK\x03\x04', new Uint8Array(26), '[Content_Types].xml', randomBytes(3000)),
    'FILE_TYPE',
    /an Excel file/,
  ],
  ['archive.csv', bytes('PK\x03\x04', new Uint8Array(26), 'roster.csv', randomBytes(3000)), 'FILE_TYPE', /a zip file/],
  ['page.csv', bytes('<!DOCTYPE html><html><body>Please sign in</body></html>'), 'FILE_TYPE', /an HTML page/],
  ['binary.csv', randomBytes(8_000).map((byte) => byte & 0x8f), 'FILE_TYPE', /a binary file/],
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
}, 60_000)
afterAll(() => place?.remove())

const snapshotShape = z.looseObject({
  file: z.string(),
  state: z.string(),
  rows: z.number(),
  errors: z.number(),
})
const snapshotOf = (file: string) =>
  until(async () => {
    const all = await daemon.list('/snapshots', snapshotShape)
    return all.find((one) => one.file === file && one.state !== 'staging')
  })

test('files that are no roster: a reason each, and the roster behind them becomes a plan', async () => {
  for (const [name, content] of BAD) await place.drop(name, content)
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
}, 40_000)

test('rows that are none: each has its line and its reason, and the others go on', async () => {
  const rows = Array.from({ length: 30 }, (_, n) => `${n + 10},p${n + 10}@acme.example,P,N${n}`)
  rows.splice(3, 0, '900,broken@@acme.example,B,R')
  rows.splice(9, 0, '901,nul\0@acme.example,B,R')
  rows.push('902,"open@acme.example,B,R')
  await place.drop('rows.csv', `${[HEADER, '1,ada@acme.example,Ada,Lovelace', ...rows].join('\n')}\n`)
  expect(await snapshotOf('rows.csv')).toMatchObject({ state: 'admitted', rows: 34, errors: 3 })
  const plan = await until(async () => {
    const [newest] = await daemon.list(
      '/plans?state=awaiting_approval',
      z.looseObject({ id: z.string(), itemCount: z.number() }),
    )
    return newest?.itemCount === 31 && newest
  })
  const failed = await place.rosterd('failures', plan.id, '--json')
  const lines = z.array(z.looseObject({ line: z.number(), code: z.string(), reason: z.string(), nextStep: z.string() }))
  expect(lines.parse(JSON.parse(failed.out)).map(({ line, code }) => `${line} ${code}`)).toEqual([
    '6 EMAIL_INVALID',
    '12 ROW_UNPARSEABLE',
    '35 ROW_UNPARSEABLE',
  ])
  // Rows that never became an item leave the plan incomplete, and the exit code says so.
  const approved = await place.rosterd('approve', plan.id, '--yes')
  expect(approved.code).toBe(4)
  expect(await daemon.list('/members', z.looseObject({ email: z.string() }))).toHaveLength(31)
}, 40_000)

test('nothing of it reached the log as an error', () => {
  expect(daemon.logged()).toBe('')
})
