import { describe, expect, test } from 'vitest'
import type { OutgoingLetter } from '../../src/notify/letter-box.ts'
import { writeLetter } from '../../src/notify/letters.ts'
import { farewellWhy } from '../../src/reconcile/farewell.ts'
import type { AdminEvent, MemberLine } from '../../src/reconcile/letter.ts'

const organization = { id: 1, key: 'acme', name: 'Acme', zone: 'Europe/Berlin' }
const BASE = 'https://rosterd.acme.example'
/** Start of 1 July 2027 in Berlin: the licence holds through 30 June. */
const END = '2027-06-30T22:00:00.000Z'

const toMember = (lines: MemberLine[], name: string | null = 'Kim', company = 'Acme'): OutgoingLetter => ({
  id: 1,
  organization: { ...organization, name: company },
  to: 'kim@acme.example',
  attempt: 1,
  audience: 'member',
  event: { planId: 12, name, lines },
})

const toAdmin = (event: AdminEvent): OutgoingLetter => ({
  id: 2,
  organization,
  to: 'admin@acme.example',
  attempt: 1,
  audience: 'administrator',
  event,
})

const review = {
  planId: 12,
  counts: { invite: 40, remove: 4, revoke: 3, assign: 60, update_profile: 1 },
  sources: ['HR feed'],
  headline: 'HR feed brings 40 new people and no longer has 4.',
  guards: ['The first plans of a source are looked at by a person.'],
  people: [
    { name: 'Mika Tanaka', email: 'mika@acme.example', kind: 'invite' as const, product: null },
    { name: null, email: 'pat@acme.example', kind: 'assign' as const, product: 'V-Ray' },
  ],
  command: 'rosterd approve pln_12',
  expiresAt: '2026-11-29T09:00:00.000Z',
}

const tokenEnds: AdminEvent = {
  kind: 'token_ends_soon',
  tokenId: 7,
  hint: '…x4Fq',
  source: { key: 'idp', name: 'Identity provider' },
  organizationKey: 'acme',
  expiresAt: '2026-12-14T23:00:00.000Z',
  lastUsedAt: '2026-11-30T09:12:00.000Z',
  others: 0,
  revoked: false,
}

const ADA = { source: 'Identity provider', email: 'ada@acme.example' }

const letters: [name: string, letter: OutgoingLetter][] = [
  ['member-invited', toMember([{ kind: 'invite' }, { kind: 'assign', product: 'V-Ray', expiresAt: END }])],
  ['member-assigned', toMember([{ kind: 'assign', product: 'V-Ray', expiresAt: null }])],
  [
    'member-changed',
    toMember([
      { kind: 'reactivate' },
      { kind: 'extend', product: 'V-Ray', expiresAt: END },
      { kind: 'extend', product: 'Nuke', expiresAt: null },
      { kind: 'shorten', product: 'Maya', expiresAt: '2027-03-14T12:30:00.000Z' },
    ]),
  ],
  ['member-revoked', toMember([{ kind: 'revoke', product: 'V-Ray' }], null)],
  [
    'member-return',
    toMember([{ kind: 'return', product: 'V-Ray', device: 'WS-204', until: '2027-03-14T12:30:00.000Z' }]),
  ],
  ['member-suspended', toMember([{ kind: 'suspend' }])],
  ['member-removed', toMember([{ kind: 'revoke', product: 'V-Ray' }, { kind: 'remove' }])],
  [
    'member-address',
    toMember([{ kind: 'update_identity', oldEmail: 'kim@old.example', newEmail: 'kim@acme.example' }]),
  ],
  ['admin-token-ends-soon', toAdmin(tokenEnds)],
  ['admin-token-ends', toAdmin({ ...tokenEnds, kind: 'token_ends', lastUsedAt: null, others: 1 })],
  [
    'admin-decision-waits',
    toAdmin({
      kind: 'decision_waits',
      questions: [{ decisionId: 7, email: 'ada@acme.example', why: farewellWhy({ ...ADA, role: 'owner' }) }],
      open: 1,
    }),
  ],
  [
    'admin-decisions-wait',
    toAdmin({
      kind: 'decision_waits',
      questions: [
        {
          decisionId: 8,
          email: 'bob@acme.example',
          why: farewellWhy({ ...ADA, email: 'bob@acme.example', role: 'admin' }),
        },
        { decisionId: 7, email: 'ada@acme.example', why: farewellWhy({ ...ADA, role: 'member' }) },
      ],
      open: 12,
    }),
  ],
  ['admin-decision-answered', toAdmin({ kind: 'decision_waits', questions: [], open: 0 })],
  ['admin-plan-waits', toAdmin({ kind: 'plan_waits', ...review })],
  [
    'admin-plan-held',
    toAdmin({
      kind: 'plan_held',
      ...review,
      counts: { remove: 612 },
      guards: ['612 of 900 members would be removed; the limit is 90.'],
      people: [],
      command: 'rosterd approve pln_12 --override 612 --reason TEXT',
    }),
  ],
  [
    'admin-plan-completed',
    toAdmin({
      kind: 'plan_completed',
      planId: 12,
      counts: { assign: 217 },
      sources: [],
      headline: 'Everything that could be done is done.',
      outcomes: { succeeded: 212, failed: 0, waiting: 5, skipped: 0 },
      unreadRows: 0,
      failures: [],
      command: null,
    }),
  ],
  [
    'admin-plan-partially-failed',
    toAdmin({
      kind: 'plan_partially_failed',
      planId: 12,
      counts: { invite: 1221 },
      sources: ['HR feed', 'Contractors'],
      headline: 'Some items failed.',
      outcomes: { succeeded: 1212, failed: 3, waiting: 5, skipped: 1 },
      unreadRows: 14,
      failures: [
        { count: 2, message: 'pat@acme.example already belongs to somebody else.', nextStep: 'Rename one of them.' },
        { count: 1, message: 'acme.test is not verified.', nextStep: 'Verify it.' },
      ],
      command: 'rosterd failures pln_12',
    }),
  ],
  [
    'admin-snapshot-held',
    toAdmin({
      kind: 'snapshot_held',
      snapshotId: 7,
      source: 'HR feed',
      file: 'roster.csv',
      rows: 1540,
      headline: 'HR feed has shrunk.',
      guards: ['1,540 rows are 77 % of the usual 2,000; below 80 % a person decides.'],
      command: 'rosterd admit snp_7 --count 1540',
      expiresAt: '2026-11-29T09:00:00.000Z',
    }),
  ],
  [
    'admin-snapshot-refused',
    toAdmin({
      kind: 'snapshot_refused',
      snapshotId: 8,
      source: 'HR feed',
      file: 'roster.csv',
      rows: 400,
      headline: 'HR feed has shrunk.',
      guards: ['400 rows are 20 % of the usual 2,000; below 50 % a file is refused.'],
      command: 'rosterd admit snp_8 --count 1600',
      expiresAt: '2026-11-29T09:00:00.000Z',
    }),
  ],
  [
    'admin-snapshot-unreadable',
    toAdmin({
      kind: 'snapshot_refused',
      snapshotId: 9,
      source: 'HR feed',
      file: null,
      rows: 0,
      headline: 'HR feed is empty.',
      guards: ['The file has a header and no people.'],
      command: null,
      expiresAt: null,
    }),
  ],
  [
    'admin-source-silent',
    toAdmin({ kind: 'source_silent', source: 'HR feed', file: 'roster-20261120.csv', since: '2026-11-20T02:31:00Z' }),
  ],
]

