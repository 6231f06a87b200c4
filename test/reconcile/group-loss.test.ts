/** What somebody loses with a group of an identity provider waits an hour where a policy approves: people are moved in two requests. */
import { describe, expect, test } from 'vitest'
import type { Case, DirectoryRow, Wait } from '../../src/reconcile/model.ts'
import { look, type Policy } from '../../src/reconcile/plan-person.ts'

const AT = '2026-11-20T12:00:00.000Z'
const HOUR_LATER = '2026-11-20T13:00:00.000Z'
const IDP = 1
const HR = 2
const CAD = 7

const profile = {
  email: 'ada@acme.example',
  emailKey: 'ada@acme.example',
  userName: 'ada',
  userNameKey: 'ada',
  firstName: 'Ada',
  lastName: null,
  displayName: null,
  language: null,
}
const row = (over: Partial<DirectoryRow> = {}): DirectoryRow => ({
  sourceId: IDP,
  personId: 1,
  anchor: 'a',
  anchorKey: 'a',
  profile,
  status: 'active',
  startAt: null,
  role: null,
  groups: [],
  groupNames: [],
  products: [],
  expiresAt: null,
  seatPriority: null,
  attributes: {},
  evidence: { snapshotId: null, file: null, line: null },
  ...over,
})

/** Ada, a member who holds CAD and to whom nobody gives it any more. */
function ada(over: Partial<Case> = {}): Case {
  return {
    personId: 1,
    subject: { key: 'idp:a', email: 'ada@acme.example', name: 'Ada' },
    links: [{ personId: 1, sourceId: IDP, anchor: 'a', anchorKey: 'a', state: 'linked' }],
    rows: [row()],
    claims: [{ personId: 1, sourceId: IDP, status: 'active', role: 'member', startAt: null, rule: 'everyone' }],
    grants: [],
    desired: {
      personId: 1,
      wanted: true,
      status: 'active',
      leaver: false,
      role: 'member',
      startAt: null,
      protected: false,
      profile,
      profileSourceId: IDP,
    },
    member: {
      id: 1,
      personId: 1,
      state: 'active',
      role: 'member',
      profile,
      version: 1,
      accepted: true,
      removedAt: null,
    },
    assignments: [{ personId: 1, productId: CAD, expiresAt: null, version: 1 }],
    waits: [],
    adopted: [],
    sightings: [],
    ...over,
  }
}

const source = (id: number, kind: 'scim' | 'csv', key: string) => ({
  id,
  key,
  name: key,
  kind,
  mode: kind === 'csv' ? ('snapshot' as const) : ('delta' as const),
  approval: 'within_limits' as const,
  trust: 100,
  connected: true,
  managesAdmins: false,
  othersKeep: kind === 'scim' ? ('suspended' as const) : null,
})
const policy = (approving: number[] = [IDP, HR]): Policy => ({
  sources: new Map([
    [IDP, source(IDP, 'scim', 'idp')],
    [HR, source(HR, 'csv', 'hr')],
  ]),
  products: new Map([
    [CAD, { id: CAD, key: 'cad', name: 'CAD', aliases: [], owned: 9, reserve: 0, used: 1, retired: false }],
  ]),
  zone: 'UTC',
  approving: new Set(approving),
})
const loss = (productId: number, over: Partial<Wait> = {}): Wait => ({
  personId: 1,
  productId,
  kind: 'group_loss',
  since: AT,
  until: HOUR_LATER,
  ...over,
})
const kinds = (person: Case, at = AT, by = policy()) => look(person, by, at).actions.map((action) => action.kind)
const waits = (person: Case, at = AT, by = policy()) => look(person, by, at).waits

