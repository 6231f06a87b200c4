/**
 * Bulk assignment as the help page has it: users, products, expiration date, summary, assign; by file and by address, with too few
 * seats, and waiting for them. By the command line and over the API of a started daemon, with mail as it arrives. The tests tell one
 * story and run in order.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { BulkScene, lineIn, planIn } from '../support/bulk-scene.ts'
import { until } from '../support/daemon.ts'

const YEAR = new Date().getFullYear() + 1
const CONFIG = `organizations:
  acme:
    name: Acme
    zone: Europe/Berlin
    domains: [acme.example]
    administrators:
      - { email: kim@acme.example, role: admin }
      - { email: dana@acme.example, role: operator }
    products:
      vray: { name: V-Ray, seats: 6 }
      houdini: { name: Houdini, seats: 3, reserve: 1 }
      toolbox: { name: Admin Toolbox, seats: 10 }
    sources: { hr: { kind: csv, approval: manual } }
    rules: { everyone: { source: hr, when: { everyone: true }, then: [{ member: member }] } }
`
const NAMES = ['p1', 'p2', 'p3', 'p4', 'p5', 'p6', 'p7', 'p8']
const mail = (name: string) => `${name}@acme.example`
const users = (...names: string[]) => names.flatMap((name) => ['--user', mail(name)])

let scene: BulkScene
beforeAll(async () => {
  scene = await BulkScene.open(CONFIG)
  const { id } = await scene.operation({ verb: 'invite', users: NAMES.map(mail), quiet: true })
  await scene.apply(id)
  for (const name of ['p1', 'p2', 'p3']) {
    const member = await scene.member(mail(name))
    await scene.ask('POST', `/members/${member.id}/accept`, { body: {} })
  }
})
afterAll(() => scene?.close())

/** The last days of what somebody holds, by product. */
async function ends(name: string): Promise<Record<string, string | null>> {
  const { assignments } = await scene.member(mail(name))
  // The end is the first moment of the next day in Berlin.
  const day = (at: string) => new Date(Date.parse(at) - 1).toLocaleDateString('en-CA', { timeZone: 'Europe/Berlin' })
  return Object.fromEntries(assignments.map((one) => [one.product, one.expiresAt === null ? null : day(one.expiresAt)]))
}

