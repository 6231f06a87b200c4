/** When a file may be taken, case by case, and which of several. */
import { describe, expect, test } from 'vitest'
import { compareAge, olderThan } from '../../../src/sync/drop/age.ts'
import { readChecksum, readManifest, together } from '../../../src/sync/drop/companions.ts'
import type { Look } from '../../../src/sync/drop/looks.ts'
import { momentIn, nameOf } from '../../../src/sync/drop/names.ts'
import { inOrder } from '../../../src/sync/drop/queue.ts'
import { type Known, standingOf } from '../../../src/sync/drop/ready.ts'

const PATIENCE = { settle: 2_000, rest: 30_000, incomplete: 300_000 }
const look = (more: Partial<Look> = {}): Look => ({
  size: 100,
  modified: 1_000,
  inode: 7,
  count: 9,
  rested: 40_000,
  renamed: false,
  ...more,
})
const known = (more: Partial<Known> = {}): Known => ({
  look: look(),
  tooLarge: null,
  manifest: null,
  triggered: false,
  required: null,
  ending: { is: 'whole' },
  ...more,
})
const MINUTES = 60_000
const cut = { is: 'cut', line: 7 } as const
const wrong = { is: 'wrong', why: 'its sha256 is not the one in X' } as const

describe('a file', () => {
  test.each<[string, Partial<Known>, string]>([
    ['with a manifest that is right', { manifest: { is: 'right' }, look: look({ rested: 0 }) }, 'ready manifest'],
    ['with one, and a trigger', { manifest: { is: 'right' }, triggered: true }, 'ready manifest'],
    ['whose digest is not known yet', { manifest: { is: 'unknown' }, triggered: true }, 'waiting'],
    ['with one that is wrong', { manifest: wrong }, 'waiting, told'],
    [
      'with one that is wrong after five minutes',
      { manifest: wrong, look: look({ rested: 5 * MINUTES }) },
      'ready manifest FILE_INCOMPLETE',
    ],
    ['with a manifest of the file before', { manifest: { is: 'stale' } }, 'ready stable_only'],
    ['with a trigger, at once', { triggered: true, look: look({ rested: 0, count: 1 }) }, 'ready trigger'],
    [
      'without one where one is required',
      { required: 'trigger', look: look({ rested: 90 * MINUTES }) },
      'waiting, told',
    ],
    ['without a manifest where one is required', { required: 'manifest', triggered: true }, 'waiting, told'],
    [
      'that came by a rename, after two seconds',
      { look: look({ renamed: true, rested: 2_000 }) },
      'ready atomic_rename',
    ],
    ['not before', { look: look({ renamed: true, rested: 1_999 }) }, 'waiting'],
    ['not at the first look', { look: look({ renamed: true, count: 1 }) }, 'waiting'],
    ['written in place, after 30 s', { look: look({ rested: 30_000 }) }, 'ready stable_only'],
    ['not before 30 s', { look: look({ rested: 29_999 }) }, 'waiting'],
    ['not after two looks', { look: look({ count: 2 }) }, 'waiting'],
    ['whose end nobody has looked at', { ending: null }, 'asking'],
    ['that ends with a trailer', { ending: { is: 'trailer' } }, 'ready trailer'],
    ['without a last line break', { ending: { is: 'open' } }, 'waiting, told'],
    [
      'without one for five minutes more',
      { ending: { is: 'open' }, look: look({ rested: 30_000 + 5 * MINUTES }) },
      'ready stable_only',
    ],
    [
      'without one that came by a rename',
      { ending: { is: 'open' }, look: look({ renamed: true }) },
      'ready atomic_rename',
    ],
    ['cut in a row', { ending: cut }, 'waiting, told'],
    ['cut in a row that came by a rename', { ending: cut, look: look({ renamed: true }) }, 'waiting, told'],
    [
      'cut in a row for five minutes',
      { ending: cut, look: look({ rested: 5 * MINUTES }) },
      'ready stable_only FILE_INCOMPLETE',
    ],
    ['that is too large', { tooLarge: { code: 'FILE_TOO_LARGE', params: {} } }, 'ready stable_only FILE_TOO_LARGE'],
  ])('%s', (_, more, expected) => {
    const standing = standingOf(known(more), PATIENCE)
    const words =
      standing.is === 'ready'
        ? ['ready', standing.evidence, standing.problem?.code].filter(Boolean).join(' ')
        : standing.is === 'waiting' && standing.why !== null
          ? 'waiting, told'
          : standing.is
    expect(words).toBe(expected)
  })
})

