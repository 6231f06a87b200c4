/** The main page of an organization: its users and products as tiles, the list of people, and what can be done with those who are ticked. */
import { z } from 'zod'
import { number } from '../../reconcile/amount.ts'
import { countListed, listMembers } from '../../store/member-list.ts'
import { listSources } from '../../store/organizations.ts'
import { listProductSeats } from '../../store/product-list.ts'
import { cut, readCursor } from '../cursor.ts'
import type { Door } from '../door.ts'
import { type Filter, Filters } from '../parts/filters.tsx'
import { ColumnChooser } from '../parts/table.tsx'
import { page } from '../route.ts'
import { PEOPLE } from './people-columns.tsx'
import { peopleFile } from './people-file.ts'
import { PEOPLE_STATES, readPeopleFilter, whereOfPeople } from './people-filter.ts'
import { People } from './people-list.tsx'
import { Tiles } from './tiles.tsx'

const PER_PAGE = 50
/** Further nobody counts while a page waits. */
const MOST_COUNTED = 100_000
const place = z.object({ emailKey: z.string().max(1_000), personId: z.int().positive(), id: z.int().positive() })

export function peopleRoutes(door: Door): void {
  page(door, { path: '', role: 'viewer' }, async ({ parts, organization, query, may, part }) => {
    const { sql } = parts
    const filter = readPeopleFilter(query)
    const found = await listMembers(sql, organization.id, {
      ...filter,
      at: parts.now(),
      after: readCursor(place, query.get('after')),
      limit: PER_PAGE + 1,
    })
    const { rows, next } = cut(found, PER_PAGE, ({ emailKey, personId, id }) => ({ emailKey, personId, id }))
    const people = { rows, next, query, selectable: may('operator'), whole: whereOfPeople(filter) !== null }
    // The search puts in the list alone.
    if (part === 'people') return { title: 'People', place: 'people', body: <People {...people} /> }
    const [products, sources] = [
      await listProductSeats(sql, organization.id, parts.now()),
      await listSources(sql, organization.id),
    ]
    const connected = sources.filter((source) => source.connected)
    return {
      title: organization.name,
      place: 'people',
      body: (
        <>
          <Tiles products={products} />
          <section aria-labelledby="people-title">
            <div class="section-head">
              <h2 id="people-title">People</h2>
              <div class="section-aside">
                <ColumnChooser columns={PEOPLE} />
              </div>
            </div>
            <Filters
              list="people"
              search="Search by name or e-mail"
              filters={filtersOf(
                products.filter((product) => !product.retired),
                connected,
              )}
            />
            <People {...people} />
          </section>
        </>
      ),
    }
  })

  page(door, { path: '/people', role: 'viewer' }, async ({ c, at }) => {
    return c.redirect(at() + new URL(c.req.url).search, 302)
  })

  page(door, { path: '/people.csv', role: 'viewer' }, peopleFile)

  // Beside "all that match", when the page is there already.
  page(door, { path: '/people/count', role: 'viewer' }, async ({ parts, organization, query, c }) => {
    const found = await countListed(parts.sql, organization.id, readPeopleFilter(query), MOST_COUNTED + 1)
    c.header('cache-control', 'no-store')
    return c.html(found > MOST_COUNTED ? `more than ${number(MOST_COUNTED)}` : number(found))
  })
}

const any = (name: string) => ({ value: '', name })

function filtersOf(products: { key: string; name: string }[], sources: { key: string; name: string }[]): Filter[] {
  const named = (list: { key: string; name: string }[]) => list.map(({ key, name }) => ({ value: key, name }))
  const states = PEOPLE_STATES.map((state) => ({ value: state, name: state[0]?.toUpperCase() + state.slice(1) }))
  return [
    { name: 'state', label: 'State', options: [any('Everybody here'), ...states] },
    { name: 'product', label: 'Product', options: [any('Any product'), ...named(products)] },
    { name: 'source', label: 'Source', options: [any('Any source'), ...named(sources)] },
    { name: 'leaving', label: 'Leaving', options: [any('Staying or leaving'), { value: '1', name: 'On the way out' }] },
  ]
}
