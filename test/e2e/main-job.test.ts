/**
 * The main job with real parts: a daemon process, its database, files in its drop folder, the command line as processes beside it,
 * and a mail server. The tests tell one story and run in order.
 */
import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type Daemon, type Ended, Installation, processesBelow, until } from '../support/daemon.ts'
import { mailServer } from '../support/mail-server.ts'
import { readMail } from '../support/read-mail.ts'

const CONFIG = new URL('../../config/', import.meta.url)
const ADMINISTRATORS = ['dana.fischer@acme.example', 'kim.larsen@acme.example']

const planShape = z.looseObject({
  id: z.string(),
  state: z.string(),
  hash: z.string(),
  verdict: z.string(),
  overrideCount: z.number().nullable(),
  itemCount: z.number(),
  counts: z.record(z.string(), z.number()),
  approvedBy: z.string().nullable(),
})
const itemShape = z.looseObject({
  number: z.number(),
  kind: z.string(),
  email: z.string(),
  product: z.string().nullable(),
  state: z.string(),
})
const memberShape = z.looseObject({
  id: z.string(),
  state: z.string(),
  email: z.string(),
  assignments: z.array(z.looseObject({ product: z.string() })),
})
const snapshotShape = z.looseObject({ id: z.string(), file: z.string(), state: z.string(), missing: z.number() })

let server: Awaited<ReturnType<typeof mailServer>>
let place: Installation
let daemon: Daemon
let sample: string[]

beforeAll(async () => {
  server = await mailServer()
  const text = await readFile(new URL('sample-roster.csv', CONFIG), 'utf8')
  sample = text.trimEnd().split('\n')
  const config = (await readFile(new URL('rosterd.yaml', CONFIG), 'utf8')).replace('settle: 2s', 'settle: 100ms')
  place = await Installation.make(config, { 'sample-roster.csv': text })
  daemon = await place.start({ SMTP_URL: `smtp://127.0.0.1:${server.port}` })
})
afterAll(async () => {
  await place?.remove()
  await server?.close()
})

/** The sample without the people with these ids, with these lines added or put in the place of the ones with the same id. */
function roster(without: string[], lines: string[] = []): string {
  const idOf = (line: string) => line.slice(0, line.indexOf(','))
  const replaced = new Set([...without, ...lines.map(idOf)])
  return `${[...sample.filter((line) => !replaced.has(idOf(line))), ...lines].join('\n')}\n`
}

const plans = (state = '') => daemon.list(`/plans${state && `?state=${state}`}`, planShape)
const items = (plan: string) => daemon.list(`/plans/${plan}/items`, itemShape)
const members = () => daemon.list('/members', memberShape)
const mails = () => server.deliveries.map(readMail)
const json = <T extends z.ZodType>(ended: Ended, shape: T): z.output<T> => shape.parse(JSON.parse(ended.out))

/** The plan that waits; there must be one, and only one. */
async function waiting() {
  const [plan, ...others] = await until(async () => {
    const found = await plans('awaiting_approval')
    return found.length > 0 && found
  })
  if (!plan || others.length > 0) throw new Error(`${others.length + 1} plans wait`)
  return plan
}

async function actions(plan: string): Promise<string[]> {
  return (await items(plan)).map(({ kind, email, product }) => [kind, email, product].filter(Boolean).join(' '))
}

async function holdings(): Promise<Record<string, string[]>> {
  const all = (await members()).map(({ email, assignments }) => [email, assignments.map(({ product }) => product)])
  return Object.fromEntries(all)
}

async function snapshotOf(file: string) {
  return until(async () => {
    const all = await daemon.list('/snapshots', snapshotShape)
    return all.find((one) => one.file === file && one.state !== 'staging')
  })
}

