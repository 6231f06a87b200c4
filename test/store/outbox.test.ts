import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { makeLinkSecret } from '../../src/auth.ts'
import { createDispatcher } from '../../src/notify/dispatch.ts'
import type { LetterBox } from '../../src/notify/letter-box.ts'
import { writeLetter } from '../../src/notify/letters.ts'
import { createLetterBox, writeAdministratorLetter } from '../../src/store/outbox.ts'
import { execute } from '../../src/sync/execute.ts'
import { createLogger } from '../../src/telemetry.ts'
import { type FreshDatabase, freshDatabase } from '../support/database.ts'
import {
  assign,
  invite,
  NOON,
  remove,
  rename,
  revoke,
  type TestItem,
  type TestPerson,
  testOrganization,
  testParts,
} from '../support/organization.ts'

let database: FreshDatabase
beforeAll(async () => {
  database = await freshDatabase()
})
afterAll(() => database.drop())
beforeEach(async () => {
  await database.sql`delete from letters`
})

const never = new AbortController().signal
/** Letters that are leaving have been leaving for so many minutes more. */
const later = async (minutes: number): Promise<void> => {
  await database.sql`update letters set taken_at = taken_at - make_interval(mins => ${minutes}) where state = 'sending'`
}
const minutes = (count: number) => new Date(NOON.getTime() + count * 60_000)
/** The table does what the postman asks of a letterbox: the types meet here. */
const box = (worker?: string): LetterBox => createLetterBox(database.sql, makeLinkSecret, worker)

async function applied(people: TestPerson[], items: TestItem[], administrators: string[] = []) {
  const world = await testOrganization(database.sql, {
    products: { cad: { owned: 1 }, sim: { owned: 9 } },
    people,
    administrators,
  })
  const plan = await world.plan(items)
  await execute(testParts(database.sql), world.id, plan, never)
  return { world, plan }
}

describe('letters to members', () => {
  test('one tells all that succeeded, in the order in which it happened, and nothing that did not', async () => {
    const { plan } = await applied(
      [{ email: 'ann@acme.test' }, { email: 'bob@acme.test', state: 'active', products: { cad: null } }],
      [
        invite('ann@acme.test', { firstName: 'Ann' }),
        assign('ann@acme.test', 'cad'),
        assign('ann@acme.test', 'sim', '2027-06-30T22:00:00.000Z'),
      ],
    )
    const [letter, ...others] = await box().take(10, NOON)
    expect(others).toEqual([])
    expect(letter).toMatchObject({
      to: 'ann@acme.test',
      attempt: 1,
      audience: 'member',
      event: {
        planId: plan,
        name: 'Ann',
        hasAccount: false,
        lines: [{ kind: 'invite' }, { kind: 'assign', product: 'SIM', expiresAt: '2027-06-30T22:00:00.000Z' }],
      },
    })
  })

  test('says whether there is an account with which what was given can be used', async () => {
    await applied(
      [
        { email: 'ann@acme.test', state: 'invited' },
        { email: 'bob@acme.test', state: 'active' },
      ],
      [assign('ann@acme.test', 'cad'), assign('bob@acme.test', 'sim')],
    )
    const letters = await box().take(10, NOON)
    const texts = new Map(letters.map((letter) => [letter.to, writeLetter(letter, 'http://localhost').text]))
    expect(texts.get('ann@acme.test')).toContain('A licence of CAD is yours.')
    expect(texts.get('ann@acme.test')).toContain('once you create an account with the same e-mail address')
    expect(texts.get('bob@acme.test')).toContain('You now have SIM, and can use it from now on.')
    expect(texts.get('bob@acme.test')).not.toContain('account')
  })

  test('an address that somebody left hears of the change alone', async () => {
    await applied(
      [{ email: 'ann@acme.test', state: 'active' }],
      [rename('ann@acme.test', 'anna@acme.test'), assign('ann@acme.test', 'cad')],
    )
    const letters = await box().take(10, NOON)
    const change = { kind: 'update_identity', oldEmail: 'ann@acme.test', newEmail: 'anna@acme.test' }
    expect(letters.map((letter) => [letter.to, letter.audience === 'member' ? letter.event.lines : []])).toEqual([
      ['anna@acme.test', [change, { kind: 'assign', product: 'CAD', expiresAt: null }]],
      ['ann@acme.test', [change]],
    ])
  })

  test('a plan that changed nothing for somebody writes them nothing', async () => {
    await applied(
      [{ email: 'ann@acme.test', state: 'active' }],
      [
        { kind: 'update_profile', who: 'ann@acme.test', before: { firstName: null }, after: { firstName: 'Ann' } },
        revoke('ann@acme.test', 'cad'),
      ],
    )
    expect(await box().take(10, NOON)).toEqual([])
  })
})