describe('a product', () => {
  test('waits for an hour, and is revoked then', () => {
    expect(kinds(ada())).toEqual([])
    expect(waits(ada())).toEqual([loss(CAD)])
    const waiting = ada({ waits: [loss(CAD)] })
    expect(kinds(waiting, '2026-11-20T12:59:59.999Z')).toEqual([])
    // Looked at again, it keeps its beginning.
    expect(waits(waiting, '2026-11-20T12:30:00.000Z')).toEqual([loss(CAD)])
    expect(kinds(waiting, HOUR_LATER)).toEqual(['revoke'])
    expect(waits(waiting, HOUR_LATER)).toEqual([])
  })

  test('as long as the source says', () => {
    const slow = {
      ...policy(),
      leaving: new Map([[IDP, { absenceWait: 0, absenceGrace: 0, leaverGrace: 0, groupLossWait: 0 }]]),
    }
    expect(waits(ada(), AT, slow)).toEqual([loss(CAD, { until: AT })])
    expect(kinds(ada({ waits: [loss(CAD, { until: AT })] }), AT, slow)).toEqual(['revoke'])
  })

  test('is taken at once where a person looks', () => {
    expect(kinds(ada(), AT, policy([]))).toEqual(['revoke'])
    expect(waits(ada(), AT, policy([]))).toEqual([])
  })

  test('is taken at once from whoever was deactivated or deleted, also where somebody else still wants them', () => {
    for (const status of ['leaver', 'deleted'] as const) {
      const claims = [
        { personId: 1, sourceId: HR, status: 'active' as const, role: 'member' as const, startAt: null, rule: 'staff' },
      ]
      const { desired } = ada()
      const lastGivers = [{ productId: CAD, sourceId: IDP, rule: 'cad' }]
      const gone = ada({ rows: [row({ status })], claims, lastGivers, desired: { ...desired, status: 'suspended' } })
      expect(kinds(gone)).toEqual(['suspend', 'revoke'])
      expect(waits(gone)).toEqual([])
    }
  })

  test('that an entitlement gave is taken at once, in the name of whose it was', () => {
    const lastGivers = [{ productId: CAD, sourceId: IDP, rule: 'column' }]
    expect(kinds(ada({ lastGivers }))).toEqual(['revoke'])
    expect(waits(ada({ lastGivers }))).toEqual([])
    // A group that gave it as well was lost as well.
    const both = [...lastGivers, { productId: CAD, sourceId: IDP, rule: 'cad' }]
    expect(kinds(ada({ lastGivers: both }))).toEqual([])
    // A file that is silent of them has nothing to say about it.
    const links = [...ada().links, { personId: 1, sourceId: HR, anchor: 'a', anchorKey: 'a', state: 'linked' as const }]
    const sightings = [{ sourceId: HR, told: false, repeated: false }]
    const [revoke] = look(ada({ links, lastGivers, sightings }), policy(), AT).actions
    expect(revoke?.sourceIds).toEqual([IDP])
    // Who is no member by anything else loses it, and the membership waits as for a group.
    const left = ada({ claims: [], desired: { ...ada().desired, wanted: false }, lastGivers })
    expect(kinds(left)).toEqual(['revoke'])
    expect(waits(left)).toEqual([loss(0)])
  })

  test('gives way to what is gained, at once', () => {
    const sim = {
      ...policy().products.get(CAD),
      id: 8,
      key: 'sim',
      name: 'SIM',
      aliases: [],
      owned: 9,
      reserve: 0,
      used: 0,
      retired: false,
    }
    const by = { ...policy(), products: new Map([...policy().products, [8, sim]]) }
    const grant = {
      personId: 1,
      productId: 8,
      sourceId: IDP,
      rule: 'sim',
      priority: 500,
      seatPriority: 500,
      expiresAt: null,
    }
    expect(look(ada({ grants: [grant] }), by, AT).actions.map(({ kind, productId }) => [kind, productId])).toEqual([
      ['assign', 8],
    ])
  })

  test('that a file took away as well waits for both', () => {
    const links = [...ada().links, { personId: 1, sourceId: HR, anchor: 'a', anchorKey: 'a', state: 'linked' as const }]
    const both = ada({
      links,
      rows: [row(), row({ sourceId: HR })],
      sightings: [{ sourceId: HR, told: false, repeated: false }],
    })
    expect(waits(both).map((wait) => wait.kind)).toEqual(['absence', 'group_loss'])
    const later = '2026-11-22T12:00:00.000Z'
    const stored = [loss(CAD), loss(CAD, { kind: 'absence' })]
    expect(kinds({ ...both, waits: stored }, later)).toEqual([])
    const repeated = [{ sourceId: HR, told: false, repeated: true }]
    expect(kinds({ ...both, waits: stored, sightings: repeated }, later)).toEqual(['revoke'])
  })
})

describe('a membership that no rule wants any more', () => {
  const left = (over: Partial<Case> = {}) => ada({ claims: [], desired: { ...ada().desired, wanted: false }, ...over })

  test('waits for an hour with all its products; then access ends, and the membership two weeks after the loss', () => {
    expect(kinds(left())).toEqual([])
    expect(waits(left())).toEqual([loss(0)])
    expect(kinds(left({ waits: [loss(0)] }), HOUR_LATER)).toEqual(['suspend', 'revoke'])
    const { member } = ada()
    const suspended = left({
      waits: [loss(0)],
      assignments: [],
      member: member && { ...member, state: 'suspended' },
    })
    expect(kinds(suspended, HOUR_LATER)).toEqual([])
    expect(waits(suspended, HOUR_LATER)).toMatchObject([{ kind: 'grace', until: '2026-12-04T12:00:00.000Z' }])
  })

  test('ends at once where a person looks', () => {
    expect(kinds(left(), AT, policy([]))).toEqual(['revoke', 'remove'])
  })
})
