/** `active` of resources in the mirror, set without a look at them beforehand. */
import type { Handle } from './connection.ts'
import type { MirrorAuthor, MirrorScope } from './mirror.ts'
import { GROUPS_OF_EACH, type GroupColumns, Memberships } from './mirror-memberships.ts'
import { type MirrorResource, type ResourceColumns, resourceColumns, toResource } from './mirror-resource.ts'

export interface ActiveChange {
  id: string
  active: boolean
  at: Date
  author: MirrorAuthor
}

/** What became of it; `unclear`: its text does not say `active` in the one plain way, so it has to be read, and nothing was changed. */
export type ActiveSet = 'gone' | 'unclear' | { resource: MirrorResource; changed: boolean }

/**
 * Sets several at once, all or none, each as if it came alone, and reads them. For a type without members.
 *
 * @param groups with those that they are in
 */
export async function setActive(
  handle: Handle,
  scope: MirrorScope,
  type: string,
  changes: ActiveChange[],
  groups: boolean,
): Promise<ActiveSet[]> {
  const runs = runsOf(changes)
  const setAll = async (one: Handle) => {
    const sets: ActiveSet[] = []
    for (const run of runs) sets.push(...(await setEach(one, scope, type, run, groups)))
    return sets
  }
  // Whoever is told that all was refused tries again, and must not find half of it done.
  return runs.length > 1 && 'begin' in handle ? await handle.begin(setAll) : await setAll(handle)
}

/** The changes in their order, in runs in which nobody is meant twice: who is meant again comes in the next. */
function runsOf(changes: ActiveChange[]): ActiveChange[][] {
  let run: ActiveChange[] = []
  const runs = [run]
  const seen = new Set<string>()
  for (const change of changes) {
    if (seen.has(change.id)) {
      seen.clear()
      run = []
      runs.push(run)
    }
    seen.add(change.id)
    run.push(change)
  }
  return runs
}

async function setEach(
  handle: Handle,
  scope: MirrorScope,
  type: string,
  changes: ActiveChange[],
  groups: boolean,
): Promise<ActiveSet[]> {
  const given = changes.map((change, place) => ({ place, ...change }))
  const rows = await handle.unsafe<
    (ResourceColumns & GroupColumns & { text: string | null; place: number; done: boolean })[]
  >(groups ? WITH_GROUPS : WITHOUT_GROUPS, [scope.organization, scope.source, type, JSON.stringify(given)], {
    prepare: true,
  })
  const memberships = groups ? await Memberships.of(handle, scope, rows) : null
  const sets = new Map<number, ActiveSet>()
  for (const row of rows) {
    const resource = row.text === null ? null : toResource(row, row.text, memberships?.groupsOf(row) ?? null)
    sets.set(row.place, resource === null ? 'unclear' : { resource, changed: row.done })
  }
  return changes.map((_, place) => sets.get(place) ?? 'gone')
}

const statement = (known: string) => `
  select ${resourceColumns(false, 'r.document')}, r.place, r.changed as done, ${known} as known
  from mirror_set_active_many($1, $2, $3, $4::text::json) r`

const WITH_GROUPS = statement(GROUPS_OF_EACH)
const WITHOUT_GROUPS = statement('null::json')
