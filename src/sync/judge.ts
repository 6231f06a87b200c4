/** Judge: what the guards say of a whole proposal, and that no policy approves what they stopped at. */

import { guard, type Limits } from '../reconcile/guard.ts'
import type { PlanFacts } from '../reconcile/guard-facts.ts'
import { enoughToPass } from '../reconcile/guard-groups.ts'
import type { Finding } from '../reconcile/model.ts'
import { domainLabel } from '../reconcile/normalise.ts'
import { groupsOf } from '../reconcile/rule-groups.ts'
import { forgetApplied, readApplied } from '../store/applied.ts'
import { type GroupRule, groupLosses } from '../store/group-losses.ts'
import * as guarded from '../store/guarded.ts'
import { limitsOf } from '../store/limits.ts'
import { listProducts, listRules, type Organization } from '../store/organizations.ts'
import { changedSince } from '../store/plan-facts.ts'
import type { Proposal } from '../store/proposal.ts'

/** What a proposal is judged by, besides itself. */
export interface Occasion {
  at: Date
  /** Members that there are. */
  members: number
  /** Only whom a source deactivated or deleted: no rule decides about them, so that a changed one keeps nobody waiting. */
  urgent: boolean
}

/** Judges the proposal, whatever part its items are in, and moves what is held to the waiting part. */
export async function judge(proposal: Proposal, settings: Organization, occasion: Occasion): Promise<Finding[]> {
  const { transaction } = proposal
  const organization = settings.id
  const { limits } = limitsOf(settings)
  await forgetApplied(transaction, organization, occasion.at)
  const findings = guard(await readFacts(proposal, settings, limits, occasion), limits)
  const holds = findings.filter((finding) => finding.verdict !== 'pass').flatMap((finding) => finding.holds ?? [])
  if (holds.length === 0) return findings
  if (limits.hold_scope === 'all') await guarded.holdEverything(proposal)
  else await guarded.holdItems(proposal, organization, holds)
  return findings
}

async function readFacts(
  proposal: Proposal,
  settings: Organization,
  limits: Limits,
  { at, members, urgent }: Occasion,
): Promise<PlanFacts> {
  const { transaction } = proposal
  const organization = settings.id
  const { kinds, amounts } = await guarded.countGuarded(proposal)
  const { day, week } = await readApplied(transaction, organization, at)
  const products = await listProducts(transaction, organization)
  const fresh = await guarded.newSources(proposal, organization)
  const renamed = (kinds.update_identity ?? 0) + (kinds.update_profile ?? 0)
  const comeAndGo = Math.min(kinds.remove ?? 0, kinds.invite ?? 0)
  return {
    members,
    products: products.map((product) => ({ key: product.key, name: product.name, holders: product.used })),
    plan: amounts,
    day,
    week,
    kinds,
    swappedNames: renamed > limits.rename.swapped_names ? await guarded.countSwappedNames(proposal, organization) : 0,
    firstInvites: fresh.invites,
    newDomains: await newDomains(proposal, settings),
    administrators: await guarded.countAdministrators(proposal, organization),
    groups: await lossesByGroup(proposal, organization, limits),
    newSources: fresh.sources,
    changed: urgent ? UNCHANGED : await changedSince(transaction, settings),
    namesakes: comeAndGo > limits.namesakes.number ? await guarded.countNamesakes(proposal) : 0,
  }
}

const UNCHANGED = { rules: false, settings: false }

/** Neither named in the configuration nor the domain of any member. */
export async function newDomains(proposal: Proposal, settings: Organization): Promise<PlanFacts['newDomains']> {
  const verified = new Set(settings.settings.domains)
  const label = (domain: string) => domainLabel(domain) ?? domain
  const others = (await guarded.addressDomains(proposal)).filter((one) => !verified.has(label(one.domain)))
  if (others.length === 0) return []
  const labels = others.map((one) => label(one.domain))
  const known = new Set(await guarded.knownDomains(proposal.transaction, settings.id, labels))
  return others.filter((one) => !known.has(label(one.domain)))
}

async function lossesByGroup(proposal: Proposal, organization: number, limits: Limits): Promise<PlanFacts['groups']> {
  const rules: GroupRule[] = (await listRules(proposal.transaction, organization)).flatMap((rule) => {
    const groups = groupsOf(rule.when)
    return groups.length === 0 ? [] : [{ key: rule.key, groups: groups.join(', ') }]
  })
  const bounds = { least: limits.group.floor + 1, enough: enoughToPass(limits.group) }
  return await groupLosses(proposal, organization, rules, bounds)
}