describe('the sample roster', () => {
  test('becomes a plan that waits, and whoever started the daemon is told what to type', async () => {
    const plan = await waiting()
    expect(plan).toMatchObject({ id: 'pln_1', itemCount: 70, counts: { invite: 40, assign: 30 } })
    await until(async () => daemon.said().includes('approve pln_1'))
    expect(daemon.said()).toMatch(/pln_1 waits for you: Invite 40 · Assign 30/)
    expect(await members()).toEqual([])
  })

  test('is shown by the command line, and nothing happens without a yes', async () => {
    const shown = await place.rosterd('show', 'pln_1')
    expect(shown.code).toBe(0)
    expect(shown.out).toContain('amara.okafor@acme.example')
    expect(shown.out).toContain('approve pln_1')
    const whole = json(await place.rosterd('show', '1', '--json'), planShape.extend({ items: z.array(itemShape) }))
    expect(whole.items).toHaveLength(70)

    const unasked = await place.rosterd('approve', 'pln_1')
    expect(unasked.code).toBe(3)
    expect(unasked.err).toContain('approve pln_1 --yes')
    expect((await place.rosterd('apply', 'pln_1')).code).toBe(3)
    expect(await members()).toEqual([])
  })

  test('another hash than the one that was reviewed approves nothing', async () => {
    const { status, body } = await daemon.ask('POST', '/plans/pln_1/approve', { hash: 'f'.repeat(64) })
    expect([status, body['code']]).toEqual([409, 'PLAN_HASH_MISMATCH'])
    expect((await waiting()).state).toBe('awaiting_approval')
  })

  test('is approved and applied: members, licences, and the progress of the plan', async () => {
    const approved = await place.rosterd('approve', 'pln_1', '--yes')
    expect(approved).toMatchObject({ code: 0, err: '' })
    expect(approved.out).toMatch(/70/)
    const { body } = await daemon.ask('GET', '/plans/pln_1/progress')
    expect(body).toMatchObject({ id: 'pln_1', state: 'applied', itemCount: 70, people: { succeeded: 40, failed: 0 } })
    expect(body).toMatchObject({ states: { succeeded: 70 } })
    expect((await place.rosterd('apply', 'pln_1')).code).toBe(0)

    const people = await members()
    expect(people).toHaveLength(40)
    expect(new Set(people.map(({ state }) => state))).toEqual(new Set(['invited']))
    expect(await holdings()).toMatchObject({
      'luis.herrera@acme.example': ['houdini', 'vray'],
      'amara.okafor@acme.example': ['vray'],
      'ravi.patel@acme.example': ['toolbox'],
      'laura.moretti@acme.example': [],
    })
    const listed = await place.rosterd('members', '--json', '--all')
    expect(json(listed, z.array(memberShape))).toHaveLength(40)
  })

  test('reaches everybody by one mail, and the administrators with the counts and a link', async () => {
    await until(async () => server.deliveries.length >= 44)
    const personal = mails().filter(({ subject }) => !subject.startsWith('[rosterd]'))
    expect(new Set(personal.map(({ subject }) => subject))).toEqual(new Set(['You are now a member of Acme']))
    expect(personal.map(({ to }) => to).sort()).toEqual((await members()).map(({ email }) => email).sort())
    const luis = personal.find(({ to }) => to === 'luis.herrera@acme.example')
    expect(luis?.text).toContain('A licence of V-Ray is yours.')
    expect(luis?.text).toContain('A licence of Houdini is yours.')

    const official = mails().filter(({ subject }) => subject.startsWith('[rosterd]'))
    const toldWaiting = official.filter(({ subject }) => subject.includes('wait for you'))
    expect(toldWaiting.map(({ to }) => to).sort()).toEqual(ADMINISTRATORS)
    for (const { subject, text } of toldWaiting) {
      expect(subject).toBe('[rosterd] Acme: 40 invites and 30 assignments wait for you – HR feed')
      expect(text).toContain(`${daemon.url}/plans/pln_1`)
      expect(text).toContain('approve pln_1')
    }
    const completed = official.filter(({ subject }) => subject.includes('applied'))
    expect(completed.map(({ to }) => to).sort()).toEqual(ADMINISTRATORS)
    expect(completed[0]?.subject).toBe('[rosterd] Acme: applied 70, failed 0, waiting 0 – HR feed')
    const page = await fetch(`${daemon.url}/plans/pln_1`)
    // Whoever is not signed in signs in first, and goes on to the plan.
    expect([page.status, new URL(page.url).pathname, page.url.includes('pln_1')]).toEqual([200, '/sign-in', true])
  })
})

