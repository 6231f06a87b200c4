import type { RowProduct, StagedRow } from '../../reconcile/model.ts'
import { canonicalRow } from './canonical.ts'

type Conflict =
  | { code: 'ROW_CONFLICT'; params: { a: number; b: number; field: string } }
  | { code: 'ANCHOR_DUPLICATE'; params: { a: number; b: number } }

export type Merged =
  /** `warning` is ROW_DUPLICATE when rows merely repeat each other: line `a` repeats line `b`. */
  | { ok: true; row: StagedRow; warning: string | null; params: { a: number; b: number } | null }
  | { ok: false; error: Conflict }

type Scalar = string | number | null

/**
 * Makes one row of the rows that have one key, whatever their order. Lists (groups, products) are united; an empty cell
 * beside a filled one says nothing; two different values are ROW_CONFLICT; two e-mail addresses are ANCHOR_DUPLICATE.
 * Rows that each name products may each have their own end: it goes to their products.
 */
export function mergeRows(rows: StagedRow[]): Merged {
  const byLine = [...rows].sort((a, b) => a.line - b.line)
  const [first, second] = byLine
  if (first === undefined) throw new RangeError('mergeRows needs a row')
  if (second === undefined) return { ok: true, row: first, warning: null, params: null }
  const text = canonicalRow(first)
  if (byLine.every((row) => canonicalRow(row) === text)) {
    return { ok: true, row: first, warning: 'ROW_DUPLICATE', params: { a: second.line, b: first.line } }
  }
  // A row that names the person by an id alone says nothing of their address.
  const addressed = byLine.filter((row) => row.profile.emailKey !== '')
  const [named = first] = addressed
  const stranger = addressed.find((row) => row.profile.emailKey !== named.profile.emailKey)
  if (stranger) return { ok: false, error: { code: 'ANCHOR_DUPLICATE', params: { a: named.line, b: stranger.line } } }
  const conflicts: Conflict[] = []
  const one = <T extends Scalar>(field: string, of: (row: StagedRow) => T, among = byLine): T => {
    const said = among.filter((row) => of(row) !== null)
    const [some] = said
    const other = said.find((row) => some && of(row) !== of(some))
    if (some && other) conflicts.push({ code: 'ROW_CONFLICT', params: { a: some.line, b: other.line, field } })
    return of(some ?? among[0] ?? first)
  }
  const sameEnd = byLine.every((row) => row.expiresAt === first.expiresAt)
  const pushed = sameEnd ? byLine : byLine.map(withOwnEnds)
  const products = unite(pushed, conflicts)
  const names = new Map(
    byLine
      .flatMap((row) => row.groups.map((id, at) => [id, row.groupNames[at] ?? id] as const))
      .sort(([a, x], [b, y]) => (a === b ? (x > y ? -1 : 1) : a < b ? -1 : 1)),
  )
  const attributes: Record<string, string> = {}
  for (const name of new Set(byLine.flatMap((row) => Object.keys(row.attributes)))) {
    attributes[name] = one(name, (row) => row.attributes[name] ?? null) ?? ''
  }
  // The display form of one key may differ in case: the smallest is as good as any, and does not depend on the order.
  const shown = (of: (row: StagedRow) => string, among = byLine) => among.map(of).sort()[0] ?? ''
  const row: StagedRow = {
    line: first.line,
    action: one('action', (row) => row.action),
    anchor: shown((row) => row.anchor),
    anchorKey: first.anchorKey,
    profile: {
      email: shown((row) => row.profile.email, addressed),
      emailKey: named.profile.emailKey,
      userName: one('user_name', (row) => row.profile.userName),
      userNameKey: one('user_name', (row) => row.profile.userNameKey),
      firstName: one('first_name', (row) => row.profile.firstName),
      lastName: one('last_name', (row) => row.profile.lastName),
      displayName: one('display_name', (row) => row.profile.displayName),
      language: one('language', (row) => row.profile.language),
    },
    status: one('status', (row) => row.status),
    startAt: one('start_date', (row) => row.startAt),
    role: one('role', (row) => row.role),
    groups: [...names.keys()],
    groupNames: [...names.values()],
    products,
    expiresAt: one('expires', (row) => row.expiresAt, pushed),
    seatPriority: one('seat_priority', (row) => row.seatPriority),
    attributes,
  }
  const [conflict] = conflicts
  return conflict ? { ok: false, error: conflict } : { ok: true, row, warning: null, params: null }
}

/** A row with products, its end moved to those of them that have none of their own. */
function withOwnEnds(row: StagedRow): StagedRow {
  if (row.products.length === 0) return row
  const products = row.products.map(({ product, expiresAt }) => ({ product, expiresAt: expiresAt ?? row.expiresAt }))
  return { ...row, products, expiresAt: null }
}

function unite(rows: StagedRow[], conflicts: Conflict[]): RowProduct[] {
  const found = new Map<string, { one: RowProduct; line: number }>()
  for (const { line, products } of rows) {
    for (const one of products) {
      const before = found.get(one.product)
      if (before === undefined) found.set(one.product, { one, line })
      else if (before.one.expiresAt !== one.expiresAt) {
        conflicts.push({ code: 'ROW_CONFLICT', params: { a: before.line, b: line, field: 'expires' } })
      }
    }
  }
  return [...found.values()].map(({ one }) => one).sort((a, b) => (a.product < b.product ? -1 : 1))
}
