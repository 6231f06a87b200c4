/** One person: who they are, what they hold and why, what sources and people have said of them, and what became of it. */
import { z } from 'zod'
import { RosterdError } from '../../errors.ts'
import { count } from '../../reconcile/amount.ts'
import { readId, showId } from '../../reconcile/identifiers.ts'
import { PIN_KINDS, type PinKind } from '../../reconcile/pinned.ts'
import { markDirty } from '../../store/dirty.ts'
import { type MemberListRow, readMember } from '../../store/member-list.ts'
import { findMember } from '../../store/members.ts'
import { listProducts } from '../../store/organizations.ts'
import { type HistoryRow, personHistory } from '../../store/person-history.ts'
import { isProtected, readInvitedBy, readReasons, readSights, readWaitsOf } from '../../store/person-page.ts'
import { listPins } from '../../store/pin-list.ts'
import { lift } from '../../sync/pin-ends.ts'
import { propose } from '../../sync/propose.ts'
import { cut, readCursor } from '../cursor.ts'
import type { Door } from '../door.ts'
import { type Asked, action, page } from '../route.ts'
import { personName, State } from './people-columns.tsx'
import { About } from './person-about.tsx'
import { Actions } from './person-actions.tsx'
import { PersonPins } from './person-pins.tsx'
import { PersonProducts } from './person-products.tsx'
import { PersonSights } from './person-sights.tsx'
import { PersonTimeline } from './person-timeline.tsx'

const PER_PAGE = 30
const place = z.object({ plan: z.int().positive(), number: z.int().min(0) })

export function personRoutes(door: Door): void {
  page(door, { path: '/people/:member', role: 'viewer' }, async (asked) => {
    const { parts, organization, query, part } = asked
    const { sql } = parts
    const row = await memberOf(asked)
    const of = row.personId
    const found = await personHistory(sql, organization.id, of, {
      open: false,
      before: readCursor(place, query.get('after')),
      limit: PER_PAGE + 1,
    })
    const history = cut(found, PER_PAGE, ({ planId, number }) => ({ plan: planId, number }))
    const title = personName(row)
    const timeline = <PersonTimeline {...history} row={row} />
    if (part === 'timeline') return { title, place: 'people', body: timeline }
    const [reasons, open, waits, pins, sights, protectedOne, invited] = await Promise.all([
      readReasons(sql, organization.id, of),
      personHistory(sql, organization.id, of, { open: true, before: null, limit: 100 }),
      readWaitsOf(sql, organization.id, of),
      listPins(sql, organization.id, { kind: null, emailKey: null, of, after: null, limit: 100 }),
      readSights(sql, organization.id, of),
      isProtected(sql, organization.id, of),
      readInvitedBy(sql, organization.id, of),
    ])
    return {
      title,
      place: 'people',
      crumbs: [['People', '']],
      lead: (
        <span class="under-title">
          {title !== row.email && <span>{row.email}</span>}
          <State row={row} shielded={protectedOne} />
        </span>
      ),
      aside: <Actions row={row} />,
      body: (
        <div class="split">
          <div>
            <PersonProducts row={row} reasons={reasons} open={open} waits={waits} />
            {timeline}
          </div>
          <aside aria-label="About this person">
            <About row={row} shielded={protectedOne} />
            <PersonPins row={row} pins={pins} />
            <PersonSights invited={invited} sights={sights} waits={waits} />
          </aside>
        </div>
      ),
    }
  })

  action(door, { path: '/people/:member/check', role: 'operator' }, async (asked) => {
    const { parts, organization, actor, param, at } = asked
    const { personId } = await memberOf(asked)
    await markDirty(parts.sql, organization.id, [personId])
    await propose(parts, organization.id, { actor, because: 'person' })
    const open = await personHistory(parts.sql, organization.id, personId, { open: true, before: null, limit: 100 })
    return { go: at(`/people/${param('member')}`), notice: { kind: 'note', text: checkedText(open) } }
  })

  action(door, { path: '/people/:member/lift', role: 'operator' }, async (asked) => {
    const { parts, organization, actor, form, param, at } = asked
    const member = readId('mem', param('member'))
    const found = member === null ? null : await findMember(parts.sql, organization.id, member)
    if (found === null) throw new RosterdError('MEMBER_NOT_FOUND', { id: param('member') })
    const kind: PinKind = form.one('kind', PIN_KINDS)
    const key = form.text('product')
    const product = (await listProducts(parts.sql, organization.id)).find((one) => one.key === key)?.id ?? 0
    if ((kind === 'exclude') !== (product === 0)) throw new RosterdError('PRODUCT_NOT_FOUND', { product: key })
    await lift(parts, organization.id, { person: found.personId, kind, product }, actor)
    const text = 'The pin is lifted: what sources say of them counts again, and the next plan shows what follows.'
    return { go: at(`/people/${param('member')}`), notice: { kind: 'done', text } }
  })
}

/** In short what a comparison would do with them, as pages say it. */
function checkedText(open: HistoryRow[]): string {
  const [first] = open
  if (first === undefined) return 'Checked: they are as their sources want them, or wait for a day or a seat.'
  return `Checked: ${count(open.length, 'change')} of theirs ${open.length === 1 ? 'stands' : 'stand'} in ${showId('pln', first.planId)}. Nothing is done before it is approved.`
}

/** @throws RosterdError MEMBER_NOT_FOUND */
export async function memberOf({ parts, organization, param }: Asked<'member'>): Promise<MemberListRow> {
  const id = readId('mem', param('member'))
  const row = id === null ? null : await readMember(parts.sql, organization.id, id, parts.now())
  if (row === null) throw new RosterdError('MEMBER_NOT_FOUND', { id: param('member') })
  return row
}