const JOINERS = [
  '002001,lena.koch@acme.example,Lena,Koch,Artists,active,',
  '002002,omar.said@acme.example,Omar,Said,Finance,active,',
]
const CHANGED = [
  '001009,jonas.weber@acme.example,Jonas,Weber,Production,active,',
  '001019,marta.kowalska@acme.example,Marta,Kowalska,Lighting,active,',
  '001010,fatima.benali@acme.example,Fatima,Benali,Artists,active,',
]
const LEFT = ['001015', '001031']

describe('a second roster', () => {
  test('becomes a plan of exactly the joiners, leavers, movers and the new address', async () => {
    await place.drop('second.csv', roster(LEFT, [...CHANGED, ...JOINERS]))
    const plan = await waiting()
    const found = await actions(plan.id)
    expect([...found].sort()).toEqual([
      'assign lena.koch@acme.example vray',
      'assign marta.kowalska@acme.example houdini',
      'assign marta.kowalska@acme.example vray',
      'invite lena.koch@acme.example',
      'invite omar.said@acme.example',
      'remove daniel.obrien@acme.example',
      'remove laura.moretti@acme.example',
      'revoke daniel.obrien@acme.example vray',
      'revoke jonas.weber@acme.example vray',
      'update_identity fatima.elamrani@acme.example',
    ])
    const numbers = (await items(plan.id)).map(({ kind, number }) => ({ kind, number }))
    const of = (kind: string) => numbers.filter((one) => one.kind === kind).map(({ number }) => number)
    expect(Math.max(...of('revoke'))).toBeLessThan(Math.min(...of('remove')))
  })

  test('is applied, and each of them gets one mail; the new address is told to both', async () => {
    const before = server.deliveries.length
    const plan = await waiting()
    expect(await place.rosterd('approve', plan.id, '--yes')).toMatchObject({ code: 0, err: '' })
    const held = await holdings()
    expect(Object.keys(held)).toHaveLength(40)
    expect(held).toMatchObject({
      'lena.koch@acme.example': ['vray'],
      'omar.said@acme.example': [],
      'jonas.weber@acme.example': [],
      'marta.kowalska@acme.example': ['houdini', 'vray'],
      'fatima.benali@acme.example': ['vray'],
    })
    const personal = await until(async () => {
      const all = mails().slice(before)
      const own = all.filter(({ subject }) => !subject.startsWith('[rosterd]'))
      const told = all.filter(({ subject }) => subject.includes('applied'))
      return own.length >= 8 && told.length >= ADMINISTRATORS.length && own
    })
    expect(personal.map(({ to, subject }) => `${to}: ${subject}`).sort()).toEqual([
      'daniel.obrien@acme.example: Your membership of Acme has ended',
      'fatima.benali@acme.example: Your e-mail address at Acme changed',
      'fatima.elamrani@acme.example: Your e-mail address at Acme changed',
      'jonas.weber@acme.example: You no longer have V-Ray at Acme',
      'laura.moretti@acme.example: Your membership of Acme has ended',
      'lena.koch@acme.example: You are now a member of Acme',
      'marta.kowalska@acme.example: What changed for you at Acme',
      'omar.said@acme.example: You are now a member of Acme',
    ])
    const planned = await place.rosterd('plan')
    expect(planned).toMatchObject({ code: 0 })
    expect(planned.out).toContain('in step')
  })
})

