/** The four verbs as people type them: by files, addresses and filters, drafted, decided and told. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { execute } from '../../src/sync/execute.ts'
import { type Cli, openCli } from './world.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rosterd-by-hand-'))
})
afterAll(() => rm(folder, { recursive: true }))

let cli: Cli
beforeEach(async () => {
  cli = await openCli()
})
afterEach(() => cli.close())

async function file(name: string, text: string | Uint8Array): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, text)
  return path
}

/** Members of acme, by a file of invitations. */
async function invited(...names: string[]): Promise<void> {
  const csv = await file('first.csv', ['email', ...names.map((name) => `${name}@acme.example`)].join('\n'))
  const ran = await cli.type(['invite', '--csv', csv, '--yes'])
  if (ran.exit !== 0) throw new Error(ran.out + ran.err)
}

const members = async (): Promise<Record<string, string[]>> => {
  const list: { email: string; state: string; assignments: { product: string }[] }[] = JSON.parse(
    (await cli.type(['members', '--json', '--state', 'all'])).out,
  )
  return Object.fromEntries(
    list.map((one) => [one.email, [one.state, ...one.assignments.map(({ product }) => product)]]),
  )
}

const typedIn = (ran: { out: string; err: string }, pattern: RegExp): string[] =>
  (pattern.exec(ran.out + ran.err)?.[1] ?? '').split(' ').slice(2)

