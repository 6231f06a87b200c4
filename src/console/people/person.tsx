/** One person: who they are, what they hold and why, what sources and people have said of them, and what became of it. */
import { z } from 'zod'
import { RosterdError } from '../../errors.ts'
import { readId, showId } from '../../reconcile/identifiers.ts'
import { PIN_KINDS, type PinKind } from '../../reconcile/pinned.ts'
import { type MemberListRow, readMember } from '../../store/member-list.ts'
import { findMember } from '../../store/members.ts'
import { listProducts } from '../../store/organizations.ts'
import { personHistory } from '../../store/person-history.ts'
import { isProtected, readReasons, readSights, readWaitsOf } from '../../store/person-page.ts'
import { listPins } from '../../store/pin-list.ts'
import { lift } from '../../sync/pin-ends.ts'
import { cut, readCursor } from '../cursor.ts'
import type { Door } from '../door.ts'
import { useAddress, useHere, useMay } from '../here.ts'
import { Form } from '../parts/form.tsx'
import { Menu } from '../parts/menu.tsx'
import { Moment } from '../parts/moment.tsx'
import { type Asked, action, page } from '../route.ts'
import { personName, State } from './people-columns.tsx'
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
    const [reasons, open, waits, pins, sights, protectedOne] = await Promise.all([
      readReasons(sql, organization.id, of),
      personHistory(sql, organization.id, of, { open: true, before: null, limit: 100 }),
      readWaitsOf(sql, organization.id, of),
      listPins(sql, organization.id, { kind: null, emailKey: null, of, after: null, limit: 100 }),
      readSights(sql, organization.id, of),
      isProtected(sql, organization.id, of),
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
            <About row={row} />
            <PersonPins row={row} pins={pins} />
            <PersonSights row={row} sights={sights} waits={waits} />
          </aside>
        </div>
      ),
    }
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

/** @throws RosterdError MEMBER_NOT_FOUND */
async function memberOf({ parts, organization, param }: Asked<'member'>): Promise<MemberListRow> {
  const id = readId('mem', param('member'))
  const row = id === null ? null : await readMember(parts.sql, organization.id, id, parts.now())
  if (row === null) throw new RosterdError('MEMBER_NOT_FOUND', { id: param('member') })
  return row
}

/** The same as with a selection of one. */
function Actions({ row }: { row: MemberListRow }) {
  const { offers } = useHere()
  const at = useAddress()
  const may = useMay()
  if (!may('operator') || !offers('/bulk/:verb') || row.state === 'removed') return null
  return (
    <Form to={at('/bulk/assign')} kind="row-of-buttons">
      <input type="hidden" name="member" value={showId('mem', row.id)} />
      <button type="submit">Assign products</button>
      <Menu label="More" title="More actions" end>
        {row.assignments.length > 0 && (
          <button type="submit" formaction={at('/bulk/revoke')}>
            Revoke products
          </button>
        )}
        <button type="submit" formaction={at('/bulk/remove')}>
          Remove user
        </button>
      </Menu>
    </Form>
  )
}

function About({ row }: { row: MemberListRow }) {
  const days: [string, Date | null][] = [
    ['Invited', row.invitedAt],
    ['Accepted', row.acceptedAt],
    ['Suspended', row.suspendedAt],
    ['Removed', row.removedAt],
  ]
  return (
    <section class="card" aria-labelledby="about-title">
      <h2 id="about-title">About</h2>
      <dl class="about">
        <dt>Role</dt>
        <dd>{row.role}</dd>
        {row.userName !== null && row.userName !== row.email && (
          <>
            <dt>User name</dt>
            <dd>{row.userName}</dd>
          </>
        )}
        {row.language !== null && (
          <>
            <dt>Language</dt>
            <dd>{row.language}</dd>
          </>
        )}
        {days.map(
          ([name, at]) =>
            at !== null && (
              <>
                <dt>{name}</dt>
                <dd>
                  <Moment at={at} />
                </dd>
              </>
            ),
        )}
        <dt>Id</dt>
        <dd>
          <code>{showId('mem', row.id)}</code>
        </dd>
      </dl>
    </section>
  )
}