describe('a broken roster', () => {
  test('cut to 40 % is refused until somebody turns it away, and nobody loses anything, then or at the next plan', async () => {
    const before = await holdings()
    const whole = roster(LEFT, [...CHANGED, ...JOINERS])
      .trimEnd()
      .split('\n')
    await place.drop('cut.csv', `${whole.slice(0, 1 + Math.floor((whole.length - 1) * 0.4)).join('\n')}\n`)
    const cut = await snapshotOf('cut.csv')
    expect(cut.state).toBe('refused')
    expect((await place.rosterd('plan')).out).toContain('in step')
    expect(await holdings()).toEqual(before)
    const count = `admit ${cut.id} --count ${cut.missing}`
    expect((await place.rosterd('snapshots', '--state', 'refused')).out).toMatch(
      new RegExp(`two administrators with different e-mail addresses type: .*${count}`),
    )
    const first = await place.rosterd('admit', cut.id, '--count', String(cut.missing))
    expect([first.code, first.err]).toEqual([3, expect.stringContaining('not with the bootstrap token')])
    expect((await place.rosterd('dismiss', cut.id)).code).toBe(0)
    const reason = await until(() => place.reason('cut.csv'))
    expect(reason).toMatchObject({
      file: 'cut.csv',
      state: 'dismissed',
      reasons: expect.arrayContaining([expect.objectContaining({ code: 'G12' })]),
    })
    expect(reason['message']).toContain('usually 41')
    expect(await holdings()).toEqual(before)
  })

  test('with nothing but a header is refused as well', async () => {
    const before = await holdings()
    await place.drop('empty.csv', `${sample[0]}\n`)
    const empty = await snapshotOf('empty.csv')
    expect(empty.state).toBe('refused')
    expect((await place.rosterd('dismiss', empty.id)).code).toBe(0)
    expect(await until(() => place.reason('empty.csv'))).toMatchObject({ reasons: [{ code: 'FILE_EMPTY' }] })
    expect(json(await place.rosterd('plan', '--json'), z.looseObject({ items: z.array(planShape) })).items).toEqual([])
    expect(await holdings()).toEqual(before)
    expect(await plans('awaiting_approval')).toEqual([])
  })
})

// Nobody of these holds a product, so that what the guard counts is the removals alone.
const GONE = '001020 001022 001023 001027 001028 001029 001030 001032 001033 001035'.split(' ')
const smaller = () => roster([...LEFT, ...GONE], [...CHANGED, ...JOINERS])

describe('a roster with three quarters of the people', () => {
  test('is held until somebody types how many are missing', async () => {
    await place.drop('smaller.csv', smaller())
    const snapshot = await snapshotOf('smaller.csv')
    expect(snapshot).toMatchObject({ state: 'held', missing: 10 })
    expect((await place.rosterd('plan')).out).toContain('smaller.csv of HR feed is held')
    expect(await plans('awaiting_approval')).toEqual([])
    const listed = await place.rosterd('snapshots', '--state', 'held')
    expect(listed.out).toContain(`admit ${snapshot.id} --count 10`)
    const wrong = await place.rosterd('admit', snapshot.id, '--count', '9')
    expect(wrong.code).toBe(3)
    expect(wrong.err).toContain('10')
    expect((await place.rosterd('admit', snapshot.id)).code).toBe(2)
    expect((await snapshotOf('smaller.csv')).state).toBe('held')
    expect((await place.rosterd('admit', snapshot.id, '--count', '10')).code).toBe(0)
    expect((await snapshotOf('smaller.csv')).state).toBe('admitted')
    await until(async () => (await place.putAway('processed')).some((name) => name.endsWith('-smaller.csv')))
  })

  test('its plan is held: --yes does not lift that, and neither does another number', async () => {
    const plan = await waiting()
    expect(plan).toMatchObject({ verdict: 'hold', overrideCount: 10, counts: { remove: 10 } })
    const held = await place.rosterd('approve', plan.id, '--yes')
    expect(held.code).toBe(3)
    expect(held.err).toContain('0 of 10 items were applied')
    expect(held.err).toContain(`approve ${plan.id} --override 10 --reason`)
    const wrong = await place.rosterd('approve', plan.id, '--yes', '--override', '9', '--reason', 'as agreed')
    expect(wrong.code).toBe(3)
    expect((await place.rosterd('approve', plan.id, '--yes', '--override', '10')).code).toBe(2)
    expect(await members()).toHaveLength(40)
    const right = await place.rosterd('approve', plan.id, '--yes', '--override', '10', '--reason', 'as agreed')
    expect(right).toMatchObject({ code: 0, err: '' })
    expect(await members()).toHaveLength(30)
    const { body } = await daemon.ask('GET', `/plans/${plan.id}`)
    expect(body['override']).toMatchObject({ count: 10, reason: 'as agreed' })
    const told = await until(async () => {
      const held = mails().filter(({ subject }) => subject.includes('10 removals held for a decision'))
      return held.length >= ADMINISTRATORS.length && held
    })
    expect(told.map(({ to }) => to).sort()).toEqual(ADMINISTRATORS)
  })
})