describe('every letter, as it is read', () => {
  test.each(letters)('%s', async (name, outgoing) => {
    const letter = writeLetter(outgoing, BASE)
    await expect(`Subject: ${letter.subject}\n\n${letter.text}`).toMatchFileSnapshot(`golden/${name}.txt`)
    await expect(letter.html).toMatchFileSnapshot(`golden/${name}.html`)
  })

  test.each(letters)('%s loads nothing and acts on nothing', (_name, outgoing) => {
    const { html, text } = writeLetter(outgoing, BASE)
    expect(html).not.toMatch(/<(img|script|style|link|form|iframe|input|button)\b|style=|src=|url\(/i)
    const links = [...`${html}\n${text}`.matchAll(/https?:[^\s"<]+/g)].map(([link]) => link)
    const plans = outgoing.audience === 'administrator' && 'planId' in outgoing.event
    expect(new Set(links)).toEqual(new Set(plans ? [`${BASE}/plans/pln_12`] : []))
  })
})

describe('subjects', () => {
  test('count what waits, and name the source', () => {
    const counts = { invite: 40, remove: 4 }
    const { subject } = writeLetter(toAdmin({ kind: 'plan_waits', ...review, counts }), BASE)
    expect(subject).toBe('[rosterd] Acme: 40 invites and 4 removals wait for you – HR feed')
  })

  test('add up when there are many kinds', () => {
    const { subject } = writeLetter(toAdmin({ kind: 'plan_waits', ...review }), BASE)
    expect(subject).toBe('[rosterd] Acme: 40 invites, 4 removals, 60 assignments and 4 others wait for you – HR feed')
  })

  test('speak of one item as one', () => {
    const { subject } = writeLetter(toAdmin({ kind: 'plan_waits', ...review, counts: { invite: 1 } }), BASE)
    expect(subject).toBe('[rosterd] Acme: 1 invite waits for you – HR feed')
  })
})

test('whatever stands in a name stays text on one line', () => {
  const evil = '<b>Kim</b>\r\nBcc: all@acme.example\u2028\u202e"&\''
  const letter = writeLetter(toMember([{ kind: 'assign', product: evil, expiresAt: null }], evil, evil), BASE)
  expect(letter.subject).not.toMatch(/[\r\n\u2028\u202e]/)
  expect(letter.html).toContain('Hello &lt;b&gt;Kim&lt;/b&gt; Bcc: all@acme.example &quot;&amp;&#39;,')
  expect(letter.html).not.toContain('<b>')
  expect(letter.text.split('\n')[0]).toBe(`Hello <b>Kim</b> Bcc: all@acme.example "&',`)
})

test('a letter shows ten people and counts the rest', () => {
  const people = Array.from({ length: 14 }, (_, at) => ({
    name: `Person ${at}`,
    email: `p${at}@acme.example`,
    kind: 'invite' as const,
    product: null,
  }))
  const { text } = writeLetter(toAdmin({ kind: 'plan_waits', ...review, counts: { invite: 40 }, people }), BASE)
  expect(text).toContain('* Person 9 <p9@acme.example>: invite\n* and 30 more items')
  expect(text).not.toContain('Person 10')
})
