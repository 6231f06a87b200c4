/** The step in which the selection is edited: a page of people with checkboxes, ticked or not. */
import type { Child } from 'hono/jsx'
import { count, number } from '../../reconcile/amount.ts'
import { showId } from '../../reconcile/identifiers.ts'
import type { MemberListRow } from '../../store/member-list.ts'
import { useAddress } from '../here.ts'
import { Carried } from '../parts/form.tsx'
import { Empty } from '../parts/pill.tsx'
import { type Column, Table } from '../parts/table.tsx'
import { PEOPLE, personName } from '../people/people-columns.tsx'
import { pairsOf } from './choice.ts'
import { StepEnd, stepAddress, type Way } from './frame.tsx'
import { pack } from './packed.ts'
import { stepAfter, users } from './words.ts'

interface UsersProps<R> {
  way: Way
  /** Everybody who is chosen, wherever their box is. */
  total: number
  rows: R[]
  columns: Column<R>[]
  /** Of each row: the number behind its box, the value of that, and whom it is for. */
  box: { number(row: R): number; value(row: R): string; label(row: R): string }
  next: string | null
  /** Whether this is a later page. */
  later: boolean
  search: string
  /** Said where there are no rows. */
  nobody: Child
  children?: Child
}

/** The whole step is one form, asked for by GET: what is ticked goes on to the next page, the next step, and back. */
export function Users<R>({ way, total, rows, columns, box, next, later, search, nobody, children }: UsersProps<R>) {
  const at = useAddress()
  const { verb, choice } = way
  const { browse, whom, except } = choice
  const chosen = new Set(whom?.kind === 'members' ? whom.ids : [])
  const left = new Set(except)
  const isOn = (row: R) => (browse ? chosen.has(box.number(row)) : !left.has(box.number(row)))
  const elsewhere = total - rows.filter(isOn).length
  const here = at(`/bulk/${verb}/users`)
  const goOn = stepAfter(verb, 'users')
  return (
    <form method="get" action={stepAddress({ ...way, choice: { ...choice } }, goOn).split('?')[0] ?? ''} data-choosing>
      <Carried pairs={pairsOf(choice)} />
      <input type="hidden" name="shown" value={pack(rows.map(box.number))} />
      {browse && (
        <search class="filters">
          <input
            type="search"
            name="q"
            value={search}
            placeholder="Search by name or e-mail"
            aria-label="Search by name or e-mail"
            autocomplete="off"
            spellcheck={false}
            data-search
          />
          <button type="submit" formaction={here}>
            Search
          </button>
          {search !== '' && (
            <button type="submit" class="link" formaction={here} name="clear" value="1">
              Clear
            </button>
          )}
        </search>
      )}
      {children}
      <div class="list">
        {rows.length === 0 ? (
          <Empty title="Nobody is here.">
            <p>{nobody}</p>
          </Empty>
        ) : (
          <Table
            id="chosen"
            caption="Users"
            columns={columns}
            rows={rows}
            select={{ name: 'on', value: box.value, label: box.label, checked: isOn }}
          />
        )}
        {(next !== null || later) && (
          <nav class="pager" aria-label="Pages">
            <span>{`${count(rows.length, 'user')} on this page`}</span>
            {later && (
              <button type="submit" class="link" formaction={here} name="after" value="">
                To the beginning
              </button>
            )}
            {next !== null && (
              <button type="submit" class="link" formaction={here} name="after" value={next}>
                Next page
              </button>
            )}
          </nav>
        )}
        <div class="bar is-active">
          <p class="bar-count" role="status">
            <b data-ticked={String(elsewhere)}>{number(total)}</b> selected
          </p>
          <div class="bar-menus">
            <StepEnd back={at(`/bulk/${verb}`)}>
              <button type="submit" class="primary">
                {verb === 'remove' ? 'Remove ' : 'Continue with '}
                <span data-ticked={String(elsewhere)} data-word="user">
                  {browse && total === 0 ? 'the ticked users' : users(total)}
                </span>
                {verb === 'remove' ? ' …' : ''}
              </button>
            </StepEnd>
          </div>
        </div>
      </div>
    </form>
  )
}

/** Of what the list of people shows, what one needs to decide. */
const COLUMNS = PEOPLE.filter(({ key }) => ['person', 'state', 'products', 'sources'].includes(key))

type MemberUsersProps = Pick<UsersProps<MemberListRow>, 'way' | 'total' | 'rows' | 'next' | 'later' | 'search'>

export function MemberUsers(props: MemberUsersProps) {
  return (
    <Users
      {...props}
      columns={COLUMNS}
      box={{ number: ({ id }) => id, value: ({ id }) => showId('mem', id), label: personName }}
      nobody={
        props.search === ''
          ? 'Choose others, or go back to the list of people.'
          : 'Search for another part of the name or the address.'
      }
    />
  )
}
