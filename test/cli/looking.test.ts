/** Commands that only look: sources, rules, the audit, members by what they hold. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Cli, openCli } from './world.ts'

let cli: Cli
beforeAll(async () => {
  cli = await openCli()
  await cli.sql`
    insert into rules (organization_id, key, version, priority, source, "when", "then", from_change)
    values (${cli.ids['acme'] ?? 0}, 'artists', 1, 500, 'hr', '{"group": {"name": "Artists"}}',
      '[{"member": "member"}, {"product": "cad", "expires": "2027-06-30"}]', 1)`
  await cli.type(['invite', '--user', 'ada@acme.example', '--yes'])
})
afterAll(() => cli.close())

it('sources, and as JSON with everything', async () => {
  const ran = await cli.type(['sources'])
  expect(ran).toMatchObject({ exit: 0, err: '' })
  expect(ran.out).toMatch(/HR feed +csv, snapshot +manual/)
  expect(JSON.parse((await cli.type(['sources', '--json'])).out)).toMatchObject([
    { key: 'hr', schedule: null, silence: null, lastSnapshot: null },
    { key: 'manual' },
  ])
})

it('rules, in words', async () => {
  const ran = await cli.type(['rules'])
  expect(ran.out).toMatch(/artists +hr +group Artists +member member, product cad until 2027-06-30 +500/)
  const none = await cli.type(['rules'], { env: { ROSTERD_ORGANIZATION: 'globex' } })
  expect(none.out).toMatch(/^There are no rules/)
})

it('the audit, narrowed', async () => {
  const all = await cli.type(['audit'])
  expect(all.out).toMatch(/bootstrap token +plan\.approved +pln_\d/)
  const approvals = JSON.parse((await cli.type(['audit', '--act', 'plan.approved', '--json'])).out)
  expect(approvals).toHaveLength(1)
  const plans = JSON.parse((await cli.type(['audit', '--act', 'plan', '--json'])).out)
  expect(plans.map((one: { act: string }) => one.act)).toEqual([
    'plan.applied',
    'plan.started',
    'plan.approved',
    'plan.submitted',
    'plan.created',
  ])
  expect((await cli.type(['audit', '--since', '2030-01-01'])).out).toBe('Nothing of that is on record.\n')
  expect((await cli.type(['audit', '--until', '2030-01-01', '--object', plans[0].object])).out).toContain(
    'plan.approved',
  )
  expect((await cli.type(['audit', '--since', 'yesterday'])).exit).toBe(2)
})

it.each([
  [['--role', 'member'], true],
  [['--role', 'owner'], false],
  [['--source', 'manual'], true],
  [['--source', 'hr'], false],
  [['--product', 'cad'], false],
])('members with %j', async (options, found) => {
  const { out } = await cli.type(['members', ...options])
  expect(out.includes('ada@acme.example')).toBe(found)
})

it('who keeps their access until somebody decides, with what to type', async () => {
  await cli.sql`
    insert into decisions (organization_id, kind, person_id, candidates, evidence, state, at)
    select organization_id, 'gone', person_id, '[]', '{"why": "Okta says that ada@acme.example has left."}', 'open', now() from members`
  const { out } = await cli.type(['decisions'])
  expect(out).toMatch(/^dec_\d+ {2}Does ada@acme\.example keep their access\? /)
  expect(out).toMatch(
    /Okta says that ada@acme\.example has left\.\n {2}npx rosterd decide dec_\d+ end_access {4}they lose here/,
  )
  const id = /dec_\d+/.exec(out)?.[0] ?? ''
  expect((await cli.type(['decide', id, 'link'])).err).toContain('the choices are end_access, keep.')
  expect((await cli.type(['decide', id, 'keep'])).out).toBe(
    'Decided: they keep all access. The next plan acts on it.\n',
  )
  expect((await cli.type(['decisions', '--all'])).out).toContain('Answered: keep')
  expect((await cli.type(['decide', id, 'end-access'])).out).toContain('Decided: they lose here')
})

it('what is asked too fast is asked again', async () => {
  const slow = await openCli({ rate: 10, burst: 1 })
  try {
    const ran = await slow.type(['products'])
    expect(ran).toMatchObject({ exit: 0, err: '' })
    expect(ran.out).toContain('CAD Pro')
  } finally {
    await slow.close()
  }
})
