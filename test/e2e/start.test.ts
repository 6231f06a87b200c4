/** What stands in the way of a start is one sentence and what to do, never a stack trace; and nothing is left running. */
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Ended, Installation, processesBelow, run } from '../support/daemon.ts'

const CONFIG = `organizations:
  acme:
    name: Acme
    sources: { hr: { kind: csv } }
    rules: { everyone: { source: hr, when: { everyone: true }, then: [{ member: member }] } }
`
let place: Installation
beforeAll(async () => {
  place = await Installation.make(CONFIG)
})
afterAll(() => place?.remove())

const serve = (env: Record<string, string> = {}) => run(['serve'], { ...place.environment, ...env })

function expectSentence(ended: Ended, ...parts: (string | RegExp)[]): void {
  expect(ended.code).toBe(1)
  for (const part of parts) {
    if (typeof part === 'string') expect(ended.err).toContain(part)
    else expect(ended.err).toMatch(part)
  }
  expect(ended.err).not.toMatch(/^\s+at |node:internal|Error:/m)
}

test('a broken configuration: every problem with its line and column', async () => {
  const file = join(place.directory, 'broken.yaml')
  await writeFile(file, CONFIG.replace('kind: csv', 'kind: cvs, aproval: manual'))
  const ended = await serve({ ROSTERD_CONFIG: file })
  expectSentence(ended, /broken\.yaml:4:\d+/, /kind/, /Did you mean approval\?/)
  await writeFile(file, 'organizations:\n  acme: { name: [\n')
  expectSentence(await serve({ ROSTERD_CONFIG: file }), /broken\.yaml:\d+:\d+/)
  expectSentence(await serve({ ROSTERD_CONFIG: join(place.directory, 'none.yaml') }), /there is no such file/)
})

test('a database that does not answer', async () => {
  const ended = await serve({ DATABASE_URL: 'postgres://rosterd:secret@127.0.0.1:1/rosterd' })
  expectSentence(ended, /The database at 127\.0\.0\.1:1.* cannot be reached/, /Check DATABASE_URL/)
  expect(ended.err).not.toContain('secret')
})

test('a busy port: the database that was started for it is stopped again', async () => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const ended = await serve({ PORT: String(port) })
  server.close()
  expectSentence(ended, `Port ${port} on 127.0.0.1 is already in use.`, /set PORT/)
  expect(await processesBelow(place.data)).toEqual([])
})

test('a data directory of another PostgreSQL', async () => {
  const other = await Installation.make(CONFIG)
  try {
    const daemon = await other.start()
    await daemon.stop()
    await writeFile(join(other.data, 'postgres/cluster/PG_VERSION'), '15\n')
    const ended = await run(['serve'], other.environment)
    expectSentence(ended, /was written by PostgreSQL 15; this rosterd brings PostgreSQL 18/)
  } finally {
    await other.remove()
  }
})

test('a second daemon on the same data directory: it ends, and the first one goes on', async () => {
  const daemon = await place.start()
  expectSentence(await serve(), `Another rosterd (process ${daemon.pid}) is using this data directory.`)
  expect((await fetch(`${daemon.url}/readyz`)).status).toBe(200)
  expect((await place.rosterd('plans')).code).toBe(0)
  expect(await daemon.stop()).toBe(0)
})

test('after kill -9 the next start recovers by itself', async () => {
  const first = await place.start()
  await first.kill()
  const second = await place.start()
  expect((await fetch(`${second.url}/readyz`)).status).toBe(200)
  expect(await second.stop()).toBe(0)
  expect(await processesBelow(place.data)).toEqual([])
})
