import { describe, expect, test } from 'vitest'
import type { OutgoingLetter } from '../../src/notify/letter-box.ts'
import { writeLetter } from '../../src/notify/letters.ts'
import { farewellWhy } from '../../src/reconcile/farewell.ts'
import type { AdminEvent, MemberLine } from '../../src/reconcile/letter.ts'

const organization = { id: 1, key: 'acme', name: 'Acme', zone: 'Europe/Berlin' }
const BASE = 'https://rosterd.acme.example'
/** Start of 1 July 2027 in Berlin: the licence holds through 30 June. */
const END = '2027-06-30T22:00:00.000Z'

const toMember = (
  lines: MemberLine[],
  name: string | null = 'Kim',
  company = 'Acme',
  hasAccount = true,
): OutgoingLetter => ({
  id: 1,
  organization: { ...organization, name: company },
  to: 'kim@acme.example',
  attempt: 1,
  audience: 'member',
  event: { planId: 12, name, hasAccount, lines },
})

const toAdmin = (event: AdminEvent): OutgoingLetter => ({
  id: 2,
  organization,
  to: 'admin@acme.example',
  attempt: 1,
  audience: 'administrator',
  event,
})

const newcomer = (lines: MemberLine[]): OutgoingLetter => toMember(lines, 'Kim', 'Acme', false)

const nobody = { toDo: 0, failed: 0, waiting: 0, stale: 0, cancelled: 0, leftOut: 0, succeeded: 0, noChange: 0 }

const review = {
  planId: 12,
  verb: null,
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
  ['member-invited', newcomer([{ kind: 'invite' }, { kind: 'assign', product: 'V-Ray', expiresAt: END }])],
  ['member-invited-alone', newcomer([{ kind: 'invite' }])],
  ['member-invited-back', toMember([{ kind: 'invite' }])],
  ['member-assigned-before-account', newcomer([{ kind: 'assign', product: 'V-Ray', expiresAt: END }])],
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
    'admin-invited',
    toAdmin({
      kind: 'administrator_invited',
      invitation: {
        role: 'operator',
        by: 'kim@acme.example',
        secret: 'kJx0mX2w0q3v5Yt8Zb1cD4eF6gH7iJ9kL0mN2oP3qRs',
        expiresAt: '2026-12-01T09:00:00.000Z',
      },
    }),
  ],
  ['admin-invitation-over', toAdmin({ kind: 'administrator_invited', invitation: null })],
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
      verb: 'assign',
      sources: ['by hand'],
      headline: 'Everything that could be done is done.',
      outcomes: { succeeded: 212, failed: 0, waiting: 5, skipped: 0 },
      people: { ...nobody, succeeded: 110, noChange: 2, waiting: 5 },
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
      verb: null,
      sources: ['HR feed', 'Contractors'],
      headline: 'Some items failed.',
      outcomes: { succeeded: 1212, failed: 3, waiting: 5, skipped: 1 },
      people: { ...nobody, succeeded: 1212, failed: 3, waiting: 5, stale: 1 },
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
    const event = outgoing.audience === 'administrator' ? outgoing.event : null
    const invitation = event?.kind === 'administrator_invited' ? event.invitation : null
    const known = [
      ...(event !== null && 'planId' in event ? [`${BASE}/plans/pln_12`] : []),
      ...(invitation === null ? [] : [`${BASE}/sign-in?link=${invitation.secret}`]),
    ]
    expect(new Set(links)).toEqual(new Set(known))
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

describe('of what a person asked for', () => {
  const ended = {
    planId: 7,
    counts: { revoke: 4, remove: 13 },
    verb: 'remove' as const,
    sources: ['by hand'],
    headline: '13 removals.',
    outcomes: { succeeded: 15, failed: 2, waiting: 0, skipped: 0 },
    people: { ...nobody, succeeded: 11, failed: 2 },
    unreadRows: 0,
    failures: [],
    command: 'rosterd failures pln_7',
  }

  test('the subject names the verb and what became of the people, and the letter links to the plan', () => {
    const { subject, text } = writeLetter(toAdmin({ kind: 'plan_partially_failed', ...ended }), BASE)
    expect(subject).toBe('[rosterd] Acme: Remove users: 11 removed, 2 failed')
    expect(text).toContain(`${BASE}/plans/pln_7`)
  })

  test('the subject adds up to all people, and says which rows never became one', () => {
    const people = { ...nobody, succeeded: 0, noChange: 3, waiting: 1, stale: 2, leftOut: 4, cancelled: 5 }
    const verb = 'revoke' as const
    const letter = writeLetter(toAdmin({ kind: 'plan_completed', ...ended, verb, people, unreadRows: 1 }), BASE)
    expect(letter.subject).toBe(
      '[rosterd] Acme: Revoke products: 0 revoked, 3 already so, 1 waits, 2 out of date, 4 left out, 5 cancelled, 1 row not read',
    )
  })

  test('a plan that waits says so with its verb', () => {
    const plan = { ...review, verb: 'invite' as const, sources: ['by hand'], counts: { invite: 40 } }
    const { subject } = writeLetter(toAdmin({ kind: 'plan_waits', ...plan }), BASE)
    expect(subject).toBe('[rosterd] Acme: Invite users: 40 invites wait for you')
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
