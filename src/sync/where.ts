/** Filters over members (RFC 7644 §3.4.2.2), as somebody types them to choose many at once: which attributes there are, and what fits them. */
import { RosterdError } from '../errors.ts'
import { FilterError, quoted } from '../filter/error.ts'
import type { Name } from '../filter/lexer.ts'
import type { Literal } from '../filter/literal.ts'
import { type Comparator, parseWritten, type Written } from '../filter/parse.ts'
import { addDays, readExpiry, startOfDay } from '../reconcile/expiry.ts'
import { domainLabel, fold, nameKey, readEmail } from '../reconcile/normalise.ts'
import type { Handle, Transaction } from '../store/connection.ts'
import type {
  FlagField,
  KeyField,
  MemberCondition,
  MemberList,
  MomentField,
  NameField,
} from '../store/member-filter.ts'
import { inTime, TooSlow, withinTime } from '../store/mirror-unusual.ts'
import { foldName } from '../store/name-comparison.ts'
import type { Parts } from './parts.ts'

/** When it is asked, and the IANA zone in which a day begins and ends. */
export interface WhereGround {
  at: Date
  zone: string
}

type Leaf = (
  | {
      readonly type: 'key'
      readonly field: KeyField
      key(text: string, op: Comparator): string
      readonly words?: readonly string[]
    }
  | { readonly type: 'name'; readonly field: NameField }
  | { readonly type: 'moment'; readonly field: MomentField }
  | { readonly type: 'flag'; readonly field: FlagField }
) & { readonly list: MemberList | null }

const exact = (text: string): string => text
const STATES = ['invited', 'active', 'suspended', 'removed']
const ROLES = ['member', 'admin', 'owner']

const key = (
  field: KeyField,
  list: MemberList | null,
  make: (text: string, op: Comparator) => string = fold,
): Leaf => ({
  type: 'key',
  field,
  list,
  key: make,
})
const name = (field: NameField, list: MemberList | null = null): Leaf => ({ type: 'name', field, list })

/** By their names as they are shown; case means nothing. What has parts is compared by its `value`. */
const ATTRIBUTES: Readonly<Record<string, Leaf>> = {
  id: key('id', null, memberId),
  userName: key('userName', null, (text, op) => (op === 'eq' || op === 'ne' ? nameKey(text) : fold(text))),
  'emails.value': key('email', null, addressKey),
  'name.givenName': name('givenName'),
  'name.familyName': name('familyName'),
  'name.formatted': name('formatted'),
  displayName: name('displayName'),
  preferredLanguage: name('language'),
  active: { type: 'flag', field: 'active', list: null },
  state: { type: 'key', field: 'state', list: null, key: fold, words: STATES },
  role: { type: 'key', field: 'role', list: null, key: fold, words: ROLES },
  'groups.value': key('group.value', 'groups', exact),
  'groups.display': name('group.display', 'groups'),
  'products.value': key('product.value', 'products'),
  'products.display': name('product.display', 'products'),
  'products.expires': { type: 'moment', field: 'product.expires', list: 'products' },
  'products.borrowed': { type: 'flag', field: 'product.borrowed', list: 'products' },
  'sources.value': key('source.value', 'sources'),
  'sources.display': name('source.display', 'sources'),
  'sources.rule': key('source.rule', 'sources'),
  borrowed: { type: 'flag', field: 'borrowed', list: null },
  'meta.created': { type: 'moment', field: 'created', list: null },
  'meta.lastModified': { type: 'moment', field: 'lastModified', list: null },
}
const LEAVES = new Map(Object.entries(ATTRIBUTES).map(([path, leaf]) => [path.toLowerCase(), leaf]))
/** What brackets may follow, and what stands for its `value` where nothing else is said. */
const WHOLES: readonly string[] = ['emails', 'groups', 'products', 'sources']

/** Every attribute that a filter can ask about, for people. */
export const WHERE_ATTRIBUTES: readonly string[] = Object.keys(ATTRIBUTES)

/**
 * Reads a filter over members, such as `groups.display eq "Artists" and not (products.value eq "vray")`. What it gives goes to
 * `whereMembers`.
 *
 * @throws RosterdError FILTER_INVALID, with the position and what would be right there
 */