describe('a name', () => {
  test.each([
    ['people.csv', 'file'],
    ['PEOPLE.txt', 'file'],
    ['people.xlsx', 'stranger'],
    ['.people.csv.Ab12Cd', 'unfinished'],
    ['.~lock.people.csv#', 'unfinished'],
    ['~$people.csv', 'unfinished'],
    ['people.csv.part', 'unfinished'],
    ['people.csv.filepart', 'unfinished'],
    ['people.csv.incomplete', 'unfinished'],
    ['people.csv.partial', 'unfinished'],
    ['people.csv.crdownload', 'unfinished'],
    ['people.csv.tmp', 'unfinished'],
    ['Thumbs.db', 'unfinished'],
    ['people.csv.manifest.json', 'manifest people.csv'],
    ['people.csv.sha256', 'checksum people.csv'],
    ['people.csv.md5', 'checksum people.csv'],
    ...['done', 'ok', 'ready', 'trg', 'fin', 'DONE'].map((end) => [`people.csv.${end}`, 'trigger people.csv']),
    ['people.xlsx.done', 'stranger'],
  ])('%s is %s', (name, expected) => {
    const found = nameOf(name, ['*.csv', '*.tsv', '*.txt'])
    expect('of' in found ? `${found.is} ${found.of}` : found.is).toBe(expected)
  })

  test.each([
    ['roster-20261122.csv', '2026-11-22T00:00:00.000Z'],
    ['roster_2026-11-22T02-30-05.csv', '2026-11-22T02:30:05.000Z'],
    ['20261122-0230_hr.csv', '2026-11-22T02:30:00.000Z'],
    ['hr.2026.11.22.csv', '2026-11-22T00:00:00.000Z'],
    ['roster-20260631.csv', null],
    ['roster-120261122.csv', null],
    ['roster.csv', null],
    ['roster-2026-1122.csv', null],
  ])('%s says when', (name, expected) => {
    const at = momentIn(name)
    expect(at === null ? null : new Date(at).toISOString()).toBe(expected)
  })
})

describe('of two files', () => {
  const file = (name: string, modified: number, sequence: number | null = null) => ({
    name,
    modified: new Date(modified),
    sequence,
    seen: new Date('2026-11-22T12:00:00.000Z'),
  })
  test.each([
    [
      'the number in the manifest is the first to say',
      file('r-20261122.csv', 9e6, 4),
      file('r-20261121.csv', 0, 5),
      true,
    ],
    ['then the moment in the name', file('r-20261121.csv', 9e6), file('r-20261122.csv', 0, 5), true],
    ['then the time of the file', file('r.csv', 0), file('r-20261121.csv', 9e6), true],
    ['two seconds are nothing', file('a.csv', 0), file('b.csv', 2_000), false],
    ['the same number goes on to the name', file('r-20261121.csv', 0, 5), file('r-20261122.csv', 0, 5), true],
  ])('%s', (_, a, b, older) => {
    expect(olderThan(a, b) !== null).toBe(older)
    expect(olderThan(b, a)).toBe(null)
    expect(compareAge(a, b) < 0).toBe(true)
    expect(compareAge(b, a) > 0).toBe(true)
  })
})

