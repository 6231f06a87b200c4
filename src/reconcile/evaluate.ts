/** From one row of the mirror to what its source wants: a claim to membership, and grants of products. */
import { readExpiry } from './expiry.ts'
import { isGone } from './leaving.ts'
import type { Claim, DirectoryRow, Grant, Role, SourceKind } from './model.ts'
import { nameKey } from './normalise.ts'
import type { CompiledRule, CompiledRules } from './rules.ts'

export { desire } from './desire.ts'

export interface EvaluationContext {
  productIdByKey: ReadonlyMap<string, number>
  /** By folded key, name and alias: what an identity provider calls a product is looked up here. */
  productIdByName?: ReadonlyMap<string, number>
  /** IANA name of the organization's zone: an `expires` date ends with that day there. */
  zone: string
}

/** A rule that matched but decided nothing, since another one of lower number decided the same scalar. */
interface Shadowed {
  rule: string
  by: string
  role: Role
}

export interface Evaluation {
  claims: Claim[]
  grants: Grant[]
  protected: boolean
  shadowed: Shadowed[]
}

/** The rule named by claims and grants that come from a products column. */
export const COLUMN = 'column'
/** The rule named by what a person did by hand. */
const MANUAL = 'manual'
const DEFAULT_PRIORITY = 500
const DEFAULT_SEAT_PRIORITY = 500

/**
 * Evaluates one row with the rules of its source. All matching rules give their products; the role is decided by the
 * matching rule of the lowest number. `exclude` hides the row as if it were not there, `status: leaver` and `deleted` end the claim,
 * `leave` keeps it suspended. A row that no rule wants, and that names no products itself, claims nothing.
 * A product that nobody configured gives no grant, yet still speaks for membership: a slip in the config removes nobody. But an
 * identity provider has entitlements to other things than products, and they speak for nothing here.
 */
export function evaluate(
  row: DirectoryRow,
  source: { id: number; key: string; kind: SourceKind },
  rules: CompiledRules,
  context: EvaluationContext,
): Evaluation {
  const byHand = source.kind === 'manual'
  const matching = rules.rules.filter((rule) => rule.matches(row) !== null)
  const says = (word: 'exclude' | 'protect' | 'suspend') =>
    matching.some((r) => r.consequences.some((one) => word in one))
  const shielded = says('protect')
  const members = matching.flatMap((rule) =>
    rule.consequences.flatMap((one) => ('member' in one ? [{ rule: rule.key, role: one.member }] : [])),
  )
  const [winner] = members
  const shadowed = members
    .filter((one) => winner !== undefined && one.role !== winner.role)
    .map((one) => ({ rule: one.rule, by: winner?.rule ?? '', role: one.role }))
  if (isGone(row.status) || (says('exclude') && !byHand)) {
    return { claims: [], grants: [], protected: shielded, shadowed }
  }

  const named =
    source.kind === 'scim'
      ? row.products.filter((one) => productIdOf(one.product, context) !== undefined)
      : row.products
  const giving = matching.find((rule) => rule.consequences.some((one) => 'product' in one))
  const rule = byHand ? MANUAL : (winner?.rule ?? giving?.key ?? (named.length > 0 ? COLUMN : null))
  if (rule === null) return { claims: [], grants: [], protected: shielded, shadowed }
  const claim: Claim = {
    personId: row.personId,
    sourceId: source.id,
    status: row.status === 'leave' || says('suspend') ? 'suspended' : 'active',
    role: winner?.role ?? roleOfRow(row, source.kind, rules),
    startAt: row.startAt,
    rule,
  }
  return { claims: [claim], grants: grantsOf(row, source, matching, context), protected: shielded, shadowed }
}

/** A role column raises nobody by itself, unless a person uploaded the file or a rule lets the source manage administrators. */
function roleOfRow(row: DirectoryRow, kind: SourceKind, rules: CompiledRules): Role {
  const trusted = kind === 'manual' || kind === 'upload' || rules.managesAdmins
  return trusted && row.role !== null ? row.role : 'member'
}

function grantsOf(
  row: DirectoryRow,
  source: { id: number; kind: SourceKind },
  matching: CompiledRule[],
  context: EvaluationContext,
): Grant[] {
  const grants = new Map<string, Grant>()
  const give = (key: string, rule: string, priority: number, expiresAt: string | null) => {
    const productId = productIdOf(key, context)
    if (productId === undefined) return
    const id = `${rule} ${productId}`
    const before = grants.get(id)
    grants.set(id, {
      personId: row.personId,
      productId,
      sourceId: source.id,
      rule,
      priority,
      seatPriority: row.seatPriority ?? DEFAULT_SEAT_PRIORITY,
      expiresAt: before === undefined ? expiresAt : later(before.expiresAt, expiresAt),
    })
  }
  for (const rule of matching) {
    for (const one of rule.consequences) {
      if (!('product' in one)) continue
      const end = one.expires === undefined ? row.expiresAt : endOf(one.expires, context.zone)
      give(one.product, rule.key, rule.priority, end)
    }
  }
  const column = source.kind === 'manual' ? MANUAL : COLUMN
  for (const one of row.products) give(one.product, column, DEFAULT_PRIORITY, one.expiresAt ?? row.expiresAt)
  return [...grants.values()].sort((a, b) => a.productId - b.productId || (a.rule < b.rule ? -1 : 1))
}

function productIdOf(name: string, context: EvaluationContext): number | undefined {
  return context.productIdByKey.get(name) ?? context.productIdByName?.get(nameKey(name))
}

const ENDS = new Map<string, string | null>()

/** The end that a rule's date means. Remembered: rules are few, and reading a zone's calendar is slow. */
function endOf(date: string, zone: string): string | null {
  const key = `${zone} ${date}`
  const known = ENDS.get(key)
  if (known !== undefined) return known
  const read = readExpiry(date, { zone })
  const end = read.ok ? read.expiresAt : null
  if (ENDS.size < 1_000) ENDS.set(key, end)
  return end
}

/** The later of two ends; null never ends. */
export function later(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return null
  return a > b ? a : b
}
