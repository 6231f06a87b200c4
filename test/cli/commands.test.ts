import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Cli, openCli } from './world.ts'

let cli: Cli
beforeAll(async () => {
  cli = await openCli()
})
afterAll(() => cli.close())

describe('inviting somebody by hand', () => {
  it('shows, asks, applies, and tells how it ended', async () => {
    const ran = await cli.type(
      ['invite', '--user', 'Ada@acme.example', '--first-name', 'Ada', '--last-name', 'Lovelace'],
      {
        answers: ['y'],
      },
    )
    expect(ran).toMatchObject({ exit: 0, err: '' })
    expect(ran.out).toMatch(/^Plan pln_\d+ waits for approval\n/)
    expect(ran.out).toContain('Approve and apply 1 item? [y/N] ')
    expect(ran.out).toMatch(/Plan pln_\d+ was applied: 1 done of 1 item\.\n$/)
    const members = JSON.parse((await cli.type(['members', '--json'])).out)
    expect(members).toMatchObject([
      { id: expect.stringMatching(/^mem_\d+$/), state: 'invited', email: 'Ada@acme.example' },
    ])
  })

  it('says of a member that they are one, and counts nothing as done', async () => {
    const ran = await cli.type(['invite', '--user', 'ada@acme.example', '--yes'])
    expect(ran).toMatchObject({ exit: 0, err: '' })
    expect(ran.out).toContain('Ada Lovelace <Ada@acme.example> is already a member.')
    expect(ran.out).not.toContain('Invite 1')
    expect(ran.out).toMatch(/Plan pln_\d+ was applied: 1 already so of 1 item\.\n$/)
    const [plan] = JSON.parse((await cli.type(['plans', '--json'])).out)
    expect((await cli.type(['show', plan.id])).out).toContain('Ada Lovelace <Ada@acme.example> is already a member.')
  })

  it('does nothing where the answer is no', async () => {
    const ran = await cli.type(['invite', '--user', 'no@acme.example'], { answers: [''] })
    expect(ran.exit).toBe(3)
    expect(ran.out).toMatch(/Nothing was done; plan pln_\d+ still waits\.\n$/)
    expect((await cli.type(['members', '--search', 'no@acme'])).out).toBe('There are no such members.\n')
  })

  it('without anybody to ask says what to type, and that line works', async () => {
    const ran = await cli.type(['invite', '--user', 'grace@acme.example'])
    expect(ran.exit).toBe(3)
    const line = /type: (.+)\n/.exec(ran.err)?.[1] ?? ''
    expect(line).toMatch(/^npx rosterd approve pln_\d+ --yes$/)
    const second = await cli.type(line.split(' ').slice(2))
    expect(second.exit).toBe(0)
    expect((await cli.type(['members', '--search', 'grace'])).out).toContain('grace@acme.example')
  })

  it('approves without starting, starts later, and tells again how it ended', async () => {
    await cli.type(['invite', '--user', 'later@acme.example'])
    const [plan] = JSON.parse((await cli.type(['plans', '--state', 'awaiting_approval', '--json'])).out)
    const waiting = await cli.type(['apply', plan.id])
    expect(waiting).toMatchObject({
      exit: 3,
      err: `Plan ${plan.id} waits for an approval.\nTo approve it, type: npx rosterd approve ${plan.id}\n`,
    })
    const approved = await cli.type(['approve', plan.id, '--no-apply', '--yes', '--json'])
    expect(JSON.parse(approved.out)).toMatchObject({ id: plan.id, state: 'approved' })
    const applied = JSON.parse((await cli.type(['apply', plan.id, '--json'])).out)
    expect(applied).toMatchObject({ id: plan.id, state: 'applied', states: { succeeded: 1 } })
    expect(await cli.type(['apply', plan.id])).toMatchObject({ exit: 0 })
    expect((await cli.type(['approve', plan.id, '--yes'])).err).toContain(
      `Plan ${plan.id} is applied; it can only be approved while`,
    )
  })

  it('shows a plan with its reason, and rejects it', async () => {
    await cli.type(['invite', '--user', 'eve@acme.example'])
    const [plan] = JSON.parse((await cli.type(['plans', '--json'])).out)
    const shown = await cli.type(['show', String(plan.id).slice(4)])
    expect(shown.out).toContain('asked for by bootstrap token')
    expect(shown.out).toContain(`To approve it: npx rosterd approve ${plan.id}\n`)
    expect(JSON.parse((await cli.type(['show', plan.id, '--json'])).out)).toMatchObject({
      id: plan.id,
      items: [{ kind: 'invite', email: 'eve@acme.example', state: 'pending' }],
    })
    expect(await cli.type(['reject', plan.id, '--reason', 'wrong Eve'])).toMatchObject({ exit: 0 })
    expect((await cli.type(['show', plan.id])).out).toContain('Reason: wrong Eve')
  })
})