describe('inviting by a file', () => {
  it('shows how it is understood and what it would do, asks, applies, and the numbers add up to the rows', async () => {
    const csv = await file(
      'new.csv',
      'email,first_name,products\nada@acme.example,Ada,CAD Pro\nbob@acme.example,Bob,\nbob@acme.example,Bob,\nno address,,\n',
    )
    const ran = await cli.type(['invite', '--csv', csv], { answers: ['y'] })
    expect(ran).toMatchObject({ exit: 4, err: '' })
    expect(ran.out).toContain('new.csv\nutf-8, separated by comma, header on line 1.\n')
    expect(ran.out).toContain('note  line 4: says the same as line 3.\n')
    expect(ran.out.match(/line 5: "no address" is not a valid e-mail address/g)).toHaveLength(1)
    expect(ran.out).toContain(
      '4 rows: 2 people (2 to invite), 1 merged with another line of the same person, 1 in error.',
    )
    expect(ran.out).toMatch(/Plan pln_\d+ is a draft\nInvite 2 · Assign 1; 2 people get one mail each\n/)
    expect(ran.out).toContain('1 row comes to nothing; all of them: npx rosterd failures pln_')
    expect(ran.out).toContain('Send 2 invites? [y/N] ')
    expect(ran.out).toContain('4 rows: 2 people (2 done), 1 merged with another row of the same person, 1 in error.\n')
    expect(ran.out).toMatch(/See failed invitations, as a file .*: npx rosterd failures pln_\d+ --csv --output/)
    expect(await members()).toEqual({ 'ada@acme.example': ['invited', 'cad'], 'bob@acme.example': ['invited'] })
  })

  it('says of the same file which plan did it, and does nothing again', async () => {
    const csv = await file('twice.csv', 'email\nada@acme.example\n')
    await cli.type(['invite', '--csv', csv, '--yes'])
    const second = await cli.type(['invite', '--csv', csv, '--yes'])
    expect(second).toMatchObject({ exit: 0, err: '' })
    expect(second.out).toMatch(/twice\.csv was applied by plan (pln_\d+) on \d{1,2} \w{3} \d{4}\. Nothing to do/)
    expect(second.out).toMatch(/Plan pln_\d+ was applied: 1 done of 1 item\.\n$/)
    const anew = await cli.type(['invite', '--csv', csv, '--yes', '--again'])
    expect(anew.out).toMatch(/was applied: 1 already so of 1 item\.\n$/)
  })

  it('drafts the same file once, and goes on with that draft', async () => {
    const csv = await file('draft.csv', 'email\nada@acme.example\nbob@acme.example\n')
    const dry = await cli.type(['invite', '--csv', csv, '--dry-run'])
    expect(dry).toMatchObject({ exit: 0, err: '' })
    expect(dry.out).toContain('Nothing was done.\nTo approve it: npx rosterd approve pln_')
    expect(await members()).toEqual({})
    const ran = await cli.type(['invite', '--csv', csv, '--yes'])
    expect(ran.exit).toBe(0)
    expect(ran.out).toMatch(/This was asked for before: it is plan pln_\d+\. To ask for it anew: --again\n/)
    expect(JSON.parse((await cli.type(['plans', '--json'])).out)).toHaveLength(1)
    expect(Object.keys(await members())).toHaveLength(2)
  })

  it('asks whether guessed letters look right, and reads it as it is told', async () => {
    const bytes = Buffer.from('Mail;Vorname;Wert\nada@acme.example;Zo\xeb;x\n', 'latin1')
    const csv = await file('latin.csv', bytes)
    const refused = await cli.type(['invite', '--csv', csv, '--dry-run'])
    expect(refused.exit).toBe(1)
    expect(refused.err).toContain('--encoding')
    const ran = await cli.type([
      'invite',
      '--csv',
      csv,
      '--encoding',
      'windows-1252',
      '--column',
      'Wert=note',
      '--dry-run',
    ])
    expect(ran).toMatchObject({ exit: 0, err: '' })
    expect(ran.out).toContain('Do these look right? If not, --encoding is another one: Zoë\n')
    expect(ran.out).toMatch(/Wert +note/)
  })

  it.each([
    ['without a known column', 'who,what\na,b\n', 1, /HEADER|column/],
    ['without a row', 'email\n', 1, /no (rows|people|lines)|empty/i],
    ['of another kind', 'PK\u0003\u0004rest', 1, /CSV/],
  ])('refuses a file %s in a sentence', async (_, text, exit, sentence) => {
    const ran = await cli.type(['invite', '--csv', await file('bad.csv', text)])
    expect({ ...ran, err: '' }).toMatchObject({ exit, out: '' })
    expect(ran.err).toMatch(sentence)
    expect(ran.err).not.toMatch(/ at .*\.ts:/)
  })

  it('refuses a file that is too large, and one that is not there', async () => {
    const large = await file('large.csv', Buffer.concat([Buffer.from('email\n'), Buffer.alloc(60 * 1024 * 1024, 'a')]))
    const ran = await cli.type(['invite', '--csv', large])
    expect(ran).toMatchObject({ exit: 1, out: '' })
    expect(ran.err).toMatch(/too large/)
    await rm(large)
    expect((await cli.type(['invite', '--csv', large])).err).toMatch(
      /large\.csv cannot be read: there is no such file\./,
    )
    expect((await cli.type(['invite', '--csv', folder])).err).toMatch(/cannot be read: it is a folder/)
  })
})

