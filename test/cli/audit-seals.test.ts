/** What somebody reads who asks whether the audit still is what was sealed, at the terminal and through the API. */
import { createHash } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { Sealer } from '../../src/sync/seal.ts'
import { type Cli, openCli } from './world.ts'

let cli: Cli
let round: () => Promise<void>
beforeAll(async () => {
  cli = await openCli()
  const sealer = new Sealer(cli.parts, cli.auditKey)
  round = () => sealer.round()
})
afterAll(() => cli.close())

const BASE = '/api/v1/organizations/acme'
const listed = z.object({
  items: z.array(
    z.object({
      number: z.number(),
      rows: z.number(),
      digest: z.string(),
      head: z.object({ key: z.string(), publicKey: z.string(), signature: z.string() }).nullable(),
    }),
  ),
})
const sealsShown = async () => listed.parse((await cli.ask('admin', 'GET', `${BASE}/audit/seals`)).json).items

test('before anything was sealed', async () => {
  await cli.type(['invite', '--user', 'ada@acme.example', '--yes'])
  const { exit, out } = await cli.type(['audit', '--verify'])
  expect([exit, out]).toEqual([
    0,
    expect.stringMatching(
      /^Nothing of the audit of Acme is sealed yet\.\n\d newer rows are not sealed yet, the oldest from 22 Nov 2026, 11:00; /,
    ),
  ])
})

test('all that is sealed fits: how much, from when to when, and by which key', async () => {
  await round()
  await cli.type(['invite', '--user', 'bob@acme.example', '--yes'])
  await round()
  const { exit, out } = await cli.type(['audit', '--verify'])
  const [second, first] = await sealsShown()
  const rows = (first?.rows ?? 0) + (second?.rows ?? 0)
  expect(out).toBe(
    `The audit of Acme is what was sealed: ${rows} rows in 2 seals, from 22 Nov 2026, 11:00 to 22 Nov 2026, 11:00.\n` +
      `Last signed: seal 1 on 22 Nov 2026, 11:00, with the key ${first?.head?.key}.\n`,
  )
  expect([exit, first?.number, second?.head]).toEqual([0, 1, null])
  const asked = await cli.type(['audit', '--verify', '--json'])
  expect(JSON.parse(asked.out)).toMatchObject({ seals: 2, rows, fault: null })
  expect(JSON.parse(asked.out)).not.toHaveProperty('next')
})

test('the bytes of a seal have its digest, and reading them is on record', async () => {
  const [second] = await sealsShown()
  const shown = await cli.type(['audit', '--sealed', '2'])
  expect([shown.exit, createHash('sha256').update(shown.out).digest('hex')]).toEqual([0, second?.digest])
  const file = join(cli.directory, 'audit.jsonl')
  const { exit, err } = await cli.type(['audit', '--sealed', 'all', '--output', file])
  expect([exit, err]).toEqual([0, `Written to ${file}.\n`])
  const lines = (await readFile(file, 'utf8')).trimEnd().split('\n')
  expect(lines.map((line) => z.looseObject({}).parse(JSON.parse(line))['seal']).filter(Boolean)).toEqual([1, 2])
  const reads = await cli.type(['audit', '--act', 'export.read', '--json'])
  expect(JSON.parse(reads.out)).toMatchObject([
    { object: 'audit', after: { from: 1, to: null } },
    { object: 'audit', after: { from: 2, to: 2 } },
  ])
})

test.each([[['--sealed', 'some']], [['--sealed', '3-x']], [['--sealed', 'all', '--json']]])(
  '%j is no way to ask',
  async (given) => {
    expect((await cli.type(['audit', ...given])).exit).toBe(2)
  },
)

test('only administrators may ask, and for their own organization alone', async () => {
  for (const path of ['/audit/seals', '/audit/verify', '/exports/audit']) {
    expect((await cli.ask('operator', 'GET', BASE + path)).status).toBe(403)
    expect((await cli.ask('foreign', 'GET', BASE + path)).status).toBe(404)
    expect((await cli.ask('admin', 'GET', BASE + path)).status).toBe(200)
  }
  expect((await cli.ask('admin', 'GET', `${BASE}/audit/verify?keys=x`)).json).toMatchObject({ code: 'INPUT_INVALID' })
  expect((await cli.ask('foreign', 'GET', '/api/v1/organizations/globex/audit/seals')).json['items']).toEqual([])
})

test('a row that was changed: the first seal, what is wrong, and what fits before it', async () => {
  await cli.sql`
    update audit set actor = 'lee@acme.example'
    where id = (select max(id) from audit where organization_id = ${cli.ids['acme'] ?? 0} and act = 'plan.applied')`
  const { exit, out } = await cli.type(['audit', '--verify'])
  expect([exit, out]).toEqual([
    1,
    expect.stringMatching(
      /^A row of seal 2 \(ids above \d+, up to \d+\) is not what was sealed, or the seal itself was changed\.\nWhat comes before it fits: \d+ rows in 1 seal, from .*\.\nSomebody wrote to the tables past rosterd\. /,
    ),
  ])
  const asked = await cli.type(['audit', '--verify', '--json'])
  expect([asked.exit, JSON.parse(asked.out).fault]).toEqual([
    1,
    expect.objectContaining({ seal: 2, kind: 'row_changed' }),
  ])
})

test('another key, until it is named', async () => {
  await cli.sql`update audit set actor = 'bootstrap token' where actor = 'lee@acme.example'`
  const { publicKey } = cli.auditKey
  await cli.sql`update audit_heads set public_key = set_byte(public_key, 43, (get_byte(public_key, 43) + 1) % 256)`
  const foreign = await cli.type(['audit', '--verify'])
  expect([foreign.exit, foreign.out]).toEqual([
    1,
    expect.stringMatching(/^Seal 1 is signed with the key [0-9a-f]{64}, /),
  ])
  const [key = ''] = /[0-9a-f]{64}/.exec(foreign.out) ?? []
  expect((await cli.type(['audit', '--verify', '--key', key])).out).toMatch(/^The signature of seal 1 does not fit/)
  await cli.sql`update audit_heads set public_key = ${Buffer.from(publicKey, 'hex')}`
  expect((await cli.type(['audit', '--verify'])).exit).toBe(0)
  await rm(cli.auditKey.witness(cli.ids['acme'] ?? 0))
})
