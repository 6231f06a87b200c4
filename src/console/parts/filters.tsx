/** The search and the filters above a list. They stand in the address, so that a view can be kept and sent to others. */
import { useHere, withQuery } from '../here.ts'
import { type Option, Select } from './form.tsx'
import { Kept } from './table.tsx'

export interface Filter {
  /** Its name in the query. */
  name: string
  label: string
  /** What it can be; the first, whose value is empty, is everything. */
  options: Option[]
}

/**
 * @param list id of the element that the answer takes the place of
 * @param search what can be searched for; absent: there is no search
 */
export function Filters({ list, search, filters }: { list: string; search?: string; filters: Filter[] }) {
  const { path, query } = useHere()
  const names = ['q', 'after', ...filters.map(({ name }) => name)]
  const set = filters.filter(({ name }) => (query.get(name) ?? '') !== '')
  return (
    <search>
      <form
        class="filters"
        method="get"
        action={path}
        hx-get={path}
        hx-target={`#${list}`}
        hx-swap="outerHTML"
        hx-push-url="true"
        hx-trigger="submit, change, input changed delay:300ms from:#search"
        hx-sync="this:replace"
      >
        <Kept query={query} without={names} />
        {search !== undefined && (
          <input
            id="search"
            type="search"
            name="q"
            value={query.get('q') ?? ''}
            placeholder={search}
            aria-label={search}
            autocomplete="off"
            spellcheck={false}
            data-search
          />
        )}
        {filters.map(({ name, label, options }) => (
          <Select id={`filter-${name}`} name={name} value={query.get(name) ?? ''} options={options} label={label} />
        ))}
        <button type="submit" class="without-script">
          Show
        </button>
        {(set.length > 0 || query.has('q')) && (
          <a class="clear" href={withQuery(path, query, Object.fromEntries(names.map((name) => [name, null])))}>
            Clear
          </a>
        )}
      </form>
    </search>
  )
}