describe('by a file on the command line', () => {
  let csv: string
  let plan: string

  test('a date per row, and one for all rows that have none; each row in error has its code and its line', async () => {
    csv = join(scene.place.directory, 'assign.csv')
    expect((await scene.rosterd('template', 'assign', '--output', csv)).code).toBe(0)
    const template = await readFile(csv, 'utf8')
    const first = template.trimEnd().split('\r\n').length + 1
    const rows = [
      `${mail('p1')},V-Ray;Admin Toolbox,${YEAR}-03-31`,
      `${mail('p2')},V-Ray,`,
      `${mail('p2')},Admin Toolbox,${YEAR}-12-31`,
      `${mail('p4')},VRay 6,`,
      `${mail('p5')},V-Ray,01/02/${YEAR}`,
      `p33@acme.example,V-Ray,`,
      `${mail('p3')},V-Ray,2020-01-31`,
    ]
    await scene.file('assign.csv', `${template}${rows.join('\r\n')}\r\n`)
    const asked = await scene.rosterd('assign', '--csv', csv, '--expires', `${YEAR}-06-30`)
    expect(asked.code).toBe(3)
    plan = planIn(asked)
    expect(asked.out).toContain(
      '7 rows: 3 people (2 to assign, 1 no member), 1 merged with another line of the same person, 3 in error.\n',
    )
    expect(asked.out).toMatch(
      new RegExp(`line ${first + 3}: There is no product "VRay 6"; did you mean V-Ray\\?.*\\(PRODUCT_UNKNOWN\\)`),
    )
    expect(asked.out).toMatch(
      new RegExp(`line ${first + 4}: "01/02/${YEAR}" is not a date.*--date-order.*\\(EXPIRY_INVALID\\)`),
    )
    expect(asked.out).toMatch(
      new RegExp(
        `line ${first + 5}: p33@acme\\.example is not a member\\. Did you mean p3@acme\\.example\\?.*\\(MEMBER_NOT_FOUND\\)`,
      ),
    )
    expect(asked.out).toMatch(new RegExp(`line ${first + 6}: 2020-01-31 is over\\..*\\(EXPIRY_IN_PAST\\)`))
    expect(asked.out).toContain('Assign 4; 2 people get one mail each\n')
    expect(asked.out).toMatch(/^V-Ray +6 +0 +2$/m)
    expect(asked.out).toMatch(/^Admin Toolbox +10 +0 +2$/m)
    expect(await scene.seats('vray')).toMatchObject({ used: 0 })
  })

  test('Assign: what each has until when, and the numbers add up to the rows', async () => {
    const ran = await scene.rosterd('approve', plan, '--yes')
    expect([ran.code, ran.err]).toEqual([4, ''])
    expect(ran.out).toContain('7 rows: 2 people (2 done), 1 merged with another row of the same person, 4 in error.\n')
    expect(ran.out).toContain('See failed assignments, as a file')
    expect(await ends('p1')).toEqual({ vray: `${YEAR}-03-31`, toolbox: `${YEAR}-03-31` })
    expect(await ends('p2')).toEqual({ vray: `${YEAR}-06-30`, toolbox: `${YEAR}-12-31` })
  })

  test('each gets one mail with all that they were given, and the administrators one with the link', async () => {
    const { members, administrators } = await scene.mailsOf(plan, { members: 2, administrators: 2 })
    expect(members.map(({ to }) => to).sort()).toEqual([mail('p1'), mail('p2')])
    const p2 = members.find(({ to }) => to === mail('p2'))
    expect(p2?.text).toMatch(new RegExp(`V-Ray until 30 Jun ${YEAR}`))
    expect(p2?.text).toMatch(new RegExp(`Admin Toolbox until 31 Dec ${YEAR}`))
    expect(administrators.map(({ to }) => to).sort()).toEqual([mail('dana'), mail('kim')])
    for (const { subject, text } of administrators) {
      expect(subject).toMatch(/^\[rosterd\] Acme: Assign .*2 .*4 rows not read$/)
      expect(text).toContain(`${scene.daemon.url}/plans/${plan}`)
    }
  })

  test('its failures are put right and uploaded again as they come', async () => {
    const failed = join(scene.place.directory, 'failed.csv')
    await scene.rosterd('failures', plan, '--csv', '--output', failed)
    const text = (await readFile(failed, 'utf8'))
      .replace('VRay 6', 'V-Ray')
      .replace(`01/02/${YEAR}`, `${YEAR}-02-01`)
      .replace('p33@', 'p3@')
    await scene.file('failed.csv', text)
    const ran = await scene.rosterd('assign', '--csv', failed, '--expires', `${YEAR}-06-30`, '--yes')
    expect(ran.code).toBe(4)
    // Of the two lines of p3 the one that is over is still in error.
    expect(ran.out).toContain('4 rows: 3 people (3 done), 1 in error.\n')
    expect([await ends('p3'), await ends('p4'), await ends('p5')]).toEqual([
      { vray: `${YEAR}-06-30` },
      { vray: `${YEAR}-06-30` },
      { vray: `${YEAR}-02-01` },
    ])
  })
})

describe('by addresses', () => {
  test('several products at once, one date for all; a later date extends, an earlier one shortens, the same changes nothing', async () => {
    const all = ['--product', 'V-Ray', '--product', 'toolbox', '--expires', `${YEAR}-06-30`]
    const ran = await scene.rosterd('assign', ...users('p1', 'p2', 'p3'), ...all, '--yes')
    expect([ran.code, ran.err]).toEqual([0, ''])
    expect(ran.out).toMatch(/Assign 1 · Extend 2 · Shorten 1; 3 people get one mail each/)
    expect(ran.out).toContain('4 done, 2 already so of 6 items.\n')
    expect(ran.out).toContain('3 people (3 done).\n')
    for (const name of ['p1', 'p2', 'p3'])
      expect(await ends(name)).toEqual({ vray: `${YEAR}-06-30`, toolbox: `${YEAR}-06-30` })
    const { members } = await scene.mailsOf(planIn(ran), { members: 3, administrators: 2 })
    expect(members.find(({ to }) => to === mail('p1'))?.text).toMatch(/V-Ray now lasts longer, until 30 Jun/)
    expect(members.find(({ to }) => to === mail('p2'))?.text).toMatch(/Admin Toolbox now ends earlier/)
    const again = await scene.rosterd('assign', ...users('p1', 'p2', 'p3'), ...all, '--yes')
    expect(again.out).toContain('3 are as wanted already, for as long as their sources say; nobody will be mailed')
    expect(again.out).toContain('6 already so of 6 items.\n')
  })

  test('--quiet tells nobody who gets something, and says so before', async () => {
    const ran = await scene.rosterd('assign', ...users('p4'), '--product', 'toolbox', '--quiet', '--yes')
    expect(ran).toMatchObject({ code: 0, err: '' })
    expect(ran.out).toContain('Assign 1; nobody will be mailed\n')
    expect((await scene.mailsOf(planIn(ran), { members: 0, administrators: 2 })).members).toEqual([])
  })
})

