/** Why somebody has what they have, why they have not what others have, and what would take it away. */

import { count } from '../../reconcile/amount.ts'
import { type Answer, askRules } from '../../reconcile/ask-rules.ts'
import { showId } from '../../reconcile/identifiers.ts'
import { readRows } from '../../store/directory.ts'
import type { MemberListRow } from '../../store/member-list.ts'
import { listRules, listSources } from '../../store/organizations.ts'
import { type ReasonRow, readReasons } from '../../store/person-page.ts'
import type { Door } from '../door.ts'
import { useAddress } from '../here.ts'
import { Empty, Pill } from '../parts/pill.tsx'
import { type Column, Table } from '../parts/table.tsx'
import { page } from '../route.ts'
import { givesText, type Names, namesOf, rulePath } from '../settings/rule-words.ts'
import { personName } from './people-columns.tsx'
import { memberOf } from './person.tsx'

export function explainRoutes(door: Door): void {
  page(door, { path: '/people/:member/explain', role: 'viewer' }, async (asked) => {
    const { parts, organization } = asked
    const row = await memberOf(asked)
    const [rules, sources, rows, reasons, names] = await Promise.all([
      listRules(parts.sql, organization.id),
      listSources(parts.sql, organization.id),
      readRows(parts.sql, organization.id, [row.personId]),
      readReasons(parts.sql, organization.id, row.personId),
      namesOf(asked),
    ])
    const keys = new Map(sources.map(({ id, key }) => [id, key]))
    const shown = rows.map((one) => ({ source: keys.get(one.sourceId) ?? '', row: one }))
    const answers = askRules(rules, shown)
    return {
      title: `Why, and why not: ${personName(row)}`,
      place: 'people',
      crumbs: [
        ['People', ''],
        [personName(row), `/people/${showId('mem', row.id)}`],
      ],
      lead: leadOf(answers),
      body: (
        <>
          <Answers answers={answers} names={names} />
          <Ends row={row} reasons={reasons} />
        </>
      ),
    }
  })
}

function leadOf(answers: Answer[]): string {
  const about = new Set(answers.flatMap(({ rule, because }) => (because === null ? [] : [rule]))).size
  const all = new Set(answers.map(({ rule }) => rule)).size
  return all === 0
    ? 'There are no rules, so only people give anything.'
    : `${about} of ${count(all, 'rule')} ${about === 1 ? 'is' : 'are'} about them, by what sources say now.`
}

function Answers({ answers, names }: { answers: Answer[]; names: Names }) {
  const at = useAddress()
  const columns: Column<Answer>[] = [
    { key: 'rule', title: 'Rule', always: true, cell: ({ rule }) => <a href={at(rulePath(rule))}>{rule}</a> },
    {
      key: 'about',
      title: 'About them',
      cell: ({ because }) => (because === null ? <Pill>no</Pill> : <Pill tone="good">yes</Pill>),
    },
    { key: 'why', title: 'Because', cell: (answer) => whyOf(answer, names) },
    {
      key: 'gives',
      title: 'Gives',
      cell: ({ then: gives }) => gives.map((one) => <span class="gives">{givesText(one, names)}</span>),
    },
  ]
  return (
    <div class="list">
      {answers.length === 0 ? (
        <Empty title="There are no rules yet." />
      ) : (
        <Table id="answers" caption="Rules asked about them" columns={columns} rows={answers} />
      )}
    </div>
  )
}

function whyOf({ because, condition, source }: Answer, { sources }: Names): string {
  const name = source === null ? null : (sources.get(source) ?? source)
  if (name === null) return `It is about ${condition}, and no source that it looks at shows them.`
  return because === null ? `${name} does not have them under ${condition}.` : `${because}, says ${name}`
}

/** What would take each product away. */
function Ends({ row, reasons }: { row: MemberListRow; reasons: ReasonRow[] }) {
  if (row.assignments.length === 0) return null
  return (
    <section class="card apart" aria-labelledby="ends-title">
      <h2 id="ends-title">What would take it away</h2>
      <ul class="said">
        {row.assignments.map(({ product, productName }) => {
          const theirs = reasons.filter((one) => one.product === product)
          return (
            <li>
              <b>{productName}</b>
              {`: ${endText(theirs)}`}
            </li>
          )
        })}
      </ul>
    </section>
  )
}

function endText(reasons: ReasonRow[]): string {
  if (reasons.length === 0) return 'nothing gives it any more, so the next plan takes it.'
  const told = reasons.map(({ source, sourceName, rule, actor }) =>
    source === null
      ? `${actor ?? 'somebody'} gave it by hand, until somebody revokes it`
      : rule === 'column'
        ? `${sourceName ?? source} no longer names it in the column products`
        : `the rule ${rule} of ${sourceName ?? source} is no longer about them`,
  )
  return reasons.length === 1
    ? `${told[0] ?? ''}.`
    : `only all ${reasons.length} of these together: ${told.join('; ')}.`
}
