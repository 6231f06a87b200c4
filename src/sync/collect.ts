/** Plans every drifting person and collects the actions, page by page: memory does not grow with the organization. */
import { itemDigest, type Keys } from '../reconcile/canonical.ts'
import type { Action, Case, Instant, Wait } from '../reconcile/model.ts'
import { type Policy, planPerson, waitsOf } from '../reconcile/plan-person.ts'
import { compile } from '../reconcile/rules.ts'
import { readCases } from '../store/drift.ts'
import { listProducts, listRules, type Organization, type SourceRow } from '../store/organizations.ts'
import { addActions, type Part, type Proposal, writeWaits } from '../store/proposal.ts'

const PAGE = 2000
const GRACE_DAYS = 7

/** What a proposal is made from. */
export interface Ground {
  settings: Organization
  sources: SourceRow[]
  /** Ids of the sources whose additive actions a policy approves. */
  free: Set<number>
  /** Ids of products whose seats this proposal frees while others wait for them. */
  freeing: number[]
  at: Date
}

export async function collectActions(proposal: Proposal, ground: Ground): Promise<void> {
  const { settings, sources, free, at } = ground
  const organization = settings.id
  const { transaction } = proposal
  const [products, rules] = await Promise.all([
    listProducts(transaction, organization),
    listRules(transaction, organization),
  ])
  const policy: Policy = {
    sources: new Map(sources.map((source) => [source.id, source])),
    products: new Map(products.map((product) => [product.id, product])),
    zone: settings.zone,
    graceDays: GRACE_DAYS,
    freeing: new Set(ground.freeing),
    rules: new Map(sources.map((source) => [source.id, compile(rules, source.key)])),
  }
  const keys: Keys = {
    product: (id) => policy.products.get(id)?.key ?? String(id),
    source: (id) => policy.sources.get(id)?.key ?? String(id),
  }
  const now = at.toISOString()
  for await (const cases of readCases(transaction, organization, PAGE)) {
    const actions: Action[] = []
    const waits: Wait[] = []
    for (const person of cases) {
      actions.push(...planPerson(person, policy, now))
      waits.push(...newWaits(person, policy, now))
    }
    await addActions(
      proposal,
      actions.map((action) => ({
        action,
        part: partOf(action, free),
        digest: itemDigest(action, keys),
        productKey: action.productId === null ? null : keys.product(action.productId),
      })),
    )
    await writeWaits(transaction, organization, waits)
  }
}

function newWaits(person: Case, policy: Policy, at: Instant): Wait[] {
  return waitsOf(person, policy, at).filter(
    (wait) =>
      !person.waits.some(
        (known) => known.kind === wait.kind && known.productId === wait.productId && known.until === wait.until,
      ),
  )
}

/** Free is what every source behind it may do without a person; an end that was foreseen (no source behind it) is free too. */
function partOf(action: Action, free: Set<number>): Part {
  if (action.sourceIds.length === 0) return 'free'
  return action.effect !== 'subtractive' && action.sourceIds.every((id) => free.has(id)) ? 'free' : 'waiting'
}
