/** What each source says of somebody, and what they wait for. */
import { showId } from '../../reconcile/identifiers.ts'
import type { WaitKind } from '../../reconcile/model.ts'
import type { SightRow, WaitRow } from '../../store/person-page.ts'
import { useAddress, useHere } from '../here.ts'
import { Day, Moment } from '../parts/moment.tsx'
import { Pill } from '../parts/pill.tsx'
import { planPath } from '../plans/plan.ts'

const MOST_GROUPS = 12

/** @param invited who asked for them by hand; null where nobody did */
export function PersonSights({
  invited,
  sights,
  waits,
}: {
  invited: { by: string; at: Date; planId: number } | null
  sights: SightRow[]
  waits: WaitRow[]
}) {
  const at = useAddress()
  return (
    <section class="card" aria-labelledby="claims-title">
      <h2 id="claims-title">Who wants them</h2>
      {sights.length === 0 && invited === null && <p class="beneath">No source names them.</p>}
      <ul class="sights">
        {invited !== null && (
          <li>
            <b>By hand</b>
            <span class="beneath">
              {`${invited.by} asked for them, `}
              <Day at={invited.at} />
              {', in '}
              <a href={at(planPath(invited.planId))}>{showId('pln', invited.planId)}</a>
            </span>
          </li>
        )}
        {sights.map((sight) => (
          <Sight sight={sight} />
        ))}
      </ul>
      <Waits waits={waits} />
    </section>
  )
}

function Sight({ sight }: { sight: SightRow }) {
  const { offers } = useHere()
  const at = useAddress()
  const { source, sourceName, rule, role, since, anchor, email, name, status, startAt, groups, file, line } = sight
  return (
    <li>
      <span class="states">
        {offers('/sources/:source') ? (
          <a href={at(`/sources/${encodeURIComponent(source)}`)}>{sourceName}</a>
        ) : (
          <b>{sourceName}</b>
        )}
        {rule === null ? <Pill>names them</Pill> : <Pill tone="good">{`wants them as ${role ?? 'member'}`}</Pill>}
        {status !== 'active' && <Pill tone="wait">{status.replaceAll('_', ' ')}</Pill>}
      </span>
      <span class="beneath">
        {[rule === null ? '' : `rule ${rule}`, name ?? '', email, anchor === email ? '' : `id ${anchor}`]
          .filter((text) => text !== '')
          .join(' · ')}
      </span>
      <span class="beneath">
        {since !== null && (
          <>
            {'since '}
            <Day at={since} />
          </>
        )}
        {startAt !== null && (
          <>
            {', starts '}
            <Moment at={startAt} />
          </>
        )}
        {file !== null && ` · ${file}${line === null ? '' : `, line ${line}`}`}
      </span>
      {groups.length > 0 && (
        <span class="groups" title={groups.join(', ')}>
          {groups.slice(0, MOST_GROUPS).map((group) => (
            <Pill>{group}</Pill>
          ))}
          {groups.length > MOST_GROUPS && <Pill>{`and ${groups.length - MOST_GROUPS} more`}</Pill>}
        </span>
      )}
    </li>
  )
}

/** Waits for a product stand with the product. */
const WORDS: Partial<Record<WaitKind, string>> = {
  grace: 'No source names them: their membership ends',
  absence: 'Missing from their source: their access ends',
  group_loss: 'Gone from their last group: their access ends',
  start: 'Their first day comes',
  decision: 'Waits for somebody to say who they are',
  rejected: 'A plan about them was rejected; it comes again when their source says something new',
  address: 'Waits for an address that somebody still has',
}

function Waits({ waits }: { waits: WaitRow[] }) {
  const told = waits.flatMap(({ kind, until, product }) => {
    const words = Object.entries(WORDS).find(([known]) => known === kind)?.[1]
    return product !== null || words === undefined ? [] : [{ words, until }]
  })
  if (told.length === 0) return null
  return (
    <ul class="their-waits">
      {told.map(({ words, until }) => (
        <li>
          {words}
          {until !== null && (
            <>
              {' '}
              <Moment at={until} />
            </>
          )}
        </li>
      ))}
    </ul>
  )
}
