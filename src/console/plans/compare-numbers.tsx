/** The numbers of two plans that are compared, as tabs and by kind; each leads to its items. */
import { number } from '../../reconcile/amount.ts'
import { CHANGES, type Change, type ComparedCounts } from '../../store/plan-compare.ts'
import { useHere, withQuery } from '../here.ts'
import { WORDS } from './compare-parts.tsx'
import { KIND_GROUPS } from './filter.ts'

interface NumbersProps {
  /** Null where the plans are so large that they are counted once the page is there. */
  numbers: ComparedCounts[] | null
  change: Change
  kind: string | null
}

export function ComparedNumbers({ numbers, change, kind }: NumbersProps) {
  const { path, query } = useHere()
  const href = (one: Change, group: string | null) => `${withQuery(path, query, { show: one, kind: group })}#items`
  const late = {
    'hx-get': withQuery(path, query, {}),
    'hx-trigger': 'load',
    'hx-target': '#compared',
    'hx-swap': 'outerHTML',
  }
  const total = (one: Change) => (numbers ?? []).reduce((sum, row) => sum + row[one], 0)
  const rows = KIND_GROUPS.flatMap(([group, name, kinds]) => {
    const found = (numbers ?? []).filter((row) => kinds.some((one) => one === row.kind))
    const sum = (one: Change) => found.reduce((all, row) => all + row[one], 0)
    return found.length === 0 ? [] : [{ group, name, sum }]
  })
  return (
    <div id="compared" {...(numbers === null ? late : {})}>
      <nav aria-label="What changed" class="tabs">
        <ul>
          {CHANGES.map((one) => (
            <li>
              <a href={href(one, null)} {...(one === change ? { 'aria-current': 'page' } : {})}>
                {WORDS[one][0]} <span class="number">{numbers === null ? '…' : number(total(one))}</span>
              </a>
            </li>
          ))}
        </ul>
      </nav>
      {numbers === null && (
        <a class="without-script" href={withQuery(path, query, { counted: '1' })}>
          Count them now
        </a>
      )}
      {rows.length > 0 && (
        <div class="card compared">
          <table class="plain">
            <caption class="unseen">What came, went and stayed, by kind</caption>
            <thead>
              <tr>
                <th scope="col">Kind</th>
                {CHANGES.map((one) => (
                  <th scope="col" class="number">
                    {WORDS[one][0]}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map(({ group, name, sum }) => (
                <tr>
                  <th scope="row">{name}</th>
                  {CHANGES.map((one) => (
                    <td class="number">
                      {sum(one) === 0 ? (
                        '0'
                      ) : (
                        <a
                          href={href(one, group)}
                          aria-label={`${name}: ${number(sum(one))} ${WORDS[one][0].toLowerCase()}`}
                          {...(one === change && group === kind ? { 'aria-current': 'true' } : {})}
                        >
                          {number(sum(one))}
                        </a>
                      )}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </div>
  )
}
