/** Members by a filter, as a list and as files. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Ground } from '../store/conformance/ground.ts'
import { type Cli, openCli } from './world.ts'

let cli: Cli
let folder: string
let env: { ROSTERD_ORGANIZATION: string }
beforeAll(async () => {
  cli = await openCli()
  folder = await mkdtemp(join(tmpdir(), 'rosterd-exports-'))
  const ground = await Ground.open(cli.sql)
  env = { ROSTERD_ORGANIZATION: ground.key }
  await ground.add('ann', { assignments: { cad: new Date('2027-06-30T22:00:00Z') } })
  const bob = await ground.add('bob', { assignments: { cad: null } })
  await ground.add('cyd')
  await cli.sql`insert into borrows (organization_id, person_id, product_id, device_key, device, until, since)
    values (${ground.id}, ${bob}, ${ground.product('cad')}, 'ws-204', 'WS-204', '2026-12-01T11:00:00Z', '2026-11-22T10:00:00Z')`
})
afterAll(async () => {
  await cli.close()
  await rm(folder, { recursive: true })
})

const FILE = '\uFEFFemail,products,expires,_plan\r\nann@acme.test,cad,2027-06-30,\r\nbob@acme.test,cad,,\r\n'

it('lists whom a filter finds', async () => {
  const ran = await cli.type(['members', '--where', 'products.expires pr', '--json'], { env })
  expect(JSON.parse(ran.out)).toMatchObject([{ email: 'ann@acme.test' }])
  const none = await cli.type(['members', '--where', 'role eq "owner"'], { env })
  expect(none).toMatchObject({ exit: 0, out: 'There are no such members.\n' })
})

it('says where a filter is wrong', async () => {
  const ran = await cli.type(['members', '--where', 'products eq vray'], { env })
  expect(ran.exit).toBe(2)
  expect(ran.err).toContain('The filter is wrong at character 13: vray has to stand in quotation marks: "vray".')
  expect((await cli.type(['members', '--csv', '--where', ''], { env })).err).toContain('a condition is missing')
})

it('writes files', async () => {
  expect(await cli.type(['assignments', '--csv'], { env })).toMatchObject({ exit: 0, out: FILE })
  const path = join(folder, 'held.csv')
  const ran = await cli.type(['assignments', '--output', path, '--json'], { env })
  expect(JSON.parse(ran.out)).toEqual({ file: path })
  expect(await readFile(path, 'utf8')).toBe(FILE)
  const members = await cli.type(['members', '--csv', '--where', 'not (products pr)'], { env })
  expect(members.out.split('\r\n')).toEqual([
    '\uFEFFexternal_id,email,first_name,last_name,groups,products,status,expires,seat_priority,_plan',
    ',cyd@acme.test,Ann,Li,,,active,,,',
    '',
  ])
})

it('lists what is held and what is borrowed', async () => {
  const { out } = await cli.type(['assignments'], { env })
  expect(out).toMatch(/Ann Li <ann@acme.test>|ann@acme.test/)
  expect(out).toContain('2 assignments.')
  const borrowed = await cli.type(['assignments', '--borrowed'], { env })
  expect(borrowed.out).toMatch(/bob@acme\.test.*WS-204 until .*2026/)
  expect(borrowed.out).toContain('1 assignment.')
  expect((await cli.type(['assignments', '--product', 'sim'], { env })).out).toBe('Nobody holds such a product.\n')
})

it.each([
  [['members', '--csv', '--state', 'active'], /--state does not choose what stands in a file/],
  [['members', '--csv', '--json'], /--csv writes a file, and --json a list/],
  [['assignments', '--csv', '--product', 'cad'], /chosen by --where alone/],
  [['assignments', '--where', 'active eq true'], /--where chooses what stands in a file/],
])('refuses %j', async (argv, sentence) => {
  const ran = await cli.type(argv, { env })
  expect(ran.exit).toBe(2)
  expect(ran.err + ran.out).toMatch(sentence)
})
