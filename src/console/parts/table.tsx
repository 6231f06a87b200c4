/** Tables: columns that can be chosen and sorted, rows that can be ticked and opened, page after page. */
import type { Child, PropsWithChildren } from 'hono/jsx'
import { useHere, withQuery } from '../here.ts'
import { Menu } from './menu.tsx'

export interface Column<R> {
  /** As the query has it: `columns=email`. */
  key: string
  title: string
  cell(row: R): Child
  /** What `sort` is where this column orders the rows from the least; the other way round it begins with `-`. */
  sort?: string
  /** Numbers stand under each other, at the right. */
  number?: boolean
  /** Shown only when chosen. */
  extra?: boolean
  /** Cannot be left out. */
  always?: boolean
}

interface TableProps<R> {
  id: string
  /** What the rows are, for whoever does not see the page around them. */
  caption: string
  columns: Column<R>[]
  rows: R[]
  /** Rows can be ticked: the name and the value of their checkboxes, and whom each is for. */
  select?: { name: string; value(row: R): string; label(row: R): string; checked?(row: R): boolean }
  /** A class of the row. */
  look?(row: R): string
  /** Where `e` leads. */
  open?(row: R): string
  /** Drawn under the row when it is opened. */
  more?(row: R): Child
}

export function Table<R>({ id, caption, columns, rows, select, look, open, more }: TableProps<R>) {
  const chosen = shownColumns(columns, useHere().query)
  return (
    <div class="table-room">
      <table id={`${id}-table`} data-rows>
        <caption class="unseen">{caption}</caption>
        <thead>
          <tr>
            {select && (
              <th class="tick">
                <input
                  type="checkbox"
                  data-tick-all
                  aria-label="Tick all on this page"
                  checked={rows.every((row) => select.checked?.(row) ?? false)}
                />
              </th>
            )}
            {chosen.map((column) => (
              <Heading column={column} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr
              {...(open === undefined ? {} : { 'data-open': open(row) })}
              {...(look === undefined ? {} : { class: look(row) })}
            >
              {select && (
                <td class="tick">
                  <input
                    type="checkbox"
                    name={select.name}
                    value={select.value(row)}
                    aria-label={`Tick ${select.label(row)}`}
                    checked={select.checked?.(row) ?? false}
                    data-tick
                  />
                </td>
              )}
              {chosen.map((column) => (
                <td class={column.number ? 'number' : ''} data-title={column.title}>
                  <div>
                    {column.cell(row)}
                    {more && column === chosen[0] && <div class="row-more">{more(row)}</div>}
                  </div>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Heading<R>({ column }: { column: Column<R> }) {
  const { path, query } = useHere()
  const { sort, title, number } = column
  const kind = number ? 'number' : ''
  if (sort === undefined) {
    return (
      <th scope="col" class={kind}>
        {title}
      </th>
    )
  }
  const now = query.get('sort')
  const up = now === sort
  const down = now === `-${sort}`
  return (
    <th scope="col" class={kind} aria-sort={up ? 'ascending' : down ? 'descending' : 'none'}>
      <a class="heading" href={withQuery(path, query, { sort: up ? `-${sort}` : sort })}>
        {title}
        <span class="sort" aria-hidden="true">
          {up ? '↑' : down ? '↓' : ''}
        </span>
      </a>
    </th>
  )
}

/** Those that the query names, or those that are shown without it. */
function shownColumns<R>(columns: Column<R>[], query: URLSearchParams): Column<R>[] {
  const named = query.getAll('columns')
  return columns.filter(({ key, always, extra }) => always || (named.length === 0 ? !extra : named.includes(key)))
}

/** The menu in which columns are chosen; it works without a script. */
export function ColumnChooser<R>({ columns }: { columns: Column<R>[] }) {
  const { path, query } = useHere()
  const chosen = shownColumns(columns, query)
  return (
    <Menu label="Columns" end>
      <form method="get" action={path} class="columns">
        <Kept query={query} without={['columns', 'after']} />
        {columns.map((column) => (
          <label>
            <input
              type="checkbox"
              name="columns"
              value={column.key}
              checked={chosen.includes(column)}
              disabled={column.always}
            />
            {column.title}
          </label>
        ))}
        <button type="submit">Show these</button>
      </form>
    </Menu>
  )
}

/** The rest of the query, for a form that changes a part of it. */
export function Kept({ query, without }: { query: URLSearchParams; without: string[] }) {
  return (
    <>
      {[...query]
        .filter(([name]) => !without.includes(name))
        .map(([name, value]) => (
          <input type="hidden" name={name} value={value} />
        ))}
    </>
  )
}

/**
 * The way to the next page of a list and back to its beginning.
 *
 * @param next what the next page begins after; null on the last
 * @param children what else is to be said of the list: a link to it as a file
 */
export function Pager({ next, shown, children }: PropsWithChildren<{ next: string | null; shown: string }>) {
  const { path, query } = useHere()
  const later = query.has('after')
  // Nothing is to be said of a list that is shown whole.
  if (shown === '' && !later && next === null && children === undefined) return null
  return (
    <nav class="pager" aria-label="Pages">
      <span>{shown}</span>
      {children}
      {later && <a href={withQuery(path, query, {})}>To the beginning</a>}
      {next !== null && (
        <a href={withQuery(path, query, { after: next })} rel="next">
          Next page
        </a>
      )}
    </nav>
  )
}
