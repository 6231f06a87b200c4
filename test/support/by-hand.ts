/** Plans as a person's operation makes them, written in a few words: what apply leaves behind is tried without choosing anybody first. */
import { hashHeader, itemDigest } from '../../src/reconcile/canonical.ts'
import type { Action, ActionKind, Instant } from '../../src/reconcile/model.ts'
import { PIN_DEFAULT, type PinFor, type Verb } from '../../src/reconcile/operation.ts'
import { readAssignments, readMembers } from '../../src/store/members.ts'
import { listProducts, listSources, readOrganization } from '../../src/store/organizations.ts'
import { insertPlan, sealPlan } from '../../src/store/plans.ts'
import { addActions, openProposal, writeItems } from '../../src/store/proposal.ts'
import { KIM, type World } from './pipeline.ts'

export interface Wish {
  kind: Extract<ActionKind, 'remove' | 'reactivate' | 'assign' | 'extend' | 'shorten' | 'revoke'>
  email: string
  product?: string
  /** The end that comes of it, where it is another than the one that was given. */
  until?: Instant | null
  granted?: Instant | null
}

export interface Asked {
  verb: Verb
  pin?: PinFor
  wait?: boolean
  revokeFirst?: boolean
}

/** A plan of the lane `by_hand` that waits for its approval. */
export async function byHand(world: World, asked: Asked, wishes: Wish[]): Promise<number> {
  const { sql, organization, at } = world
  const { verb, pin = PIN_DEFAULT, wait = false, revokeFirst = false } = asked
  return await sql.begin(async (transaction) => {
    const settings = await readOrganization(transaction, organization)
    const manual = (await listSources(transaction, organization)).find((source) => source.kind === 'manual')
    const products = await listProducts(transaction, organization)
    const emails = wishes.map((wish) => wish.email)
    const people = await transaction<{ id: number; email: string }[]>`
      select person_id as id, email from members where organization_id = ${organization} and email = any(${emails}::text[])`
    const ids = people.map(({ id }) => id)
    const members = await readMembers(transaction, organization, ids)
    const held = await readAssignments(transaction, organization, ids)
    const actions = wishes.map((wish): Action => {
      const person = people.find(({ email }) => email === wish.email)
      const member = members.find(({ personId }) => personId === person?.id)
      const product = products.find(({ key }) => key === wish.product)
      if (person === undefined || member === undefined || manual === undefined)
        throw new Error(`nobody is ${wish.email}`)
      const now = held.find((one) => one.personId === person.id && one.productId === product?.id)
      const { until = null, granted = until } = wish
      const dated = { expiresAt: until, grantedUntil: granted }
      const after =
        wish.kind === 'remove'
          ? { state: 'removed' as const }
          : wish.kind === 'reactivate'
            ? { state: member.accepted ? ('active' as const) : ('invited' as const), email: wish.email, userName: null }
            : wish.kind === 'revoke'
              ? null
              : dated
      return {
        kind: wish.kind,
        effect:
          wish.kind === 'remove' || wish.kind === 'revoke' || wish.kind === 'shorten' ? 'subtractive' : 'additive',
        personId: person.id,
        subject: { key: `email:${wish.email}`, email: wish.email, name: null },
        productId: product?.id ?? null,
        before: null,
        after,
        reason: { code: CODES[wish.kind], params: { actor: KIM.name } },
        sourceIds: [manual.id],
        evidence: null,
        precondition:
          product === undefined
            ? { member: { state: member.state } }
            : { assignment: now === undefined ? null : { version: now.version } },
        seatOrder:
          wish.kind === 'assign'
            ? { rulePriority: 500, seatPriority: 500, waitingSince: null, expiresAt: until, tieBreak: wish.email }
            : null,
        fromPersonId: null,
      }
    })
    const header = {
      schema: 1,
      organization: settings.key,
      baseRevision: settings.revision,
      snapshots: [],
      rulesetVersion: settings.rulesetVersion,
      settingsVersion: settings.settingsVersion,
    }
    const proposal = await openProposal(transaction)
    const keyOf = (id: number) => products.find((one) => one.id === id)?.key ?? String(id)
    const digestOf = (action: Action) => itemDigest(action, { product: keyOf, source: () => 'manual' })
    await addActions(
      proposal,
      actions.map((action) => ({
        action,
        part: 'waiting' as const,
        digest: digestOf(action),
        productKey: action.productId === null ? null : keyOf(action.productId),
      })),
    )
    const plan = await insertPlan(transaction, organization, {
      proposalId: null,
      lane: 'by_hand',
      part: 'waiting',
      state: 'awaiting_approval',
      header,
      headline: verb,
      counts: {},
      seats: [],
      sourceIds: manual === undefined ? [] : [manual.id],
      findings: [],
      items: actions.length,
      revision: settings.revision,
      createdBy: KIM.name,
      createdAt: at,
      expiresAt: new Date(at.getTime() + 86_400_000),
      quiet: false,
      operation: {
        verb,
        products: [],
        allProducts: false,
        expiresAt: null,
        role: 'member',
        revokeFirst,
        wait,
        pin,
        where: null,
        file: null,
        rows: { given: wishes.length, merged: 0, errors: 0 },
      },
    })
    await writeItems(proposal, organization, plan, 'waiting')
    const hash = hashHeader(header)
    for (const action of actions) hash.item(digestOf(action))
    await sealPlan(transaction, organization, plan, hash.hex())
    return plan
  })
}

const CODES = {
  remove: 'removed_by_hand',
  reactivate: 'invited_by_hand',
  assign: 'assigned_by_hand',
  extend: 'expiry_by_hand',
  shorten: 'expiry_by_hand',
  revoke: 'revoked_by_hand',
} as const