describe('a plan that a guard holds', () => {
  const hold = (verdict: string) => [
    {
      guard: 'remove',
      verdict,
      nature: 'amount',
      measured: 12,
      of: 20,
      limit: 5,
      scope: '',
      message: '12 of 20 members would go, limit 5.',
    },
  ]
  async function heldPlan(verdict: string): Promise<string> {
    await cli.type(['invite', '--user', `${verdict}@acme.example`])
    const [plan] = JSON.parse((await cli.type(['plans', '--json'])).out)
    await cli.sql`update plans set findings = ${JSON.stringify(hold(verdict))}::text::jsonb where id = ${Number(plan.id.slice(4))}`
    return plan.id
  }

  it('is not moved by --yes: exit code 3, the arithmetic and the line to type', async () => {
    const id = await heldPlan('hold')
    const ran = await cli.type(['approve', id, '--yes'])
    expect(ran.exit).toBe(3)
    expect(ran.out).toContain('12 of 20 members would go, limit 5.')
    expect(ran.err).toBe(
      `Plan ${id} is held. 0 of 1 items were applied.\nIf it is right, type: npx rosterd approve ${id} --override 12 --reason TEXT\n`,
    )
    expect((await cli.type(['apply', id])).exit).toBe(3)
    expect((await cli.type(['approve', id, '--override', '11', '--reason', 'merger', '--yes'])).exit).toBe(3)
    expect((await cli.type(['approve', id, '--override', '12', '--yes'])).exit).toBe(2)
    expect((await cli.type(['approve', id, '--override', '12', '--reason', 'merger', '--yes'])).exit).toBe(0)
    expect((await cli.type(['show', id])).out).toContain('overriding 12: merger')
  })

  it('needs two administrators when it is refused, and says who is missing', async () => {
    const id = await heldPlan('refuse')
    const bare = await cli.type(['approve', id, '--yes'])
    expect(bare).toMatchObject({
      exit: 3,
      err: `Plan ${id} is refused. 0 of 1 items were applied.\nIf it is right, type: npx rosterd approve ${id} --override 12 --reason TEXT (two administrators with different e-mail addresses have to type it)\n`,
    })
    const agree = (token?: string) =>
      cli.type(['approve', id, '--override', '12', '--reason', 'merger', '--yes'], {
        env: token === undefined ? {} : { ROSTERD_TOKEN: token },
      })
    const first = await agree(cli.tokens.admin)
    expect(first.exit).toBe(3)
    expect(first.out).toContain(
      `Plan ${id} is refused by its guards, so it needs two administrators: admin@acme.example has typed it; a second administrator with another e-mail address has to type the same, within a day of the first.\n0 of 1 items were applied.\n`,
    )
    for (const token of [cli.tokens.admin, undefined]) {
      expect(await agree(token)).toMatchObject({
        exit: 3,
        err: expect.stringContaining('admin@acme.example has said that it is right; a second administrator'),
      })
    }
    expect((await cli.type(['show', id])).out).toContain('admin@acme.example has typed it')
    await cli.sql`update plans set consent = consent || '{"by": "lee@acme.example"}' where id = ${Number(id.slice(4))}`
    expect((await agree(cli.tokens.admin)).exit).toBe(0)
  })
})

