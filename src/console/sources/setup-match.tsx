/** Match: whom of the source the organization knows already, who would be new, and about whom somebody is asked. */
import { count, number } from '../../reconcile/amount.ts'
import { countStandings, MOST_STANDING, type Standing } from '../../store/newcomers.ts'
import type { PlanRow } from '../../store/plans.ts'
import { useAddress } from '../here.ts'
import { Pill, type Tone } from '../parts/pill.tsx'
import { type Column, Table } from '../parts/table.tsx'
import { planPath } from '../plans/plan.ts'
import { shownPlan } from './setup-plan.tsx'
import type { Setup } from './setup-steps.ts'

interface Line {
  standing: Standing
  people: number
}

const WORDS: Record<Standing, [word: string, tone: Tone, what: string]> = {
  member: ['members already', 'good', 'Known by the id that the source gives them.'],
  link: ['the same as somebody here', 'good', 'By user name or address: linked, and not invited twice.'],
  new: ['new', 'plain', 'Would be invited.'],
  question: [
    'to be decided',
    'wait',
    'Could be somebody who is here. Nothing happens with them before somebody answers.',
  ],
  no_address: [
    'without an address',
    'wait',
    'Wanted, and cannot be invited: map an address to emails, or to userName.',
  ],
  inactive: ['deactivated there', 'quiet', 'The source itself says that they have no access.'],
  unwanted: ['wanted by no rule', 'quiet', 'Stay outside until a rule gives them membership.'],
  unseen: ['not compared yet', 'quiet', 'Came since the last comparison.'],
}
const ORDER: Standing[] = ['member', 'link', 'new', 'question', 'no_address', 'inactive', 'unwanted', 'unseen']

export async function matchStep({ asked, facts }: Setup) {
  const { parts, organization } = asked
  const plan = await shownPlan(asked, facts.row.id)
  const counts = await countStandings(parts.sql, organization.id, facts.row.id, plan?.id ?? null)
  const rows = ORDER.map((standing) => ({ standing, people: counts.get(standing) ?? 0 })).filter(
    ({ people }) => people > 0,
  )
  const all = rows.reduce((sum, { people }) => sum + people, 0)
  const known = (counts.get('member') ?? 0) + (counts.get('link') ?? 0)
  return {
    lead:
      all === 0
        ? 'Nobody of the source was read yet.'
        : `${all >= MOST_STANDING ? 'Of the first ' : ''}${count(all, 'person', 'people')}: ${number(known)} known here, ${number(counts.get('new') ?? 0)} new, ${number(counts.get('question') ?? 0)} to be decided.`,
    body: <Standings rows={rows} plan={plan} />,
  }
}

function Standings({ rows, plan }: { rows: Line[]; plan: PlanRow | null }) {
  const at = useAddress()
  const columns: Column<Line>[] = [
    {
      key: 'standing',
      title: 'They are',
      always: true,
      cell: ({ standing }) => <Pill tone={WORDS[standing][1]}>{WORDS[standing][0]}</Pill>,
    },
    { key: 'people', title: 'People', number: true, cell: ({ people }) => number(people) },
    { key: 'what', title: 'What that means', cell: ({ standing }) => WORDS[standing][2] },
    {
      key: 'see',
      title: 'See them',
      cell: ({ standing }) => {
        if (standing === 'question') return <a href={at('/decisions')}>Answer</a>
        if (plan === null || (standing !== 'new' && standing !== 'link')) return null
        const kind = standing === 'new' ? 'invite' : 'link'
        return <a href={at(planPath(plan.id, `?kind=${kind}#items`))}>In the plan</a>
      },
    },
  ]
  return (
    <div class="list">
      {rows.length === 0 ? (
        <p class="empty">When people have come, this says who of them is known here already.</p>
      ) : (
        <Table id="standings" caption="How people of the source stand" columns={columns} rows={rows} />
      )}
    </div>
  )
}
