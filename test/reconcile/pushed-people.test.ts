/** People of an identity provider who are deactivated, deleted, or shown again, with and without others who want them. */
import { describe, expect, it } from 'vitest'
import { currentRows, goneRows } from '../../src/reconcile/leaving.ts'
import type { Case, DirectoryRow, Source } from '../../src/reconcile/model.ts'
import { type Policy, planPerson, waitsOf } from '../../src/reconcile/plan-person.ts'
import {
  AT,
  balanced,
  HR,
  kinds,
  MANUAL,
  newcomer,
  policyOf,
  profile,
  RULES,
  row,
  rulesOf,
  says,
  wait,
} from '../support/world.ts'

const IDP: Source = {
  ...HR,
  id: 7,
  key: 'idp',
  name: 'Okta',
  kind: 'scim',
  mode: 'delta',
  approval: 'within_limits',
  othersKeep: 'suspended',
}
const OWN = rulesOf(`
- { key: pushed, source: idp, when: { everyone: true }, then: { member: member } }
- { key: sim, source: idp, when: { group: { name: Simulators } }, then: { product: sim } }
- { key: shielded, source: idp, when: { group: { name: Board } }, then: { protect: true } }
`)
const policyWith = (over: Partial<Source> = {}): Policy => ({
  ...policyOf({ sources: [HR, MANUAL, { ...IDP, ...over }], rules: [...RULES, ...OWN] }),
  approving: new Set([HR.id, IDP.id]),
})
const policy = policyWith()

const pushed = (over: Partial<DirectoryRow> = {}) => row({ source: IDP, anchor: 'u1', groups: ['Simulators'], ...over })
const gone = pushed({ status: 'leaver' })
const deleted = pushed({ status: 'deleted', groups: [] })
const hr = () => row({ groups: ['Engineering'] })
const byHand = () => row({ source: MANUAL, anchor: 'ada@acme.example' })
/** Ada, in step with the first rows, of whom the second ones are said now. */
const then = (before: DirectoryRow[], now: DirectoryRow[], over: Parameters<typeof balanced>[1] = {}): Case =>
  says(balanced(before, over, policy), now, policy)
/** Ada, gone from the identity provider, and then without the group of hr, which alone gave her a product. */
const moved = (): Case => ({
  ...says(then([hr(), pushed({ groups: [] })], [hr(), gone]), [row(), gone], policy),
  sightings: [{ sourceId: HR.id, told: true, repeated: false }],
})