describe('letters to administrators', () => {
  test('the result, its numbers and its reasons', async () => {
    const { plan } = await applied(
      [
        { email: 'ann@acme.test', state: 'active' },
        { email: 'bob@acme.test', state: 'active', products: { sim: null } },
        { email: 'new' },
      ],
      [
        assign('ann@acme.test', 'cad'),
        assign('bob@acme.test', 'cad'),
        remove('bob@acme.test'),
        invite('new', { email: 'ann@acme.test' }),
      ],
      ['root@acme.test'],
    )
    const letters = await box().take(10, NOON)
    const letter = letters.find((one) => one.audience === 'administrator')
    expect(letter).toMatchObject({
      to: 'root@acme.test',
      event: {
        kind: 'plan_partially_failed',
        planId: plan,
        sources: ['HR feed'],
        counts: { assign: 2, remove: 1, invite: 1 },
        outcomes: { succeeded: 1, failed: 2, waiting: 1, skipped: 0 },
        failures: [
          { count: 1, message: 'ann@acme.test already belongs to another member.' },
          {
            count: 1,
            message: 'bob@acme.test still holds SIM.',
            nextStep: 'Revoke first (rosterd revoke, or --revoke-first).',
          },
        ],
        command: `rosterd failures pln_${plan}`,
      },
    })
    if (letter === undefined) throw new Error('no letter')
    expect(writeLetter(letter, 'http://localhost').subject).toContain('applied 1, failed 2, waiting 1')
  })

  test('a plan that waits, a plan that is held, a snapshot that is held: once each; not for those who may only look', async () => {
    const { sql } = database
    const world = await testOrganization(sql, {
      people: [{ email: 'ann@acme.test', state: 'active' }],
      administrators: ['root@acme.test'],
    })
    await sql`insert into administrators (organization_id, email_key, email, role) values (${world.id}, 'eye@acme.test', 'eye@acme.test', 'viewer')`
    const plan = await world.plan([remove('ann@acme.test')], { approved: false })
    const finding = {
      guard: 'G1',
      verdict: 'hold',
      nature: 'amount',
      measured: 612,
      of: 900,
      limit: 90,
      scope: '',
      message: 'Too many.',
    }
    const [snapshot] = await sql<{ id: number }[]>`
      insert into snapshots (organization_id, source_id, file, path, file_sha256, evidence, state, rows, missing, findings, at)
      values (${world.id}, 1, 'roster.csv', 'p', 'x', 'stable_only', 'held', 60, 45, ${JSON.stringify([finding])}::text::jsonb, ${NOON}) returning id`
    if (snapshot === undefined) throw new Error('no snapshot')
    for (const _ of [1, 2]) {
      await writeAdministratorLetter(sql, world.id, { event: 'plan_waits', planId: plan }, NOON)
      await writeAdministratorLetter(sql, world.id, { event: 'snapshot_held', snapshotId: snapshot.id }, NOON)
    }
    const [waits, held, ...others] = await box().take(10, NOON)
    expect(others).toEqual([])
    expect(waits).toMatchObject({
      to: 'root@acme.test',
      event: {
        kind: 'plan_waits',
        command: `rosterd approve pln_${plan}`,
        people: [{ name: null, email: 'ann@acme.test', kind: 'remove', product: null }],
        expiresAt: minutes(7 * 24 * 60).toISOString(),
      },
    })
    expect(held).toMatchObject({
      event: {
        kind: 'snapshot_held',
        snapshotId: snapshot.id,
        source: 'HR feed',
        file: 'roster.csv',
        rows: 60,
        guards: ['Too many.'],
        command: `rosterd admit snp_${snapshot.id} --count 45`,
      },
    })
    await sql`update plans set findings = ${JSON.stringify([finding])}::text::jsonb where organization_id = ${world.id} and id = ${plan}`
    await writeAdministratorLetter(sql, world.id, { event: 'plan_held', planId: plan }, NOON)
    const [amount] = await box().take(10, NOON)
    expect(amount).toMatchObject({
      event: {
        kind: 'plan_held',
        guards: ['Too many.'],
        command: `rosterd approve pln_${plan} --override 612 --reason TEXT`,
      },
    })
  })
})

