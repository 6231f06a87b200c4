/** What goes wrong with a file on its way: a hundred accidents, each as the file or the files that arrive. */
import { gzipSync } from 'node:zlib'
import { column, each, everybody, file, HEADER, lines, person, type Row, SIZE, without } from './roster.ts'

export interface Arrival {
  content: string | Uint8Array
  name?: string
  evidence?: 'atomic_rename' | 'stable_only'
}

export interface Accident {
  name: string
  /** In order, a night apart. */
  nights: Arrival[]
  /** Each night by itself is what a policy may take within the limits, once a second night has said the same. */
  withinLimits?: true
}

const GOOD = file(everybody())
const LINES = lines([HEADER, ...everybody()])
const TENTHS = [1, 2, 3, 4, 5, 6, 7, 8, 9]
const text = (all: string[]) => `${all.join('\n')}\n`

const one = (name: string, content: string | Uint8Array, rest: Omit<Arrival, 'content'> = {}): Accident => ({
  name,
  nights: [{ content, ...rest }],
})
const rows = (name: string, list: Row[], header = HEADER): Accident => one(name, file(list, header))

/** Moves each cell of a column to the person `by` places further. */
function moved(name: Parameters<typeof each>[0], by: number): Row[] {
  const all = everybody()
  return each(name, (_, n) => all[(n + by) % SIZE]?.[column(name)] ?? '')
}
const only = (keep: (row: Row, n: number) => boolean) => everybody().filter(keep)
const stranger = (n: number): Row => person(n).with(0, `X${n}`).with(1, `x${n}@other.example`).with(3, `Other ${n}`)

function utf16(content: string, order: 'le' | 'be', bom: boolean): Uint8Array {
  const bytes = Buffer.from((bom ? '\ufeff' : '') + content, 'utf16le')
  return order === 'le' ? bytes : bytes.swap16()
}

const CUTS: Accident[] = [
  ...TENTHS.map((tenth) =>
    one(`cut in a row at ${tenth}0 %`, GOOD.slice(0, GOOD.indexOf('@', (GOOD.length * tenth) / 10))),
  ),
  ...TENTHS.map((tenth) => rows(`cut at a row end at ${tenth}0 %`, everybody(tenth * 100))),
  ...[5, 8, 9].map((tenth) =>
    one(`cut at a row end at ${tenth}0 %, upload just stopped`, file(everybody(tenth * 100)), {
      evidence: 'stable_only',
    }),
  ),
  ...[1, 5].map((tenth) => rows(`the first ${tenth}0 % gone`, everybody().slice(tenth * 100))),
  one('promises 1,000 rows and has 900', `${file(everybody(900))}#END 1000\n`),
]

const EMPTY: Accident[] = [
  one('no bytes', ''),
  one('a header and nothing else', `${HEADER.join(',')}\n`),
  one('a header and blank lines', `${HEADER.join(',')}\n\n\n,,,,,,,,\n`),
  rows('one row only', everybody(1)),
  one('no header', text(LINES.slice(1))),
]

const SHAPES: Accident[] = [
  one('columns shifted right', text([LINES[0] ?? '', ...LINES.slice(1).map((line) => `,${line}`)])),
  one(
    'columns shifted left',
    text([LINES[0] ?? '', ...LINES.slice(1).map((line) => line.slice(line.indexOf(',') + 1))]),
  ),
  one('header shifted by one', text([HEADER.slice(1).join(','), ...LINES.slice(1)])),
  rows(
    'columns shuffled under the old header',
    everybody().map((row) => [...row.slice(3), ...row.slice(0, 3)]),
  ),
  rows('id and address change places in the header', everybody(), HEADER.with(0, 'email').with(1, 'external_id')),
  rows(
    'groups and department change places in the header',
    everybody(),
    HEADER.with(4, 'department').with(8, 'groups'),
  ),
  rows('products and groups change places in the header', everybody(), HEADER.with(4, 'products').with(5, 'groups')),
  one('another delimiter', GOOD.replaceAll(';', '/').replaceAll(',', ';')),
  one(
    'another delimiter below the header',
    text([LINES[0] ?? '', ...LINES.slice(1).map((line) => line.replaceAll(',', '\t'))]),
  ),
  one('the header in the middle', text([...LINES.slice(1, 501), LINES[0] ?? '', ...LINES.slice(501)])),
  one(
    'the header again every hundred rows',
    text(LINES.flatMap((line, n) => (n % 100 ? [line] : [LINES[0] ?? '', line]))),
  ),
  one('an unclosed quote in row ten', text(LINES.map((line, n) => (n === 10 ? line.replace(',', ',"') : line)))),
  one(
    'an unclosed quote in every tenth row',
    text(LINES.map((line, n) => (n % 10 === 9 ? line.replace(',', ',"') : line))),
  ),
  one('line breaks lost', LINES.join(' ')),
  one(
    'lines wrapped in the middle',
    text(LINES.map((line, n) => (n ? `${line.slice(0, 20)}\n${line.slice(20)}` : line))),
  ),
  one('half of the rows turned into remarks', text(LINES.map((line, n) => (n > 500 ? `#${line}` : line)))),
  one('every row twice', text([...LINES, ...LINES.slice(1)])),
  rows('every row twice, with other groups', [...everybody(), ...each('groups', () => '')]),
  rows('every row twice, with other names', [...everybody(), ...each('last_name', (name) => `${name} II`)]),
]

