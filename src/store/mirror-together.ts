/**
 * The mirror as those who ask at the same time share it: what several requests of one source read, create or change is done in one call
 * and one commit. Each is told its own; none is answered before its commit.
 */
import type { Sql } from './connection.ts'
import {
  type Change,
  createResources,
  type MirrorScope,
  type Updated,
  updateResources,
  type Written,
} from './mirror.ts'
import { type ActiveChange, type ActiveSet, setActive } from './mirror-active.ts'
import { changeMembersOfMany, type MemberChange, type MembersChanged } from './mirror-members.ts'
import { type Around, lookUpResources, type MirrorResource, type Name } from './mirror-resource.ts'
import { OneByOne } from './one-by-one.ts'
import { type Limits, Together } from './together.ts'

const MOST = 64
/** Characters of JSON that one call may carry. */
const HEAVIEST = 1_000_000
/** Resources are a megabyte at most, and hardly ever more than two thousand bytes. */
const MOST_READ = 16
/** Members that one call may name, beyond those of a single request. */
const MOST_MEMBERS = 1_000

/** Resources with how many there are in all. */
export interface Page {
  resources: MirrorResource[]
  totalResults: number
}

type Update = Written & { change: Change }

export class MirrorTogether {
  readonly #sql: Sql
  readonly #kinds = {
    read: new Map<string, Together<string, MirrorResource | null>>(),
    create: new Map<string, Together<Written, number | null>>(),
    update: new Map<string, Together<Update, Updated | null>>(),
    members: new Map<string, Together<MemberChange, MembersChanged>>(),
    active: new Map<string, Together<ActiveChange, ActiveSet>>(),
    page: new Map<string, Together<null, Page>>(),
  }

  readonly #writers = new OneByOne()

  constructor(sql: Sql) {
    this.#sql = sql
  }

  /** Reads and writes one resource while nobody else here does: those who began together would overtake each other again and again. */
  alone<T>(scope: MirrorScope, type: string, id: string, work: () => Promise<T>): Promise<T> {
    return this.#writers.next(`${keyOf(scope, type)} ${id}`, work)
  }

  /** The live resource with this name; null when there is none. */
  read(scope: MirrorScope, type: string, by: Name, name: string, around: Around): Promise<MirrorResource | null> {
    const key = `${keyOf(scope, type)} ${by} ${around.groups} ${around.members}`
    return joined(this.#kinds.read, key, FEW, name, async (names) => {
      const found = await lookUpResources(this.#sql, scope, type, by, names, around)
      return names.map((one) => found.get(one) ?? null)
    })
  }

  /**
   * A page, by the whole text of the question: whoever asks it while others wait for the answer, or again because they lost patience,
   * gets the answer that is read next for all of them.
   */
  page(scope: MirrorScope, question: string, read: () => Promise<Page>): Promise<Page> {
    const key = `${scope.organization}/${scope.source} ${question}`
    return joined(this.#kinds.page, key, ALIKE, null, async (all) => {
      const page = await read()
      return all.map(() => page)
    })
  }

  /** As `createResource` without members: the version, or null where the key is taken. */
  create(scope: MirrorScope, type: string, written: Written): Promise<number | null> {
    return joined(this.#kinds.create, keyOf(scope, type), BY_TEXT, written, async (all) => {
      const made = await createResources(this.#sql, scope, type, all)
      return all.map(({ row }) => made.get(row.id) ?? null)
    })
  }

  /** As `updateResource`. */
  update(scope: MirrorScope, type: string, update: Update): Promise<Updated | null> {
    return joined(this.#kinds.update, keyOf(scope, type), BY_TEXT, update, async (all) => {
      const chosen = new Map<string, Update>()
      for (const one of all) {
        const other = chosen.get(one.row.id)
        // Made from an older version than another one, it is overtaken already; of two made from the same, the second is.
        if (other === undefined || other.change.expected < one.change.expected) chosen.set(one.row.id, one)
      }
      const made = await updateResources(this.#sql, scope, type, [...chosen.values()])
      return all.map((one) => (chosen.get(one.row.id) === one ? (made.get(one.row.id) ?? null) : null))
    })
  }

  /** As `setActive`; `groups`: with those that the resource is in. */
  active(scope: MirrorScope, type: string, change: ActiveChange, groups: boolean): Promise<ActiveSet> {
    return joined(this.#kinds.active, `${keyOf(scope, type)} ${groups}`, FEW, change, (all) =>
      setActive(this.#sql, scope, type, all, groups),
    )
  }

  /** As `changeMembers`, insisting on no version; `types`: resource types that members may have. */
  members(scope: MirrorScope, type: string, types: string[], change: MemberChange): Promise<MembersChanged> {
    return joined(this.#kinds.members, `${keyOf(scope, type)} ${types}`, BY_MEMBERS, change, (all) =>
      changeMembersOfMany(this.#sql, scope, type, all, types),
    )
  }
}

const BY_TEXT = {
  most: MOST,
  heaviest: HEAVIEST,
  weight: ({ row }: Written) => row.document.length + row.comparable.length,
}

const FEW = { most: MOST_READ, heaviest: MOST_READ, weight: () => 1 }

const ALIKE: Limits<null> = { most: Infinity, heaviest: Infinity, weight: () => 0, alike: true }

const BY_MEMBERS: Limits<MemberChange> = {
  most: MOST,
  heaviest: MOST_MEMBERS,
  weight: ({ steps }) => steps.reduce((sum, step) => sum + step.values.length, 0),
}

const keyOf = ({ organization, source }: MirrorScope, type: string): string => `${organization}/${source}/${type}`

/** Joins those who are under this key, who are forgotten when all are served. */
function joined<In, Out>(
  all: Map<string, Together<In, Out>>,
  key: string,
  limits: Limits<NoInfer<In>>,
  given: In,
  work: (given: In[]) => Promise<Out[]>,
): Promise<Out> {
  const together = all.get(key) ?? new Together(work, limits, () => all.delete(key))
  all.set(key, together)
  return together.do(given)
}
