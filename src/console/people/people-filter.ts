/** What the list of people is asked for: read from an address, written as the filter that chooses everybody whom it finds. */
import type { MemberState, Role } from '../../reconcile/model.ts'
import { fold } from '../../reconcile/normalise.ts'
import type { MemberChoice, MemberFilter, MemberOrder } from '../../store/member-list.ts'

/** What of the address of the list says who is found. */
export const FILTERS: readonly string[] = ['q', 'state', 'role', 'product', 'source', 'leaving']

export const PEOPLE_STATES = ['invited', 'active', 'suspended', 'removed'] as const
const ROLES = ['member', 'admin', 'owner'] as const

/** Who is here: everybody but those who were removed. */
const HERE: readonly MemberState[] = ['invited', 'active', 'suspended']
const ORDERS: Record<string, MemberOrder> = {
  email: 'address',
  '-email': 'address_down',
  invited: 'oldest',
  '-invited': 'newest',
}

/** The filter that finds everybody who is here. */
export const EVERYBODY = 'id pr'

type Filter = MemberChoice & Pick<MemberFilter, 'order'>

/** What cannot be read counts as not asked for: an address may be old, or typed. */
export function readPeopleFilter(query: URLSearchParams): Filter {
  const given = (name: string) => {
    const text = (query.get(name) ?? '').trim()
    return text === '' || text.length > 200 || text.includes('\0') || !text.isWellFormed() ? undefined : text
  }
  const q = given('q')
  const state = PEOPLE_STATES.find((one) => one === given('state'))
  const role: Role | undefined = ROLES.find((one) => one === given('role'))
  return {
    states: state === undefined ? HERE : [state],
    search: q === undefined ? null : { typed: q, key: fold(q) },
    role,
    product: given('product'),
    source: given('source'),
    leaving: given('leaving') === '1',
    order: ORDERS[query.get('sort') ?? ''] ?? 'address',
  }
}

/**
 * The same people in the words of filters over members (RFC 7644 §3.4.2.2), for an operation on all of them; null where they cannot be
 * said so.
 */
export function whereOfPeople({ states, search, role, product, source, leaving }: Filter): string | null {
  if (leaving === true || states.includes('removed')) return null
  const text = search === null ? '' : JSON.stringify(search.typed)
  const said = [
    states.length === 1 ? `state eq ${JSON.stringify(states[0])}` : '',
    role === undefined ? '' : `role eq ${JSON.stringify(role)}`,
    product === undefined ? '' : `products.value eq ${JSON.stringify(product)}`,
    source === undefined ? '' : `sources.value eq ${JSON.stringify(source)}`,
    search === null
      ? ''
      : `(emails.value co ${text} or userName co ${text} or name.formatted co ${text} or displayName co ${text})`,
  ].filter((part) => part !== '')
  return said.length === 0 ? EVERYBODY : said.join(' and ')
}