describe('exit codes and errors', () => {
  it.each<[string, string[], Record<string, string>, number, RegExp]>([
    ['no command', [], {}, 2, /Usage: rosterd/],
    ['an unknown command', ['plan-all'], {}, 2, /unknown command 'plan-all'/],
    ['an unknown option', ['plans', '--jsno'], {}, 2, /unknown option '--jsno'/],
    ['a missing argument', ['show'], {}, 2, /missing required argument 'plan'/],
    ['one argument too many', ['plans', 'pln_1'], {}, 2, /too many arguments/],
    ['nobody to invite', ['invite'], {}, 2, /^Nobody to invite\.\n/],
    [
      'a name for two people',
      ['invite', '--user', 'a@b.cz', '--user', 'c@b.cz', '--first-name', 'Ada'],
      {},
      2,
      /^--first-name, --last-name and --language are of one person\./,
    ],
    [
      'an override that is no number',
      ['approve', '1', '--override', 'all', '--reason', 'x'],
      {},
      2,
      /--override needs a number/,
    ],
    ['a reason without an override', ['approve', '1', '--reason', 'x'], {}, 2, /belongs to --override/],
    ['admit without a count', ['admit', '1'], {}, 2, /--count needs the number/],
    ['an unknown state of members', ['members', '--state', 'gone'], {}, 2, /There is no state gone/],
    ['an unknown state of plans', ['plans', '--state', 'gone'], {}, 2, /query\.state/],
    ['several organizations', ['plans'], { ROSTERD_ORGANIZATION: '' }, 2, /acme, globex\.\nAdd --organization/],
    ['an unknown organization', ['plans', '--organization', 'initech'], {}, 1, /There is no organization initech/],
    ['a plan that is not there', ['show', '999'], {}, 1, /There is no plan pln_999/],
    ['a wrong token', ['plans'], { ROSTERD_TOKEN: 'rosterd_wrong' }, 1, /does not accept this token/],
    [
      'no daemon',
      ['plans'],
      { ROSTERD_URL: 'http://127.0.0.1:1' },
      1,
      /No rosterd answers at http:\/\/127\.0\.0\.1:1: .+\.\nStart it with npm start/,
    ],
    ['an address that is none', ['plans', '--url', 'localhost'], {}, 2, /is not a URL/],
    ['a file that is not there', ['check-csv', '/nowhere.csv'], {}, 1, /there is no such file/],
    ['a source that is not there', ['check-csv', 'x.csv', '--source', 'nobody'], {}, 2, /no source nobody/],
    [
      'a token that is not there',
      ['token', 'revoke', '99'],
      {},
      1,
      /^There is no such token .*\.\n.* npx rosterd token list /,
    ],
    ['a template that is not there', ['template', 'party'], {}, 2, /there is no template party/],
    ['a configuration that is not there', ['config', 'check', '/nowhere.yaml'], {}, 1, /there is no such file/],
  ])('%s', async (_, argv, env, exit, text) => {
    const ran = await cli.type(argv, { env })
    expect(ran).toMatchObject({ exit, out: '' })
    expect(ran.err).toMatch(text)
    expect(ran.err).not.toMatch(/\n\s+at /)
  })

  it.each([[['--help']], [['help', 'approve']], [['--version']], [['token', '--help']]])(
    '%j is no mistake',
    async (argv) => {
      expect(await cli.type(argv)).toMatchObject({ exit: 0, err: '' })
    },
  )

  it('in the help of a command its own options come first', async () => {
    const { out } = await cli.type(['approve', '--help'])
    const options = [...out.matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm)].map((match) => match[1])
    expect(options).toEqual(
      '--override --reason --hash --no-apply --json --yes --organization --url --token --no-color --help'.split(' '),
    )
  })

  it.each([
    ['a state', ['snapshots', '--state', 'bad'], 'query.state must be one of staging, held, refused,'],
    [
      'a role',
      ['token', 'create', '--administrator', 'operator@acme.example', '--role', 'king'],
      'body.role must be one of',
    ],
    [
      'an end that is over',
      ['token', 'create', '--administrator', 'operator@acme.example', '--expires', '2020-01-01'],
      'is over',
    ],
    [
      'an end that is none',
      ['token', 'create', '--administrator', 'operator@acme.example', '--expires', 'soon'],
      'is not a date',
    ],
  ])('names what cannot be used: %s', async (_, argv, text) => {
    const ran = await cli.type(argv)
    expect(ran).toMatchObject({ exit: 2, out: '', err: expect.stringContaining(text) })
    expect(ran.err).not.toContain('Invalid')
  })

  it('tells errors as JSON where JSON was asked for', async () => {
    const ran = await cli.type(['show', '999', '--json'])
    expect(JSON.parse(ran.err)).toMatchObject({
      error: { code: 'PLAN_NOT_FOUND', next: expect.stringContaining('npx rosterd') },
    })
  })
})

