/** Judge by hand: what the guards say of what a person asks for. Nobody approves it but people, so that nothing is moved. */
import { guard } from '../reconcile/guard.ts'
import { NO_FACTS } from '../reconcile/guard-facts.ts'
import type { Finding } from '../reconcile/model.ts'
import { forgetApplied, readApplied } from '../store/applied.ts'
import * as guarded from '../store/guarded.ts'
import { limitsOf } from '../store/limits.ts'
import { countMembers } from '../store/members.ts'
import { listProducts, type Organization } from '../store/organizations.ts'
import type { Proposal } from '../store/proposal.ts'
import { newDomains } from './judge.ts'

/** Changed rules and new sources are none of its matters; amounts, administrators and new domains are. */
export async function judgeByHand(proposal: Proposal, settings: Organization, at: Date): Promise<Finding[]> {
  const { transaction } = proposal
  const organization = settings.id
  const { limits } = limitsOf(settings)
  await forgetApplied(transaction, organization, at)
  const { kinds, amounts } = await guarded.countGuarded(proposal)
  const { day, week } = await readApplied(transaction, organization, at)
  const members = await countMembers(transaction, organization)
  const products = await listProducts(transaction, organization)
  return guard(
    {
      ...NO_FACTS,
      members,
      products: products.map((product) => ({ key: product.key, name: product.name, holders: product.used })),
      plan: amounts,
      day,
      week,
      kinds,
      // The first people of an organization are looked at as a whole, and are no amount.
      firstInvites: members === 0 ? (kinds.invite ?? 0) : 0,
      newDomains: await newDomains(proposal, settings),
      administrators: await guarded.countAdministrators(proposal, organization),
    },
    limits,
  )
}