const LATER = ['001025', '001026']
const NEWEST = [
  '002003,ines.duarte@acme.example,Inês,Duarte,Artists,active,',
  '002004,theo.roux@acme.example,Théo,Roux,Finance,active,',
  '002005,maja.lund@acme.example,Maja,Lund,Finance,active,',
  '002006,ali.yilmaz@acme.example,Ali,Yılmaz,HR,active,',
]
const later = () => roster([...LEFT, ...GONE, ...LATER], [...CHANGED, ...JOINERS, ...NEWEST])

describe('after three plans that a person approved', () => {
  test('what only adds is applied by itself, and removals still wait', async () => {
    await place.drop('later.csv', later())
    const left = await waiting()
    expect(await actions(left.id)).toEqual([
      'revoke ingrid.solberg@acme.example toolbox',
      'revoke carlos.mendes@acme.example toolbox',
      'remove ingrid.solberg@acme.example',
      'remove carlos.mendes@acme.example',
    ])
    const added = await until(async () => (await plans('applied')).find(({ counts }) => counts['invite'] === 4))
    expect((await actions(added.id)).sort()).toEqual([
      'assign ines.duarte@acme.example vray',
      'invite ali.yilmaz@acme.example',
      'invite ines.duarte@acme.example',
      'invite maja.lund@acme.example',
      'invite theo.roux@acme.example',
    ])
    expect(added.approvedBy).toMatch(/additive_auto/)
    const held = await holdings()
    expect(held['ines.duarte@acme.example']).toEqual(['vray'])
    expect(held['ingrid.solberg@acme.example']).toEqual(['toolbox'])
  })

  test('a rejected removal is not proposed again until the source repeats itself', async () => {
    const left = await waiting()
    const rejected = await place.rosterd('reject', left.id, '--reason', 'they are on holiday')
    expect(rejected).toMatchObject({ code: 0, err: '' })
    expect((await place.rosterd('plan')).out).toContain('in step')
    await place.drop('again.csv', later())
    const again = await waiting()
    expect(await actions(again.id)).toHaveLength(4)
    expect((await place.rosterd('approve', again.id, '--yes')).code).toBe(0)
    expect(Object.keys(await holdings())).not.toContain('ingrid.solberg@acme.example')
  })
})

describe('by hand', () => {
  test('somebody is invited, accepts, and no roster takes them away again', async () => {
    const invited = await place.rosterd('invite', '--user', 'guest@partner.example', '--first-name', 'Gwen', '--yes')
    expect(invited).toMatchObject({ code: 0, err: '' })
    const guest = (await members()).find(({ email }) => email === 'guest@partner.example')
    expect(guest).toMatchObject({ state: 'invited', assignments: [] })
    await until(async () => mails().some(({ to }) => to === 'guest@partner.example'))
    const accepted = await daemon.ask('POST', `/members/${guest?.id}/accept`, {})
    expect([accepted.status, accepted.body['state']]).toEqual([200, 'active'])
    expect((await daemon.ask('POST', `/members/${guest?.id}/accept`, {})).body['state']).toBe('active')
    expect((await place.rosterd('plan')).out).toContain('in step')
  })
})

describe('at the end', () => {
  test('no member was mailed twice about one plan', () => {
    const personal = mails().filter(({ subject }) => !subject.startsWith('[rosterd]'))
    const keys = personal.map(({ to, text }) => `${to} ${/Reference: (pln_\d+)/.exec(text)?.[1]}`)
    expect(new Set(keys).size).toBe(keys.length)
    expect(keys.some((key) => key.endsWith('undefined'))).toBe(false)
  })

  test('SIGTERM stops everything, the database included', async () => {
    expect((await processesBelow(place.data)).length).toBeGreaterThan(0)
    expect(await daemon.stop()).toBe(0)
    expect(daemon.said()).toContain('rosterd has stopped.')
    expect(await processesBelow(place.data)).toEqual([])
    const away = await place.rosterd('plans')
    expect(away.code).toBe(1)
    expect(away.err).not.toContain('    at ')
    expect(daemon.logged()).toBe('')
  })
})