export function memberCondition(text: string, ground: WhereGround): MemberCondition {
  try {
    return new Checker(ground).check(parseWritten(text), null)
  } catch (error) {
    if (error instanceof FilterError)
      throw new RosterdError('FILTER_INVALID', { at: error.at + 1, why: error.sentence })
    throw error
  }
}

/** Milliseconds that a question with a filter may take: long enough to look at each of a million members once. */
const PATIENCE_MS = 10_000

/**
 * Asks a question that has a filter in it; each of its statements ends in time.
 *
 * @throws RosterdError FILTER_INVALID for a filter whose answer takes too long
 */
export async function askWhere<T>({ sql }: Parts, work: (handle: Handle) => Promise<T>): Promise<T> {
  return await inTime(sql, PATIENCE_MS, work).catch(tooSlow(PATIENCE_MS))
}

/** Milliseconds for finding whom a filter means and writing down who they are, which may be everybody. */
const CHOOSING_MS = 60_000

/**
 * Chooses by a filter inside a transaction.
 *
 * @throws RosterdError FILTER_INVALID for a filter whose answer takes too long; the transaction is lost then
 */
export async function chooseInTime<T>(transaction: Transaction, work: () => Promise<T>): Promise<T> {
  return await withinTime(transaction, CHOOSING_MS, work).catch(tooSlow(CHOOSING_MS))
}

const tooSlow = (milliseconds: number) => (error: unknown) => {
  if (!(error instanceof TooSlow)) throw error
  const why = `its answer takes more than ${milliseconds / 1_000} seconds; ask with eq where you can, and with fewer conditions.`
  throw new RosterdError('FILTER_INVALID', { at: 1, why })
}

class Checker {
  readonly #ground: WhereGround

  constructor(ground: WhereGround) {
    this.#ground = ground
  }

  /** @param whole in whose brackets it stands */
  check(written: Written, whole: string | null): MemberCondition {
    switch (written.op) {
      case 'and':
      case 'or':
        return { op: written.op, all: written.all.map((one) => this.check(one, whole)) }
      case 'not':
        return { op: 'not', one: this.check(written.one, whole) }
      case '[]':
        return this.#brackets(written.name, written.inner, whole)
      case 'pr':
        return this.#presence(written.name, whole)
      default: {
        const { op, name, literal } = written
        if (literal.kind === 'null') {
          const there = this.#presence(name, whole)
          return op === 'eq' ? { op: 'not', one: there } : there
        }
        return this.#comparison(name, whole, op, literal)
      }
    }
  }

