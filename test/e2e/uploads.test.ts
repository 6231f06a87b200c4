/** Uploads over a wire: a large file is read without holding it, and one that is too large is answered while it still comes. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { type Daemon, Installation } from '../support/daemon.ts'
import { type FreshDatabase, freshDatabase } from '../support/database.ts'

const CONFIG = `organizations:
  acme:
    name: Acme
    domains: [acme.example]
    administrators: [{ email: kim@acme.example, role: admin }]
    products: { vray: { name: V-Ray, seats: 10 } }
    sources: { hr: { kind: csv, approval: manual } }
    rules: { everyone: { source: hr, when: { everyone: true }, then: [{ member: member }] } }
`
const MIB = 1024 * 1024

let database: FreshDatabase
let place: Installation
let daemon: Daemon
beforeAll(async () => {
  database = await freshDatabase()
  place = await Installation.make(CONFIG)
  daemon = await place.start({ DATABASE_URL: database.url })
})
afterAll(async () => {
  await place?.remove()
  await database?.drop()
})

const answer = z.looseObject({ code: z.string().optional(), counts: z.record(z.string(), z.int()).optional() })

async function send(body: Blob): Promise<{ status: number; told: z.output<typeof answer> }> {
  const response = await fetch(`${daemon.url}/api/v1/organizations/acme/uploads?verb=invite`, {
    method: 'POST',
    headers: { authorization: `Bearer ${daemon.token}`, 'content-type': 'text/csv' },
    body,
  })
  return { status: response.status, told: answer.parse(await response.json()) }
}

async function kept(): Promise<number> {
  const [row] = await database.sql<{ n: number }[]>`select count(*)::int as n from uploads`
  return row?.n ?? 0
}

it('100,000 rows', async () => {
  let csv = 'email,first_name,last_name,note\n'
  for (let n = 0; n < 100_000; n++) csv += `person.${n}@acme.example,First ${n},Last ${n},${'x'.repeat(40)}\n`
  const { status, told } = await send(new Blob([csv]))
  expect([status, told.counts]).toMatchObject([200, { rows: 100_000, people: 100_000, new: 100_000 }])
})

it('a file beyond the limit is answered, however much of it is still to come', async () => {
  const before = await kept()
  const line = `${'x'.repeat(1023)}\n`
  for (const [mib, code] of [
    [51, 'FILE_TOO_LARGE'],
    [90, 'FILE_TOO_LARGE'],
    [110, 'BODY_TOO_LARGE'],
  ] as const) {
    const { status, told } = await send(new Blob(Array.from({ length: mib }, () => line.repeat(MIB / 1024))))
    expect([mib, status, told.code]).toEqual([mib, 413, code])
  }
  expect(await kept()).toBe(before)
})