describe('assign', () => {
  it('goes to several addresses, and says who is none of the members', async () => {
    await invited('ada', 'bob')
    const users = ['ada', 'bob', 'eve'].flatMap((name) => ['--user', `${name}@acme.example`])
    const ran = await cli.type(['assign', ...users, '--product', 'AutoDraw', '--expires', '2027-06-30'], {
      answers: ['y'],
    })
    expect(ran.exit).toBe(4)
    expect(ran.out).toContain(
      '  eve@acme.example is not a member. Check the spelling, or invite them first. (MEMBER_NOT_FOUND)\n',
    )
    expect(ran.out).toContain('Assign to 2 users? [y/N] ')
    expect(ran.out).toContain('3 rows: 2 people (2 done), 1 in error.\n')
    expect((await cli.type(['members'])).out).toContain('CAD Pro until 30 Jun 2027')
  })

  it('says before who gets no seat, and fails or waits as it is told', async () => {
    const names = Array.from({ length: 15 }, (_, n) => `p${n}`)
    await invited(...names)
    const all = ['assign', '--where', 'emails.value ew "@acme.example"', '--product', 'cad']
    const dry = await cli.type([...all, '--dry-run'])
    expect(dry.out).toContain('5 will fail')
    expect(dry.out.match(/will fail: No free seat of CAD Pro/g)).toHaveLength(3)
    expect(dry.out).toContain('  and 2 more for the same reason.\n')
    expect(dry.out).toMatch(/p\d+@acme\.example: will fail: No free seat of CAD Pro/)
    const waits = await cli.type([...all, '--wait', '--dry-run'])
    expect(waits.out).toContain('5 will wait')
    expect(waits.out).toMatch(/p\d+@acme\.example: waits for a seat: No free seat of CAD Pro/)
    const ran = await cli.type([...all, '--yes'])
    expect(ran.exit).toBe(4)
    expect(ran.out).toMatch(/was applied in part: 10 done, 5 failed of 15 items\.\n/)
    const [one] = JSON.parse(
      (await cli.type(['failures', typedIn(ran, /(npx rosterd failures pln_\d+)/)[1] ?? '', '--json'])).out,
    )
    expect(one).toMatchObject({ code: 'SEATS_EXHAUSTED' })
  })
})

describe('remove and revoke', () => {
  it('keeps whoever holds a product, unless it is revoked first', async () => {
    await invited('ada', 'bob', 'cid', 'dan')
    await cli.type(['assign', '--user', 'ada@acme.example', '--product', 'cad', '--yes'])
    const users = ['ada', 'bob'].flatMap((name) => ['--user', `${name}@acme.example`])
    const dry = await cli.type(['remove', ...users, '--dry-run'])
    expect(dry.out).toMatch(/ada@acme\.example: will fail: ada@acme\.example still holds CAD Pro\. Revoke first/)
    const ran = await cli.type(['remove', ...users, '--revoke-first'], { answers: ['y'] })
    expect(ran).toMatchObject({ exit: 0, err: '' })
    expect(ran.out).toContain('Remove 2 users? [y/N] ')
    expect(ran.out).toContain('2 people (2 done).\n')
    expect(await members()).toMatchObject({ 'ada@acme.example': ['removed'], 'bob@acme.example': ['removed'] })
  })

  it('is stopped by a guard, which --yes does not lift, and the line that it says does', async () => {
    const names = Array.from({ length: 12 }, (_, n) => `p${n}`)
    await invited(...names)
    const users = names.slice(0, 6).flatMap((name) => ['--user', `${name}@acme.example`])
    const ran = await cli.type(['remove', ...users, '--yes'])
    expect(ran.exit).toBe(3)
    const line = typedIn(ran, /type: (.+ --override \d+ --reason) TEXT/)
    expect(line.slice(0, 1)).toEqual(['approve'])
    expect((await cli.type([...line, 'they left', '--yes'])).exit).toBe(0)
    expect(Object.values(await members()).filter(([state]) => state === 'removed')).toHaveLength(6)
  })

  it('names the products, and is asked for again by the line that it says', async () => {
    await invited('ada', 'bob')
    await cli.type(['assign', '--where', 'active eq true or active eq false', '--product', 'cad', '--yes'])
    expect(await cli.type(['revoke', '--user', 'ada@acme.example', '--yes'])).toMatchObject({ exit: 2, out: '' })
    const asked = await cli.type(['revoke', '--user', 'ada@acme.example', '--product', 'cad'], { answers: [''] })
    expect(asked.exit).toBe(3)
    expect(asked.out).toContain('Revoke 1 product from 1 user? [y/N] Nothing was done; plan pln_')
    expect((await cli.type([...typedIn(asked, /go on with it: (.+)\n/), '--yes'])).exit).toBe(0)
    const nobody = await cli.type(['revoke', '--user', 'bob@acme.example', '--all-products'])
    expect(nobody.exit).toBe(3)
    expect((await cli.type(typedIn(nobody, /type: (.+)\n/))).exit).toBe(0)
    expect(await members()).toEqual({ 'ada@acme.example': ['invited'], 'bob@acme.example': ['invited'] })
  })

  it('takes the file of what failed to be removed as a file of what to revoke', async () => {
    await invited('ada', 'bob')
    await cli.type(['assign', '--user', 'ada@acme.example', '--product', 'cad', '--yes'])
    const csv = await file('gone.csv', 'email\nada@acme.example\nbob@acme.example\n')
    const ran = await cli.type(['remove', '--csv', csv, '--always', '--yes'])
    expect(ran.exit).toBe(4)
    const failed = join(folder, 'failed.csv')
    const [, plan = ''] = typedIn(ran, /(npx rosterd failures pln_\d+)/)
    await cli.type(['failures', plan, '--csv', '--output', failed])
    const revoked = await cli.type(['revoke', '--csv', failed, '--yes'])
    expect(revoked).toMatchObject({ exit: 0, err: '' })
    expect(await members()).toEqual({ 'ada@acme.example': ['invited'], 'bob@acme.example': ['removed'] })
  })
})

