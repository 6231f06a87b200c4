/** What a plan says beside its items of what identity providers pushed. It stops nothing. */
import { count } from '../reconcile/amount.ts'
import type { Finding } from '../reconcile/model.ts'
import { asksFor } from '../reconcile/rule-groups.ts'
import type { Transaction } from '../store/connection.ts'
import { openFarewells, type Some } from '../store/farewells.ts'
import { countMissing, frozenGroups, type MirrorGap, replacedGroups, withoutAddress } from '../store/mirror-gaps.ts'
import { listRules, type SourceRow } from '../store/organizations.ts'
import type { Reach } from '../store/reach.ts'

/** Another group in the place of a deleted one is told of for so long. */
const TOLD_FOR_MS = 7 * 86_400_000

/** What these findings are named. */
export const MIRROR_GUARDS: ReadonlySet<string> = new Set([
  'GONE_BUT_KEPT',
  'EMAIL_MISSING',
  'GROUP_NOT_FOUND',
  'GROUP_REPLACED',
])

/** Of everybody, or of those whom the proposal is about. None where no source pushes. */
export async function mirrorFindings(
  transaction: Transaction,
  organization: number,
  sources: SourceRow[],
  { reach, at }: { reach: Reach; at: Date },
): Promise<Finding[]> {
  if (!sources.some((source) => source.kind === 'scim' && source.connected)) return []
  const farewells = await openFarewells(transaction, organization, reach)
  const told = farewells.count === 0 ? [] : [undecided(farewells)]
  if (reach === 'urgent') return told
  const nameless = await withoutAddress(transaction, organization)
  if (nameless.count > 0) told.push(uninvited(nameless))
  const rules = await listRules(transaction, organization)
  const mappedOf = (groups: MirrorGap[]) =>
    groups.flatMap((group) => {
      const { source, id, renamed } = group
      const asking = rules.filter((rule) => (rule.source ?? source) === source && asksFor(rule.when, group))
      // Who asks for the new name as well misses nothing.
      if (renamed !== null && asking.every((rule) => asksFor(rule.when, { id, name: renamed }))) return []
      const keys = asking.map((rule) => rule.key).join(', ')
      return keys === '' ? [] : [{ ...group, mapping: `${asking.length === 1 ? 'rule' : 'rules'} ${keys}` }]
    })
  const lately = new Date(at.getTime() - TOLD_FOR_MS)
  const kept = mappedOf(await frozenGroups(transaction, organization))
  const gone = mappedOf(await replacedGroups(transaction, organization, lately))
  // Only of groups that mean something: their people are many.
  const counts = await countMissing(transaction, organization, [...kept, ...gone])
  const members = (index: number) => counts[index] ?? 0
  return [
    ...told,
    ...kept.flatMap((group, index) => (members(index) === 0 ? [] : [frozen(group, members(index))])),
    ...gone.map((group, index) => replaced(group, members(kept.length + index))),
  ]
}

type MappedGap = MirrorGap & { mapping: string }

function undecided(some: Some): Finding {
  const [was, keep] = some.count === 1 ? ['person was', 'keeps'] : ['people were', 'keep']
  const message = `${some.count} ${was} deactivated or deleted by the identity provider and ${keep} all access here until you decide, since no source takes anything from owners, administrators and protected people: ${namesOf(some)}. List the questions with rosterd decisions, and answer each.`
  return finding('GONE_BUT_KEPT', some.count, message)
}

function uninvited(some: Some): Finding {
  const message = `${count(some.count, 'person', 'people')} of the identity provider cannot be invited without a usable e-mail address: ${namesOf(some)}. Map an address to emails (or to userName) there, and push again.`
  return finding('EMAIL_MISSING', some.count, message)
}

function frozen({ source, id, name, renamed, mapping }: MappedGap, members: number): Finding {
  const what = renamed === null ? `has deleted the group ${name}` : `has renamed the group ${name} to ${renamed}`
  const remedy = renamed === null ? 'change what is asked for' : `ask for ${renamed} there`
  const message = `${source} ${what}, which ${mapping} asked for. Its ${count(members, 'member')} ${members === 1 ? 'keeps' : 'keep'} what it gave until a group of that name takes its place; or ${remedy}.`
  return { ...finding('GROUP_NOT_FOUND', members, message), scope: `${source}:${id}` }
}

function replaced({ source, id, name, renamed, mapping }: MappedGap, members: number): Finding {
  const lost =
    members === 0
      ? 'All of its members are in the new one.'
      : `${count(members, 'member')} of the old one ${members === 1 ? 'is' : 'are'} not in it.`
  const what = renamed === null ? `deleted the group ${name}` : `renamed the group ${name} to ${renamed}`
  const message = `${source} has ${what} and pushed another one of that name, which has taken its place for ${mapping}. ${lost}`
  return { ...finding('GROUP_REPLACED', members, message), scope: `${source}:${id}` }
}

function finding(guard: string, measured: number, message: string): Finding {
  return { guard, verdict: 'pass', nature: 'look', measured, of: measured, limit: 0, scope: '', message }
}

function namesOf({ count: all, names }: Some): string {
  const more = all - names.length
  return more > 0 ? `${names.join(', ')} and ${count(more, 'other')}` : names.join(', ')
}
