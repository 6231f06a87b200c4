/**
 * A world in balance, to move one thing in: what the sources say is written down as rows, the desired side is evaluated
 * from them by the real rules, and the current side is derived so that nothing differs.
 */
import { parse } from 'yaml'
import type { Borrow } from '../../src/reconcile/borrow.ts'
import { desire, evaluate } from '../../src/reconcile/evaluate.ts'
import type {
  Action,
  Assignment,
  Case,
  DirectoryRow,
  Link,
  Member,
  Outcome,
  Product,
  Profile,
  Rule,
  Source,
  Wait,
} from '../../src/reconcile/model.ts'
import { nameKey } from '../../src/reconcile/normalise.ts'
import { type Policy, planPerson, waitsOf } from '../../src/reconcile/plan-person.ts'
import { compile, ruleSchema } from '../../src/reconcile/rules.ts'
import { type Facts, predict } from './predict.ts'

export const AT = '2026-11-22T10:00:00.000Z'
export const LATER = '2026-12-22T10:00:00.000Z'
export const ZONE = 'Europe/Berlin'

const source = (id: number, key: string, over: Partial<Source> = {}): Source => ({
  id,
  key,
  name: key,
  kind: 'csv',
  mode: 'snapshot',
  approval: 'manual',
  trust: 100,
  connected: true,
  managesAdmins: false,
  ...over,
})

export const HR = source(1, 'hr', { name: 'HR feed' })
export const PARTNERS = source(2, 'partners', { name: 'Partners', trust: 50 })
export const MANUAL = source(3, 'manual', { name: 'By hand', kind: 'manual', mode: 'delta', trust: 0 })

const product = (id: number, key: string, name: string): Product => {
  return { id, key, name, aliases: [], owned: 10, reserve: 0, used: 0, retired: false }
}
export const CAD = product(11, 'cad', 'CAD Pro')
export const SIM = product(12, 'sim', 'Simulator')

/** Rules as the config file gives them, in YAML. */
export function rulesOf(yaml: string): Rule[] {
  return ruleSchema.array().parse(parse(yaml))
}

export const RULES: Rule[] = rulesOf(`
- { key: everyone, source: hr, when: { everyone: true }, then: { member: member } }
- { key: partner, source: partners, when: { everyone: true }, then: { member: member } }
- { key: engineers, source: hr, when: { group: { name: Engineering } }, then: { product: cad } }
- { key: partner-cad, source: partners, when: { group: { name: Engineering } }, then: { product: cad } }
- { key: board, source: hr, when: { group: { name: Board } }, then: { protect: true } }
- { key: hidden, source: hr, when: { group: { name: Robots } }, then: { exclude: true } }
- { key: admins, source: hr, priority: 100, when: { group: { id: admins } }, then: { member: admin } }
`)

export function policyOf(over: { sources?: Source[]; products?: Product[]; rules?: Rule[] } = {}): Policy {
  const sources = over.sources ?? [HR, PARTNERS, MANUAL]
  const products = over.products ?? [CAD, SIM]
  return {
    sources: new Map(sources.map((one) => [one.id, one])),
    products: new Map(products.map((one) => [one.id, one])),
    zone: ZONE,
    rules: new Map(sources.map((one) => [one.id, compile(over.rules ?? RULES, one.key)])),
  }
}

export function profile(email: string, over: Partial<Profile> = {}): Profile {
  const userName = over.userName ?? null
  return {
    email,
    emailKey: nameKey(email),
    userName,
    userNameKey: userName === null ? null : nameKey(userName),
    firstName: 'Ada',
    lastName: 'Lovelace',
    displayName: null,
    language: null,
    ...over,
  }
}

/** A row of a source: Ada, unless said otherwise. `groups` are names; their ids are the folded names. */
export function row(over: Partial<DirectoryRow> & { source?: Source; email?: string } = {}): DirectoryRow {
  const { source: from = HR, email = 'ada@acme.example', ...rest } = over
  const groupNames = rest.groups ?? []
  const anchor = rest.anchor ?? 'A1'
  return {
    sourceId: from.id,
    personId: 1,
    profile: profile(email),
    status: 'active',
    startAt: null,
    role: null,
    products: [],
    expiresAt: null,
    seatPriority: null,
    attributes: {},
    evidence: { snapshotId: 5, file: 'roster.csv', line: 2 },
    ...rest,
    anchor,
    anchorKey: anchor,
    groups: groupNames.map(nameKey),
    groupNames,
  }
}

const IDLE: Pick<Case, 'assignments' | 'waits' | 'adopted' | 'member'> = {
  assignments: [],
  waits: [],
  adopted: [],
  member: null,
}

/** A person as the sources describe them, with nobody in the organization yet. */
export function newcomer(rows: DirectoryRow[], policy: Policy = policyOf()): Case {
  const personId = rows[0]?.personId ?? 1
  const subject = { key: `hr:${rows[0]?.anchor ?? 'A1'}`, email: rows[0]?.profile.email ?? '', name: 'Ada Lovelace' }
  const links = rows.map((one): Link => ({ ...one, personId, state: 'linked' }))
  const empty = { personId, subject, links, rows: [], claims: [], grants: [], ...IDLE }
  const nobody = desire(personId, [], [], null, policy.sources, false)
  return says({ ...empty, desired: nobody }, rows, policy)
}

