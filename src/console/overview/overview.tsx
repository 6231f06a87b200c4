/** The overview: how the organization stands in one sentence, and the few things that ask for somebody. */
import { count } from '../../reconcile/amount.ts'
import { needs } from '../../reconcile/review.ts'
import { countOpenDecisions, endingTokens, openFailures, soonLeaving } from '../../store/overview.ts'
import { listPlans, type PlanRow } from '../../store/plans.ts'
import { listProductSeats, type ProductListRow } from '../../store/product-list.ts'
import { listSnapshots, type SnapshotListRow } from '../../store/snapshot-list.ts'
import type { Door } from '../door.ts'
import { useAddress } from '../here.ts'
import { Day } from '../parts/moment.tsx'
import { planPath } from '../plans/plan.ts'
import { page } from '../route.ts'
import { type SourceFacts, sourceFacts, sourcePath } from '../sources/facts.ts'
import { filePath } from '../sources/files.tsx'
import { Failures, LastPlans, Leaving, Seats, Sources, WaitingForYou } from './cards.tsx'

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

interface Standing {
  sources: SourceFacts[]
  waiting: PlanRow[]
  stopped: SnapshotListRow[]
  decisions: number
  live: ProductListRow[]
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

/** Only what cannot wait: a refusal, a source that is silent, a credential that ends. */
function Alarms({
  sources,
  waiting,
  stopped,
  tokens,
}: Pick<Standing, 'sources' | 'waiting' | 'stopped'> & {
  tokens: { source: string; sourceName: string; expiresAt: Date }[]
}) {
  const at = useAddress()
  const alarms = [
    ...waiting
      .filter(({ findings }) => needs(findings) === 'refused')
      .map((plan) => ({
        text: `A guard refuses a plan: ${plan.headline}. Nothing of it was done.`,
        href: planPath(plan.id),
        name: 'Look at it',
      })),
    ...stopped
      .filter(({ state }) => state === 'refused')
      .map((file) => ({
        text: `A guard refused the file ${file.file} of ${file.sourceName}. Nothing of it was used.`,
        href: filePath(file),
        name: 'Look at it',
      })),
    ...sources
      .filter(({ silence }) => silence?.silent)
      .map(({ row }) => ({
        text: `${row.name} is silent: no file came when one was expected. Nobody loses anything by that.`,
        href: sourcePath(row.key),
        name: 'See its files',
      })),
  ]
  if (alarms.length === 0 && tokens.length === 0) return null
  return (
    <ul class="alarms">
      {alarms.map(({ text, href, name }) => (
        <li>
          {text} <a href={at(href)}>{name}</a>
        </li>
      ))}
      {tokens.map(({ source, sourceName, expiresAt }) => (
        <li>
          {`The last token of ${sourceName} ends on `}
          <Day at={expiresAt} />
          {'. Then nothing comes in any more. '}
          <a href={at(sourcePath(source))}>Make a new one</a>
        </li>
      ))}
    </ul>
  )
}
