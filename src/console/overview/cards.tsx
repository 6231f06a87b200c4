/** The cards of the overview. */
import type { PropsWithChildren } from 'hono/jsx'
import { count, number } from '../../reconcile/amount.ts'
import { showId } from '../../reconcile/identifiers.ts'
import { type FailureCount, type LeaverRow, MOST_LEAVERS } from '../../store/overview.ts'
import type { PlanRow } from '../../store/plans.ts'
import type { ProductListRow } from '../../store/product-list.ts'
import type { SnapshotListRow } from '../../store/snapshot-list.ts'
import { useAddress, useHere } from '../here.ts'
import { Sparkline } from '../parts/chart-rows.tsx'
import { SeatBar } from '../parts/chart-seats.tsx'
import { Ago, Day } from '../parts/moment.tsx'
import { Pill } from '../parts/pill.tsx'
import { PlanPill } from '../parts/plan-pill.tsx'
import { planPath } from '../plans/plan.ts'
import { Person } from '../products/people.tsx'
import { freeOf, pathOf } from '../products/products.tsx'
import { heardAt, type SourceFacts, sourcePath } from '../sources/facts.ts'
import { filePath } from '../sources/files.tsx'

/** @param more where all of it is */
function Card({ title, more, children }: PropsWithChildren<{ title: string; more?: [name: string, path: string] }>) {
  const { offers } = useHere()
  const at = useAddress()
  const id = `card-${title.toLowerCase().replaceAll(' ', '-')}`
  return (
    <section class="card" aria-labelledby={id}>
      <header class="card-head">
        <h2 id={id}>{title}</h2>
        {more && offers(more[1].replace(/\?.*/, '')) && <a href={at(more[1])}>{more[0]}</a>}
      </header>
      {children}
    </section>
  )
}

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

export function Seats({ products }: { products: ProductListRow[] }) {
  const at = useAddress()
  const worst = products.toSorted(
    (a, b) => b.waiting - a.waiting || freeOf(a) / (a.owned || 1) - freeOf(b) / (b.owned || 1),
  )
  return (
    <Card title="Seats" more={['All products', '/products']}>
      {products.length === 0 && <p class="beneath">No product is listed yet.</p>}
      <ul class="seat-list">
        {worst.slice(0, 8).map((product) => (
          <li>
            <a class="seat-name" href={at(pathOf(product))}>
              {product.name}
            </a>
            <SeatBar {...product} />
            <span class="seat-numbers">
              {`${number(product.used)} of ${number(product.owned)}`}
              {product.waiting > 0 && (
                <>
                  {' '}
                  <Pill tone="wait">{`${number(product.waiting)} waiting`}</Pill>
                </>
              )}
            </span>
          </li>
        ))}
      </ul>
    </Card>
  )
}

export function Sources({ sources }: { sources: SourceFacts[] }) {
  const at = useAddress()
  return (
    <Card title="Sources" more={['All sources', '/sources']}>
      {sources.length === 0 && <p class="beneath">The configuration lists none.</p>}
      <ul class="lines">
        {sources.map((facts) => {
          const heard = heardAt(facts)
          return (
            <li>
              <span>
                <a href={at(sourcePath(facts.row.key))}>{facts.row.name}</a>
                <span class="beneath">
                  {heard === null ? 'never heard' : <Ago at={heard} />}
                  {facts.last !== null && `, ${count(facts.last.rows, 'row')}`}
                  {facts.next !== null && (
                    <>
                      {', next run '}
                      <Ago at={facts.next} />
                    </>
                  )}
                </span>
              </span>
              <Sparkline values={facts.trend} />
              <Pill tone={facts.health.tone}>{facts.health.word}</Pill>
            </li>
          )
        })}
      </ul>
    </Card>
  )
}

const WAYS: Record<string, string> = { grace: 'membership ends', absence: 'access ends', group_loss: 'access ends' }

export function Leaving({ people, soonest }: { people: number; soonest: LeaverRow[] }) {
  const at = useAddress()
  return (
    <Card title="On the way out" more={['All of them', '?leaving=1']}>
      {people === 0 && <p class="beneath">Nobody. Every member is wanted by somebody.</p>}
      <ul class="lines">
        {soonest.map((row) => (
          <li>
            <Person {...row} />
            <span class="beneath">
              {WAYS[row.kind] ?? 'leaves'} {row.until === null ? 'when it is approved' : <Day at={row.until} />}
            </span>
          </li>
        ))}
      </ul>
      {people > soonest.length && (
        <p>
          <a href={at('?leaving=1')}>
            {people >= MOST_LEAVERS
              ? `More than ${number(MOST_LEAVERS - 1)} people in all`
              : `${number(people)} people in all`}
          </a>
        </p>
      )}
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
              <a href={at(planPath(plan.id))}>{plan.headline}</a>
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