describe('with too few seats', () => {
  test('it is said before who gets none; they fail with what to do, and the others are served, the reserve included', async () => {
    const five = users('p1', 'p2', 'p3', 'p4', 'p5')
    const dry = await scene.rosterd('assign', ...five, '--product', 'houdini', '--dry-run')
    expect(dry).toMatchObject({ code: 0, err: '' })
    expect(dry.out).toContain('Assign 5; 2 will fail; 3 people get one mail each\n')
    expect(dry.out).toMatch(/^Houdini +3 +0 +3$/m)
    const foretold = [...dry.out.matchAll(/(p\d)@acme\.example: will fail: No free seat of Houdini/g)].map(
      ([, who]) => who,
    )
    expect(foretold).toHaveLength(2)
    expect(dry.out).toContain('Nothing was done.\n')
    const plan = planIn(dry)
    const ran = await scene.rosterd(...lineIn(dry, 'To approve it:'), '--yes')
    expect([ran.code, ran.err]).toEqual([4, ''])
    expect(ran.out).toContain('was applied in part: 3 done, 2 failed of 5 items.\n')
    const failures = z.object({
      items: z.array(z.looseObject({ email: z.string(), code: z.string(), line: z.number() })),
    })
    const { items } = failures.parse((await scene.ask('GET', `/plans/${plan}/failures`)).json)
    expect(items.map(({ email, code }) => [email, code]).sort()).toEqual(
      foretold.map((who) => [mail(who ?? ''), 'SEATS_EXHAUSTED']).sort(),
    )
    const { members, administrators } = await scene.mailsOf(plan, { members: 3, administrators: 2 })
    expect(members).toHaveLength(3)
    expect(administrators[0]?.text).toMatch(/No free seat of Houdini/)
    expect(await scene.seats('houdini')).toEqual({ used: 3, free: 0, waiting: 0 })
  })

  test('with --wait they wait instead, and get the next seat that becomes free by itself, with a mail', async () => {
    const ran = await scene.rosterd('assign', ...users('p6', 'p7'), '--product', 'vray', '--wait', '--yes')
    expect([ran.code, ran.err]).toEqual([0, ''])
    expect(ran.out).toContain('Assign 2; 1 will wait; 1 person gets one mail\n')
    expect(ran.out).toMatch(/p[67]@acme\.example: waits for a seat: No free seat of V-Ray/)
    expect(ran.out).toContain('was applied: 1 done, 1 waiting of 2 items.\n')
    expect(await scene.seats('vray')).toEqual({ used: 6, free: 0, waiting: 1 })
    const revoked = await scene.rosterd('revoke', ...users('p5'), '--product', 'vray', '--yes')
    expect(revoked).toMatchObject({ code: 0, err: '' })
    await until(async () => (await scene.seats('vray')).waiting === 0)
    const members = await scene.members()
    expect([members[mail('p6')], members[mail('p7')]]).toEqual([
      ['invited', 'vray'],
      ['invited', 'vray'],
    ])
    await until(async () => ['p6', 'p7'].every((name) => scene.letters().some((one) => one.startsWith(mail(name)))))
  })
})

