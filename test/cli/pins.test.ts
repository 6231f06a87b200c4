/** What people decided against sources, as they are told of it before, list it and lift it. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type Cli, openCli } from './world.ts'

let cli: Cli
beforeEach(async () => {
  cli = await openCli()
  const users = ['ada', 'bob', 'cid', 'dan', 'eve'].flatMap((name) => ['--user', `${name}@acme.example`])
  await done(['invite', ...users, '--product', 'cad', '--yes'])
  // The HR feed wants all of them, and gives them the product.
  await cli.sql`
    insert into claims (organization_id, person_id, source_id, from_change, status, role, rule)
    select m.organization_id, m.person_id, s.id, 1, 'active', 'member', 'everyone' from members m join sources s using (organization_id)
    where s.key = 'hr'`
  await cli.sql`
    insert into grants (organization_id, person_id, product_id, source_id, from_change, rule, priority, seat_priority)
    select a.organization_id, a.person_id, a.product_id, s.id, 1, 'everyone', 500, 500 from assignments a join sources s using (organization_id)
    where s.key = 'hr'`
}, 60_000)
afterEach(() => cli.close())

async function done(argv: string[]): Promise<string> {
  const ran = await cli.type(argv)
  expect(ran).toMatchObject({ exit: 0, err: '' })
  return ran.out
}

const ADA = 'ada@acme.example'

it.each([
  [[], 'for 30 days, since HR feed still wants them', /22 Dec 2026/],
  [['--for', '10d'], 'for 10 days, since HR feed still wants them', /2 Dec 2026, 11:00/],
  [['--until-next-sync'], 'until the next sync, since HR feed still wants them', /the next sync/],
  [['--always'], 'until somebody lifts it, since HR feed still wants them', /somebody lifts it/],
])(
  'a removal %j says before whom it pins and for how long, and so does the list',
  async (options, words, until) => {
    const out = await done([
      'remove',
      '--user',
      ADA,
      '--revoke-first',
      ...options,
      '--reason',
      'Left on Friday',
      '--yes',
    ])
    expect(out).toContain(`1 pinned ${words}`)
    expect(out).toContain('Why: Left on Friday\n')
    const list = await done(['pins'])
    const [, line = '', total] = list.split('\n')
    expect(line).toMatch(/^ada@acme\.example +kept out /)
    expect(line).toMatch(until)
    expect(line).toMatch(/pln_\d+ +Left on Friday +mem_\d+$/)
    expect(total).toBe('1 pin.')
  },
  60_000,
)

it('a product is pinned and lifted on its own, by the address or by the id', async () => {
  await done(['revoke', '--user', 'bob@acme.example', '--product', 'cad', '--always', '--yes'])
  await done(['remove', '--user', ADA, '--revoke-first', '--yes'])
  expect(await done(['pins', '--user', 'bob@acme.example'])).toMatch(
    /bob@acme\.example +kept without CAD Pro +somebody lifts it/,
  )
  expect(await done(['pins', 'lift', 'bob@acme.example', 'cad'])).toBe(
    'Lifted. Sources may give cad to bob@acme.example again; the next plan acts on it.\n',
  )
  const [pin] = JSON.parse(await done(['pins', '--json']))
  expect(pin).toMatchObject({ kind: 'exclude', email: ADA, reason: null })
  expect(await done(['pins', 'lift', pin.member])).toContain(`Sources may want ${pin.member} again`)
  expect(await done(['pins'])).toBe('Nobody is pinned.\n')
}, 60_000)

it('says what is not pinned, and what has no reason', async () => {
  expect(await done(['pins', '--user', ADA])).toBe(`Nothing is pinned of ${ADA}.\n`)
  const none = await cli.type(['pins', 'lift', ADA])
  expect(none).toMatchObject({ exit: 2, out: '' })
  expect(none.err).toMatch(/^Nothing is pinned of ada@acme\.example\.\nWho is: .*rosterd pins\n$/)
  await done(['remove', '--user', ADA, '--revoke-first', '--yes'])
  expect((await cli.type(['pins', 'lift', ADA, 'cad'])).err).toMatch(/^There is no such pin in this organization\./)
  expect((await cli.type(['invite', '--user', 'x@acme.example', '--reason', 'x'])).err).toMatch(
    /unknown option '--reason'/,
  )
  const asked = { verb: 'assign', users: [ADA], products: ['cad'], reason: 'because' }
  const answer = await cli.ask('operator', 'POST', '/api/v1/organizations/acme/operations', asked)
  expect(answer.json).toMatchObject({ code: 'OPERATION_AMBIGUOUS' })
}, 60_000)

it('lifts by the id where an address was that of several people', async () => {
  await done(['remove', '--user', ADA, '--revoke-first', '--yes'])
  await cli.sql`update members set email = 'bob@acme.example', email_key = 'bob@acme.example' where email = ${ADA}`
  await done(['remove', '--user', 'bob@acme.example', '--revoke-first', '--yes'])
  const ran = await cli.type(['pins', 'lift', 'bob@acme.example'])
  expect(ran.exit).toBe(2)
  expect(ran.err).toMatch(
    /^bob@acme\.example was the address of several people who are pinned\.\nName one of mem_\d+, mem_\d+;/,
  )
}, 60_000)

it('a plan that is out of date by the time it runs says so, and how to ask for it anew', async () => {
  const draft = async (...users: string[]): Promise<string> => {
    const named = users.flatMap((name) => ['--user', `${name}@acme.example`])
    return JSON.parse(await done(['revoke', ...named, '--product', 'cad', '--dry-run', '--json'])).id
  }
  const change = async (...users: string[]) => {
    const emails = users.map((name) => `${name}@acme.example`)
    await cli.sql`
      update assignments set version = version + 1, expires_at = '2030-01-01'
      where person_id in (select person_id from members where email = any(${emails}::text[]))`
    await cli.sql`update organizations set revision = revision + 1`
  }
  const both = await draft('ada', 'bob')
  await change('ada', 'bob')
  const stale = await cli.type(['approve', both, '--yes'])
  expect(stale.exit).toBe(1)
  expect(stale.out).toContain(
    `Plan ${both} is out of date: too much has changed since it was made. Nothing of it was applied`,
  )
  expect(stale.out).toMatch(new RegExp(`To ask for it anew: .*rosterd again ${both}\n`))
  const half = await draft('ada', 'bob')
  await change('ada')
  const ran = await cli.type(['approve', half, '--yes'])
  expect(ran.out).toContain(`Plan ${half} was applied: 1 done, 1 skipped of 2 items.`)
  expect(ran.exit).toBe(0)
  expect(await done(['again', both, '--yes'])).toContain('was applied')
}, 60_000)
