/**
 * Comparing with the sources because somebody presses a button: it is about everybody, whatever page the button stands on. Whoever would
 * lose what they did with a plan that waits is asked first, and what came of it is said as it is.
 */
import { count } from '../../reconcile/amount.ts'
import { consentEnds } from '../../reconcile/consent.ts'
import { readId, showId } from '../../reconcile/identifiers.ts'
import { listSources } from '../../store/organizations.ts'
import { listPlans, type PlanRow, readPlan } from '../../store/plans.ts'
import { isLive } from '../../sync/go-live.ts'
import { propose } from '../../sync/propose.ts'
import type { Door } from '../door.ts'
import { Confirm } from '../parts/confirm.tsx'
import { type Asked, type AskedToDo, action, type Go, page } from '../route.ts'
import { CRUMBS, phaseOf, planPath, stateText } from './plan.ts'

export const NOTHING = 'Everybody is as the sources want them, or waits for something.'

/** What a button that compares says of itself. */
export const COMPARES =
  'Compares everybody with what all sources say now. Plans of sources that wait are replaced by what is true then; what a source may do without approval starts at once.'

export function compareRoutes(door: Door): void {
  page(door, { path: '/plans/propose', role: 'operator' }, async (asked) => {
    const { query } = asked
    const { to, back } = placeOf(query)
    const [worked, own] = [await workedPlans(asked), await ownSources(asked)]
    return {
      title: 'Compare with the sources now',
      place: 'plans',
      crumbs: CRUMBS,
      body: (
        <Confirm
          to={to}
          back={back}
          does="Compare now"
          tone={worked.length > 0 ? 'danger' : 'primary'}
          follows={[
            'Everybody is compared with what all sources say now, and a new plan shows what differs.',
            ...worked.map(lostText),
            own.length > 0
              ? `What ${own.join(', ')} may do without approval starts at once, where no guard stops it.`
              : 'Nothing of it happens before somebody approves it.',
          ]}
        >
          {worked.map(({ id }) => (
            <input type="hidden" name="replaces" value={showId('pln', id)} />
          ))}
        </Confirm>
      ),
    }
  })

  action(door, { path: '/plans/propose', role: 'operator' }, async (asked) => {
    const compared = await compareNow(asked, '')
    if ('go' in compared) return compared
    const { plans, said } = compared
    const [only] = plans
    const one = plans.length === 1 && only !== undefined
    const text = [plans.length === 0 ? `Compared. ${NOTHING}` : 'Compared.', ...said].join(' ')
    return { go: asked.at(one ? planPath(only.id) : '/plans'), notice: { kind: 'note', text } }
  })
}

interface Compared {
  /** Plans that show what differs, as they are now. */
  plans: PlanRow[]
  /** Sentences: what became of each of them, and which plans gave way. */
  said: string[]
}

/**
 * Compares, unless somebody's work would be lost that the form does not name: then it leads to the page that does.
 *
 * @param from query of that page, which says where it was asked: `?person=mem_7`, `?source=hr`
 */
export async function compareNow(asked: AskedToDo, from: string): Promise<Compared | Go> {
  const { parts, organization, actor, form, at } = asked
  const named = new Set(form.all('replaces'))
  if ((await workedPlans(asked)).some(({ id }) => !named.has(showId('pln', id))))
    return { go: at(`/plans/propose${from}`) }
  const waiting = await waitingPlans(asked)
  const proposed = await propose(parts, organization.id, { actor, because: 'person' })
  // A proposal stores four at most.
  const rows = await Promise.all(proposed.plans.map((id) => readPlan(parts.sql, organization.id, id)))
  const plans = rows.filter((row) => row !== null)
  const over = waiting.filter(({ id }) => !proposed.plans.includes(id)).map(({ id }) => showId('pln', id))
  const are = over.length === 1 ? 'is' : 'are'
  const ended = plans.length === 0 ? 'over: nothing of it is left to do' : 'replaced'
  return {
    plans,
    said: [...plans.map(becameText), ...(over.length === 0 ? [] : [`${over.join(', ')} ${are} ${ended}.`])],
  }
}

/** What somebody did with plans that wait, and would lose by anything that compares everybody: a sentence for each of these plans. */
export const lostByComparing = async (asked: Pick<Asked, 'parts' | 'organization'>): Promise<string[]> =>
  (await workedPlans(asked)).map(lostText)

/** Plans of the sync that wait, and that somebody has worked on: they left items out, or were the first of two to say that it is right. */
async function workedPlans(asked: Pick<Asked, 'parts' | 'organization'>): Promise<PlanRow[]> {
  const now = asked.parts.now().toISOString()
  return (await waitingPlans(asked)).filter(
    ({ leftOut, consent }) => leftOut > 0 || (consent !== null && consentEnds(consent) > now),
  )
}

function lostText({ id, headline, leftOut, consent }: PlanRow): string {
  const name = showId('pln', id)
  const lost = [
    leftOut > 0 &&
      `the ${count(leftOut, 'item')} that somebody left out of it ${leftOut === 1 ? 'comes' : 'come'} back in the new one`,
    consent !== null && `the word of ${consent.by} that it is right does not count for a new one`,
  ].filter((text) => text !== false)
  const when = leftOut > 0 ? 'is replaced' : 'is replaced where anything differs by now'
  return `${name} ${when} (${headline}): ${lost.join('; ')}.`
}

const MOST_WAITING = 100

const waitingPlans = ({ parts, organization }: Pick<Asked, 'parts' | 'organization'>): Promise<PlanRow[]> =>
  listPlans(parts.sql, organization.id, { states: ['awaiting_approval'], lane: 'sync', limit: MOST_WAITING })

/** Names of the sources whose policy may approve anything. */
async function ownSources({ parts, organization }: Asked): Promise<string[]> {
  const sources = await listSources(parts.sql, organization.id)
  const may = (approval: string) => approval === 'within_limits' || approval === 'additive_auto'
  return sources.filter((one) => one.connected && isLive(one) && may(one.approval)).map(({ name }) => name)
}

/** `pln_7 waits for approval.` */
function becameText(row: PlanRow): string {
  const name = showId('pln', row.id)
  if (row.state === 'awaiting_approval') return `${name} waits for approval.`
  if (row.state === 'draft') return `${name} is only shown, and never applied.`
  const by = row.approvedBy === null ? '' : `, approved by ${row.approvedBy}`
  return phaseOf(row) === 'review' ? `${name} is ${stateText(row)}.` : `${name} started at once${by}.`
}

/** Where it was asked, and where its form goes; what is no name of anything leads to the plans. */
function placeOf(query: URLSearchParams): { to: string; back: string } {
  const [person, source] = [readId('mem', query.get('person') ?? ''), query.get('source') ?? '']
  if (person !== null) {
    const back = `/people/${showId('mem', person)}`
    return { to: `${back}/check`, back }
  }
  const setup = `/sources/${encodeURIComponent(source)}/setup`
  return source === '' ? { to: '/plans/propose', back: '/plans' } : { to: `${setup}/compare`, back: setup }
}