/** The sources say something else now: links without a row become ghosts, the desired side is evaluated anew. */
export function says(person: Case, rows: DirectoryRow[], policy: Policy = policyOf()): Case {
  const context = {
    productIdByKey: new Map([...policy.products.values()].map((one) => [one.key, one.id])),
    zone: policy.zone,
  }
  const found = rows.map((one) => {
    const from = policy.sources.get(one.sourceId)
    const rules = policy.rules?.get(one.sourceId)
    if (from === undefined || rules === undefined) throw new Error('the policy lacks the source of a row')
    return evaluate(one, from, rules, context)
  })
  const claims = found.flatMap((one) => one.claims)
  const shielded = found.some((one) => one.protected)
  const there = (link: Link) => rows.some((one) => one.sourceId === link.sourceId && one.anchor === link.anchor)
  const known = person.links.map((link): Link => (there(link) ? { ...link, state: 'linked' } : ghost(link)))
  const fresh = rows.filter(
    (one) => !known.some((link) => link.sourceId === one.sourceId && link.anchor === one.anchor),
  )
  return {
    ...person,
    rows,
    claims,
    grants: found.flatMap((one) => one.grants),
    links: [...known, ...fresh.map((one): Link => ({ ...one, personId: person.personId, state: 'linked' }))],
    // Who grants anything still, is not asked; where all ended at once, all of them ended last.
    lastGivers: person.grants,
    desired: desire(person.personId, rows, claims, person.desired, policy.sources, shielded),
  }
}

const ghost = (link: Link): Link => (link.state === 'released' ? link : { ...link, state: 'ghost' })

/** A person who is exactly as the rows want them. */
export function balanced(rows: DirectoryRow[], over: Partial<Member> = {}, policy: Policy = policyOf()): Case {
  const person = newcomer(rows, policy)
  const { desired } = person
  const wanted = desired.profile ?? profile('ada@acme.example')
  const products = Map.groupBy(person.grants, (grant) => grant.productId)
  return {
    ...person,
    member: member({ profile: wanted, state: desired.status, role: desired.role, ...over }),
    assignments: [...products.entries()].map(([productId, grants]) => {
      const ends = grants.map((grant) => grant.expiresAt)
      return held(productId, ends.includes(null) ? null : (ends.sort().at(-1) ?? null))
    }),
  }
}

export function member(over: Partial<Member> = {}): Member {
  return {
    id: 100,
    personId: 1,
    state: 'active',
    role: 'member',
    profile: profile('ada@acme.example'),
    version: 1,
    accepted: true,
    removedAt: null,
    ...over,
  }
}

export function held(productId: number, expiresAt: string | null = null): Assignment {
  return { personId: 1, productId, expiresAt, version: 1 }
}

export function wait(kind: Wait['kind'], until: string | null, productId = 0): Wait {
  return { personId: 1, productId, kind, since: '2026-11-01T00:00:00.000Z', until }
}

/** Two administrators who are none of the test's business, so that nobody is the last one. */
const OTHERS = [901, 902].map((id) =>
  member({ id, personId: id, role: 'admin', profile: profile(`admin${id}@acme.example`) }),
)

function factsOf(person: Case, policy: Policy): Facts {
  return {
    members: [...OTHERS, ...(person.member === null ? [] : [person.member])],
    assignments: person.assignments,
    products: [...policy.products.values()],
    waits: person.waits,
  }
}

export interface Applied {
  actions: Action[]
  outcomes: Outcome[]
  person: Case
  policy: Policy
}

/** Plans the person, applies the plan by the same decisions that the writer takes, and stores the waits. */
export function applyPlan(person: Case, policy: Policy, at: string, borrows: Borrow[] = []): Applied {
  const actions = planPerson(person, policy, at)
  const items = actions.map((action, index) => ({ ...action, number: index + 1 }))
  const { outcomes, facts, links } = predict(items, { ...factsOf(person, policy), borrows }, at)
  const released = (link: Link) =>
    links.some((one) => one.do === 'release_link' && (one.sourceId === null || one.sourceId === link.sourceId))
  const after: Case = {
    ...person,
    member: facts.members.find((one) => one.personId === person.personId) ?? null,
    assignments: facts.assignments,
    waits: facts.waits,
    adopted: [],
    links: person.links.map((link) =>
      link.state === 'ghost' && released(link) ? { ...link, state: 'released' } : link,
    ),
  }
  const next: Policy = { ...policy, products: new Map(facts.products.map((one) => [one.id, one])) }
  const found = waitsOf(after, next, at)
  const kept = after.waits.filter((one) => !found.some((f) => f.kind === one.kind && f.productId === one.productId))
  return { actions, outcomes, person: { ...after, waits: [...kept, ...found] }, policy: next }
}

/** `revoke cad`, `remove`: what tests compare. */
export function kinds(actions: Action[]): string[] {
  const keys = new Map([CAD, SIM].map((one) => [one.id, one.key]))
  return actions.map(({ kind, productId }) =>
    productId === null ? kind : `${kind} ${keys.get(productId) ?? productId}`,
  )
}