describe('what was typed wrong, where JSON was asked for', () => {
  it.each([
    ['no command', ['--json'], /^A command is missing\.$/],
    ['an unknown command', ['plan-all', '--json'], /^unknown command 'plan-all'/],
    ['an unknown option', ['plans', '--json', '--jsno'], /^unknown option '--jsno'/],
    ['a missing argument', ['show', '--json'], /^missing required argument 'plan'/],
    ['nobody to invite', ['invite', '--json'], /^Nobody to invite\.$/],
    ['a token in place of its id', ['token', 'revoke', 'rosterd_geheim', '--json'], /^A token is revoked by its id/],
  ])('%s', async (_, argv, detail) => {
    const ran = await cli.type(argv)
    expect(ran).toMatchObject({ exit: 2, out: '' })
    expect(JSON.parse(ran.err)).toEqual({
      error: { code: 'USAGE', detail: expect.stringMatching(detail), next: expect.stringContaining('npx rosterd') },
    })
    expect(ran.err).not.toContain('geheim')
  })
})

describe('downloads', () => {
  it('say when they broke off, here and in the log', async () => {
    const made = await cli.type(['invite', '--user', 'download@acme.example', '--yes', '--json'])
    const { id } = JSON.parse(made.out)
    await cli.sql`alter table outcomes rename to outcomes_away`
    try {
      const ran = await cli.type(['failures', id, '--csv'])
      expect(ran.exit).toBe(1)
      expect(ran.err).toMatch(/^The download broke off: .*\nWhat has arrived is not complete; try again\.\n$/)
      expect(cli.lines.some((line) => line.includes('a download broke off'))).toBe(true)
    } finally {
      await cli.sql`alter table outcomes_away rename to outcomes`
    }
    const file = join(tmpdir(), 'no-such-folder', 'failures.csv')
    expect((await cli.type(['failures', id, '--output', file])).err).toMatch(/^.*failures\.csv was not written: ENOENT/)
  })
})

describe('failures of a file', () => {
  it('are asked for by its snapshot, whether a plan came of it or not', async () => {
    const [row] = await cli.sql<{ id: number }[]>`
      insert into snapshots (organization_id, source_id, file, path, file_sha256, evidence, state, rows, errors, at)
      values (${cli.ids['acme'] ?? 0}, 1, 'bad.csv', 'failed/bad.csv', '', 'stable_only', 'refused', 1, 1, now()) returning id`
    const id = `snp_${row?.id}`
    expect((await cli.type(['failures', id])).out).toBe(
      'No row of this file was in error. Whether it was used: npx rosterd snapshots\n',
    )
    await cli.sql`
      insert into row_errors (organization_id, snapshot_id, line, code, params, cells)
      values (${cli.ids['acme'] ?? 0}, ${row?.id ?? 0}, 2, 'EMAIL_INVALID', '{"v": "x@@y", "why": "two @"}', '{x@@y}')`
    expect((await cli.type(['failures', id])).out).toContain('"x@@y" is not a valid e-mail address (two @).')
    expect((await cli.type(['failures', id, '--csv'])).out).toContain('EMAIL_INVALID')
    expect(JSON.parse((await cli.type(['failures', id, '--json'])).out)).toMatchObject([
      { code: 'EMAIL_INVALID', line: 2, rows: [{ email: 'x@@y' }] },
    ])
    expect((await cli.type(['failures', 'snp_999999'])).err).toContain('snp_999999')
  })
})

