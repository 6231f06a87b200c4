/** What the clock does by itself: plans what is due, ever less often while that helps nothing, and lets go of files nobody decides on. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { readSnapshot } from '../../src/store/snapshots.ts'
import { admit } from '../../src/sync/admission.ts'
import { proposeDue } from '../../src/sync/clock.ts'
import type { Parts } from '../../src/sync/parts.ts'
import { sweep } from '../../src/sync/sweep.ts'
import { tidyEverything } from '../../src/sync/tidy.ts'
import { KIM, openWorld, type World } from '../support/pipeline.ts'

let world: World | null = null
afterEach(async () => {
  await world?.close()
  world = null
})

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const HEADER = 'external_id,email,start_date\n'
const CROWD = [1, 2, 3, 4, 5, 6].map((n) => `${n},p${n}@acme.example,\n`).join('')

/** A world whose clock writes down when it asked for a plan, in hours after this. */
async function clocked() {
  world = await openWorld()
  const opened = world
  const asked: number[] = []
  let from = opened.at.getTime()
  const parts: Parts = {
    ...opened.parts,
    jobs: {
      ...opened.parts.jobs,
      propose: async () => void asked.push((opened.at.getTime() - from) / HOUR),
    },
  }
  /** One round every so often, until so much has passed. */
  const pass = async (time: number, every = 10 * MINUTE) => {
    for (let gone = 0; gone < time; gone += every) {
      opened.pass(every)
      await proposeDue(parts)
    }
  }
  const begin = () => {
    asked.length = 0
    from = opened.at.getTime()
  }
  return { world: opened, parts, asked, pass, begin }
}

describe('what is due is planned', () => {
  test('at once, and while it fails or waits after one hour, two, four, and so on to a day', async () => {
    const { world, asked, pass, begin } = await clocked()
    await world.sync('roster.csv', HEADER + CROWD)
    await world.drop('joiner.csv', `${HEADER}${CROWD}7,p7@acme.example,2026-11-25\n`)
    await world.propose()
    world.at = new Date('2026-11-25T05:00:00.000Z')
    begin()
    await pass(4 * DAY)
    const [first = 0, ...pauses] = asked.map((at, index) => Math.round(at - (asked[index - 1] ?? at)) || at)
    expect(first).toBeLessThan(1)
    expect(pauses).toEqual([1, 2, 4, 8, 16, 24, 24])
  })

  test('and forgotten once it is done: the next one is planned at once', async () => {
    const { world, asked, pass, begin } = await clocked()
    await world.sync('roster.csv', HEADER + CROWD)
    const joiners = `7,p7@acme.example,2026-11-25\n8,p8@acme.example,2026-11-26\n`
    await world.drop('joiners.csv', HEADER + CROWD + joiners)
    await world.propose()
    world.at = new Date('2026-11-25T05:00:00.000Z')
    begin()
    await pass(2 * HOUR)
    expect(asked).toHaveLength(2)
    await world.applyAll(await world.propose('due'))
    await world.propose('due')
    begin()
    await pass(20 * HOUR)
    expect(asked).toEqual([])
    begin()
    await pass(HOUR * 4)
    expect(asked.length).toBeGreaterThan(0)
    const [tried] = await world.sql<{ n: number }[]>`select count(*)::int as n from due_tries`
    expect(tried?.n).toBe(1)
  })

  test('a second person who comes due is not held up by the first', async () => {
    const { world, asked, pass, begin } = await clocked()
    await world.sync('roster.csv', HEADER + CROWD)
    const joiners = `7,p7@acme.example,2026-11-25\n8,p8@acme.example,2026-11-26\n`
    await world.drop('joiners.csv', HEADER + CROWD + joiners)
    await world.propose()
    world.at = new Date('2026-11-26T04:30:00.000Z')
    await pass(10 * MINUTE)
    begin()
    await pass(30 * MINUTE)
    expect(asked).toHaveLength(1)
  })
})

describe('a held file', () => {
  /** Half of the people are missing. */
  async function held() {
    const clock = await clocked()
    await clock.world.sync('roster.csv', HEADER + CROWD)
    const { snapshot, state } = await clock.world.drop('half.csv', HEADER + CROWD.split('\n').slice(0, 4).join('\n'))
    expect(state).toBe('held')
    return { ...clock, snapshot }
  }
  const stateOf = async ({ sql, organization }: World, id: number) => (await readSnapshot(sql, organization, id))?.state
  const staged = async ({ sql }: World) => (await sql`select from staged_rows`).length

  test('waits seven days for an administrator, and then goes to failed/ with the reason', async () => {
    const { world, parts, snapshot } = await held()
    world.pass(7 * DAY - HOUR)
    await sweep(parts)
    expect(await stateOf(world, snapshot)).toBe('held')
    expect(await staged(world)).toBe(4)
    world.pass(HOUR)
    await sweep(parts)
    await sweep(parts)
    expect(await stateOf(world, snapshot)).toBe('expired')
    expect(await staged(world)).toBe(0)
    const audit = await world.sql`select actor, object from audit where act = 'snapshot.expired'`
    expect([...audit]).toEqual([{ actor: 'system', object: `snp_${snapshot}` }])

    await tidyEverything(parts, { observe: async () => undefined })
    const failed = join(world.folder, 'drop/acme/hr/failed')
    const names = (await readdir(failed, { recursive: true })).filter((name) => name.includes('half'))
    expect(names).toHaveLength(2)
    const reason = await readFile(join(failed, names.find((name) => name.endsWith('.reason.json')) ?? ''), 'utf8')
    expect(JSON.parse(reason)).toMatchObject({
      state: 'expired',
      message: expect.stringMatching(/^Nobody admitted this file within 7 days\. People: 4 in this file, usually 6/),
      next: expect.stringContaining('Nothing of this file was used.'),
    })
    expect(await world.members()).toHaveLength(6)
  })

  test('cannot be admitted after that', async () => {
    const { world, parts, snapshot } = await held()
    world.pass(7 * DAY)
    await sweep(parts)
    const late = admit(parts, world.organization, snapshot, { actor: KIM, count: 2 })
    await expect(late).rejects.toMatchObject({ code: 'SNAPSHOT_STATE' })
  })
})
