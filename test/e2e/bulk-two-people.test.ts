/** One person asks for something and another one lets it happen: what each may do, what is told when it changes in between, and an end to it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { planIn, progressShape } from '../support/bulk-scene.ts'
import { until } from '../support/daemon.ts'
import { DOORS, type Door, type Outcome, TwoDoors, type Who, type Wish } from '../support/two-doors.ts'

const TWELVE = 'abcdefghijkl'.split('')
const addressOf = (door: Door, name: string) => `${name}.${door.toLowerCase()}@acme.example`
const twelve = (door: Door) => TWELVE.map((name) => addressOf(door, name))

let doors: TwoDoors
beforeAll(async () => {
  doors = await TwoDoors.open()
  const people = DOORS.flatMap(twelve).map((email) => [email, 'V-Ray; Houdini'])
  await doors.seed({ ...Object.fromEntries(people), 'kim@acme.example': '', 'dana@acme.example': '' })
})
afterAll(() => doors?.close())

/** What one command or request came to: whether it did what was asked, and what was said. */
interface Told {
  done: boolean
  code: string | number | null
  said: string
}

/** Does something with a plan that is there. */
async function act(
  door: Door,
  who: Who,
  verb: string,
  id: string,
  more: { api?: object; cli?: string[] } = {},
): Promise<Told> {
  if (door === 'CLI') {
    const { code, out, err } = await doors.type(who, verb, id, ...(more.cli ?? []))
    return { done: code === 0, code, said: out + err }
  }
  const { status, body } = await doors.ask(who, 'POST', `/plans/${id}/${verb}`, more.api ?? {})
  return {
    done: status === 200,
    code: String(body['code'] ?? ''),
    said: `${body['detail'] ?? body['headline']} ${body['next'] ?? ''}`,
  }
}

/** Approves it, to be started later. */
async function approveOnly(door: Door, who: Who, id: string): Promise<Told> {
  const { hash } = await doors.scene.plan(id)
  return await act(door, who, 'approve', id, { api: { hash, start: false }, cli: ['--no-apply', '--yes'] })
}

async function applied(door: Door, id: string): Promise<Outcome> {
  await act(door, 'olga', 'apply', id)
  await doors.scene.ended(id)
  return await doors.outcome(id)
}