  #brackets(name: Name, inner: Written, whole: string | null): MemberCondition {
    const path = name.text.toLowerCase()
    if (whole !== null || !WHOLES.includes(path)) {
      throw new FilterError(name.at, `no brackets can follow ${quoted(name.text)}; they follow ${WHOLES.join(', ')}.`)
    }
    const within = this.check(inner, path)
    const list = listOf(path)
    return list === null ? within : { op: 'some', list, inner: within }
  }

  #presence(name: Name, whole: string | null): MemberCondition {
    const path = pathOf(name, whole)
    const list = whole === null ? listOf(path) : null
    if (list !== null) return { op: 'some', list, inner: null }
    const leaf = leafOf(name, whole)
    const present: MemberCondition = { op: 'pr', field: leaf.field }
    return leaf.list === null || whole !== null ? present : { op: 'some', list: leaf.list, inner: present }
  }

  #comparison(name: Name, whole: string | null, op: Comparator, literal: Literal): MemberCondition {
    const leaf = leafOf(name, whole)
    const one = this.#compare(leaf, name, op, literal)
    if (leaf.list === null || whole !== null) return one
    const some: MemberCondition = { op: 'some', list: leaf.list, inner: one }
    // `ne` holds where there is none, too.
    return op === 'ne'
      ? { op: 'or', all: [some, { op: 'not', one: { op: 'some', list: leaf.list, inner: null } }] }
      : some
  }

  #compare(leaf: Leaf, name: Name, op: Comparator, literal: Literal): MemberCondition {
    switch (leaf.type) {
      case 'flag': {
        if (op !== 'eq' && op !== 'ne') throw unfit(name, op, 'true or false', 'eq and ne')
        if (literal.kind !== 'boolean') {
          throw new FilterError(literal.at, `${quoted(name.text)} is true or false, without quotation marks.`)
        }
        return { op: 'is', field: leaf.field, value: (literal.text === 'true') === (op === 'eq'), at: this.#ground.at }
      }
      case 'moment': {
        if (op === 'co' || op === 'sw' || op === 'ew') throw unfit(name, op, 'a date', 'eq, ne, gt, ge, lt and le')
        const { from, to } = this.#moment(leaf.field, name, textIn(literal, name))
        return { op, field: leaf.field, from, to }
      }
      case 'name':
        return { op, field: leaf.field, text: foldName(textIn(literal, name)) }
      default: {
        const text = leaf.key(textIn(literal, name), op)
        if (leaf.words !== undefined && (op === 'eq' || op === 'ne') && !leaf.words.includes(text)) {
          throw new FilterError(literal.at, `${quoted(name.text)} is one of ${leaf.words.join(', ')}.`)
        }
        return { op, field: leaf.field, text }
      }
    }
  }

  /** A day is all of it. What expires on a day ends with the beginning of the next. */
  #moment(field: MomentField, name: Name, text: string): { from: Date; to: Date } {
    const { zone } = this.#ground
    const reading = readExpiry(text, { zone })
    if (!reading.ok || reading.expiresAt === null) {
      throw new FilterError(
        name.at,
        `${quoted(name.text)} is a date, and ${quoted(text)} is none such as "2027-06-30" or "2027-06-30T09:00:00Z".`,
      )
    }
    const day = /^\d{4}-\d{2}-\d{2}$/.test(text.trim()) ? text.trim() : null
    const from = Date.parse(day === null ? reading.expiresAt : startOfDay(day, zone))
    const to = day === null ? from + 1 : Date.parse(startOfDay(addDays(day, 1), zone))
    const shift = field === 'product.expires' && day !== null ? 1 : 0
    return { from: new Date(from + shift), to: new Date(to + shift) }
  }
}

function pathOf(name: Name, whole: string | null): string {
  const path = name.text.toLowerCase()
  return whole === null ? path : `${whole}.${path}`
}

const listOf = (path: string): MemberList | null =>
  path === 'groups' || path === 'products' || path === 'sources' ? path : null

function leafOf(name: Name, whole: string | null): Leaf {
  const path = pathOf(name, whole)
  const leaf = LEAVES.get(WHOLES.includes(path) ? `${path}.value` : path)
  if (leaf !== undefined) return leaf
  const known =
    whole === null
      ? WHERE_ATTRIBUTES
      : WHERE_ATTRIBUTES.flatMap((one) => (one.startsWith(`${whole}.`) ? one.slice(whole.length + 1) : []))
  throw new FilterError(name.at, `there is no attribute ${quoted(name.text)}; there are ${known.join(', ')}.`)
}

function textIn({ kind, text, at }: Literal, name: Name): string {
  if (kind === 'text') return text
  throw new FilterError(at, `${quoted(name.text)} is text, which stands in quotation marks: ${quoted(text)}.`)
}

function unfit(name: Name, op: Comparator, what: string, right: string): FilterError {
  return new FilterError(
    name.at,
    `${quoted(name.text)} is ${what} and cannot be compared with ${op}, only with ${right}.`,
  )
}

/** Ids may be written without their prefix. */
function memberId(text: string, op: Comparator): string {
  return (op === 'eq' || op === 'ne') && /^\d+$/.test(text) ? `mem_${text}` : text
}

/** Addresses as keys are; of a part, the domain is written as keys have it. */
function addressKey(text: string, op: Comparator): string {
  const whole = op === 'eq' || op === 'ne' ? readEmail(text) : null
  if (whole?.ok === true) return whole.key
  const at = text.lastIndexOf('@')
  const label = at < 0 ? null : domainLabel(text.slice(at + 1))
  return label === null ? fold(text) : `${fold(text.slice(0, at))}@${label}`
}
