/** The list of what failed, with boxes: what is ticked is tried again. */
import type { PlanRow } from '../../store/plans.ts'
import { useAddress } from '../here.ts'
import { Form } from '../parts/form.tsx'
import type { ItemPage } from './item-page.ts'
import type { ItemColumn } from './items.tsx'
import { ItemList, Items } from './list.tsx'
import { planPath } from './plan.ts'

export function FailedChoice({ row, page, columns }: { row: PlanRow; page: ItemPage; columns: ItemColumn[] }) {
  const at = useAddress()
  if (page.items.length === 0) return <ItemList page={page} columns={columns} show="failed" />
  return (
    <div id="items" class="list" data-choosing>
      <Form to={at(planPath(row.id, '/retry'))} id="retry">
        <Items page={page} columns={columns} show="failed" choice="none" />
        <div class="bar retry-bar">
          <span>
            <b data-ticked="0">0</b> ticked: they become a draft, which you look at first.
          </span>
          <button type="submit">Retry selected</button>
        </div>
      </Form>
    </div>
  )
}
