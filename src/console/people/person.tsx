/** One person: who they are, what they hold and why, what sources and people have said of them, and what became of it. */
import { z } from 'zod'
import { RosterdError } from '../../errors.ts'
import { readId } from '../../reconcile/identifiers.ts'
import { type MemberListRow, readMember } from '../../store/member-list.ts'
import { personHistory } from '../../store/person-history.ts'
import { isProtected, readInvitedBy, readReasons, readSights, readWaitsOf } from '../../store/person-page.ts'
import { listPins } from '../../store/pin-list.ts'
import { cut, readCursor } from '../cursor.ts'
import type { Door } from '../door.ts'
import { type Asked, page } from '../route.ts'
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
}

/** @throws RosterdError MEMBER_NOT_FOUND */
export async function memberOf({ parts, organization, param }: Asked<'member'>): Promise<MemberListRow> {
  const id = readId('mem', param('member'))
  const row = id === null ? null : await readMember(parts.sql, organization.id, id, parts.now())
  if (row === null) throw new RosterdError('MEMBER_NOT_FOUND', { id: param('member') })
  return row
}