describe('several files', () => {
  const arrived = (name: string, more: object = {}) => ({
    name,
    evidence: 'atomic_rename' as const,
    modified: new Date(0),
    sequence: null,
    seen: new Date('2026-11-22T12:00:00.000Z'),
    delta: false,
    roster: true,
    problem: null,
    ...more,
  })
  const told = (files: Parameters<typeof inOrder>[0], blockedBy: string | null = null) => {
    const { ready, blocked } = inOrder(files, blockedBy)
    return { ready: ready.map((one) => `${one.name}${one.problem ? ` ${one.problem.code}` : ''}`), blocked }
  }
  test('of full ones the newest is read', () => {
    const three = ['r-20261122.csv', 'r-20261120.csv', 'r-20261121.csv'].map((name) => arrived(name))
    expect(told(three)).toEqual({
      ready: ['r-20261120.csv FILE_STALE', 'r-20261121.csv FILE_STALE', 'r-20261122.csv'],
      blocked: [],
    })
  })
  test('one that is incomplete is not the newest', () => {
    const broken = arrived('r-20261122.csv', { problem: { code: 'FILE_INCOMPLETE', params: {} } })
    expect(told([arrived('r-20261121.csv'), broken]).ready).toEqual([
      'r-20261121.csv',
      'r-20261122.csv FILE_INCOMPLETE',
    ])
  })
  test('one that nobody can read as a roster takes no other one’s place', () => {
    const page = arrived('r-20261122.csv', { roster: false })
    expect(told([arrived('r-20261121.csv'), page]).ready).toEqual(['r-20261121.csv', 'r-20261122.csv'])
  })
  test('of changes all are read, in their order', () => {
    const two = [
      arrived('b-2.delta.csv', { delta: true, roster: false, sequence: 2 }),
      arrived('c-1.delta.csv', { delta: true, roster: false, sequence: 1 }),
    ]
    expect(told([...two, arrived('r.csv')]).ready).toEqual(['c-1.delta.csv', 'b-2.delta.csv', 'r.csv'])
  })
  test('one that failed keeps them waiting until it comes again', () => {
    const two = ['a.delta.csv', 'b.delta.csv'].map((name) => arrived(name, { delta: true, roster: false }))
    expect(told(two, 'z.delta.csv')).toEqual({ ready: [], blocked: ['a.delta.csv', 'b.delta.csv'] })
    expect(told(two, 'b.delta.csv')).toEqual({ ready: ['b.delta.csv'], blocked: ['a.delta.csv'] })
  })
})

describe('what stands beside a file', () => {
  const SHA = 'a'.repeat(64)
  const MD5 = 'b'.repeat(32)
  test.each([
    [`${SHA}  X.csv\n`, 'X.csv.sha256', { sha256: SHA }],
    [`${SHA.toUpperCase()} *X.csv`, 'X.csv.sha256', { sha256: SHA }],
    [`SHA256 (X.csv) = ${SHA}\n`, 'X.csv.sha256', { sha256: SHA }],
    [MD5, 'X.csv.md5', { md5: MD5 }],
    [SHA, 'X.csv.md5', null],
    ['', 'X.csv.sha256', null],
    [`${SHA}${SHA}`, 'X.csv.sha256', null],
  ])('checksum %s', (text, name, expected) => {
    expect(readChecksum(name, text)).toEqual(expected && { name, ...expected })
  })
  test('a manifest', () => {
    const text = JSON.stringify({
      sha256: SHA,
      rows: 3,
      bytes: 9,
      sequence: 4,
      full: false,
      created: 'today',
      by: 'HR',
    })
    expect(readManifest('m', `\uFEFF${text}`)).toEqual({
      name: 'm',
      sha256: SHA,
      rows: 3,
      bytes: 9,
      sequence: 4,
      full: false,
    })
    expect(readManifest('m', text.slice(0, -3))).toBe(null)
    expect(readManifest('m', '{"rows": "three"}')).toBe(null)
    expect(
      together([
        { name: 'm', rows: 3 },
        { name: 'c', sha256: SHA, rows: 4 },
      ]),
    ).toEqual({ name: 'm', rows: 3, sha256: SHA })
    expect(together([])).toBe(null)
  })
})
