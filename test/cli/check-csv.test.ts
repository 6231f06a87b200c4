import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { run } from '../../src/cli/program.ts'
import type { Terminal } from '../../src/cli/terminal.ts'

const CONFIG = `organizations:
  acme:
    name: Acme
    zone: Europe/Berlin
    administrators: [{ email: kim@acme.example, role: admin }]
    products:
      maya: { name: Maya, seats: 10 }
      nuke: { name: Nuke, seats: 10 }
    sources:
      hr: { kind: csv }
      changes: { kind: csv, mode: delta }
      idp: { kind: scim }
    rules:
      everyone: { source: hr, when: { everyone: true }, then: [{ member: member }] }
      pushed: { source: idp, when: { everyone: true }, then: [{ member: member }] }
      changed: { source: changes, when: { everyone: true }, then: [{ member: member }] }
`

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'rosterd-csv-'))
  await writeFile(join(directory, 'rosterd.yaml'), CONFIG)
})
afterAll(() => rm(directory, { recursive: true, force: true }))

/** No daemon, and a configuration only where a source of it is named. */
async function check(content: string | Buffer, ...options: string[]) {
  const file = join(directory, 'roster.csv')
  await writeFile(file, content)
  const ran = { exit: -1, out: '', err: '' }
  const terminal: Terminal = {
    out: (text) => {
      ran.out += text
    },
    err: (text) => {
      ran.err += text
    },
    interactive: false,
    redraws: false,
    width: Number.POSITIVE_INFINITY,
    colours: false,
    ask: async () => '',
    env: { ROSTERD_CONFIG: join(directory, options.includes('--source') ? 'rosterd.yaml' : 'none.yaml') },
  }
  ran.exit = await run(['check-csv', file, ...options], terminal)
  return { ...ran, out: ran.out.replaceAll(file, 'roster.csv') }
}

it('says of a source that pushes that it reads no files', async () => {
  const ran = await check('email\nada@acme.example\n', '--source', 'idp')
  expect(ran).toMatchObject({ exit: 2, out: '' })
  expect(ran.err).toContain('The source idp is of the kind scim and reads no files.')
})

it('shows what it understood', async () => {
  const ran = await check('ID;E-Mail;Vorname;Kennwort\n007;ada@acme.example;Ada;hunter2\n')
  expect(ran).toMatchObject({ exit: 0, err: '' })
  expect(ran.out).toBe(
    `roster.csv
utf-8, separated by semicolon, header on line 1, people told apart by id.

COLUMN    UNDERSTOOD AS
ID        external_id
E-Mail    email
Vorname   first_name
Kennwort  secret, never read

LINE  E-MAIL            ID   NAME
   2  ada@acme.example  007  Ada

note  1 column holds secrets and is never read: Kennwort.

1 row: 1 person, none in error. Nothing was sent anywhere.
`,
  )
})

it('says how many columns hold secrets', async () => {
  expect((await check('email,password,PIN\na@acme.example,x,y\n')).out).toContain(
    'note  2 columns hold secrets and are never read: password, PIN.',
  )
})

it('names every row in error by its line, and ends with exit code 4', async () => {
  const ran = await check('email,first_name\nada@acme.example,Ada\nbob@@acme.example,Bob\n')
  expect(ran.exit).toBe(4)
  expect(ran.out).toMatch(/error {2}line 3: "bob@@acme\.example" is not a valid e-mail address/)
  expect(ran.out).toContain('2 rows: 1 person, 1 in error.')
})

it('gives all of it as JSON', async () => {
  const ran = await check('email\nada@acme.example\n', '--json')
  expect(JSON.parse(ran.out)).toMatchObject({
    counts: { rows: 1, errors: 0 },
    rows: [{ line: 2, profile: { email: 'ada@acme.example' } }],
  })
})

it('merges the lines of one person as the daemon does, and counts people', async () => {
  const lines = [
    'id,email,first_name,products',
    '1,ada@acme.example,Ada,Maya', // united with line 4
    '2,bob@acme.example,Bob,', // repeated by line 5
    '1,ada@acme.example,,Nuke',
    '2,bob@acme.example,Bob,',
    '3,cy@acme.example,Cy,', // line 7 disagrees
    '3,cy@acme.example,Cyril,',
    '4,broken,Dot,',
    '5,eve@acme.example,Eve,',
  ]
  const ran = await check(`${lines.join('\n')}\n`, '--source', 'hr')
  expect(ran).toMatchObject({ exit: 4, err: '' })
  expect(ran.out).toMatch(/2 {2}ada@acme\.example {2}1 +Ada {3}maya; nuke\n/)
  expect(ran.out).not.toContain('cy@acme.example')
  expect(ran.out).toContain('note  line 5: says the same as line 3.\n')
  expect(ran.out).toContain('error  line 6: Lines 6 and 7 disagree about first_name.\n')
  expect(ran.out).toContain('error  line 7: Lines 6 and 7 disagree about first_name.\nerror  line 8: "broken"')
  expect(ran.out).toContain('8 rows: 3 people, 2 merged with another line of the same person, 3 in error.')
})

it('an empty roster is refused as the daemon would, with what its header means; a delta file may be empty', async () => {
  const ran = await check('id,email\n')
  expect(ran).toMatchObject({ exit: 1, err: '' })
  expect(ran.out).toContain('external_id')
  expect(ran.out).toContain('error  The file has a header and no people. As a roster it is refused')
  expect(JSON.parse((await check('id,email\n', '--json')).out)).toMatchObject({ refusal: { code: 'FILE_EMPTY' } })
  expect(await check('id,email,_plan\n')).toMatchObject({ exit: 0 })
  expect(await check('id,email\n', '--source', 'changes')).toMatchObject({ exit: 0 })
})

it('a last line that promises more rows than there are', async () => {
  const ran = await check('email\nada@acme.example\n#END 2\n')
  expect(ran).toMatchObject({
    exit: 1,
    out: '',
    err: expect.stringMatching(/^The file is not complete: the last line promises 2 rows; the file has 1/),
  })
})

it.each([
  ['no CSV at all', Buffer.from('PK\u0003\u0004 and the rest of a zip'), 'FILE_TYPE'],
  ['no column that names people', 'colour,shape\nred,round\n', 'HEADER_MISSING'],
])('%s: a sentence and a next step', async (_, content, code) => {
  const ran = await check(content, '--json')
  expect(ran).toMatchObject({ exit: 1, out: '' })
  expect(JSON.parse(ran.err)).toMatchObject({ error: { code, next: expect.stringMatching(/\.$/) } })
})