const BYTES: Accident[] = [
  one('UTF-16, little end first', utf16(GOOD, 'le', true)),
  one('UTF-16 without its mark', utf16(GOOD, 'le', false)),
  one('UTF-16, cut to half', utf16(GOOD, 'le', true).subarray(0, GOOD.length)),
  one('latin-1', Buffer.from(GOOD, 'latin1')),
  one('UTF-8 taken for latin-1 and written again', Buffer.from(Buffer.from(GOOD).toString('latin1'))),
  one('the second half NUL bytes', Buffer.concat([Buffer.from(GOOD.slice(0, 40_000)), new Uint8Array(40_000)])),
  one('NUL bytes in half of the rows', text(LINES.map((line, n) => (n % 2 ? line.replace('@', '\0@') : line)))),
  one(
    'a zip file',
    Buffer.concat([Buffer.from('PK\x03\x04'), new Uint8Array(26), Buffer.from('roster.csv'), gzipSync(GOOD)]),
  ),
  one('a gzip file', gzipSync(GOOD)),
  one('an HTML page', '<!DOCTYPE html><html><body>Your session has ended, please sign in.</body></html>\n'),
  one('an error below the header', `${HEADER.join(',')}\nORA-01555: snapshot too old\n`),
  one('an error after half of the rows', `${file(everybody(500))}ORA-01555: snapshot too old\n`),
]

const GROUPS: Accident[] = [
  rows(
    'one group emptied',
    each('groups', (groups) => groups.replace('Artists;', '')),
  ),
  rows(
    'all groups emptied',
    each('groups', () => ''),
  ),
  rows(
    'one group renamed',
    each('groups', (groups) => groups.replace('Artists', 'Künstler')),
  ),
  rows(
    'all groups renamed',
    each('groups', (groups) => groups.replaceAll(/\w+/g, 'G-$&')),
  ),
  one('group column gone', without('groups')),
  rows(
    'everybody in one other group',
    each('groups', () => 'Everybody'),
  ),
  rows('groups moved by one row', moved('groups', 1)),
]

const ADDRESSES: Accident[] = [
  one('address column gone', without('email')),
  rows(
    'half of the addresses broken',
    each('email', (email, n) => (n % 2 ? email.replace('@', ' at ') : email)),
  ),
  rows(
    'all addresses broken',
    each('email', (email) => email.replace('@', ' at ')),
  ),
  rows(
    'a quarter of the addresses emptied',
    each('email', (email, n) => (n % 4 ? email : '')),
  ),
  rows(
    'all addresses of one domain changed',
    each('email', (email) => email.replace('@studio.', '@studios.')),
  ),
  rows(
    'all addresses changed',
    each('email', (email) => email.replace('@', '@mail.')),
  ),
  rows(
    'all addresses the same',
    each('email', () => 'noreply@acme.example'),
  ),
  rows('addresses moved by one row', moved('email', 1)),
  rows(
    'addresses in capitals',
    each('email', (email) => email.toUpperCase()),
  ),
]

const IDS: Accident[] = [
  one('id column gone', without('external_id')),
  rows(
    'ids without leading zeros',
    each('external_id', (id) => String(Number(id))),
  ),
  rows(
    'all ids renumbered',
    each('external_id', (id) => `N${id}`),
  ),
  rows(
    'half of the ids renumbered',
    each('external_id', (id, n) => (n % 2 ? `N${id}` : id)),
  ),
  rows('ids moved by one row', moved('external_id', 1)),
  rows(
    'all ids emptied',
    each('external_id', () => ''),
  ),
  rows(
    'all ids the same',
    each('external_id', () => '000001'),
  ),
  rows(
    'ids rounded by a spreadsheet',
    each('external_id', (id) => `1.2${id.slice(2)}E+11`),
  ),
]

