/** A source that pushes beside the clock and the drop folders: letters before its token ends, and a source that changes its kind. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { hashToken, makeLinkSecret, makeSourceToken } from '../../src/auth.ts'
import { writeLetter } from '../../src/notify/letters.ts'
import { listSources } from '../../src/store/organizations.ts'
import { createLetterBox } from '../../src/store/outbox.ts'
import { insertSourceToken } from '../../src/store/source-tokens.ts'
import { receive } from '../../src/sync/receive.ts'
import { fireSchedules } from '../../src/sync/reconcile.ts'
import { tellSilence } from '../../src/sync/silence.ts'
import { sweep } from '../../src/sync/sweep.ts'
import { tidyEverything } from '../../src/sync/tidy.ts'
import { openWorld, type World } from '../support/pipeline.ts'

const DAY = 86_400_000
const SOURCES = `hr: { kind: csv }
idp: { kind: scim, name: Okta }`
const RULES = `everyone: { source: hr, when: { everyone: true }, then: [{ member: member }] }
pushed: { source: idp, when: { everyone: true }, then: [{ member: member }] }`

let world: World
beforeEach(async () => {
  world = await openWorld({ sources: SOURCES, rules: RULES })
})
afterEach(() => world.close())

const sourceOf = async (key: string) => {
  const found = (await listSources(world.sql, world.organization)).find((one) => one.key === key)
  if (found === undefined) throw new Error(`no source ${key}`)
  return found
}

it('administrators get a letter 14 days before its token ends and one 3 days before, from whichever daemon', async () => {
  const token = { hash: hashToken(makeSourceToken()), hint: '…x4Fq', sourceId: (await sourceOf('idp')).id }
  await insertSourceToken(world.sql, world.organization, {
    ...token,
    createdBy: 'kim@acme.example',
    createdAt: world.at,
    expiresAt: new Date(world.at.getTime() + 90 * DAY),
  })
  const box = createLetterBox(world.sql, makeLinkSecret)
  const subjects = async () => {
    await Promise.all([1, 2, 3].map(() => sweep(world.parts)))
    const letters = await box.take(10, world.at)
    for (const { id } of letters) await box.sent(id, 'x')
    return letters.map((letter) => writeLetter(letter, 'https://rosterd.example'))
  }
  world.pass(75 * DAY)
  expect(await subjects()).toEqual([])
  world.pass(DAY)
  const [first, ...more] = await subjects()
  expect(more).toEqual([])
  expect(first?.subject).toBe('[rosterd] Acme: the token of Okta ends on 18 Feb 2027, 13:00 (Europe/Berlin)')
  expect(first?.text).toContain('(…x4Fq) of the source Okta')
  expect(first?.text).toContain('rosterd token create --organization acme --source idp')
  world.pass(5 * DAY)
  expect(await subjects()).toEqual([])
  world.pass(6 * DAY)
  expect(await subjects()).toHaveLength(1)
  world.pass(5 * DAY)
  expect(await subjects()).toEqual([])
})

it('the rounds over drop folders, silence and schedules pass it by or know it', async () => {
  await tidyEverything(world.parts, { observe: async () => {} })
  await tellSilence(world.parts, world.organization, await listSources(world.sql, world.organization))
  const fired: number[] = []
  const worker = { reconcile: async (_: number, source: number) => void fired.push(source) }
  await fireSchedules(world.parts, worker)
  world.pass(2 * DAY)
  await fireSchedules(world.parts, worker)
  expect(fired.sort()).toEqual([(await sourceOf('hr')).id, (await sourceOf('idp')).id].sort())
})

it('a file that was claimed before its source became one that pushes is left where it lies', async () => {
  const claimed = await world.claim('roster.csv', 'email\nada@acme.example\n')
  await world.configure({ sources: SOURCES.replace('hr: { kind: csv }', 'hr: { kind: scim }'), rules: RULES })
  const evidence = { path: claimed.path, evidence: 'atomic_rename' as const }
  expect(await receive(world.parts, world.organization, claimed.source, evidence)).toBeNull()
  await world.configure({ sources: SOURCES, rules: RULES })
  expect(await receive(world.parts, world.organization, claimed.source, evidence)).toMatchObject({ state: 'admitted' })
})
