/** Plans, files and questions that wait for somebody, what failed lately, and the last plans. */
import { count, number } from '../../reconcile/amount.ts'
import { showId } from '../../reconcile/identifiers.ts'
import type { FailureCount } from '../../store/overview.ts'
import type { PlanRow } from '../../store/plans.ts'
import type { SnapshotListRow } from '../../store/snapshot-list.ts'
import { useAddress, useHere } from '../here.ts'
import { Ago } from '../parts/moment.tsx'
import { Pill } from '../parts/pill.tsx'
import { PlanPill } from '../parts/plan-pill.tsx'
import { headlineOf, planPath } from '../plans/plan.ts'
import { filePath } from '../sources/files.tsx'
import { Card } from './card.tsx'

export function WaitingForYou({
  plans,
  files,
  decisions,
  most,
  shown,
}: {
  plans: PlanRow[]
  files: SnapshotListRow[]
  decisions: number
  most: number
  shown: number
}) {
  const at = useAddress()
  const { offers } = useHere()
  const asked =
    decisions > most - 1
      ? `More than ${number(most - 1)} questions wait`
      : count(decisions, 'question waits', 'questions wait')
  return (
    <Card title="Waiting for you" more={['All plans', '/plans']}>
      {plans.length === 0 && files.length === 0 && decisions === 0 && <p class="beneath">Nothing. All is decided.</p>}
      <ul class="lines">
        {plans.slice(0, shown).map((plan) => (
          <li>
            <span>
              <a href={at(planPath(plan.id))}>{plan.headline}</a>
              <span class="beneath">
                {`${showId('pln', plan.id)}, valid until `}
                <Ago at={plan.expiresAt} />
              </span>
            </span>
            <PlanPill plan={plan} />
          </li>
        ))}
        {files.map((file) => (
          <li>
            <span>
              <a href={at(filePath(file))}>{file.file}</a>
              <span class="beneath">
                {`file of ${file.sourceName}, `}
                <Ago at={file.at} />
              </span>
            </span>
            <Pill tone={file.state === 'refused' ? 'bad' : 'wait'}>{file.state}</Pill>
          </li>
        ))}
        {decisions > 0 && (
          <li>
            {offers('/decisions') ? (
              <a href={at('/decisions')}>{`${asked} for an answer`}</a>
            ) : (
              `${asked} for an answer`
            )}
          </li>
        )}
      </ul>
    </Card>
  )
}

export function Failures({ failures }: { failures: FailureCount[] }) {
  const at = useAddress()
  return (
    <Card title="Failures">
      {failures.length === 0 && <p class="beneath">None in the last plans.</p>}
      <ul class="lines">
        {failures.slice(0, 8).map(({ code, items, planId }) => (
          <li>
            <span>
              <a href={at(planPath(planId, code === null ? '?show=failed' : `?show=failed&code=${code}`))}>
                {code === null ? 'Some of a large plan' : <code>{code}</code>}
              </a>
              <span class="beneath">{`in ${showId('pln', planId)}`}</span>
            </span>
            <b class="number">{code === null ? `of ${number(items)}` : number(items)}</b>
          </li>
        ))}
      </ul>
    </Card>
  )
}

export function LastPlans({ plans }: { plans: PlanRow[] }) {
  const at = useAddress()
  return (
    <Card title="Last plans" more={['All plans', '/plans']}>
      {plans.length === 0 && <p class="beneath">None was approved yet.</p>}
      <ul class="lines">
        {plans.map((plan) => (
          <li>
            <span>
              <a href={at(planPath(plan.id))}>{headlineOf(plan)}</a>
              <span class="beneath">
                {plan.approvedBy === null ? '' : `approved by ${plan.approvedBy}, `}
                <Ago at={plan.finishedAt ?? plan.startedAt ?? plan.createdAt} />
              </span>
            </span>
            <PlanPill plan={plan} />
          </li>
        ))}
      </ul>
    </Card>
  )
}