const STATUS: Accident[] = [
  rows(
    'all are leavers',
    each('status', () => 'leaver'),
  ),
  rows(
    'all are on leave',
    each('status', () => 'leave'),
  ),
  rows(
    'status words nobody knows',
    each('status', () => 'A1'),
  ),
  rows('status read the wrong way round', everybody(), HEADER.with(6, 'disabled')),
  rows(
    'status turned around',
    each('status', () => 'yes'),
    HEADER.with(6, 'block sign in'),
  ),
  rows(
    'half are leavers',
    each('status', (status, n) => (n % 2 ? 'leaver' : status)),
  ),
]

const PRODUCTS: Accident[] = [
  rows(
    'products emptied',
    each('products', () => ''),
  ),
  one('product column gone', without('products')),
  rows(
    'products nobody knows',
    each('products', (product) => product.replace('maya', 'Maya 2031')),
  ),
  rows(
    'ends in the past',
    each('expires', () => '2020-01-31'),
  ),
  rows(
    'all end tomorrow',
    each('expires', (_end, n, row) => (row[5] ? '2031-01-01' : n % 2 ? '2031-01-01' : '')),
  ),
  one('end column gone', without('expires')),
]

const OTHERS: Accident[] = [
  rows(
    "another company's file",
    everybody().map((_, n) => stranger(n + 1)),
  ),
  rows(
    "another company's file with the same ids",
    everybody().map((row, n) => stranger(n + 1).with(0, row[0] ?? '')),
  ),
  rows(
    'the file of the test system',
    everybody(5).map((_, n) => stranger(n + 1)),
  ),
  one('a file of another source', 'badge;mail;door\n77;guest@visitors.example;3\n78;other@visitors.example;4\n'),
  rows(
    'half of the alphabet',
    only((row) => (row[3] ?? '') < 'L'),
  ),
  rows(
    'one department of four',
    only((row) => row[8] === 'Film'),
  ),
  rows(
    'three departments of four',
    only((row) => row[8] !== 'Film'),
  ),
  rows(
    'only those with a product',
    only((row) => row[5] !== ''),
  ),
  rows(
    'only the second domain',
    only((row) => /studio/.test(row[1] ?? '')),
  ),
  rows('last month’s file', everybody(930)),
  { name: 'the same file twice', nights: [{ content: GOOD }, { content: GOOD }] },
  {
    name: "yesterday's file after today's",
    nights: [
      { content: file([...everybody(), person(2001), person(2002)]), name: 'hr-2026-11-19.csv' },
      { content: file(everybody(985)), name: 'hr-2026-11-18.csv' },
    ],
  },
]

const NIGHTS: Accident[] = [
  { name: 'seven nights, each 8 % smaller', nights: shrinking(0.92, 7), withinLimits: true },
  { name: 'seven nights, each 4 % smaller', nights: shrinking(0.96, 7), withinLimits: true },
  { name: 'three nights, each 19 % smaller', nights: shrinking(0.81, 3) },
  { name: '85 % of a file, three nights in a row', nights: [1, 2, 3].map(() => ({ content: file(everybody(850)) })) },
  {
    name: 'all leavers, three nights in a row',
    nights: [1, 2, 3].map(() => ({ content: file(each('status', () => 'leaver')) })),
  },
  { name: 'empty, good, empty', nights: [{ content: '' }, { content: GOOD }, { content: `${HEADER.join(',')}\n` }] },
]

const DELTAS: Accident[] = [
  one(
    'a change file that removes everybody',
    file(
      everybody().map((row) => [...row, 'remove']),
      [...HEADER, 'action'],
    ),
    {
      name: 'roster.delta.csv',
    },
  ),
  one(
    'a change file that removes every third',
    file(
      only((_, n) => n % 3 === 0).map((row) => [...row, 'remove']),
      [...HEADER, 'action'],
    ),
    { name: 'roster.delta.csv' },
  ),
  one('a change file without groups', file(each('groups', () => 'CLEAR')), { name: 'roster.delta.csv' }),
  one('a change file in which all are leavers', file(each('status', () => 'leaver')), { name: 'roster.delta.csv' }),
]

function shrinking(by: number, nights: number): Arrival[] {
  return Array.from({ length: nights }, (_, n) => ({ content: file(everybody(Math.round(SIZE * by ** (n + 1)))) }))
}

export { GOOD }
export const ACCIDENTS: Accident[] = [
  ...EMPTY,
  ...CUTS,
  ...SHAPES,
  ...BYTES,
  ...GROUPS,
  ...ADDRESSES,
  ...IDS,
  ...STATUS,
  ...PRODUCTS,
  ...OTHERS,
  ...NIGHTS,
  ...DELTAS,
]
