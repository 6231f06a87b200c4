/** A source that pushes, from the command line: its tokens, what it lacks, and its going live. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { identifySource } from '../../src/auth.ts'
import { NOW } from '../api/world.ts'
import { type Cli, openCli } from './world.ts'

let cli: Cli
beforeAll(async () => {
  cli = await openCli()
  await cli.sql`
    insert into sources (organization_id, id, key, name, kind, mode, approval, trust, settings)
    values (${cli.ids['acme'] ?? 0}, 9, 'idp', 'Okta', 'scim', 'delta', 'within_limits', 1, '{}')`
})
afterAll(() => cli.close())

const opens = (token: string) => identifySource(cli.sql, token, NOW)

it('token create prints the token alone, and beside it what to paste where', async () => {
  const ran = await cli.type(['token', 'create', '--source', 'idp', '--expires', '2027-06-30'])
  expect(ran.exit).toBe(0)
  expect(ran.out).toMatch(/^rosterd_scim_[\w-]{43}\n$/)
  expect(await opens(ran.out.trim())).toMatchObject({ sourceKey: 'idp' })
  expect(ran.err).toContain(
    'SCIM endpoint of the source idp until 30 Jun 2027, and nothing else. It is shown this once.',
  )
  expect(ran.err).toContain('Base URL    https://rosterd.example/scim/v2')
  expect(ran.err).toContain('Tenant URL  https://rosterd.example/scim/v2')
  expect(ran.err).toContain('npx rosterd scim check https://rosterd.example/scim/v2')
  expect(ran.err).not.toContain('ROSTERD_BASE_URL')
})

it('with --json it is one object', async () => {
  const ran = await cli.type(['token', 'create', '--organization', 'acme', '--source', 'idp', '--json'])
  expect(ran).toMatchObject({ exit: 0, err: '' })
  const made = JSON.parse(ran.out)
  expect(made).toMatchObject({ id: expect.stringMatching(/^tok_/), source: 'idp', token: expect.any(String) })
  expect(await opens(made.token)).not.toBeNull()
})

it('list shows for whom each is and until when, revoke ends one', async () => {
  const { out } = await cli.type(['token', 'create', '--source', 'idp', '--json'])
  const made = JSON.parse(out)
  const listed = (await cli.type(['token', 'list'])).out
  expect(listed).toMatch(/source idp +SCIM +…/)
  expect(listed).toContain('1 Jul 2027, 00:00')
  expect(listed).toContain('admin@acme.example')
  expect(await cli.type(['token', 'revoke', made.id])).toMatchObject({ exit: 0, out: `${made.id} is revoked.\n` })
  expect(await opens(made.token)).toBeNull()
})

it.each<[string[], number, RegExp]>([
  [['token', 'create'], 2, /what one source comes in with.*token create --source KEY/s],
  [['token', 'create', '--source', 'hr'], 2, /of the kind csv/],
  [['token', 'create', '--source', 'nobody'], 1, /no source nobody/],
  [['token', 'create', '--source', 'idp', '--role', 'admin'], 2, /has no role/],
  [['token', 'create', '--source', 'idp', '--expires', 'tomorrow'], 2, /is not a date/],
  [['source', 'go-live'], 2, /missing required argument 'source'/],
  [['source', 'go-live', 'nobody'], 1, /no source nobody/],
  [['sources', 'idp'], 2, /too many arguments/],
])('%j ends with %i and a sentence', async (argv, exit, text) => {
  const ran = await cli.type(argv)
  expect(ran).toMatchObject({ exit, out: '' })
  expect(ran.err).toMatch(text)
})

it('sources says what is still to do, and go-live does it, by either word and again', async () => {
  await cli.sql`update tokens set last_used_at = null where source_id = 9`
  const before = (await cli.type(['sources'])).out
  expect(before).toContain('scim, not live')
  expect(before).toContain('Okta: Its identity provider has not come in yet')
  await cli.sql`update tokens set last_used_at = ${NOW} where source_id = 9`
  const used = (await cli.type(['sources'])).out
  expect(used).toContain('npx rosterd source go-live idp')
  expect(used).toMatch(/Okta +scim, not live +within limits +22 Nov 2026, 11:00 +idp/)
  const ran = await cli.type(['source', 'go-live', 'idp'])
  expect(ran).toMatchObject({ exit: 0, err: '' })
  expect(ran.out).toContain('Okta is live. From now on what passes the guards is applied by itself')
  expect(await cli.type(['sources', 'go-live', 'idp'])).toMatchObject({ exit: 0, out: 'Okta is live already.\n' })
  expect((await cli.type(['sources'])).out).not.toContain('go-live')
})