describe.each(DOORS)('by %s', (door) => {
  const all = twelve(door)
  const [a = '', b = '', c = '', d = ''] = all
  const wish: Wish = { verb: 'revoke', users: [a, b, c], products: ['toolbox', 'houdini'] }

  test('an operator asks, a viewer and somebody of another organization cannot let it happen, another administrator does', async () => {
    const { plan } = await doors.looks(door, wish, 'olga')
    const submitted = await act(door, 'olga', 'submit', plan.id)
    expect(submitted.done).toBe(true)
    const { administrators } = await doors.mailsOf(plan.id)
    expect(administrators[0]?.text).toContain(`${doors.scene.daemon.url}/plans/${plan.id}`)
    const { hash } = plan
    const viewer = await act(door, 'vic', 'approve', plan.id, { api: { hash }, cli: ['--yes'] })
    expect(viewer).toMatchObject({ done: false, code: door === 'API' ? 'FORBIDDEN' : 1 })
    expect(viewer.said).toContain('This needs the role operator.')
    if (door === 'API') {
      // Neither with them, nor as if they were here: nothing tells that it exists.
      for (const organization of ['globex', 'acme'])
        expect((await doors.ask('gus', 'POST', `/plans/${plan.id}/approve`, { hash }, organization)).status).toBe(404)
    } else {
      const foreign = await doors.type('gus', 'approve', plan.id, '--yes')
      expect([foreign.code, foreign.err]).toEqual([
        1,
        expect.stringContaining(`There is no plan ${plan.id} in this organization.`),
      ])
    }
    expect((await doors.scene.plan(plan.id)).state).toBe('awaiting_approval')
    expect((await act(door, 'dana', 'approve', plan.id, { api: { hash }, cli: ['--yes'] })).done).toBe(true)
    await doors.scene.ended(plan.id)
    expect(await doors.scene.plan(plan.id)).toMatchObject({
      state: 'applied',
      createdBy: expect.stringContaining('olga@acme.example'),
      approvedBy: expect.stringContaining('dana@acme.example'),
    })
    expect(await doors.stands(a, b, c)).toEqual(['active vray', 'active vray', 'active vray'])
    const audit = await doors.type('kim', 'audit', '--object', plan.id)
    for (const [act, who] of [
      ['plan.created', 'olga'],
      ['plan.submitted', 'olga'],
      ['plan.approved', 'dana'],
    ])
      expect(audit.out).toMatch(new RegExp(`${who}@acme\\.example.*${act?.replace('.', '\\.')}`))
  })

  test('who is left out after a review has to be seen by whoever approves: what was changed, by whom, and the new plan', async () => {
    const { plan } = await doors.looks(door, { verb: 'revoke', users: [a, b, d], products: ['vray'] }, 'olga')
    const { id, hash } = plan
    const out = await act(door, 'dana', 'leave-out', id, { api: { hash, people: [b] }, cli: ['--user', b] })
    expect(out.done).toBe(true)
    const old = await act(door, 'kim', 'approve', id, { api: { hash }, cli: ['--hash', hash.slice(0, 12), '--yes'] })
    expect(old).toMatchObject({ done: false, code: door === 'API' ? 'PLAN_HASH_MISMATCH' : 1 })
    expect(old.said).toMatch(/dana@acme\.example left out 1 person at \d\d:\d\d\./)
    expect(await doors.stands(a, b, d)).toEqual(['active vray', 'active vray', 'active houdini vray'])
    const now = await doors.scene.plan(id)
    const seen = { api: { hash: now.hash }, cli: ['--hash', now.hash.slice(0, 12), '--yes'] }
    expect((await act(door, 'kim', 'approve', id, seen)).done).toBe(true)
    await doors.scene.ended(id)
    expect((await doors.outcome(id)).people).toEqual({ succeeded: 2, leftOut: 1 })
    expect(await doors.stands(a, b, d)).toEqual(['active', 'active vray', 'active houdini'])
    expect(await doors.letters(a, id)).toHaveLength(1)
    expect((await doors.mailsOf(id, 2)).members.map(({ to }) => to)).not.toContain(b)
  })

  test('row 26: what somebody takes by hand after the approval is done already, and what they change is left alone; the others run', async () => {
    const held = all.slice(4)
    const eight = await doors.looks(door, { verb: 'revoke', users: [...held, a, c, d], products: ['houdini'] })
    expect((await approveOnly(door, 'dana', eight.plan.id)).done).toBe(true)
    const [first = '', second = ''] = held
    await doors.does(door, { verb: 'revoke', users: [first], products: ['houdini'] }, 'olga')
    const done = await applied(door, eight.plan.id)
    expect(done).toMatchObject({ plan: { state: 'applied' }, people: { succeeded: 8, noChange: 3 }, failures: [] })

    const until = { verb: 'assign', users: [...held, b, c], products: ['vray'], expires: '2028-06-30' } satisfies Wish
    await doors.does(door, { ...until, users: [...until.users, a, d], expires: 'never', quiet: true })
    const dated = await doors.looks(door, { ...until, users: [...until.users, a, d] })
    expect((await approveOnly(door, 'dana', dated.plan.id)).done).toBe(true)
    await doors.does(door, { ...until, users: [second], expires: '2029-12-31' }, 'olga')
    const rest = await applied(door, dated.plan.id)
    expect(rest.people).toEqual({ succeeded: 11, stale: 1 })
    expect(rest.plan.state).toBe('applied')
    const items = await doors.scene.items(dated.plan.id)
    expect(items.filter(({ code }) => code !== null)).toMatchObject([{ email: second, code: 'STALE_ITEM' }])
    const ends = await doors.endsOf('vray', first, second)
    expect(ends).toEqual(['2028-06-30T22:00:00.000Z', '2029-12-31T23:00:00.000Z'])
  })

  test('row 25: nobody approves what is taken from themselves; the others go, and a second person does the rest', async () => {
    const [self, other]: [Who, Who] = door === 'API' ? ['kim', 'dana'] : ['dana', 'kim']
    const own = `${self}@acme.example`
    const users = [own, ...all.slice(8)]
    const done = await doors.does(door, { verb: 'remove', users, revokeFirst: true }, self)
    expect(done).toMatchObject({ plan: { state: 'partially_failed' }, people: { succeeded: 4, failed: 1 } })
    expect(done.failures).toEqual([
      `${own} SELF_CHANGE ${own} has approved this plan, and nobody approves what is taken from themselves.`,
    ])
    expect(done.exit).toBe(door === 'CLI' ? 4 : null)
    expect(await doors.stands(own)).toEqual(['active'])
    const again = await doors.does(door, { verb: 'remove', users: [own] }, other)
    expect(again.plan.state).toBe('applied')
    expect(await doors.stands(own, ...all.slice(8))).toEqual(Array.from({ length: 5 }, () => 'removed'))
  })

  test('a plan that nobody wants is discarded, one that was approved is cancelled, and both can be asked for again', async () => {
    const users = all.slice(4, 6)
    const draft = await doors.looks(door, { verb: 'assign', users, products: ['toolbox'] }, 'olga')
    expect((await act(door, 'olga', 'discard', draft.plan.id)).done).toBe(true)
    const late = await act(door, 'dana', 'approve', draft.plan.id, { api: { hash: draft.plan.hash }, cli: ['--yes'] })
    expect(late.done).toBe(false)
    const anew = await act(door, 'olga', 'again', draft.plan.id)
    const id =
      door === 'API' ? ((await doors.plansOf('by_hand'))[0]?.id ?? '') : planIn({ code: 0, out: anew.said, err: '' })
    expect(id).not.toBe(draft.plan.id)
    expect((await approveOnly(door, 'dana', id)).done).toBe(true)
    expect((await act(door, 'olga', 'cancel', id)).done).toBe(true)
    expect(await doors.outcome(id)).toMatchObject({ plan: { state: 'cancelled' }, people: { cancelled: 2 } })
    expect(await doors.stands(...users)).toEqual(['active vray', 'active vray'])
  })
})

