/** What a member is told: everything that succeeded for them in one plan, and what they are asked to return. */
import type { MemberEvent, MemberLine } from '../reconcile/letter.ts'
import type { ActionKind, ItemImage } from '../reconcile/model.ts'
import type { Sql } from './connection.ts'
import { askedByAnother } from './returns.ts'

/** One row of the outbox with its organization. */
export interface LetterRow {
  id: number
  audience: 'member' | 'administrator'
  event: string
  planId: number
  snapshotId: number
  tokenId: number
  personId: number
  address: string
  addressKey: string
  attempt: number
  organizationId: number
  key: string
  name: string
  zone: string
}

/** Everything that succeeded for one person in one plan, and what they are asked to return and were not asked for before, in the order in which it happened. */
export async function readMemberEvent(sql: Sql, letter: LetterRow): Promise<MemberEvent> {
  const [member] = await sql<{ emailKey: string; name: string | null; hasAccount: boolean }[]>`
    select email_key as "emailKey", coalesce(first_name, display_name) as name, (state = 'active' or accepted_at is not null) as "hasAccount"
    from members
    where organization_id = ${letter.organizationId} and person_id = ${letter.personId}`
  const done = await sql<Told[]>`
    select item.kind, item.before, item.after, product.name as product,
      case when done.state = 'waiting_borrow' then done.params end as borrowed
    from plan_items item
    join outcomes done on done.organization_id = item.organization_id and done.plan_id = item.plan_id
      and done.number = item.number and (done.state = 'succeeded' or (done.state = 'waiting_borrow' and item.kind = 'revoke'))
    left join products product on product.organization_id = item.organization_id and product.id = item.product_id
    where item.organization_id = ${letter.organizationId} and item.person_id = ${letter.personId}
      and item.plan_id = ${letter.planId} and not (done.state = 'waiting_borrow' and exists (select from waits w
        where w.organization_id = item.organization_id and w.person_id = item.person_id and w.product_id = item.product_id
          and ${askedByAnother(sql, letter.planId)}))
    order by item.number`
  const lines = done.flatMap((item) => lineOf(item))
  // An address that they left may be somebody else's by now: it hears of the change and of nothing else.
  const left = member !== undefined && member.emailKey !== letter.addressKey
  return {
    planId: letter.planId,
    name: member?.name ?? null,
    hasAccount: member?.hasAccount ?? false,
    lines: left ? lines.filter((line) => line.kind === 'update_identity') : lines,
  }
}

interface Told {
  kind: ActionKind
  product: string | null
  before: ItemImage | null
  after: ItemImage | null
  /** Of a revoke that waits: which device, and until when. */
  borrowed: Record<string, string> | null
}

function lineOf(item: Told): MemberLine[] {
  const product = item.product ?? ''
  const { device, until } = item.borrowed ?? {}
  if (device !== undefined && until !== undefined) return [{ kind: 'return', product, device, until }]
  switch (item.kind) {
    case 'invite':
    case 'reactivate':
    case 'suspend':
    case 'remove':
      return [{ kind: item.kind }]
    case 'assign':
    case 'extend':
    case 'shorten':
      return [{ kind: item.kind, product, expiresAt: item.after?.expiresAt ?? null }]
    case 'revoke':
      return [{ kind: 'revoke', product }]
    case 'update_identity':
      return item.before?.email !== undefined && item.after?.email !== undefined
        ? [{ kind: 'update_identity', oldEmail: item.before.email, newEmail: item.after.email }]
        : []
    default:
      return []
  }
}
