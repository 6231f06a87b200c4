/** Before the access of somebody ends from whom no source takes anything: what they hold, and that the answer stands. */
import { RosterdError } from '../errors.ts'
import { count } from '../reconcile/amount.ts'
import { readId, showId } from '../reconcile/identifiers.ts'
import { type DecisionListRow, listDecisions } from '../store/decision-list.ts'
import { readAssignments } from '../store/members.ts'
import { listProducts } from '../store/organizations.ts'
import { whoText } from './decisions.tsx'
import type { Door } from './door.ts'
import { Confirm } from './parts/confirm.tsx'
import { lostByComparing } from './plans/comparing.tsx'
import { type Asked, page } from './route.ts'

const MOST_NAMED = 10

export function decisionEndRoutes(door: Door): void {
  page(door, { path: '/decisions/:decision/end', role: 'admin' }, async (asked) => {
    const row = await decisionOf(asked)
    // Somebody else has answered, or it is another question.
    if (row.state !== 'open' || row.kind !== 'gone') return asked.c.redirect(asked.at('/decisions'), 303)
    const products = await productsOf(asked, row.person.personId)
    const who = whoText(row.person)
    return {
      title: 'Their access ends',
      place: 'overview',
      crumbs: [
        ['Overview', '/overview'],
        ['Questions', '/decisions'],
      ],
      body: (
        <Confirm
          to={`/decisions/${showId('dec', row.id)}`}
          back="/decisions"
          does="Their access ends"
          follows={[
            `${who} loses what anybody would lose who has left: their products, their access, and in the end their membership.`,
            row.why,
            heldText(products),
            'A plan does it: it waits for approval, or starts at once where its source may act without.',
            ...(await lostByComparing(asked)),
            'This answer cannot be changed. It counts until their source has them back.',
          ]}
        >
          <input type="hidden" name="choice" value="end_access" />
        </Confirm>
      ),
    }
  })
}

function heldText(products: string[]): string {
  if (products.length === 0) return 'They hold no product.'
  const rest = products.length - MOST_NAMED
  const named = products.slice(0, MOST_NAMED).join(', ')
  return `They hold ${count(products.length, 'product')}: ${named}${rest > 0 ? ` and ${rest} more` : ''}.`
}

/** Names of what they hold. */
async function productsOf({ parts, organization }: Asked<'decision'>, person: number): Promise<string[]> {
  const [held, all] = await Promise.all([
    readAssignments(parts.sql, organization.id, [person]),
    listProducts(parts.sql, organization.id),
  ])
  return held.flatMap(({ productId }) => all.find(({ id }) => id === productId)?.name ?? [])
}

/** @throws RosterdError DECISION_NOT_FOUND */
async function decisionOf({ parts, organization, param }: Asked<'decision'>): Promise<DecisionListRow> {
  const id = readId('dec', param('decision'))
  const filter = { states: ['open' as const, 'decided' as const], id, before: null, limit: 1 }
  const [row] = id === null ? [] : await listDecisions(parts.sql, organization.id, filter)
  if (row === undefined) throw new RosterdError('DECISION_NOT_FOUND', { id: param('decision') })
  return row
}