describe('a draft', () => {
  const draftOf = async (...names: string[]): Promise<string> => {
    const users = names.flatMap((name) => ['--user', `${name}@acme.example`])
    return JSON.parse((await cli.type(['invite', ...users, '--dry-run', '--product', 'cad', '--json'])).out).id
  }

  it('loses whom somebody leaves out, with what hangs on it, and gets them back', async () => {
    const id = await draftOf('ada', 'bob', 'cid')
    const left = await cli.type(['leave-out', id, '--user', 'bob@acme.example', '--user', 'cid@acme.example'])
    expect(left).toMatchObject({ exit: 0, err: '' })
    expect(left.out).toContain('4 items of 2 people are left out.\nNow: Invite 1 · Assign 1;')
    expect((await cli.type(['put-back', id, '--user', 'cid@acme.example'])).exit).toBe(0)
    const ran = await cli.type(['approve', id], { answers: ['y'] })
    expect(ran.out).toContain('Send 2 invites? [y/N] ')
    expect(ran.out).toContain('3 people (2 done, 1 left out).\n')
    expect(Object.keys(await members())).toEqual(['ada@acme.example', 'cid@acme.example'])
    expect((await cli.type(['leave-out', id, '--user', 'ada@acme.example'])).exit).toBe(1)
    expect((await cli.type(['leave-out', id])).exit).toBe(2)
    expect((await cli.type(['leave-out', id, '--item', 'x'])).exit).toBe(2)
  })

  it('is submitted, approved, cancelled and asked for again', async () => {
    const id = await draftOf('ada', 'bob')
    const submitted = await cli.type(['submit', id])
    expect(submitted.out).toContain(`Plan ${id} waits for approval; administrators are told.\nTo approve it: `)
    await cli.type(['approve', id, '--no-apply', '--yes'])
    const cancelled = await cli.type(['cancel', id])
    expect(cancelled).toMatchObject({ exit: 0, err: '' })
    expect(cancelled.out).toMatch(/Plan pln_\d+ was cancelled: 0 done, 4 skipped of 4 items\.\n/)
    expect(cancelled.out).toContain('2 people (2 cancelled).\n')
    const again = await cli.type(['again', id, '--yes'])
    expect(again).toMatchObject({ exit: 0, err: '' })
    expect(Object.keys(await members())).toHaveLength(2)
  })

  it('is one object with --json, as is its end', async () => {
    const id = await draftOf('ada', 'bob')
    expect(JSON.parse((await cli.type(['show', id, '--json'])).out)).toMatchObject({ state: 'draft', itemCount: 4 })
    const ran = await cli.type(['invite', '--user', 'cid@acme.example', '--role', 'member', '--json', '--yes'])
    expect(ran).toMatchObject({ exit: 0, err: '' })
    expect(JSON.parse(ran.out)).toMatchObject({
      state: 'applied',
      operation: { verb: 'invite' },
      states: { succeeded: 1 },
    })
    const unasked = await cli.type(['invite', '--user', 'dan@acme.example', '--user', 'eve@acme.example', '--json'])
    expect(unasked).toMatchObject({ exit: 3, out: '' })
    expect(JSON.parse(unasked.err)).toMatchObject({ error: { code: 'CONFIRMATION_NEEDED' } })
  })

  it('is discarded', async () => {
    const id = await draftOf('ada')
    expect((await cli.type(['discard', id])).out).toBe(`Plan ${id} is discarded. Nothing of it was applied.\n`)
    expect((await cli.type(['approve', id, '--yes'])).exit).toBe(1)
    expect(await members()).toEqual({})
  })
})

