/**
 * What somebody has chosen on their way through a bulk operation. All of it stands in the address of each step, so that going back, a
 * second tab, and signing in again in between lose nothing.
 */
import { RosterdError } from '../../errors.ts'
import { number } from '../../reconcile/amount.ts'
import { readId, showId } from '../../reconcile/identifiers.ts'
import { VERBS, type Verb } from '../../reconcile/operation.ts'
import { pack, unpack } from './packed.ts'

/** As many can be ticked one by one; addresses do not get longer than servers and proxies take. */
const MOST_TICKED = 1_000
/** Of everybody whom a filter finds, as many can be left out: the filter has to say it, and filters have an end. */
const MOST_LEFT_OUT = 100
const MOST_PRODUCTS = 100
/** As an address writes it: nine characters for one letter of a search in Chinese. */
const LONGEST_FILTER = 4_000

export type Whom =
  | { kind: 'members'; ids: number[] }
  /** Everybody whom the list of people finds, with the query of that list. */
  | { kind: 'all'; filter: string }
  | { kind: 'upload'; id: number }

export interface Choice {
  /** Null: nobody yet. */
  whom: Whom | null
  /** They are picked from the list of all. */
  browse: boolean
  /** Members, or lines of the upload, whose boxes were unticked. */
  except: number[]
  /** Keys. */
  products: string[]
  /** Whatever they hold. */
  every: boolean
  /** As it was written; empty: no end. */
  expires: string
  role: 'member' | 'admin' | 'owner'
  wait: boolean
  revokeFirst: boolean
  pin: 'next_sync' | 'days' | 'always'
  reason: string
  quiet: boolean
}

/** @throws RosterdError NOT_FOUND for another word */
export function verbOf(text: string): Verb {
  const verb = VERBS.find((one) => one === text)
  if (verb === undefined) throw new RosterdError('NOT_FOUND', { path: `bulk/${text}` })
  return verb
}

/** @throws RosterdError OPERATION_AMBIGUOUS where more are ticked, or longer searched for, than an address holds */
export function readChoice(query: URLSearchParams): Choice {
  const text = (name: string, most = 500) => (query.get(name) ?? '').trim().slice(0, most).toWellFormed()
  const whom = readWhom(query)
  const browse = query.has('browse')
  const ticked = ticksOf(query)
  const choice: Choice = {
    whom,
    browse,
    except: unpack(query.get('without'), MOST_TICKED),
    products: [...new Set(query.getAll('product').filter((key) => key !== ''))].slice(0, MOST_PRODUCTS),
    every: query.has('every'),
    expires: query.get('end') === 'never' ? '' : text('expires', 100),
    role: (['member', 'admin', 'owner'] as const).find((role) => role === query.get('role')) ?? 'member',
    wait: query.has('wait'),
    revokeFirst: query.get('first') === '1',
    pin: (['next_sync', 'always'] as const).find((pin) => pin === query.get('pin')) ?? 'days',
    reason: text('reason'),
    quiet: query.has('quiet'),
  }
  if (ticked === null) return choice
  if (browse) {
    const before = whom?.kind === 'members' ? whom.ids : []
    const ids = [...before.filter((id) => !ticked.shown.has(id)), ...ticked.on]
    return { ...choice, whom: ids.length === 0 ? null : { kind: 'members', ids: few(ids) } }
  }
  const off = [...ticked.shown].filter((one) => !ticked.on.has(one))
  return {
    ...choice,
    except: few(
      [...choice.except.filter((one) => !ticked.shown.has(one)), ...off],
      whom?.kind === 'all' ? MOST_LEFT_OUT : MOST_TICKED,
    ),
  }
}

/** Whether an address says boxes one by one, as a form sends them; it is then said again in short. */
export const isTicked = (query: URLSearchParams): boolean => query.has('shown')

/** The numbers of the boxes that a form showed, and of those that were ticked. */
function ticksOf(query: URLSearchParams): { shown: Set<number>; on: Set<number> } | null {
  if (!isTicked(query)) return null
  const shown = new Set(unpack(query.get('shown'), MOST_TICKED))
  const on = new Set(
    query.getAll('on').flatMap((text) => readId('mem', text) ?? (/^\d{1,9}$/.test(text) ? Number(text) : [])),
  )
  return { shown, on: new Set([...on].filter((one) => shown.has(one))) }
}

function readWhom(query: URLSearchParams): Whom | null {
  const upload = readId('snp', query.get('upload') ?? '')
  if (upload !== null) return { kind: 'upload', id: upload }
  if (query.has('all')) return { kind: 'all', filter: filterIn(query) }
  const ids = unpack(query.get('who'), MOST_TICKED)
  return ids.length === 0 ? null : { kind: 'members', ids }
}

/** @throws RosterdError OPERATION_AMBIGUOUS for one that is too long: of a part of it more people would be meant than were looked at */
function filterIn(query: URLSearchParams): string {
  const filter = query.get('filter') ?? ''
  if (filter.length <= LONGEST_FILTER) return filter
  throw new RosterdError('OPERATION_AMBIGUOUS', { why: 'the search that says who is meant is too long for an address' })
}

/** @throws RosterdError OPERATION_AMBIGUOUS where they are more than an address holds */
export function few(ids: number[], most = MOST_TICKED): number[] {
  const different = [...new Set(ids)]
  if (different.length <= most) return different
  const why = `${number(different.length)} boxes are ticked or unticked, and ${number(most)} can be. Choose everybody whom a filter finds, or use a .csv file`
  throw new RosterdError('OPERATION_AMBIGUOUS', { why })
}

/** The fields of a choice, as an address or the hidden fields of a form have them. What is as it is without saying is not said. */
export function pairsOf(choice: Choice, without: readonly string[] = []): [string, string][] {
  const { whom, except, expires, role, pin, reason } = choice
  const flag = (name: string, on: boolean): [string, string][] => (on ? [[name, '1']] : [])
  const word = (name: string, text: string): [string, string][] => (text === '' ? [] : [[name, text]])
  const all: [string, string][] = [
    ...(whom?.kind === 'members' ? word('who', pack(whom.ids)) : []),
    ...(whom?.kind === 'all' ? [['all', '1'] as [string, string], ...word('filter', whom.filter)] : []),
    ...(whom?.kind === 'upload' ? word('upload', showId('snp', whom.id)) : []),
    ...flag('browse', choice.browse),
    ...word('without', pack(except)),
    ...choice.products.map((key): [string, string] => ['product', key]),
    ...flag('every', choice.every),
    ...word('expires', expires),
    ...word('role', role === 'member' ? '' : role),
    ...flag('wait', choice.wait),
    ...flag('first', choice.revokeFirst),
    ...word('pin', pin === 'days' ? '' : pin),
    ...word('reason', reason),
    ...flag('quiet', choice.quiet),
  ]
  return all.filter(([name]) => !without.includes(name))
}

/** A path with the choice behind it. */
export function withChoice(path: string, choice: Choice, more: Record<string, string> = {}): string {
  const query = new URLSearchParams([...pairsOf(choice), ...Object.entries(more).filter(([, value]) => value !== '')])
  return query.size === 0 ? path : `${path}?${query}`
}
