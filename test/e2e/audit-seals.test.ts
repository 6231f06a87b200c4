/** The audit of a running daemon is sealed by itself, through kills, a restore and the loss of the key. */
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
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
const checkShape = z.looseObject({
  seals: z.number(),
  rows: z.number(),
  fault: z.looseObject({ seal: z.number(), kind: z.string(), sentence: z.string() }).nullable(),
  unsealed: z.looseObject({ rows: z.number() }),
})

let place: Installation
let daemon: Daemon
let backup: string
beforeAll(async () => {
  place = await Installation.make(CONFIG)
  backup = join(place.directory, 'rosterd.backup')
  daemon = await place.start()
})
afterAll(() => place?.remove())

async function invite(name: string): Promise<void> {
  expect(await place.rosterd('invite', '--user', `${name}@acme.example`, '--yes')).toMatchObject({ code: 0, err: '' })
}

const check = async (...more: string[]) => {
  const { code, out } = await place.rosterd('audit', '--verify', '--json', ...more)
  return { code, ...checkShape.parse(JSON.parse(out)) }
}

/** Waits until everything is sealed, and gives what was found then. */
const sealed = (...more: string[]) =>
  until(async () => {
    const found = await check(...more)
    return (found.fault !== null || found.unsealed.rows === 0) && found
  })

test('what was done is sealed within seconds', async () => {
  await invite('ada')
  const found = await sealed()
  expect(found).toMatchObject({ code: 0, fault: null })
  expect(found.rows).toBeGreaterThan(3)
})

test('a daemon that is killed, and killed again, leaves a chain that the next one goes on with', async () => {
  for (const name of ['bob', 'cy', 'dee']) {
    await invite(name)
    await daemon.kill()
    daemon = await place.start()
  }
  expect(await sealed()).toMatchObject({ code: 0, fault: null })
  const said = await place.rosterd('audit', '--verify')
  expect(said.out).toMatch(/^The audit of Acme is what was sealed: \d+ rows in \d+ seals, from /)
})

test('after a restore the chain goes on from the backup', async () => {
  expect((await place.rosterd('backup', backup)).err).toBe('')
  await invite('eve')
  await sealed()
  expect(await daemon.stop()).toBe(0)
  await rm(join(place.data, 'postgres'), { recursive: true })
  expect((await place.rosterd('restore', backup)).err).toBe('')
  daemon = await place.start()
  await invite('fay')
  expect(await sealed()).toMatchObject({ code: 0, fault: null })
  expect((await readdir(join(place.data, 'audit'))).filter((name) => name.includes('-until-'))).toHaveLength(1)
})

test('without the key that signed it, whoever asks has to say that it was theirs', async () => {
  expect(await daemon.stop()).toBe(0)
  await rm(join(place.data, 'audit'), { recursive: true })
  daemon = await place.start()
  const lost = await sealed()
  expect(lost).toMatchObject({ code: 1, fault: { kind: 'key_unknown', seal: 1 } })
  const [key = ''] = /[0-9a-f]{64}/.exec(lost.fault?.sentence ?? '') ?? []
  expect(await sealed('--key', key)).toMatchObject({ code: 0, fault: null })
})