describe('planPerson', () => {
  it.each<{ name: string; person: Case; policy?: Policy; plan: string[] }>([
    {
      name: 'deactivated: suspended, licences back',
      person: then([pushed()], [gone]),
      plan: ['suspend', 'revoke sim'],
    },
    { name: 'deleted: licences back and removed', person: then([pushed()], [deleted]), plan: ['revoke sim', 'remove'] },
    {
      name: 'deleted while suspended: removed without waiting',
      person: then([pushed({ groups: [] })], [deleted], { state: 'suspended' }),
      plan: ['remove'],
    },
    {
      name: 'deactivated, still in hr: suspended, and only what the identity provider gave is taken',
      person: then([hr(), pushed()], [hr(), gone]),
      plan: ['suspend', 'revoke sim'],
    },
    {
      name: 'deactivated, and then hr takes back what only hr gave: that is taken',
      person: moved(),
      plan: ['suspend', 'revoke cad'],
    },
    {
      name: 'deactivated, asked for by hand: suspended all the same',
      person: then([byHand(), pushed({ groups: [] })], [byHand(), gone]),
      plan: ['suspend'],
    },
    {
      name: 'deactivated, still in hr, where others keep their access: licences back',
      person: says(
        balanced([hr(), pushed()], {}, policyWith({ othersKeep: 'active' })),
        [hr(), gone],
        policyWith({ othersKeep: 'active' }),
      ),
      policy: policyWith({ othersKeep: 'active' }),
      plan: ['revoke sim'],
    },
    {
      name: 'deleted, still in hr: let go of and suspended',
      person: {
        ...then([hr(), pushed()], [hr(), deleted]),
        links: then([hr(), pushed()], [hr(), deleted]).links.map((link) =>
          link.sourceId === IDP.id ? { ...link, state: 'ghost' as const } : link,
        ),
      },
      plan: ['release_claim', 'suspend', 'revoke sim'],
    },
    {
      name: 'deactivated, still in hr, and the identity provider is configured no more: nothing',
      person: says(balanced([hr(), pushed()], {}, policy), [hr(), gone], policyWith({ connected: false })),
      policy: policyWith({ connected: false }),
      plan: [],
    },
    { name: 'deactivated and an owner: nothing', person: then([pushed()], [gone], { role: 'owner' }), plan: [] },
    {
      name: 'deactivated and protected: nothing',
      person: then([pushed({ groups: ['Board'] })], [pushed({ groups: ['Board'], status: 'leaver' })]),
      plan: [],
    },
    {
      name: 'active again: reactivated',
      person: then([hr(), pushed()], [hr(), pushed()], { state: 'suspended' }),
      plan: ['reactivate'],
    },
    {
      name: 'deleted under one id and shown under another: as wanted',
      person: then([pushed()], [deleted, pushed({ anchor: 'u2' })]),
      plan: [],
    },
    {
      name: 'new, without an address: nobody to invite',
      person: newcomer([pushed({ profile: profile('') })], policy),
      plan: [],
    },
    {
      name: 'an address that is gone does not overwrite the one that there was',
      person: then([pushed()], [pushed({ profile: profile('') })]),
      plan: [],
    },
  ])('$name', ({ person, policy: own = policy, plan }) => {
    expect(kinds(planPerson(person, own, AT))).toEqual(plan)
  })

  it('says who said so, and who still wants them', () => {
    const [suspend, revoke] = planPerson(then([hr(), pushed()], [hr(), gone]), policy, AT)
    expect(suspend?.reason).toEqual({ code: 'deactivated', params: { source: 'Okta', others: 'HR feed' } })
    expect(suspend?.sourceIds).toEqual([IDP.id])
    expect(revoke?.sourceIds).toEqual([IDP.id])
    // What hr gave is ended in the name of hr too, which may need an approval that the identity provider does not.
    const [, dropped] = planPerson(moved(), policy, AT)
    expect(dropped?.sourceIds).toEqual([HR.id, IDP.id])
    const [, remove] = planPerson(then([pushed()], [deleted]), policy, AT)
    expect(remove?.reason).toEqual({ code: 'deleted', params: { source: 'Okta' } })
  })
})

describe('waitsOf', () => {
  it('gives a week to whoever was deactivated, and nothing to whoever was deleted', () => {
    const bare = [pushed({ groups: [] })]
    const suspended = { state: 'suspended' as const }
    expect(waitsOf(then(bare, [gone], suspended), policy, AT)).toMatchObject([
      { kind: 'grace', until: '2026-11-29T10:00:00.000Z' },
    ])
    const waiting = {
      ...then(bare, [deleted], suspended),
      waits: [wait('grace', '2026-11-29T10:00:00.000Z')],
    }
    expect(waitsOf(waiting, policy, AT)).toEqual([])
  })
})

describe('rows', () => {
  const other = row({ status: 'deleted' })
  it.each<[string, DirectoryRow[], DirectoryRow[], DirectoryRow[]]>([
    ['nobody', [], [], []],
    ['somebody active', [pushed()], [pushed()], []],
    ['deleted everywhere', [deleted, other], [deleted, other], [deleted, other]],
    ['deleted in one source', [hr(), deleted], [hr(), deleted], [deleted]],
    ['back under another id', [deleted, pushed()], [pushed()], []],
    ['deactivated under another id', [deleted, gone], [gone], [gone]],
  ])('of %s', (_, rows, current, ended) => {
    expect([currentRows(rows), goneRows(rows)]).toEqual([current, ended])
  })
})
