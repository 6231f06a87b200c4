/** What a source would do, as the plan that shows it says in short. */
import { count } from '../../reconcile/amount.ts'
import type { PlanState } from '../../reconcile/model.ts'
import { listPlans, type PlanRow } from '../../store/plans.ts'
import { useAddress, useMay } from '../here.ts'
import { Form } from '../parts/form.tsx'
import { Ago } from '../parts/moment.tsx'
import { Pill } from '../parts/pill.tsx'
import { PlanPill } from '../parts/plan-pill.tsx'
import { COMPARES } from '../plans/comparing.tsx'
import { headlineOf, planPath } from '../plans/plan.ts'
import type { Asked } from '../route.ts'
import { sourcePath } from './facts.ts'

/** The newest plan of the sync in which this source has a part and that is in one of these states; null where there is none. */
export async function newestPlan(
  { parts, organization }: Pick<Asked, 'parts' | 'organization'>,
  source: number,
  states?: PlanState[],
): Promise<PlanRow | null> {
  const [plan] = await listPlans(parts.sql, organization.id, { lane: 'sync', source, states, limit: 1 })
  return plan ?? null
}

/** The one that only shows what a source that is not live would do. */
export const shownPlan = (asked: Pick<Asked, 'parts' | 'organization'>, source: number): Promise<PlanRow | null> =>
  newestPlan(asked, source, ['draft'])

/** @param none what is said where there is no plan */
export function PlanInShort({ plan, none, source }: { plan: PlanRow | null; none: string; source: string }) {
  const at = useAddress()
  const may = useMay()
  return (
    <section class="card" aria-labelledby="plan-title">
      {plan === null ? (
        <>
          <h2 id="plan-title">No plan</h2>
          <p class="hint">{none}</p>
        </>
      ) : (
        <>
          <h2 id="plan-title">{headlineOf(plan)}</h2>
          <p class="states">
            <PlanPill plan={plan} />
            <span class="beneath">
              {`${count(plan.items, 'item')}, compared `}
              <Ago at={plan.createdAt} />
            </span>
          </p>
          <Said plan={plan} />
        </>
      )}
      <div class="buttons start">
        {plan !== null && (
          <a class="button" href={at(planPath(plan.id))}>
            Look at every item
          </a>
        )}
        {may('operator') && (
          <Form to={at(sourcePath(source, '/setup/compare'))}>
            <button type="submit" title={COMPARES}>
              {plan === null ? 'Compare now' : 'Compare again'}
            </button>
          </Form>
        )}
      </div>
    </section>
  )
}

/** What guards and seats say of it. */
function Said({ plan: { findings, seats } }: { plan: PlanRow }) {
  const stopped = findings.filter(({ verdict }) => verdict !== 'pass')
  const notes = findings.filter(({ verdict, guard }) => verdict === 'pass' && !/^G\d/.test(guard))
  const short = seats.filter(({ waiting }) => waiting > 0)
  return (
    <ul class="said">
      {stopped.map(({ verdict, message }) => (
        <li>
          <Pill tone={verdict === 'refuse' ? 'bad' : 'wait'}>{verdict === 'refuse' ? 'refused' : 'held'}</Pill>{' '}
          <span>{message}</span>
        </li>
      ))}
      {stopped.length === 0 && (
        <li>
          <Pill tone="good">pass</Pill> <span>No guard stops at anything of it.</span>
        </li>
      )}
      {notes.map(({ message }) => (
        <li>
          <Pill>note</Pill> <span>{message}</span>
        </li>
      ))}
      {short.map(({ name, waiting }) => (
        <li>
          <Pill tone="wait">seats</Pill>{' '}
          <span>{`${count(waiting, 'person waits', 'people wait')} for a seat of ${name}.`}</span>
        </li>
      ))}
    </ul>
  )
}