describe('over the API', () => {
  const upload = z.looseObject({ id: z.string(), counts: z.record(z.string(), z.number()) })

  test('upload, preview, draft with seats before and after, left out, approved, outcomes per person and product', async () => {
    const { id } = await scene.operation({
      verb: 'revoke',
      where: 'products.value eq "houdini"',
      products: ['houdini'],
    })
    expect(await scene.apply(id)).toMatchObject({ state: 'applied', people: { succeeded: 3 } })
    const rows = [`p5,Houdini;Admin Toolbox,${YEAR}-05-31`, 'p6,Houdini,', 'p7,Houdini,', 'p8,Houdini;Admin Toolbox,']
    const csv = `email,products,expires\n${rows.map((row) => row.replace(',', '@acme.example,')).join('\n')}\n`
    const headers = { 'idempotency-key': 'assign-1' }
    const sent = await scene.read(upload, 'POST', '/uploads?verb=assign&name=assign.csv', { csv, headers })
    expect(sent.counts).toEqual({ rows: 4, people: 4, merged: 0, errors: 0, new: 4, unchanged: 0, unknown: 0 })
    const draft = await scene.operation({ verb: 'assign', upload: sent.id, expires: `${YEAR}-06-30` })
    expect(draft.headline).toMatch(/^Assign 6; 1 will fail; [34] people get one mail each$/)
    expect(draft.seats).toMatchObject([
      { product: 'houdini', owned: 3, used: 0, after: 3 },
      { product: 'toolbox', owned: 10, used: 4, after: 6 },
    ])
    const left = await scene.ask('POST', `/plans/${draft.id}/leave-out`, {
      body: { hash: draft.hash, people: [mail('p7')] },
    })
    expect([left.status, left.json['headline']]).toEqual([200, 'Assign 5; 3 people get one mail each; 1 item left out'])
    const stale = await scene.ask('POST', `/plans/${draft.id}/approve`, { body: { hash: draft.hash } })
    expect([stale.status, stale.json['code']]).toEqual([409, 'PLAN_HASH_MISMATCH'])
    expect(String(stale.json['detail'])).toMatch(/left out 1 person at \d\d:\d\d/)
    expect(await scene.apply(draft.id)).toMatchObject({
      state: 'applied',
      itemCount: 6,
      states: { succeeded: 5, skipped_excluded: 1 },
      people: { succeeded: 3, leftOut: 1, failed: 0 },
    })
    const outcomes = (await scene.items(draft.id)).map(({ email, product, state }) => [email, product, state])
    expect(outcomes.sort()).toEqual([
      [mail('p5'), 'houdini', 'succeeded'],
      [mail('p5'), 'toolbox', 'succeeded'],
      [mail('p6'), 'houdini', 'succeeded'],
      [mail('p7'), 'houdini', 'skipped_excluded'],
      [mail('p8'), 'houdini', 'succeeded'],
      [mail('p8'), 'toolbox', 'succeeded'],
    ])
    expect([await ends('p5'), await ends('p8')]).toEqual([
      { houdini: `${YEAR}-05-31`, toolbox: `${YEAR}-05-31` },
      { houdini: `${YEAR}-06-30`, toolbox: `${YEAR}-06-30` },
    ])
    const done = await scene.ask('POST', '/operations', {
      body: { verb: 'assign', upload: sent.id, expires: `${YEAR}-06-30` },
    })
    expect([done.status, done.json['code'], done.json['id']]).toEqual([409, 'DUPLICATE_OPERATION', draft.id])
  })

  test('members by their ids, and a product that nobody knows', async () => {
    const { id } = await scene.member(mail('p8'))
    const unknown = await scene.ask('POST', '/operations', {
      body: { verb: 'assign', members: [id], products: ['Hudini'] },
    })
    expect([unknown.status, unknown.json['code']]).toEqual([404, 'PRODUCT_NOT_FOUND'])
    expect(unknown.json['detail']).toBe('There is no product Hudini (did you mean Houdini?) in this organization.')
    const draft = await scene.operation({ verb: 'assign', members: [id], products: ['vray'], wait: true })
    expect(draft.headline).toBe('Assign 1; 1 will wait; nobody will be mailed')
    expect(await scene.apply(draft.id)).toMatchObject({ state: 'applied', people: { waiting: 1 } })
    expect(await scene.seats('vray')).toEqual({ used: 6, free: 0, waiting: 1 })
  })

  test('nobody was mailed twice about one plan', () => {
    const letters = scene.letters()
    expect(new Set(letters).size).toBe(letters.length)
    expect(letters.some((letter) => letter.endsWith('undefined'))).toBe(false)
  })
})
