/** Schedules: when they are due on the clock on the wall, that a firing finds what nobody told of, and that no run is lost or doubled. */
import { afterEach, describe, expect, test } from 'vitest'
import { fireSchedules, reconcile } from '../../src/sync/reconcile.ts'
import { nextRun, type Schedule } from '../../src/sync/schedule.ts'
import { openWorld, type World } from '../support/pipeline.ts'

const BERLIN = 'Europe/Berlin'

describe('the next run', () => {
  test.each<[name: string, cron: string, after: string, next: string | null, zone?: string]>([
    ['today', '30 2 * * *', '2026-11-20T01:29:59.999Z', '2026-11-20T01:30:00.000Z'],
    ['is after, never at', '30 2 * * *', '2026-11-20T01:30:00.000Z', '2026-11-21T01:30:00.000Z'],
    ['on weekdays', '0 6 * * mon-fri', '2026-11-20T06:00:00.000Z', '2026-11-23T05:00:00.000Z'],
    ['on Sunday by either number', '0 6 * * 7', '2026-11-20T06:00:00.000Z', '2026-11-22T05:00:00.000Z'],
    ['by day or weekday where both are named', '0 0 1 * fri', '2026-11-27T00:00:00.000Z', '2026-11-30T23:00:00.000Z'],
    ['in leap years', '0 0 29 2 *', '2026-11-20T06:00:00.000Z', '2028-02-28T23:00:00.000Z'],
    [
      'passed over in spring: when clocks are set',
      '30 2 * * *',
      '2026-03-28T12:00:00.000Z',
      '2026-03-29T01:00:00.000Z',
    ],
    ['passed over in spring: once', '30 2 * * *', '2026-03-29T01:00:00.000Z', '2026-03-30T00:30:00.000Z'],
    ['shown twice in autumn: the first time', '30 2 * * *', '2026-10-24T12:00:00.000Z', '2026-10-25T00:30:00.000Z'],
    ['shown twice in autumn: once', '30 2 * * *', '2026-10-25T00:30:00.000Z', '2026-10-26T01:30:00.000Z'],
    [
      'every quarter, also in the hour that is shown twice',
      '*/15 * * * *',
      '2026-10-25T00:50:00.000Z',
      '2026-10-25T01:00:00.000Z',
    ],
    ['hourly on Mondays', '0 * * * 1', '2026-11-20T06:00:00.000Z', '2026-11-22T23:00:00.000Z'],
    ['in another zone', '30 2 * * *', '2026-11-20T06:00:00.000Z', '2026-11-20T21:00:00.000Z', 'Asia/Kolkata'],
  ])('%s', (_, cron, after, next, zone = BERLIN) => {
    expect(nextRun({ cron, zone }, after)).toBe(next)
  })

  test('comes once a day through a whole year, whatever clocks do', () => {
    const days = new Set<string>()
    let at = '2026-01-01T00:00:00.000Z'
    for (let run = 1; run <= 365; run += 1) {
      at = nextRun({ cron: '30 2 * * *', zone: BERLIN }, at) ?? ''
      days.add(at.slice(0, 10))
    }
    expect(days.size).toBe(365)
    expect(at).toBe('2026-12-31T01:30:00.000Z')
  })
})

const HEADER = 'external_id,email\n'
const CROWD = [1, 2, 3, 4].map((n) => `${n},p${n}@acme.example\n`).join('')
const HOUR = 3_600_000
const DAY = 24 * HOUR

let world: World | null = null
afterEach(async () => {
  await world?.close()
  world = null
})

/** A world with a clock that fires every so often and does what was asked for; each firing is one entry of `fired`. */
async function scheduled(source = 'hr: { kind: csv, approval: manual }') {
  const opened = await openWorld({ sources: source })
  world = opened
  const fired: string[] = []
  const waiting = new Map<string, [number, number, Schedule]>()
  const worker = {
    reconcile: async (...job: [number, number, Schedule]) => void waiting.set(`${job[0]}:${job[1]}`, job),
  }
  const tick = async () => {
    await fireSchedules(opened.parts, worker)
    for (const [key, job] of waiting) {
      waiting.delete(key)
      if (await reconcile(opened.parts, ...job)) fired.push(opened.at.toISOString())
    }
  }
  const pass = async (time: number, every = HOUR / 2) => {
    for (let gone = 0; gone < time; gone += every) {
      opened.pass(every)
      await tick()
    }
  }
  await tick()
  return { world: opened, worker, waiting, fired, tick, pass }
}

