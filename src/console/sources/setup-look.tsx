/** Look: who and which groups came, and whether the groups that rules name are among them. */
import { number } from '../../reconcile/amount.ts'
import { describeCondition } from '../../reconcile/condition.ts'
import { asksFor, groupConditions } from '../../reconcile/rule-groups.ts'
import {
  countGroupMembers,
  countPushed,
  lastPushed,
  listPushedGroups,
  type PushedGroup,
} from '../../store/mirror-look.ts'
import { listRules, type RuleRow } from '../../store/organizations.ts'
import { useAddress } from '../here.ts'
import { Figures } from '../parts/figures.tsx'
import { rulePath } from '../settings/rule-words.ts'
import { type Group, LastPeople, PushedGroups } from './setup-pushed.tsx'
import type { Setup } from './setup-steps.ts'

const PEOPLE = 5
/** More are not read for a page. */
const MOST_GROUPS = 2_000
const SHOWN_GROUPS = 50

/** A group that a rule asks for. */
interface Wanted {
  rule: string
  /** As conditions are told: `group Artists`. */
  asked: string
  found: boolean
}

export async function lookStep({ asked: { parts, organization }, facts: { row } }: Setup) {
  const scope = { organization: organization.id, source: row.id }
  const [so, people, found, all] = await Promise.all([
    countPushed(parts.sql, scope),
    lastPushed(parts.sql, scope, PEOPLE),
    listPushedGroups(parts.sql, scope, MOST_GROUPS + 1),
    listRules(parts.sql, organization.id),
  ])
  const rules = all.filter(({ source }) => source === null || source === row.key)
  const groups = found.map((group) => ({ ...group, rules: askedBy(rules, group) }))
  const wanted = rules.flatMap((rule) => wantedOf(rule, groups))
  // Those that rules name come first.
  const first = groups
    .toSorted((a, b) => Number(b.rules.length > 0) - Number(a.rules.length > 0))
    .slice(0, SHOWN_GROUPS)
  const members = await countGroupMembers(
    parts.sql,
    scope,
    first.map(({ id }) => id),
  )
  const shown = first.map((group): Group => ({ ...group, members: members.get(group.id) ?? 0 }))
  return {
    lead: 'This is what the identity provider sent. It is kept apart: nobody here was touched.',
    body: (
      <>
        <section class="card" aria-label="What came">
          <Figures
            figures={[
              ['People', number(so.people)],
              ['Deactivated', number(so.people - so.active), 'whom the identity provider says have no access'],
              ['Groups', number(so.groups)],
              ['Groups that rules name', number(wanted.length)],
              ['Of them missing', number(wanted.filter((one) => !one.found).length)],
            ]}
          />
        </section>
        <Mappings name={row.name} rules={rules} wanted={wanted} all={so.groups <= MOST_GROUPS} />
        <LastPeople people={people} />
        <PushedGroups groups={shown} all={so.groups} />
      </>
    ),
  }
}

const askedBy = (rules: RuleRow[], group: PushedGroup): string[] =>
  rules.filter((rule) => asksFor(rule.when, group)).map(({ key }) => key)

function wantedOf({ key, when }: RuleRow, groups: PushedGroup[]): Wanted[] {
  return groupConditions(when).map((condition) => ({
    rule: key,
    asked: describeCondition(condition),
    found: groups.some((group) => asksFor(condition, group)),
  }))
}

/** @param all whether all groups were looked through */
function Mappings({ name, rules, wanted, all }: { name: string; rules: RuleRow[]; wanted: Wanted[]; all: boolean }) {
  const at = useAddress()
  const missing = wanted.filter(({ found }) => !found)
  const member = rules.some(({ then }) => then.some((one) => 'member' in one))
  return (
    <>
      {!member && (
        <p class="notice">
          {`No rule makes a member of whom ${name} pushes, so nobody would be invited. `}
          <a href={at('/rules')}>Look at the rules</a>
        </p>
      )}
      {missing.length > 0 && (
        <div class="notice">
          <p>
            {all
              ? 'These groups have not come, so their rules give nobody anything. Push them, or change the rule:'
              : `These groups are not among the first ${number(MOST_GROUPS)}:`}
          </p>
          <ul class="whys">
            {missing.map(({ rule, asked }) => (
              <li>
                {`${asked}, named by `}
                <a href={at(rulePath(rule))}>{rule}</a>
              </li>
            ))}
          </ul>
        </div>
      )}
    </>
  )
}