describe('files that were stopped', () => {
  it('say why in words, and a program gets all of them', async () => {
    const [source] = await cli.sql<{ id: number }[]>`
      select s.id from sources s join organizations o on o.id = s.organization_id where o.key = 'acme' and s.kind <> 'manual'`
    const message = 'People: 9 in this file, usually 41 = 22 %.'
    const findings = [
      { guard: 'G12', verdict: 'refuse', nature: 'amount', measured: 9, of: 41, limit: 21, scope: '', message },
    ]
    await cli.sql`
      insert into snapshots (organization_id, source_id, file, path, file_sha256, evidence, "full", state, missing, findings, consent, at)
      select organization_id, id, 'cut.csv', 'x/' || n, '', 'atomic_rename', true, 'refused', 32, ${JSON.stringify(findings)}::text::jsonb,
        '{"by": "kim@acme.example", "count": 32, "at": "2026-11-20T12:00:00.000Z"}', now()
      from sources, generate_series(1, 51) n where id = ${source?.id ?? 0}`
    const { out } = await cli.type(['snapshots'])
    expect(out).toMatch(
      new RegExp(
        [
          'snp_(\\d+) was refused; nothing of cut\\.csv was used\\.',
          '  People: 9 in this file, usually 41 = 22 %\\.',
          '  32 people are missing from it\\. If that is right, two administrators .* type: npx rosterd admit snp_\\1 --count 32',
          '  kim@acme\\.example has typed it; the second administrator has until 21 Nov 2026, \\d\\d:00\\.',
          '  If not: npx rosterd dismiss snp_\\1\n',
        ].join('\n'),
      ),
    )
    expect(out).toContain('There are older ones: npx rosterd snapshots --all\n')
    expect(JSON.parse((await cli.type(['snapshots', '--json'])).out).length).toBeGreaterThan(50)
  })
})

describe('lists', () => {
  it('of plans is whole for a program', async () => {
    await cli.type(['invite', '--user', 'many@acme.example'])
    await cli.sql`
      insert into plans overriding system value select copy.* from (select * from plans order by id limit 1) p, generate_series(1, 51) n,
        jsonb_populate_record(null::plans, to_jsonb(p) || jsonb_build_object('id', 100000 + n, 'state', 'rejected')) copy`
    try {
      expect((await cli.type(['plans'])).out).toContain('There are older ones: npx rosterd plans --all\n')
      expect(JSON.parse((await cli.type(['plans', '--json'])).out).length).toBeGreaterThan(51)
    } finally {
      await cli.sql`delete from plans where id > 100000`
    }
  })

  it.each(['plans', 'members', 'products', 'snapshots', 'decisions'])('%s --json is an array', async (list) => {
    const ran = await cli.type([list, '--json'])
    expect(Array.isArray(JSON.parse(ran.out))).toBe(true)
  })

  it('shows seats', async () => {
    expect((await cli.type(['products'])).out).toBe(
      ['PRODUCT  OWNED  USED  FREE  RESERVED  KEY', 'CAD Pro     10     0    10         2  cad', ''].join('\n'),
    )
  })

  it('makes a token that acts as an administrator, lists and revokes it', async () => {
    const made = await cli.type(['token', 'create', '--administrator', 'operator@acme.example'])
    expect(made).toMatchObject({ exit: 0, err: expect.stringContaining('operator@acme.example (operator)') })
    const token = made.out.trim()
    expect((await cli.type(['products'], { env: { ROSTERD_TOKEN: token } })).exit).toBe(0)
    expect((await cli.type(['token', 'list'], { env: { ROSTERD_TOKEN: token } })).err).toMatch(
      /^This needs the role admin\./,
    )
    const [first] = JSON.parse((await cli.type(['token', 'list', '--json'])).out)
    expect(first).toMatchObject({ administrator: 'operator@acme.example', hint: `…${token.slice(-4)}` })
    expect((await cli.type(['token', 'revoke', first.id])).exit).toBe(0)
    expect((await cli.type(['products'], { env: { ROSTERD_TOKEN: token } })).exit).toBe(1)
  })

  it('writes a template that its own reader understands', async () => {
    const ran = await cli.type(['template', 'roster'])
    expect(ran.out).toContain('CAD Pro')
    expect(ran.out.trimEnd().split('\r\n').at(-1)).toMatch(/^external_id,email,/)
    const told = JSON.parse((await cli.type(['template', 'roster', '--json'])).out)
    expect(told).toEqual({ name: 'roster', text: ran.out })
  })
})
