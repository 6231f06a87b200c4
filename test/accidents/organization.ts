/** The thousand people as members with their products, in one approval mode; files arrive a night apart, and policies do what they may. */
import type { ApprovalMode } from '../../src/reconcile/model.ts'
import { overrideCount } from '../../src/reconcile/review.ts'
import { approve } from '../../src/sync/approve.ts'
import { KIM, openWorld, type World } from '../support/pipeline.ts'
import { type Arrival, GOOD } from './damage.ts'
import { each, everybody, file, SIZE } from './roster.ts'

const LEE = { ...KIM, name: 'lee@acme.example' }
const HOUR = 3_600_000

const setting = (approval: ApprovalMode) => ({
  products: ['vray', 'houdini', 'maya'].map((key) => `${key}: { name: ${key}, seats: 5000 }`).join('\n'),
  sources: `hr: { kind: csv, approval: ${approval} }`,
  rules: `everyone: { source: hr, when: { everyone: true }, then: [{ member: member }] }
artists: { source: hr, when: { group: { name: Artists } }, then: [{ product: vray }] }
engineers: { source: hr, when: { group: { name: Engineers } }, then: [{ product: houdini }] }`,
})

/** What one person has. */
interface Standing {
  id: number
  email: string
  state: string
  role: string
  /** Product → its end. */
  products: Record<string, string | null>
}

export class Organization {
  readonly #world: World
  /** How everybody stood before anything went wrong. */
  #before: Standing[] = []
  #files = 0

  private constructor(world: World) {
    this.#world = world
  }

  /** Everybody joins by plans that a person approves, more than a policy may ask for; then the mode changes to the given one. */
  static async make(mode: ApprovalMode): Promise<Organization> {
    const world = await openWorld(setting('manual'))
    const made = new Organization(world)
    for (const count of [SIZE - 2, SIZE - 1, SIZE]) await made.#agreed(file(everybody(count)))
    await world.configure(setting(mode))
    // The first plan under changed settings is looked at by a person.
    if (mode !== 'observe')
      for (const name of ['Ida', 'Ada'])
        await made.#agreed(file(each('first_name', (value, n) => (n === 9 ? name : value))))
    await world.sql`update members set state = 'active', accepted_at = ${world.at} where person_id % 10 <> 0`
    made.#before = await made.#standing()
    return made
  }

  /** A file arrives, a night after the last one. Returns what became of it, in a few words; before it, what the clock found due. */
  async night({ content, name = 'roster.csv', evidence }: Arrival, first: boolean): Promise<string> {
    const world = this.#world
    this.#files += 1
    world.pass(24 * HOUR)
    const due = first ? '' : await this.#policies('due')
    world.pass(HOUR)
    const { state, findings } = await world.drop(`${this.#files}-${name}`, content, 'hr', evidence)
    const guards = findings.filter((one) => one.verdict !== 'pass').map((one) => one.guard)
    const then = state === 'admitted' ? await this.#policies('snapshot') : ''
    return [due, state, ...guards, then].filter(Boolean).join(' ')
  }

  /** Plans what there is to plan, and applies what a policy approved of it: nobody is there to approve anything. */
  async #policies(because: 'snapshot' | 'due'): Promise<string> {
    const { plans } = await this.#world.propose(because)
    const told: string[] = []
    for (const id of plans) {
      const plan = await this.#world.plan(id)
      const counts = Object.entries(plan.counts).map(([kind, count]) => `${kind} ${count}`)
      const stops = plan.findings.filter((one) => one.verdict !== 'pass').map((one) => one.guard)
      if (plan.state === 'approved') await this.#world.run(id)
      const became = plan.state === 'approved' ? 'applied' : plan.state === 'draft' ? 'only shown' : 'waits'
      told.push(`→ ${became}: ${[...counts, ...new Set(stops)].join(', ')}`)
    }
    return told.join(' ')
  }

  /** The good file again, and whatever it takes to be as before is approved by people. */
  async restore(): Promise<void> {
    const { state } = await this.#world.drop(`${++this.#files}-good.csv`, GOOD)
    // Nothing was used of what came before it, so there is nothing to plan.
    if (state === 'confirmed') return
    await this.#policies('snapshot')
    await this.#settle()
  }

  close(): Promise<void> {
    return this.#world.close()
  }

  async #agreed(content: string): Promise<void> {
    await this.#world.drop(`${++this.#files}-roster.csv`, content)
    await this.#settle()
    this.#world.pass(25 * HOUR)
  }

  async #settle(): Promise<void> {
    const { plans } = await this.#world.propose('person')
    for (const id of plans) {
      await this.#agree(id)
      if ((await this.#world.plan(id)).state === 'approved') await this.#world.run(id)
    }
  }

  /** One administrator, or two, type the number. */
  async #agree(id: number): Promise<void> {
    for (const actor of [KIM, LEE]) {
      const { state, findings, hash } = await this.#world.plan(id)
      if (state !== 'awaiting_approval') return
      const count = overrideCount(findings)
      const override = count === null ? {} : { override: { count, reason: 'as agreed' } }
      await approve(this.#world.parts, this.#world.organization, id, { actor, hash, start: false, ...override })
    }
  }

  async #standing(): Promise<Standing[]> {
    return await this.#world.sql<Standing[]>`
      select m.person_id as id, m.email, m.state, m.role,
        coalesce(jsonb_object_agg(p.key, a.expires_at) filter (where p.key is not null), '{}') as products
      from members m
      left join assignments a on a.organization_id = m.organization_id and a.person_id = m.person_id
      left join products p on p.organization_id = a.organization_id and p.id = a.product_id
      where m.organization_id = ${this.#world.organization} group by m.person_id, m.email, m.state, m.role order by m.person_id`
  }

  /** What the thousand have lost, by person: membership, access, an address, a product, or time of one. */
  async losses(): Promise<string[]> {
    const now = new Map((await this.#standing()).map((one) => [one.id, one]))
    return this.#before.flatMap((before) => {
      const after = now.get(before.id)
      const lost: string[] = []
      if (after === undefined || after.state !== before.state) lost.push(after?.state ?? 'gone')
      if (after && after.email.toLowerCase() !== before.email) lost.push(`is now ${after.email}`)
      if (after && after.role !== before.role) lost.push(`is now ${after.role}`)
      for (const [product, end] of Object.entries(before.products)) {
        const left = after?.products[product]
        if (left === undefined) lost.push(`lost ${product}`)
        else if (left !== end && left !== null && (end === null || left < end)) lost.push(`${product} until ${left}`)
      }
      return lost.map((what) => `${before.email} ${what}`)
    })
  }
}
