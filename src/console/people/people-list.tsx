/** The list of people on the main page, with what can be done with those who are ticked. */
import { count } from '../../reconcile/amount.ts'
import { showId } from '../../reconcile/identifiers.ts'
import type { MemberListRow } from '../../store/member-list.ts'
import { useAddress, useHere } from '../here.ts'
import { FileLink } from '../parts/file-link.tsx'
import { Form } from '../parts/form.tsx'
import { Empty } from '../parts/pill.tsx'
import { Pager, Table } from '../parts/table.tsx'
import { PEOPLE, personName } from './people-columns.tsx'
import { FILTERS } from './people-filter.ts'
import { SelectionBar } from './selection-bar.tsx'

interface PeopleProps {
  rows: MemberListRow[]
  next: string | null
  query: URLSearchParams
  /** Whether people can be ticked. */
  selectable: boolean
  /** Whether everybody whom the filter finds can be chosen at once, or had as a file. */
  whole: boolean
}

export function People({ rows, next, query, selectable, whole }: PeopleProps) {
  const at = useAddress()
  const asked = [...query.keys()].some((name) => FILTERS.includes(name))
  if (rows.length === 0) {
    return (
      <div id="people" class="list">
        <Nobody asked={asked} />
        {query.has('after') && <Pager next={null} shown="" />}
      </div>
    )
  }
  const list = (
    <>
      <Table
        id="people"
        caption="People"
        columns={PEOPLE}
        rows={rows}
        open={(row) => at(`/people/${showId('mem', row.id)}`)}
        {...(selectable && {
          select: { name: 'member', value: (row: MemberListRow) => showId('mem', row.id), label: personName },
        })}
      />
      <Pager next={next} shown={`${count(rows.length, 'person', 'people')} on this page`}>
        {whole && <FileLink path="/people.csv" />}
      </Pager>
    </>
  )
  return (
    <div id="people" class="list">
      {selectable ? (
        <Form to={at('/bulk/remove')} id="selection">
          {list}
          <SelectionBar query={query} whole={whole} />
        </Form>
      ) : (
        list
      )}
    </div>
  )
}

function Nobody({ asked }: { asked: boolean }) {
  const { path, offers } = useHere()
  if (asked) {
    return (
      <Empty title="Nobody is found by this search.">
        <p>
          Try a part of the name or the address, or <a href={path}>clear the filters</a>.
        </p>
      </Empty>
    )
  }
  return (
    <Empty title="Nobody is here yet.">
      <p>
        {offers('/bulk/:verb') ? 'Invite users from the menu of the tile above, or connect' : 'Connect'} a source: what
        it says becomes a plan that you approve.
      </p>
    </Empty>
  )
}
