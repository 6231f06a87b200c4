/** Guard rails: the limits that count and who set them, who is protected, and what people pinned against sources. */
import { z } from 'zod'
import { count } from '../../reconcile/amount.ts'
import { showId } from '../../reconcile/identifiers.ts'
import { limitsOf } from '../../store/limits.ts'
import { listPins, type PinListRow } from '../../store/pin-list.ts'
import { cut, readCursor } from '../cursor.ts'
import type { Door } from '../door.ts'
import { useAddress } from '../here.ts'
import { Day } from '../parts/moment.tsx'
import { type Column, Pager, Table } from '../parts/table.tsx'
import { Person } from '../products/people.tsx'
import { page } from '../route.ts'
import { OfTheFile, placeOf } from './configured.tsx'
import { Limits } from './limit-list.tsx'

const PER_PAGE = 50
const MOST_SHOWN = 100
const place = z.tuple([z.int().positive(), z.string().max(40), z.int().min(0)])

const MANAGED = {
  config: 'The configuration file sets the limits.',
  api: 'The limits were set here.',
  default: 'Nobody has set limits: the usual ones count.',
}

export function guardRoutes(door: Door): void {
  page(door, { path: '/guards', role: 'viewer' }, async ({ parts, organization, query, part, may, at }) => {
    const after = readCursor(place, query.get('after'))
    const found = await listPins(parts.sql, organization.id, {
      kind: null,
      emailKey: null,
      after: after === null ? null : { person: after[0], kind: after[1], product: after[2] },
      limit: PER_PAGE + 1,
    })
    const pins = <Pins {...cut(found, PER_PAGE, (row) => [row.personId, row.kind, row.productId])} />
    if (part === 'pins') return { title: 'Guard rails', place: 'guards', body: pins }
    const { limits, managed } = limitsOf(organization)
    return {
      title: 'Guard rails',
      place: 'guards',
      lead: `${MANAGED[managed]} What a plan does above them waits for a person, or for two.`,
      aside: may('admin') && managed !== 'config' && (
        <a class="button" href={at('/guards/edit')}>
          Change the limits
        </a>
      ),
      body: (
        <>
          {managed === 'config' && (
            <OfTheFile what="the limits" path="limits" place={placeOf(door, organization.key, 'limits')} />
          )}
          <Limits limits={limits} />
          <Protected keys={organization.settings.protected} />
          {pins}
        </>
      ),
    }
  })
}

function Protected({ keys }: { keys: string[] }) {
  const at = useAddress()
  return (
    <section aria-labelledby="protected-title">
      <h2 id="protected-title" class="over-list">
        {keys.length === 0
          ? 'Nobody is protected by name'
          : `${count(keys.length, 'person is', 'people are')} protected by name`}
      </h2>
      <div class="card">
        <p class="hint">
          No source takes anything from whom the configuration lists under protected; rules can protect more. Owners and
          the last administrators are protected anyway.
        </p>
        <ul class="protected-list">
          {keys.slice(0, MOST_SHOWN).map((key) => (
            <li>
              <a href={at(`?q=${encodeURIComponent(key)}`)}>{key}</a>
            </li>
          ))}
          {keys.length > MOST_SHOWN && (
            <li class="beneath">{`and ${count(keys.length - MOST_SHOWN, 'more person', 'more people')}`}</li>
          )}
        </ul>
      </div>
    </section>
  )
}

const COLUMNS: Column<PinListRow>[] = [
  { key: 'person', title: 'Person', always: true, cell: (row) => <Person {...row} /> },
  {
    key: 'what',
    title: 'What sources cannot do',
    cell: ({ kind, productName, product }) =>
      kind === 'exclude' ? 'make them a member' : `give them ${productName ?? product ?? 'it'}`,
  },
  {
    key: 'until',
    title: 'Until',
    cell: ({ until, nextSync, lapsed }) =>
      lapsed ? 'lapsed' : nextSync ? 'the next sync' : until === null ? 'somebody lifts it' : <Day at={until} end />,
  },
  { key: 'by', title: 'By', cell: ({ createdBy }) => createdBy },
  { key: 'why', title: 'Why', cell: ({ reason }) => reason ?? '' },
]

function Pins({ rows, next }: { rows: PinListRow[]; next: string | null }) {
  const at = useAddress()
  return (
    <section id="pins" aria-labelledby="pins-title">
      <h2 id="pins-title" class="over-list">
        Pinned against sources
      </h2>
      <div class="list">
        {rows.length === 0 ? (
          <p class="empty">
            Nothing. Somebody who is removed or revoked by hand, and still wanted by a source, is pinned here.
          </p>
        ) : (
          <>
            <Table
              id="pins"
              caption="Pinned against sources"
              columns={COLUMNS}
              rows={rows}
              open={(row) => at(`/people/${showId('mem', row.memberId)}`)}
            />
            <Pager next={next} shown="" />
          </>
        )}
      </div>
    </section>
  )
}
