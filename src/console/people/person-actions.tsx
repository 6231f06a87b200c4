/** What can be done with one person: the same as with a selection of one, and a look at what their sources say now. */
import { showId } from '../../reconcile/identifiers.ts'
import type { MemberListRow } from '../../store/member-list.ts'
import { pack } from '../bulk/packed.ts'
import { useAddress, useHere, useMay } from '../here.ts'
import { Form } from '../parts/form.tsx'
import { Menu } from '../parts/menu.tsx'
import { COMPARES } from '../plans/comparing.tsx'

type Lasting = 'assign' | 'revoke' | 'remove'

/** A bulk operation on one person, with what sources may not undo chosen already: a path below the organization. */
function lastingPath(verb: Lasting, member: number, product?: string): string {
  const query = new URLSearchParams({ who: pack([member]) })
  if (product !== undefined) query.set('product', product)
  if (verb !== 'assign') query.set('pin', 'always')
  return `/bulk/${verb}/${product === undefined ? 'users' : 'products'}?${query}`
}

export function Actions({ row }: { row: MemberListRow }) {
  const { offers } = useHere()
  const at = useAddress()
  const may = useMay()
  if (!may('operator') || !offers('/bulk/:verb')) return null
  const member = showId('mem', row.id)
  const gone = row.state === 'removed'
  return (
    <>
      <Form to={at(`/people/${member}/check`)}>
        <button type="submit" title={COMPARES}>
          Check now
        </button>
      </Form>
      {!gone && (
        <Form to={at('/bulk/assign')} kind="row-of-buttons">
          <input type="hidden" name="member" value={member} />
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
            <a href={at(lastingPath('remove', row.id))}>Remove and keep out</a>
          </Menu>
        </Form>
      )}
    </>
  )
}

/** What people can say of one product against sources. */
export function ProductActions({
  member,
  product,
  name,
  held,
  byHand,
}: {
  member: number
  product: string
  name: string
  held: boolean
  byHand: boolean
}) {
  const { offers } = useHere()
  const at = useAddress()
  const may = useMay()
  if (!may('operator') || !offers('/bulk/:verb')) return null
  const keep = held ? 'Keep whatever sources say' : 'Assign by hand'
  return (
    <div class="turns">
      {!byHand && (
        <a href={at(lastingPath('assign', member, product))} aria-label={`${keep}: ${name}`}>
          {keep}
        </a>
      )}
      {held && (
        <a href={at(lastingPath('revoke', member, product))} aria-label={`Revoke and keep away: ${name}`}>
          Revoke and keep away
        </a>
      )}
    </div>
  )
}
