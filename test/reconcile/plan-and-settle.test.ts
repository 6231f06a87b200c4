import { describe, expect, it } from 'vitest'
import type { Action, Assignment, Case, Member } from '../../src/reconcile/model.ts'
import { compareActions } from '../../src/reconcile/order.ts'
import { planPerson } from '../../src/reconcile/plan-person.ts'
import { type Facts, predict } from '../support/predict.ts'
import { AT, balanced, CAD, HR, member, newcomer, policyOf, profile, row, SIM, says } from '../support/world.ts'

const engineer = (personId: number) =>
  row({ personId, anchor: `A${personId}`, email: `p${personId}@acme.example`, groups: ['Engineering'] })
const plain = (personId: number) => ({ ...engineer(personId), groups: [], groupNames: [] })

/** The person as a member of this world, under an id of their own. */
const standing = (person: Case, over: Partial<Member> = {}): Case => {
  const { personId } = person
  const known = person.desired.profile ?? profile(`p${personId}@acme.example`)
  return {
    ...person,
    member: member({ id: 100 + personId, personId, profile: known, ...over }),
    assignments: person.assignments.map((one): Assignment => ({ ...one, personId })),
  }
}

function plan(people: Case[], over: Partial<Facts> = {}) {
  const products = over.products ?? [CAD, SIM]
  const policy = policyOf({ products, sources: [{ ...HR, managesAdmins: true }] })
  const keyOf = (id: number) => policy.products.get(id)?.key ?? ''
  const actions = people.flatMap((one) => planPerson(one, policy, AT)).sort((a, b) => compareActions(a, b, keyOf))
  const facts: Facts = {
    members: people.flatMap((one) => one.member ?? []),
    assignments: people.flatMap((one) => one.assignments),
    products,
    waits: [],
    ...over,
  }
  const items = actions.map((action, index) => ({ ...action, number: index + 1 }))
  return { items, ...predict(items, facts, AT) }
}

const told = ({ items, outcomes }: { items: Action[]; outcomes: { state: string; code: string | null }[] }) =>
  items.map((one, index) => `${one.subject.key} ${one.kind} ${outcomes[index]?.code ?? outcomes[index]?.state}`)

describe('planning and settling', () => {
  it('a world in balance has nothing to predict', () => {
    expect(plan([standing(balanced([engineer(1)]))]).outcomes).toEqual([])
  })

  it('row 17: ten of ten used; three revokes free three seats, four want one: the fourth waits at position 1', () => {
    const leaving = [1, 2, 3].map((id) => standing(says(balanced([engineer(id)]), [plain(id)])))
    const wanting = [4, 5, 6, 7].map((id) =>
      standing(says(balanced([plain(id)]), [{ ...engineer(id), seatPriority: 10 - id }])),
    )
    const found = plan([...leaving, ...wanting], { products: [{ ...CAD, used: 10 }, SIM] })
    expect(told(found)).toEqual([
      'hr:A1 revoke succeeded',
      'hr:A2 revoke succeeded',
      'hr:A3 revoke succeeded',
      'hr:A7 assign succeeded',
      'hr:A6 assign succeeded',
      'hr:A5 assign succeeded',
      'hr:A4 assign SEATS_EXHAUSTED',
    ])
    expect(found.outcomes.at(-1)).toMatchObject({ state: 'waiting_seat', params: { position: 1, used: 10, owned: 10 } })
    expect(found.facts.products[0]?.used).toBe(10)
    expect(found.facts.waits).toEqual([{ personId: 4, productId: CAD.id, kind: 'seat', since: AT, until: null }])
  })

  it('row 11: two people who swap addresses both succeed', () => {
    const swapped = [1, 2].map((id) =>
      standing(says(balanced([plain(id)]), [{ ...plain(id), profile: profile(`p${3 - id}@acme.example`) }]), {
        profile: profile(`p${id}@acme.example`),
      }),
    )
    expect(told(plan(swapped))).toEqual(['hr:A1 update_identity succeeded', 'hr:A2 update_identity succeeded'])
  })

  it('an invite finds the address that a rename has left, and not the one that nobody leaves', () => {
    const renamed = standing(says(balanced([plain(1)]), [{ ...plain(1), profile: profile('new@acme.example') }]), {
      profile: profile('p1@acme.example'),
    })
    const joiner = newcomer([{ ...engineer(2), profile: profile('p1@acme.example') }])
    expect(told(plan([renamed, joiner]))).toEqual([
      'hr:A1 update_identity succeeded',
      'hr:A2 invite succeeded',
      'hr:A2 assign succeeded',
    ])
    const stays = standing(balanced([plain(1)]))
    expect(told(plan([stays, joiner]))).toEqual(['hr:A2 invite EMAIL_IN_USE', 'hr:A2 assign BLOCKED_BY'])
  })

  it('somebody who comes back finds their address taken', () => {
    const back = standing(newcomer([plain(1)]), { state: 'removed' })
    const other = standing(balanced([plain(2)]), { profile: profile('p1@acme.example') })
    const found = plan([back], { members: [back.member, other.member].filter((one) => one !== null) })
    expect(told(found)).toEqual(['hr:A1 reactivate EMAIL_IN_USE'])
  })

  it('row 24: of two administrators who leave together neither is removed; the rest goes on', () => {
    const admins = [1, 2].map((id) => standing(says(balanced([plain(id)]), []), { role: 'admin' }))
    const other = standing(says(balanced([plain(3)]), []))
    expect(told(plan([...admins, other]))).toEqual([
      'hr:A1 remove LAST_ADMIN',
      'hr:A2 remove LAST_ADMIN',
      'hr:A3 remove succeeded',
    ])
  })

  it('whoever is removed holds nothing, and their seat is free', () => {
    const gone = standing(says(balanced([engineer(1)]), []))
    const found = plan([gone], { products: [{ ...CAD, used: 1 }, SIM] })
    expect(told(found)).toEqual(['hr:A1 revoke succeeded', 'hr:A1 remove succeeded'])
    expect(found.facts.products[0]?.used).toBe(0)
    expect(found.facts.members[0]).toMatchObject({ state: 'removed', removedAt: AT })
    expect(found.links).toEqual([{ do: 'release_link', personId: 1, sourceId: null }])
  })
})
