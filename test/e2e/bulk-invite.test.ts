/**
 * Bulk invite as the help page has it: template, addresses, upload, preview, Send invites, status, failed invitations. By the command
 * line and over the API of a started daemon, with mail as it arrives. The tests tell one story and run in order.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { BulkScene, lineIn, planIn, planShape } from '../support/bulk-scene.ts'

const YEAR = new Date().getFullYear() + 1
const ADMINISTRATORS = ['dana@acme.example', 'kim@acme.example']
const CONFIG = `organizations:
  acme:
    name: Acme
    zone: Europe/Berlin
    domains: [acme.example]
    administrators:
      - { email: kim@acme.example, role: admin }
      - { email: dana@acme.example, role: operator }
      - { email: vic@acme.example, role: viewer }
    products:
      vray: { name: V-Ray, seats: 5, aliases: [VRay] }
      houdini: { name: Houdini, seats: 2 }
    sources: { hr: { kind: csv, approval: manual } }
    rules: { everyone: { source: hr, when: { everyone: true }, then: [{ member: member }] } }
`
const remark = z.looseObject({ line: z.number(), code: z.string(), sentence: z.string() })
const uploadShape = z.looseObject({
  id: z.string(),
  name: z.string(),
  layout: z.looseObject({
    encoding: z.string(),
    delimiter: z.string(),
    columns: z.array(z.looseObject({ header: z.string(), understoodAs: z.string() })),
  }),
  first: z.array(z.looseObject({ line: z.number(), email: z.string() })),
  counts: z.record(z.string(), z.number()),
  errors: z.array(remark.extend({ next: z.string() })),
})

let scene: BulkScene
beforeAll(async () => {
  scene = await BulkScene.open(CONFIG)
})
afterAll(() => scene?.close())

describe('by the command line', () => {
  let plan: string
  let csv: string

  test('the template says what to fill in, and has no row to delete', async () => {
    csv = join(scene.place.directory, 'invite.csv')
    expect(await scene.rosterd('template', 'invite', '--output', csv)).toMatchObject({ code: 0 })
    const text = await readFile(csv, 'utf8')
    const lines = text.trimEnd().split('\r\n')
    expect(lines.at(-1)).toBe('email,first_name,last_name,role,products,expires,language,note')
    expect(lines.slice(0, -1).every((line) => /^\uFEFF?# /.test(line))).toBe(true)
    expect(text).toContain('# products: names, separated by semicolons, of: Houdini; V-Ray')
    const rows = [
      `ada@acme.example,Ada,Lovelace,,V-Ray; Houdini,${YEAR}-06-30,en,`,
      'bob@partner.example,Bob,,,,,,from the agency',
      'BOB@partner.example,Bob,,,,,,from the agency',
      'no address,,,,,,,',
      `cem@acme.example,Cem,,,VRey,,,`,
    ]
    await scene.file('invite.csv', `${text}${rows.join('\r\n')}\r\n`)
  })

  test('is shown as it is understood, line by line, and nothing happens without a yes', async () => {
    const asked = await scene.rosterd('invite', '--csv', csv)
    expect(asked.code).toBe(3)
    plan = planIn(asked)
    expect(asked.out).toMatch(/^invite\.csv\nutf-8, separated by comma, header on line \d+\.\n/)
    expect(asked.out).toMatch(/^COLUMN +UNDERSTOOD AS\n(?:.*\n)*^first_name +first_name\n/m)
    expect(asked.out).toMatch(/^ +\d+ +ada@acme\.example +Ada Lovelace +houdini until .*; vray until .*$/m)
    expect(asked.out).toMatch(/^error +line 12: "no address" is not a valid e-mail address .*\(EMAIL_INVALID\)$/m)
    expect(asked.out).toMatch(
      /^error +line 13: There is no product "VRey"; did you mean V-Ray\?.*\(PRODUCT_UNKNOWN\)$/m,
    )
    expect(asked.out).toContain(
      '5 rows: 2 people (2 to invite), 1 merged with another line of the same person, 2 in error.\n',
    )
    expect(asked.out).toContain(`Plan ${plan} is a draft\nInvite 2 · Assign 2; 2 people get one mail each\n`)
    expect(asked.out).toMatch(/^V-Ray +5 +0 +1$/m)
    expect(asked.out).toMatch(/^Houdini +2 +0 +1$/m)
    expect(asked.err).toContain('Nobody can be asked here, so nothing was done.')
    expect(await scene.members()).toEqual({})
    expect((await scene.plan(plan)).state).toBe('draft')
    expect(scene.letters()).toEqual([])
  })

  test('Send invites: people join at once, and the numbers add up to the rows', async () => {
    const asked = await scene.rosterd('invite', '--csv', csv)
    expect(asked.out).toContain(`This was asked for before: it is plan ${plan}.`)
    const line = lineIn(asked, 'To go on, type:')
    expect(line).toEqual(['approve', plan, '--yes'])
    const sent = await scene.rosterd(...line)
    expect([sent.code, sent.err]).toEqual([4, ''])
    expect(sent.out).toContain(`Plan ${plan} was applied: 4 done of 4 items.\n`)
    expect(sent.out).toContain('5 rows: 2 people (2 done), 1 merged with another row of the same person, 2 in error.\n')
    expect(sent.out).toContain(`See failed invitations, as a file that can be put right and uploaded again: `)
    expect(await scene.members()).toEqual({
      'BOB@partner.example': ['invited'],
      'ada@acme.example': ['invited', 'houdini', 'vray'],
    })
    expect(await scene.seats('vray')).toEqual({ used: 1, free: 4, waiting: 0 })
  })

  test('everybody gets one mail, and administrators one with a link to the status', async () => {
    const { members, administrators } = await scene.mailsOf(plan, { members: 2, administrators: 3 })
    expect(members.map(({ to }) => to).sort()).toEqual(['BOB@partner.example', 'ada@acme.example'])
    for (const { text } of members) {
      expect(text).toMatch(/invited to Acme/)
      expect(text).toMatch(/once you create an account with the same e-mail address/)
    }
    const ada = members.find(({ to }) => to === 'ada@acme.example')
    expect(ada?.text).toMatch(new RegExp(`V-Ray.* until 30 Jun ${YEAR}`))
    expect(ada?.text).toMatch(new RegExp(`Houdini.* until 30 Jun ${YEAR}`))
    expect(ada?.text).not.toMatch(/bob@/i)
    expect(administrators.map(({ to }) => to).sort()).toEqual([...ADMINISTRATORS, 'vic@acme.example'])
    for (const { subject, text } of administrators) {
      expect(subject).toMatch(/^\[rosterd\] Acme: Invite users: 2 invited.*, 2 rows not read$/)
      expect(text).toContain(`${scene.daemon.url}/plans/${plan}`)
      expect(text).toContain(`rosterd failures ${plan}`)
    }
    const page = await fetch(`${scene.daemon.url}/plans/${plan}`)
    expect([page.status, page.url]).toEqual([
      200,
      `${scene.daemon.url}/sign-in?to=${encodeURIComponent(`/plans/${plan}`)}`,
    ])
  })

  test('See failed invitations: why, and a file that is put right and uploaded again', async () => {
    const shown = await scene.rosterd('failures', plan)
    expect(shown.code).toBe(0)
    expect(shown.out).toMatch(/no address.*12.*is not a valid e-mail address.*EMAIL_INVALID/)
    expect(shown.out).toMatch(/cem@acme\.example.*13.*did you mean V-Ray.*PRODUCT_UNKNOWN/)
    const failed = join(scene.place.directory, 'failed.csv')
    expect((await scene.rosterd('failures', plan, '--csv', '--output', failed)).code).toBe(0)
    const text = await readFile(failed, 'utf8')
    expect(text.trimEnd().split('\r\n')).toHaveLength(3)
    await scene.file('failed.csv', text.replace('no address', 'dee@acme.example').replace('VRey', 'V-Ray'))
    const again = await scene.rosterd('invite', '--csv', failed, '--yes')
    expect([again.code, again.err]).toEqual([0, ''])
    expect(again.out).toContain('2 rows: 2 people (2 to invite), none in error.\n')
    expect(again.out).toContain('2 people (2 done).\n')
    expect(await scene.members()).toMatchObject({
      'cem@acme.example': ['invited', 'vray'],
      'dee@acme.example': ['invited'],
    })
  })

  test('the same file twice does nothing twice, and says which plan did it', async () => {
    const failed = join(scene.place.directory, 'failed.csv')
    const letters = scene.letters().length
    const twice = await scene.rosterd('invite', '--csv', failed, '--yes')
    expect([twice.code, twice.err]).toEqual([0, ''])
    expect(twice.out).toContain('2 rows: 2 people (0 to invite, 2 as wanted already), none in error.\n')
    expect(twice.out).toMatch(/failed\.csv was applied by plan pln_\d+ on \d{1,2} [A-Z][a-z]{2} \d{4}\. Nothing to do/)
    const anew = await scene.rosterd('invite', '--csv', failed, '--yes', '--again')
    expect([anew.code, anew.err]).toEqual([0, ''])
    expect(anew.out).toContain('2 are as wanted already, for as long as their sources say; nobody will be mailed')
    expect(anew.out).toContain('2 people (2 already so).\n')
    await scene.mailsOf(planIn(anew), { members: 0, administrators: 3 })
    expect(scene.letters()).toHaveLength(letters)
  })

  test('a file of a spreadsheet of another country is read as it is told', async () => {
    const rows = ['Mail;Vorname;Wert', 'zoe@acme.example;Zo\xEB;x', 'jose@acme.example;Jos\xE9;y']
    const latin = await scene.file('latin.csv', Buffer.from(`${rows.join('\r\n')}\r\n`, 'latin1'))
    const unsure = await scene.rosterd('invite', '--csv', latin, '--yes')
    expect([unsure.code, unsure.out]).toEqual([1, ''])
    expect(unsure.err).toContain('--encoding windows-1252')
    const reading = ['--encoding', 'windows-1252', '--column', 'Wert=note']
    const read = await scene.rosterd('invite', '--csv', latin, ...reading, '--dry-run')
    expect(read).toMatchObject({ code: 0, err: '' })
    expect(read.out).toContain('windows-1252, separated by semicolon, header on line 1.\n')
    expect(read.out).toMatch(/^Wert +note$/m)
    expect(read.out).toContain('Do these look right? If not, --encoding is another one: Zoë, José\n')
    expect((await scene.rosterd('discard', planIn(read))).code).toBe(0)
  })

  test('a dry run stores nothing but the draft', async () => {
    const before = [await scene.members(), await scene.seats('houdini'), scene.letters().length]
    const users = ['--user', 'fay@acme.example', '--user', 'gil@acme.example']
    const dry = await scene.rosterd('invite', ...users, '--product', 'Houdini', '--dry-run')
    expect([dry.code, dry.err]).toEqual([0, ''])
    expect(dry.out).toMatch(/Invite 2 · Assign 2; 1 will fail; 2 people get one mail each/)
    expect(dry.out).toMatch(/(fay|gil)@acme\.example: will fail: No free seat of Houdini/)
    expect(dry.out).toContain('Nothing was done.\n')
    const id = planIn(dry)
    expect(await scene.plan(id)).toMatchObject({ state: 'draft', itemCount: 4 })
    expect([await scene.members(), await scene.seats('houdini'), scene.letters().length]).toEqual(before)
    expect((await scene.rosterd('discard', id)).code).toBe(0)
  })

  test('--quiet tells nobody who is invited, says so before, and tells the administrators all the same', async () => {
    const users = ['--user', 'hal@acme.example', '--user', 'ida@acme.example']
    const quiet = await scene.rosterd('invite', ...users, '--quiet', '--yes')
    expect([quiet.code, quiet.err]).toEqual([0, ''])
    expect(quiet.out).toContain('Invite 2; nobody will be mailed\n')
    const { members, administrators } = await scene.mailsOf(planIn(quiet), { members: 0, administrators: 3 })
    expect([members, administrators.length]).toEqual([[], 3])
    expect(scene.letters().filter((letter) => /^(hal|ida)@/.test(letter))).toEqual([])
    expect(await scene.members()).toMatchObject({ 'hal@acme.example': ['invited'], 'ida@acme.example': ['invited'] })
  })
})

describe('over the API', () => {
  let operator: string
  let viewer: string
  const key = { 'idempotency-key': 'invite-of-may' }

  test('template, upload, preview: an upload is repeated under its key without being kept twice', async () => {
    operator = await scene.token('dana@acme.example')
    viewer = await scene.token('vic@acme.example')
    const template = await scene.ask('GET', '/templates/invite', { token: viewer })
    expect(template.headers.get('content-disposition')).toContain('invite.csv')
    const rows = [
      'uma@acme.example,Uma,,,V-Ray,,,',
      `vic@acme.example,Vic,,,Houdini,${YEAR}-03-31,,`,
      'wes@@acme.example,,,,,,,',
    ]
    const csv = `${template.text}${rows.join('\r\n')}\r\n`
    const send = () => scene.ask('POST', '/uploads?verb=invite&name=may.csv', { csv, token: operator, headers: key })
    const [first, second] = [await send(), await send()]
    expect([first.status, second.status, second.headers.get('idempotency-replayed')]).toEqual([200, 200, 'true'])
    expect(second.text).toBe(first.text)
    const upload = uploadShape.parse(first.json)
    expect(upload).toMatchObject({
      name: 'may.csv',
      layout: { encoding: 'utf-8', delimiter: 'comma' },
      counts: { rows: 3, people: 2, merged: 0, errors: 1, new: 2, unchanged: 0, unknown: 0 },
      errors: [{ line: 11, code: 'EMAIL_INVALID' }],
    })
    expect(upload.first.map(({ line, email }) => [line, email])).toEqual([
      [9, 'uma@acme.example'],
      [10, 'vic@acme.example'],
    ])
    const refused = await scene.ask('POST', '/uploads?verb=invite', { csv, token: viewer })
    expect([refused.status, refused.json['code']]).toEqual([403, 'FORBIDDEN'])
  })

  test('draft, approve, outcomes: what is repeated is done once, and the numbers add up', async () => {
    const uploads = await scene.ask('POST', '/uploads?verb=invite&name=may.csv', {
      csv: 'email\nnobody@acme.example\n',
      token: operator,
      headers: key,
    })
    expect([uploads.status, uploads.json['code']]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED'])
    const csv =
      'email,products\numa@acme.example,V-Ray\nwin@acme.example,Houdini\nxia@acme.example,Houdini\nwes@@acme.example,\n'
    const upload = await scene.read(uploadShape, 'POST', '/uploads?verb=invite&name=june.csv', { csv, token: operator })
    const body = { verb: 'invite', upload: upload.id }
    const headers = { 'idempotency-key': 'plan-of-june' }
    const [first, second] = [
      await scene.ask('POST', '/operations', { body, token: operator, headers }),
      await scene.ask('POST', '/operations', { body, token: operator, headers }),
    ]
    expect([first.status, second.text]).toEqual([200, first.text])
    const draft = planShape.parse(first.json)
    expect(draft).toMatchObject({
      state: 'draft',
      headline: 'Invite 3 · Assign 3; 1 will fail; 3 people get one mail each',
      seats: [
        { product: 'houdini', owned: 2, used: 1, after: 2 },
        { product: 'vray', owned: 5, used: 2, after: 3 },
      ],
      operation: { rows: { given: 4, merged: 0, errors: 1 }, file: { name: 'june.csv' } },
    })
    const repeated = await scene.operation(body)
    expect([repeated.id, repeated.repeated]).toEqual([draft.id, true])
    const foreseen = (await scene.items(draft.id)).filter(({ predicted }) => predicted !== 'succeeded')
    expect(foreseen).toMatchObject([{ kind: 'assign', product: 'houdini', foreseen: { code: 'SEATS_EXHAUSTED' } }])

    const approved = await scene.ask('POST', `/plans/${draft.id}/approve`, {
      body: { hash: draft.hash },
      token: viewer,
    })
    expect(approved.status).toBe(403)
    const end = await scene.apply(draft.id)
    expect(end).toMatchObject({
      state: 'partially_failed',
      itemCount: 6,
      states: { succeeded: 5, failed_permanent: 1 },
      people: { succeeded: 2, failed: 1, toDo: 0 },
    })
    const { json } = await scene.ask('GET', `/plans/${draft.id}/failures`, { token: viewer })
    expect(json['items']).toMatchObject([
      { email: foreseen[0]?.email, kind: 'assign', product: 'Houdini', code: 'SEATS_EXHAUSTED' },
      { email: 'wes@@acme.example', line: 5, code: 'EMAIL_INVALID' },
    ])
    const done = await scene.ask('POST', '/operations', { body, token: operator })
    expect([done.status, done.json['repeated'] ?? done.json['code']]).toEqual([200, false])
    expect((await scene.ask('POST', `/plans/${String(done.json['id'])}/discard`, { body: {} })).status).toBe(200)
  })

  test('invited becomes active by accept, said once or twice, by an operator; licences given before are counted and stay', async () => {
    const uma = await scene.member('uma@acme.example')
    const before = await scene.seats('vray')
    const accept = (token: string) => scene.ask('POST', `/members/${uma.id}/accept`, { body: {}, token })
    expect((await accept(viewer)).status).toBe(403)
    const [first, second] = [await accept(operator), await accept(operator)]
    expect([first.status, first.json['state'], second.status]).toEqual([200, 'active', 200])
    expect(second.text).toBe(first.text)
    expect(await scene.members()).toMatchObject({ 'uma@acme.example': ['active', 'vray'] })
    expect(await scene.seats('vray')).toEqual(before)
  })

  test('whoever is a member already is not invited again, and nobody was mailed twice about one plan', async () => {
    const draft = await scene.operation({ verb: 'invite', users: ['uma@acme.example', 'UMA@ACME.EXAMPLE'] })
    expect(draft).toMatchObject({ letters: 0, operation: { rows: { given: 2, merged: 1, errors: 0 } } })
    expect(await scene.apply(draft.id)).toMatchObject({ state: 'applied', people: { noChange: 1 } })
    await scene.mailsOf(draft.id, { members: 0, administrators: 3 })
    const letters = scene.letters()
    expect(new Set(letters).size).toBe(letters.length)
    expect(letters.filter((letter) => /undefined|no address|wes@/.test(letter))).toEqual([])
  })
})