describe('a plan that runs elsewhere', () => {
  it('is followed to its end', async () => {
    const { parts } = cli
    let running: Promise<unknown> = Promise.resolve()
    parts.jobs.execute = async (organization, plan) => {
      running = sleep(700).then(() => execute(parts, organization, plan, AbortSignal.timeout(60_000)))
    }
    const ran = await cli.type(['invite', '--user', 'ada@acme.example', '--user', 'bob@acme.example', '--yes'])
    await running
    expect(ran).toMatchObject({ exit: 0, err: '' })
    expect(ran.out).toMatch(/was applied: 2 done of 2 items\.\n$/)
  })
})

describe('what is typed wrong', () => {
  it.each([
    ['nobody', ['remove'], /^Nobody to remove\.\n.*remove --csv FILE/],
    ['several ways', ['remove', '--user', 'a@b.cz', '--where', 'id pr'], /^People are named in several ways\./],
    [
      'one person and a filter',
      ['invite', '--user', 'a@b.cz', '--where', 'id pr'],
      /^People are named in several ways\./,
    ],
    ['two pins', ['remove', '--user', 'a@b.cz', '--always', '--for', '9'], /^It is said in several ways how long/],
    ['a pin of no days', ['remove', '--user', 'a@b.cz', '--for', 'ever'], /^--for needs a number of days, not ever\./],
    ['a column of nothing', ['remove', '--csv', 'x', '--column', 'Badge'], /^--column Badge does not say/],
    [
      'a reading of no file',
      ['remove', '--user', 'a@b.cz', '--delimiter', ';'],
      /^--encoding, --delimiter and --column/,
    ],
    [
      'a filter',
      ['remove', '--where', 'emails.value eq'],
      /^The filter is wrong at character 16: a value is missing at the end\./,
    ],
    ['nobody found', ['remove', '--where', 'emails.value eq "x"'], /finds no member/],
    ['an end of a revoke', ['revoke', '--user', 'a@b.cz', '--expires', 'never'], /unknown option '--expires'/],
    ['no date', ['assign', '--user', 'a@b.cz', '--product', 'cad', '--expires', 'soon'], /expires/],
    ['no product', ['assign', '--user', 'a@b.cz'], /product/],
  ])('%s: exit code 2 and a sentence', async (_, argv, sentence) => {
    const ran = await cli.type(argv)
    expect({ ...ran, err: '' }).toEqual({ exit: 2, out: '', err: '' })
    expect(ran.err).toMatch(sentence)
  })

  it('and what a viewer may not: exit code 1', async () => {
    const env = { ROSTERD_TOKEN: cli.tokens.viewer }
    const csv = await file('viewer.csv', 'email\nada@acme.example\n')
    expect(await cli.type(['invite', '--csv', csv], { env })).toMatchObject({ exit: 1, out: '' })
  })
})
