/** The overview: how the organization stands in one sentence, and the few things that ask for somebody. */
import { count } from '../../reconcile/amount.ts'
import { needs } from '../../reconcile/review.ts'
import { countOpenDecisions, endingTokens, openFailures, soonLeaving } from '../../store/overview.ts'
import { listPlans } from '../../store/plans.ts'
import { listProductSeats } from '../../store/product-list.ts'
import { listSnapshots } from '../../store/snapshot-list.ts'
import type { Door } from '../door.ts'
import { page } from '../route.ts'
import { sourceFacts } from '../sources/facts.ts'
import { Alarms, type Standing } from './alarms.tsx'
import { Leaving, Seats, Sources } from './card-people.tsx'
import { Failures, LastPlans, WaitingForYou } from './card-plans.tsx'

const SHOWN = 6
const MOST_COUNTED = 1_000
/** A token that ends so soon is replaced now. */
const TOKEN_DAYS = 14
const DAY_MS = 86_400_000

export function overviewRoutes(door: Door): void {
  page(door, { path: '/overview', role: 'viewer' }, async ({ parts, organization }) => {
    const { sql } = parts
    const { id } = organization
    const from = parts.now()
    const until = new Date(from.getTime() + TOKEN_DAYS * DAY_MS)
    const [waiting, ended, stopped, decisions, sources, products, leaving, failures, tokens] = await Promise.all([
      listPlans(sql, id, { states: ['awaiting_approval'], limit: SHOWN + 1 }),
      listPlans(sql, id, {
        states: ['applied', 'partially_failed', 'failed', 'applying', 'approved', 'cancelled'],
        limit: SHOWN,
      }),
      listSnapshots(sql, id, { states: ['held', 'refused'], source: null, before: null, limit: SHOWN }),
      countOpenDecisions(sql, id, MOST_COUNTED),
      sourceFacts(parts, id),
      listProductSeats(sql, id, from),
      soonLeaving(sql, id, SHOWN),
      openFailures(sql, id),
      endingTokens(sql, id, { from, until }),
    ])
    const live = products.filter(({ retired }) => !retired)
    return {
      title: 'Overview',
      place: 'overview',
      body: (
        <>
          <p class="sentence">{sentenceOf({ sources, waiting, stopped, decisions, live })}</p>
          <Alarms sources={sources} waiting={waiting} stopped={stopped} tokens={tokens} />
          <div class="cards">
            <div>
              <WaitingForYou plans={waiting} files={stopped} decisions={decisions} most={MOST_COUNTED} shown={SHOWN} />
              <LastPlans plans={ended} />
            </div>
            <div>
              <Seats products={live} />
              <Sources sources={sources} />
              <Failures failures={failures} />
              <Leaving {...leaving} />
            </div>
          </div>
        </>
      ),
    }
  })
}

/** `In step with 2 of 3 sources. 1 plan waits for you (1 held by guards). 3 people wait for a seat of CAD Pro.` */
function sentenceOf({ sources, waiting, stopped, decisions, live }: Standing): string {
  const connected = sources.filter(({ row }) => row.connected)
  const inStep = connected.filter(({ health }) => health.inStep).length
  const held = waiting.filter(({ findings }) => needs(findings) !== 'pass').length
  const short = live.filter((product) => product.waiting > 0)
  const people = short.reduce((sum, product) => sum + product.waiting, 0)
  const more = waiting.length > SHOWN
  const told = [
    connected.length === 0
      ? 'No source is connected.'
      : `In step with ${inStep} of ${count(connected.length, 'source')}.`,
    waiting.length === 0
      ? 'No plan waits for you.'
      : `${more ? `More than ${SHOWN} plans wait` : count(waiting.length, 'plan waits', 'plans wait')} for you${held > 0 ? ` (${held} held by guards)` : ''}.`,
    stopped.length === 0 ? '' : `${count(stopped.length, 'file waits', 'files wait')} for a decision.`,
    decisions === 0 ? '' : `${count(decisions, 'question waits', 'questions wait')} for an answer.`,
    people === 0
      ? 'Nobody waits for a seat.'
      : `${count(people, 'person waits', 'people wait')} for a seat of ${short.map(({ name }) => name).join(', ')}.`,
  ]
  return told.filter((part) => part !== '').join(' ')
}
