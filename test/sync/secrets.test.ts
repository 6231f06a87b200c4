/** Passwords that stand in a file: whatever becomes of their rows, they reach neither the database nor the log nor a file of ours. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterEach, expect, test } from 'vitest'
import { openWorld, type World } from '../support/pipeline.ts'

let world: World
afterEach(() => world?.close())

const SECRET = 'hunter2-correct-horse'
const HEADER = 'external_id,email,Password,first_name,Initial password,groups,client_secret,remark'
const row = (id: string, email: string, name = 'Ann') => `${id},${email},${SECRET},${name},${SECRET},,${SECRET},keep`

const FILES: [what: string, text: string][] = [
  ['good rows', [HEADER, row('1', 'a@acme.example'), row('2', 'b@acme.example')].join('\n')],
  ['a broken address', [HEADER, row('1', 'a@acme.example'), row('2', 'b@@acme.example')].join('\n')],
  [
    'two lines that disagree',
    [HEADER, row('1', 'a@acme.example'), row('2', 'b@acme.example'), row('2', 'b@acme.example', 'Bob')].join('\n'),
  ],
  [
    'a row that is too long',
    [HEADER, row('1', 'a@acme.example'), `${row('2', 'b@acme.example')},more,more`].join('\n'),
  ],
  ['a row that is too short', [HEADER, row('1', 'a@acme.example'), `2,b@acme.example,${SECRET}`].join('\n')],
  ['an open quote', [HEADER, row('1', 'a@acme.example'), `2,"b@acme.example,${SECRET},B,${SECRET}`].join('\n')],
  ['a NUL byte', [HEADER, row('1', 'a@acme.example'), row('2', 'b\0@acme.example')].join('\n')],
  ['a quote in the middle', [HEADER, row('1', 'a@acme.example'), `2,b@acme.example,${SECRET}"x"y,B`].join('\n')],
  [
    'a row that is too long, shifted by a comma in front of the password',
    [HEADER, row('1', 'a@acme.example'), row('2', 'b@acme.example,of Acme')].join('\n'),
  ],
  [
    'a row with a broken quote, shifted by the comma in it',
    [HEADER, row('1', 'a@acme.example'), `2,"b@acme.example, of Acme" x,${SECRET},Bob`].join('\n'),
  ],
  ['a NUL byte in a shifted row', [HEADER, row('1', 'a@acme.example'), row('2', 'b@acme.example,\0')].join('\n')],
  ['no row that can be read', [HEADER, row('1', 'a@@acme.example')].join('\n')],
  ['no column that names anybody', ['Password,first_name', `${SECRET},Ann`].join('\n')],
  ['a trailer that promises more', [HEADER, row('1', 'a@acme.example'), '#END 9'].join('\n')],
]

/** Every row of every table, as text. */
async function stored(): Promise<string> {
  const tables = await world.sql<{ name: string }[]>`
    select quote_ident(schemaname) || '.' || quote_ident(tablename) as name from pg_tables
    where schemaname not in ('pg_catalog', 'information_schema')`
  const texts: string[] = []
  for (const { name } of tables) {
    const rows = await world.sql.unsafe<{ text: string }[]>(`select t::text as text from ${name} t`)
    texts.push(...rows.map(({ text }) => `${name} ${text}`))
  }
  return texts.join('\n')
}

/** What rosterd itself wrote beside the files: reasons and failures. */
async function told(): Promise<string> {
  const names = await readdir(world.folder, { recursive: true })
  const ours = names.filter((name) => /\.(reason\.json|failures\.csv|status\.json)$/.test(name))
  return (await Promise.all(ours.map((name) => readFile(join(world.folder, name), 'utf8')))).join('\n')
}

test.each(FILES)('%s', async (_, text) => {
  world = await openWorld({ rules: 'all: { source: hr, when: { everyone: true }, then: [{ member: member }] }' })
  const logged: string[] = []
  world.parts.log = pino({ level: 'trace' }, { write: (line) => void logged.push(line) })
  await world.drop('roster.csv', `${text}\n`)
  await world.applyAll(await world.propose())
  const database = await stored()
  expect(database).toContain('roster.csv')
  expect(database).not.toContain(SECRET)
  expect(logged.join('\n')).toContain('file observed')
  expect(logged.join('\n')).not.toContain(SECRET)
  expect(await told()).not.toContain(SECRET)
})
