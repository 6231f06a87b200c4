/** A plan while it runs: how far it is, what was done last, and the button that stops the rest. Nobody has to stay. */
import { count, number } from '../../reconcile/amount.ts'
import { showId } from '../../reconcile/identifiers.ts'
import { changeWords, stateWords } from '../../reconcile/item-words.ts'
import { failureFiles } from '../../store/failures.ts'
import { lastItems } from '../../store/plan-people.ts'
import { type PlanRow, progress } from '../../store/plans.ts'
import type { Door } from '../door.ts'
import { useAddress, useMay } from '../here.ts'
import { live } from '../live.tsx'
import { StateBar } from '../parts/chart-states.tsx'
import { Form } from '../parts/form.tsx'
import { type Asked, page } from '../route.ts'
import type { Screen } from '../screen.ts'
import { cancelWords } from './ask-first.tsx'
import { PlanHead } from './head.tsx'
import { personOf } from './item-cells.tsx'
import { CRUMBS, phaseOf, planOf, planPath, sourceNames } from './plan.ts'

const LAST = 8
/** A rate is told once there is something to tell it from. */
const LEAST_SECONDS = 3

export function planProgressRoutes(door: Door): void {
  page(door, { path: '/plans/:plan/live', role: 'viewer' }, async (asked) =>
    live(asked, async () => {
      const row = await planOf(asked)
      return { parts: <Numbers {...(await numbersOf(asked, row))} />, ended: phaseOf(row) !== 'running' }
    }),
  )
}

export async function progressScreen(asked: Asked<'plan'>, row: PlanRow): Promise<Screen> {
  const { parts, organization, at } = asked
  const [names, files, numbers] = [
    await sourceNames(asked),
    await failureFiles(parts.sql, organization.id, row.id),
    await numbersOf(asked, row),
  ]
  const waits = row.startedAt === null
  return {
    title: `Plan ${showId('pln', row.id)}`,
    place: 'plans',
    crumbs: CRUMBS,
    refresh: 3,
    aside: <Actions row={row} />,
    body: (
      <>
        <PlanHead row={row} names={names} files={files} />
        <div data-live={at(planPath(row.id, '/live'))}>
          <Numbers {...numbers} />
        </div>
        <p class="hint progress-note">
          {waits
            ? 'It waits for somebody to start it.'
            : 'It goes on by itself: you may close this page, and you get a mail when it has ended.'}
        </p>
      </>
    ),
  }
}

function Actions({ row }: { row: PlanRow }) {
  const { id, startedAt, state } = row
  const at = useAddress()
  const may = useMay()
  if (!may('operator')) return null
  return (
    <>
      <a class="button danger" href={at(planPath(id, '/cancel'))}>
        {`${cancelWords(row)}…`}
      </a>
      {startedAt === null && state === 'approved' && (
        <Form to={at(planPath(id, '/start'))}>
          <button type="submit" class="primary">
            Start it
          </button>
        </Form>
      )}
    </>
  )
}

interface NumbersProps {
  row: PlanRow
  items: number
  states: Record<string, number>
  last: Awaited<ReturnType<typeof lastItems>>
  now: Date
}

async function numbersOf({ parts, organization }: Asked<'plan'>, row: PlanRow): Promise<NumbersProps> {
  const { items, states } = await progress(parts.sql, organization.id, row.id)
  return { row, items, states, last: await lastItems(parts.sql, organization.id, row.id, LAST), now: parts.now() }
}

function Numbers({ row, items, states, last, now }: NumbersProps) {
  const pending = states['pending'] ?? 0
  return (
    <div id="plan-progress" class="card progress">
      <p class="figure" role="status">
        {`${number(items - pending)} of ${count(items, 'item')}`}
      </p>
      <StateBar states={states} />
      <p class="beneath">{rateText(row, items - pending - row.leftOut, pending, now)}</p>
      {last.length > 0 && <h2>Last done</h2>}
      <ol class="last-items">
        {last.map((item) => (
          <li>
            <span>{stateWords(item.state)}</span>
            {` ${changeWords(item)}${item.productName === null ? '' : ` ${item.productName}`} · ${personOf(item)}`}
          </li>
        ))}
      </ol>
    </div>
  )
}

/** `12,000 items a minute; about 3 minutes left.` */
function rateText({ startedAt, state }: PlanRow, done: number, pending: number, now: Date): string {
  if (startedAt === null) return 'Not started yet.'
  const seconds = (now.getTime() - startedAt.getTime()) / 1_000
  if (state === 'approved' && done === 0) return 'It waits for its turn.'
  if (done === 0 || seconds < LEAST_SECONDS) return 'It has just begun.'
  const minutes = Math.ceil((pending * seconds) / done / 60)
  const left =
    pending === 0
      ? 'nothing is left to do'
      : minutes <= 1
        ? 'less than a minute left'
        : `about ${count(minutes, 'minute')} left`
  return `${number(Math.max(1, Math.round((done * 60) / seconds)))} items a minute; ${left}.`
}
