/** The daemon on a PostgreSQL that is there already, and what happens on its very first start alone. */
import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { Installation, processesBelow, until } from '../support/daemon.ts'
import { type FreshDatabase, freshDatabase } from '../support/database.ts'

const CONFIG = `organizations:
  acme:
    name: Acme
    domains: [acme.example]
    sources: { hr: { kind: csv, approval: manual, settle: 50ms, sample: sample.csv } }
    rules: { everyone: { source: hr, when: { everyone: true }, then: [{ member: member }] } }
`
const SAMPLE = 'external_id,email,first_name,last_name\n1,ada@acme.example,Ada,Lovelace\n'

let database: FreshDatabase
let place: Installation
beforeAll(async () => {
  database = await freshDatabase()
  place = await Installation.make(CONFIG, { 'sample.csv': SAMPLE })
})
afterAll(async () => {
  await place?.remove()
  await database?.drop()
})

const snapshotShape = z.looseObject({ file: z.string(), state: z.string() })
const planShape = z.looseObject({ id: z.string(), state: z.string() })

test('DATABASE_URL: nothing is started beside it, the work is done there, and it stays when the daemon goes', async () => {
  const daemon = await place.start({ DATABASE_URL: database.url })
  const [plan] = await until(async () => {
    const found = await daemon.list('/plans', planShape)
    return found.length > 0 && found
  })
  expect((await place.rosterd('approve', plan?.id ?? '', '--yes')).code).toBe(0)
  expect(await database.sql`select email from members`).toEqual([{ email: 'ada@acme.example' }])
  await expect(access(join(place.data, 'postgres'))).rejects.toThrow('ENOENT')
  expect(await processesBelow(place.data)).toEqual([])
  expect(await daemon.stop()).toBe(0)
  expect(daemon.logged()).toBe('')
  expect(await database.sql`select email from members`).toHaveLength(1)
})

test('the sample is dropped on the very first start, and never again', async () => {
  const daemon = await place.start({ DATABASE_URL: database.url })
  // A file that comes after the start is read behind whatever the start would have dropped.
  await place.drop('next.csv', `${SAMPLE}2,bob@acme.example,Bob,Ross\n`)
  await until(async () => (await daemon.list('/snapshots', snapshotShape)).some(({ file }) => file === 'next.csv'))
  const files = (await daemon.list('/snapshots', snapshotShape)).map(({ file }) => file)
  expect(files.sort()).toEqual(['next.csv', 'sample.csv'])
  expect(await daemon.stop()).toBe(0)
})
