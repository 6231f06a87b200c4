/** A drop folder whose file system does not answer stops neither the other sources, nor SIGHUP, nor the end. */
import { spawnSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { z } from 'zod'
import { Installation, until } from '../support/daemon.ts'

const config = (poll: string) => `organizations:
  acme:
    name: Acme
    domains: [acme.example]
    sources:
      hr: { kind: csv, approval: manual, settle: 50ms, rest: 100ms, poll: 200ms }
      it: { kind: csv, approval: manual, settle: 50ms, poll: ${poll} }
    rules:
      everyone: { source: hr, when: { everyone: true }, then: [{ member: member }] }
`
let place: Installation
afterAll(() => place?.remove())

test('the others are read, the configuration is read again, and the process ends', { timeout: 60_000 }, async () => {
  place = await Installation.make(config('200ms'))
  const daemon = await place.start({ LOG_LEVEL: 'info' })
  const root = join(place.directory, 'data', 'drop', 'acme', 'hr')
  // Whoever reads a pipe that nobody writes waits for ever, as on a mount whose server is gone.
  expect(spawnSync('mkfifo', [join(root, 'status', 'cut.csv.status.json')]).status).toBe(0)
  await writeFile(join(root, 'in', 'cut.csv'), 'external_id,email\n1,ada@acme.example')
  await until(async () => daemon.said().includes('cut.csv is not read yet'))
  await writeFile(place.config, config('250ms'))
  process.kill(daemon.pid, 'SIGHUP')
  await until(async () => daemon.logged().includes('configuration read again'), 15_000)
  await place.drop('it.csv', 'external_id,email\n7,bob@acme.example\n', 'it')
  await until(async () =>
    (await daemon.list('/snapshots', z.looseObject({ file: z.string() }))).some(({ file }) => file === 'it.csv'),
  )
  const begun = performance.now()
  await daemon.stop()
  expect(performance.now() - begun).toBeLessThan(20_000)
  expect(daemon.said()).toContain('rosterd has stopped.')
})