describe('a schedule', () => {
  test('fires at 02:30 of the organization by itself, every day once', async () => {
    const { fired, pass } = await scheduled()
    await pass(3 * DAY)
    expect(fired).toEqual(['2026-11-21T01:30:00.000Z', '2026-11-22T01:30:00.000Z', '2026-11-23T01:30:00.000Z'])
  })

  test('fires when the config says, in the zone that it says, or never', async () => {
    const hourly = await scheduled('hr: { kind: csv, schedule: "15 * * * *" }')
    await hourly.pass(3 * HOUR, HOUR / 4)
    expect(hourly.fired).toHaveLength(3)
    await hourly.world.configure({ sources: 'hr: { kind: csv, schedule: { cron: "0 9 * * *", zone: Asia/Tokyo } }' })
    hourly.fired.length = 0
    await hourly.pass(DAY)
    expect(hourly.fired).toEqual(['2026-11-21T00:00:00.000Z'])
    await hourly.world.configure({ sources: 'hr: { kind: csv, schedule: never }' })
    hourly.fired.length = 0
    await hourly.pass(2 * DAY)
    expect(hourly.fired).toEqual([])
  })

  test('what was missed while nothing ran is one run, and the next is the ordinary one', async () => {
    const { world, fired, tick, pass } = await scheduled()
    world.pass(10 * DAY)
    await tick()
    await tick()
    expect(fired).toHaveLength(1)
    await pass(DAY)
    expect(fired).toHaveLength(2)
    expect(fired[1]).toBe('2026-12-01T01:30:00.000Z')
  })

  test('of two daemons one does the run', async () => {
    const { world, worker, waiting } = await scheduled()
    world.pass(DAY)
    await Promise.all([fireSchedules(world.parts, worker), fireSchedules(world.parts, worker)])
    const [job] = [...waiting.values()]
    if (!job) throw new Error('nothing fired')
    const first = await reconcile(world.parts, ...job)
    expect([first === null, await reconcile(world.parts, ...job)]).toEqual([false, null])
  })

  test('row 43: a clock that jumps back two hours repeats no run, and one that was far ahead does not silence it', async () => {
    const { world, fired, pass, tick } = await scheduled()
    await pass(DAY)
    expect(fired).toHaveLength(1)
    world.at = new Date('2026-11-21T02:00:00.000Z')
    await tick()
    world.pass(-2 * HOUR)
    await pass(6 * HOUR)
    expect(fired).toHaveLength(1)
    world.at = new Date('2031-01-01T00:00:00.000Z')
    await tick()
    world.at = new Date('2026-11-22T00:00:00.000Z')
    await tick()
    await pass(2 * HOUR)
    expect(fired.slice(1)).toEqual(['2031-01-01T00:00:00.000Z', '2026-11-22T01:30:00.000Z'])
  })
})

describe('a firing', () => {
  test('finds what somebody changed in the database, and plans to put it right', async () => {
    const { world, pass } = await scheduled()
    await world.sync('roster.csv', HEADER + CROWD)
    await world.sql`update members set email = 'wrong@acme.example' where email = 'p1@acme.example'`
    await world.sql`delete from claims where person_id = (select person_id from members where email = 'p2@acme.example')`
    await world.sql`update desired_members set wanted = false where email = 'p2@acme.example'`
    await pass(DAY)
    const [plan] = await world.sql<{ id: number }[]>`select id from plans where state = 'awaiting_approval'`
    expect(await world.actions(plan?.id)).toEqual(['update_profile wrong@acme.example'])
    const claims = await world.sql`select from claims where to_change is null`
    expect(claims).toHaveLength(4)
  })

  test('finds nothing where nothing changed, and keeps a plan that awaits as it is', async () => {
    const { world, fired, pass } = await scheduled()
    await world.sync('roster.csv', HEADER + CROWD)
    await world.drop('more.csv', `${HEADER}${CROWD}5,p5@acme.example\n`)
    const before = await world.propose()
    await pass(3 * DAY)
    expect(fired).toHaveLength(3)
    const plans = await world.sql<{ id: number; state: string }[]>`select id, state from plans order by id desc limit 1`
    expect([...plans]).toEqual([{ id: before.plans[0], state: 'awaiting_approval' }])
  })
})
