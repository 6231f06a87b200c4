/** The bar at the bottom of the list: how many are ticked, and what can be done with them. Without a script, those of this page. */
import { useAddress, useHere } from '../here.ts'
import { Menu } from '../parts/menu.tsx'
import { FILTERS } from './people-filter.ts'

/**
 * @param query of the list: what "all that match" means
 * @param whole whether everybody whom the list finds can be chosen at once
 */
export function SelectionBar({ query, whole }: { query: URLSearchParams; whole: boolean }) {
  const { offers } = useHere()
  const at = useAddress()
  if (!offers('/bulk/:verb')) return null
  // Neither the page nor the order: the same people are meant on each.
  const asked = new URLSearchParams([...query].filter(([name]) => FILTERS.includes(name))).toString()
  return (
    <div class="bar" data-bar>
      <p class="bar-count" role="status">
        <b data-count>0</b> selected
        <button type="button" class="link" data-untick hidden>
          Clear
        </button>
      </p>
      {whole && (
        <label class="bar-all">
          <input type="checkbox" name="all" value="1" data-all />
          <span>
            All{' '}
            <span
              hx-get={at(`/people/count${asked === '' ? '' : `?${asked}`}`)}
              hx-trigger="load"
              hx-swap="innerHTML"
              data-all-count
            />{' '}
            that match
          </span>
        </label>
      )}
      <input type="hidden" name="filter" value={asked} />
      <div class="bar-menus">
        <Menu label="Users" title="Do something with the selected users" up end>
          <button type="submit" formaction={at('/bulk/remove')}>
            Remove users
          </button>
        </Menu>
        <Menu label="Products" title="Assign products to the selected users, or revoke them" up end>
          <button type="submit" formaction={at('/bulk/assign')}>
            Assign
          </button>
          <button type="submit" formaction={at('/bulk/revoke')}>
            Revoke
          </button>
        </Menu>
      </div>
    </div>
  )
}