describe('a plan of very many', { timeout: 180_000 }, () => {
  const MANY = 60_000
  let plan = { id: '', hash: '' }

  /** Cancels it once some of it is done; whatever else there is to do comes to nothing within 5 seconds. */
  async function cancelled(cancel: () => Promise<unknown>): Promise<Outcome> {
    await until(async () => {
      const { state, states } = await doors.must(progressShape, 'root', 'GET', `/plans/${plan.id}/progress`)
      if (state === 'applied') throw new Error('it was over before it could be cancelled')
      return (states['succeeded'] ?? 0) > 0
    })
    await cancel()
    const end = await doors.outcome(plan.id)
    const { succeeded = 0, cancelled = 0, noop = 0 } = end.states
    expect([end.plan.state, end.states['pending'] ?? 0]).toEqual(['cancelled', 0])
    expect(succeeded + cancelled + noop).toBe(MANY)
    expect(cancelled).toBeGreaterThan(0)
    const [last] = await doors.scene.sql<{ seconds: number }[]>`
      select extract(epoch from max(o.at) - p.finished_at)::float8 as seconds from outcomes o
      join plans p on p.organization_id = o.organization_id and p.id = o.plan_id
      where 'pln_' || o.plan_id = ${plan.id} and o.state in ('succeeded', 'noop') group by p.finished_at`
    expect(last?.seconds).toBeLessThan(5)
    return end
  }

  test('is stopped while it runs, within 5 seconds, by a request', async () => {
    let csv = 'email\n'
    for (let n = 0; n < MANY; n++) csv += `many.${n}@acme.example\n`
    plan = await doors.draft('olga', { verb: 'invite', csv, quiet: true })
    await doors.approve('dana', plan)
    const end = await cancelled(async () => {
      const asked = Date.now()
      await act('API', 'olga', 'cancel', plan.id)
      expect(Date.now() - asked).toBeLessThan(5_000)
    })
    const [row] = await doors.scene.sql<{ many: number }[]>`
      select count(*)::int as many from members where email like 'many.%' and state <> 'removed'`
    expect(row?.many).toBe(end.states['succeeded'])
  })

  test('is asked for again: what is done counts as done, and a command stops it as fast', async () => {
    const before = (await doors.outcome(plan.id)).states['succeeded'] ?? 0
    const anew = await doors.ask('olga', 'POST', `/plans/${plan.id}/again`, {})
    plan = { id: String(anew.body['id']), hash: String(anew.body['hash']) }
    expect(anew.body['headline']).toContain(`${before.toLocaleString('en-US')} are as wanted already`)
    await doors.approve('dana', plan)
    let said = ''
    const end = await cancelled(async () => {
      const ended = await doors.type('olga', 'cancel', plan.id)
      said = ended.out + ended.err
      expect(ended.code).toBe(0)
    })
    expect(end.states['noop']).toBeLessThanOrEqual(before)
    expect(said).toContain(`Plan ${plan.id} was cancelled: `)
  })
})
