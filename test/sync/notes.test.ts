/** What is told of a file that was used all the same: with the snapshot, and to a writer who sees nothing but the folder. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { makeLinkSecret } from '../../src/auth.ts'
import { writeLetter } from '../../src/notify/letters.ts'
import { listSources } from '../../src/store/organizations.ts'
import { createLetterBox } from '../../src/store/outbox.ts'
import { folderOf } from '../../src/sync/receive.ts'
import { openWorld, type World } from '../support/pipeline.ts'

let world: World
afterEach(() => world?.close())

async function statusOf(name: string): Promise<unknown> {
  const hr = (await listSources(world.sql, world.organization)).find((source) => source.key === 'hr')
  if (!hr) throw new Error('no source')
  return JSON.parse(await readFile(join(folderOf(hr).root, 'status', `${name}.status.json`), 'utf8'))
}

test('two columns that look like the same field', async () => {
  world = await openWorld()
  const observed = await world.drop('roster.csv', 'id,e-mail,mail\n1,ada@acme.example,ada@home.example\n')
  const message = expect.stringContaining('both look like email')
  expect(observed).toMatchObject({ state: 'admitted' })
  expect(observed.findings).toContainEqual(expect.objectContaining({ guard: 'COLUMNS', verdict: 'pass', message }))
  expect(await statusOf('roster.csv')).toMatchObject({ state: 'admitted', reasons: [], notes: [message] })
})

test('rows that name nobody, so that nobody counts as gone', async () => {
  world = await openWorld()
  const rows = Array.from({ length: 30 }, (_, n) => `${n + 1},p${n}@acme.example\n`).join('')
  await world.drop('first.csv', `id,e-mail\n${rows}`)
  const observed = await world.drop('second.csv', `id,e-mail\n${rows}"",""x,\n`)
  expect(observed.state).toBe('admitted')
  expect(await statusOf('second.csv')).toMatchObject({
    reasons: [],
    notes: [expect.stringContaining('nobody counts as gone')],
  })
})

test('rows that could not be read stand in the subject of the letter about the plan that left them out', async () => {
  world = await openWorld()
  await world.sync('roster.csv', 'id,e-mail\n1,ada@acme.example\n2,broken\n3,bob@acme.example\n4,\n')
  const letters = await createLetterBox(world.sql, makeLinkSecret).take(10, world.at)
  const letter = letters.find(
    (one) => one.audience === 'administrator' && one.event.kind.startsWith('plan_') && 'unreadRows' in one.event,
  )
  if (letter === undefined) throw new Error('no letter')
  expect(letter).toMatchObject({ event: { unreadRows: 2, command: expect.stringMatching(/^rosterd failures pln_/) } })
  expect(writeLetter(letter, 'http://localhost').subject).toContain('applied 2, failed 0, waiting 0, 2 rows not read')
})