describe('the letterbox', () => {
  const one = () => applied([{ email: 'ann@acme.test' }], [invite('ann@acme.test')])
  const state = async () => {
    const rows = await database.sql<{ line: string }[]>`
      select concat_ws(' ', state, attempt, message_id, error) as line from letters order by id`
    return rows.map((row) => row.line)
  }

  test('a letter is taken by one worker', async () => {
    await applied(
      Array.from({ length: 6 }, (_, index) => ({ email: `p${index}@acme.test` })),
      Array.from({ length: 6 }, (_, index) => invite(`p${index}@acme.test`)),
    )
    const taken = await Promise.all([1, 2, 3, 4].map(() => box().take(2, NOON)))
    const ids = taken.flat().map((letter) => letter.id)
    expect(new Set(ids).size).toBe(ids.length)
    expect([...ids, ...(await box().take(10, NOON)).map((letter) => letter.id)]).toHaveLength(6)
    expect(await box().take(10, NOON)).toEqual([])
  })

  test('letters to administrators leave first, however many members have had some coming for longer', async () => {
    const { world } = await applied(
      Array.from({ length: 6 }, (_, index) => ({ email: `p${index}@acme.test` })),
      Array.from({ length: 6 }, (_, index) => invite(`p${index}@acme.test`)),
    )
    await database.sql`
      insert into administrators (organization_id, email_key, email, role) values (${world.id}, 'root@acme.test', 'root@acme.test', 'admin')`
    const plan = await world.plan([remove('p1@acme.test')], { approved: false })
    await writeAdministratorLetter(database.sql, world.id, { event: 'plan_waits', planId: plan }, minutes(5))
    const first = await box().take(1, minutes(5))
    expect(first.map(({ to, audience }) => [to, audience])).toEqual([['root@acme.test', 'administrator']])
    expect(await box().take(10, minutes(5))).toHaveLength(6)
  })

  test('a worker whose clock is ahead leaves alone what another is sending', async () => {
    await one()
    const slow = box('slow')
    const [letter] = await slow.take(1, new Date())
    if (letter === undefined) throw new Error('no letter')
    const own = box('ahead')
    let looks = 0
    const abandoned = (limit: number) => {
      looks += 1
      return own.abandoned(limit)
    }
    const stopping = new AbortController()
    const ahead = createDispatcher({
      box: { ...own, abandoned },
      mailer: { destination: 'nowhere', send: () => Promise.reject(new Error('nothing is to be sent')) },
      log: createLogger('silent', { write: () => undefined }),
      baseUrl: 'http://localhost',
      perMinute: 100,
      now: () => new Date(Date.now() + 4 * 60_000),
      poll: 5,
    })
    const running = ahead.run(stopping.signal)
    await expect.poll(() => looks).toBeGreaterThan(2)
    stopping.abort()
    await running
    expect(await state()).toEqual(['sending 1'])
    await slow.sent(letter.id, '<m@x>')
    expect(await state()).toEqual(['sent 1 <m@x>'])
  })

  test('it is not due before its time, and counts its tries', async () => {
    await one()
    const mine = box()
    expect(await mine.take(1, minutes(-1))).toEqual([])
    const [first] = await mine.take(1, NOON)
    if (first === undefined) throw new Error('no letter')
    await mine.retry(first.id, minutes(5), '450 later')
    expect(await state()).toEqual(['due 1 450 later'])
    expect(await mine.take(1, minutes(4))).toEqual([])
    const [second] = await mine.take(1, minutes(5))
    expect(second).toMatchObject({ id: first.id, attempt: 2 })
    await mine.sent(first.id, '<m@x>')
    expect(await state()).toEqual(['sent 2 <m@x>'])
  })

  test.each([
    ['failed', (mine: LetterBox, id: number) => mine.failed(id, '550 no such user'), 'failed 1 550 no such user'],
    ['unknown', (mine: LetterBox, id: number) => mine.unknown(id), 'unknown 1 MAIL_UNKNOWN'],
  ] as const)('%s is an end', async (_, end, line) => {
    await one()
    const mine = box()
    const [letter] = await mine.take(1, NOON)
    if (letter === undefined) throw new Error('no letter')
    await end(mine, letter.id)
    expect(await state()).toEqual([line])
    expect(await mine.take(1, minutes(9999))).toEqual([])
    await later(9999)
    expect(await mine.abandoned(1)).toEqual([])
  })

  test('a letter left behind is found by another worker, once, and the worker that is back cannot touch it', async () => {
    await one()
    const gone = box('gone')
    const [letter] = await gone.take(1, NOON)
    if (letter === undefined) throw new Error('no letter')
    const other = box('other')
    await later(1)
    expect(await other.abandoned(1)).toEqual([])
    await later(3)
    const [found] = await other.abandoned(1)
    expect(found).toMatchObject({ id: letter.id, audience: 'member' })
    expect(await other.abandoned(1)).toEqual([])
    await gone.sent(letter.id, '<late@x>')
    expect(await state()).toEqual(['sending 2'])
    await other.unknown(letter.id)
    expect(await state()).toEqual(['unknown 2 MAIL_UNKNOWN'])
  })

  test('one that cannot be worded waits a minute, and the others leave', async () => {
    const { world } = await applied([{ email: 'ann@acme.test' }], [invite('ann@acme.test')], ['root@acme.test'])
    await database.sql`delete from letters where audience = 'administrator'`
    await writeAdministratorLetter(database.sql, world.id, { event: 'plan_waits', planId: 424_242 }, minutes(-1))
    const mine = box()
    const [letter, ...others] = await mine.take(10, NOON)
    expect([letter?.to, others]).toEqual(['ann@acme.test', []])
    expect(await state()).toEqual(['sending 1', expect.stringMatching(/^due 1 plan 424242 of letter \d+ is gone$/)])
    expect(await mine.take(10, new Date(NOON.getTime() + 59_000))).toEqual([])
    expect(await state()).toEqual(['sending 1', expect.stringMatching(/^due 1 /)])
    expect(await mine.take(10, minutes(1))).toEqual([])
    expect(await state()).toEqual(['sending 1', expect.stringMatching(/^due 2 /)])
  })

  test('one that was left behind is never due again, also when the database fails while it is found', async () => {
    await one()
    await box('gone').take(1, NOON)
    const failing = new Proxy(database.sql, {
      apply(target, self, args: unknown[]) {
        if (String(args[0]).includes('from members')) throw new Error('the database is away')
        return Reflect.apply(target, self, args)
      },
    })
    const unlucky: LetterBox = createLetterBox(failing, makeLinkSecret, 'unlucky')
    await later(4)
    expect(await unlucky.abandoned(1)).toEqual([])
    expect(await box().take(1, minutes(9999))).toEqual([])
    const other = box('other')
    await later(4)
    const [found] = await other.abandoned(1)
    if (found === undefined) throw new Error('no letter')
    await other.unknown(found.id)
    expect((await state())[0]).toMatch(/^unknown \d MAIL_UNKNOWN$/)
  })
})
