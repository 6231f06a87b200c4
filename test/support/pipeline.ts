/** A whole pipeline without HTTP: real files in a real drop folder, a real database, a clock that the test holds. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { checkText, readEnvironment } from '../../src/config/index.ts'
import type { PlanState } from '../../src/reconcile/model.ts'
import { findOrganization, listSources } from '../../src/store/organizations.ts'
import { type ItemRow, type PlanRow, readItems, readPlan } from '../../src/store/plans.ts'
import { approve } from '../../src/sync/approve.ts'
import { configure } from '../../src/sync/configure.ts'
import { execute } from '../../src/sync/execute.ts'
import type { Observed } from '../../src/sync/observed.ts'
import type { Actor, Parts, ProposeBecause } from '../../src/sync/parts.ts'
import { type Proposed, propose } from '../../src/sync/propose.ts'
import { folderOf, receive } from '../../src/sync/receive.ts'
import { freshDatabase } from './database.ts'

export const KIM: Actor = { kind: 'person', name: 'kim@acme.example', role: 'admin' }

type Evidence = Parameters<typeof receive>[3]['evidence']

/** The organization of most tests; `sources`, `products` and `rules` can be given whole. */
export interface Setting {
  products?: string
  sources?: string
  rules?: string
  more?: string
}

const PRODUCTS = 'vray: { name: V-Ray, seats: 10 }\nhoudini: { name: Houdini, seats: 10 }'
const SOURCES = 'hr: { kind: csv, approval: manual }'
const RULES = `everyone: { source: hr, when: { everyone: true }, then: [{ member: member }] }
artists: { source: hr, when: { group: { name: Artists } }, then: [{ product: vray }] }`

function yaml({ products = PRODUCTS, sources = SOURCES, rules = RULES, more = '' }: Setting): string {
  const indent = (text: string, by: number) => text.replace(/^(?=.)/gm, ' '.repeat(by))
  return `organizations:
  acme:
    name: Acme
    zone: Europe/Berlin
    domains: [acme.example]
    administrators: [{ email: kim@acme.example, role: admin }]
${indent(more, 4)}
    products:
${indent(products, 6)}
    sources:
${indent(sources, 6)}
    rules:
${indent(rules, 6)}
`
}

export interface MemberLine {
  email: string
  state: string
  products: string[]
}

/** A file that lies where it was claimed. */
interface Claimed {
  source: number
  path: string
}

export class World {
  readonly parts: Parts
  readonly folder: string
  organization = 0
  /** Of the database, for whoever is another daemon. */
  url = ''
  at = new Date('2026-11-20T12:00:00.000Z')
  readonly #close: () => Promise<void>

  constructor(parts: (now: () => Date) => Parts, folder: string, close: () => Promise<void>) {
    this.parts = parts(() => this.at)
    this.folder = folder
    this.#close = close
  }

  get sql() {
    return this.parts.sql
  }

  /** Reads a configuration, as a start of the daemon does. */
  async configure(setting: Setting): Promise<void> {
    const environment = readEnvironment({ ROSTERD_DATA: this.folder })
    const { config, problems } = checkText('rosterd.yaml', yaml(setting), environment)
    if (!config) throw new Error(problems.map((problem) => problem.message).join('\n'))
    await configure(this.sql, config, this.at)
    const organization = await findOrganization(this.sql, 'acme')
    if (!organization) throw new Error('no organization')
    this.organization = organization.id
    for (const source of await listSources(this.sql, this.organization))
      if (source.kind === 'csv') await folderOf(source).prepare()
  }

  pass(milliseconds: number): void {
    this.at = new Date(this.at.getTime() + milliseconds)
  }

  /** Drops a file into a source's folder, claims it and observes it. */
  async drop(
    name: string,
    content: string | Uint8Array,
    source = 'hr',
    evidence: Evidence = 'atomic_rename',
  ): Promise<Observed> {
    return await this.receive(await this.claim(name, content, source, evidence))
  }

  /** Drops a file and claims it, without reading it yet. */
  async claim(
    name: string,
    content: string | Uint8Array,
    source = 'hr',
    evidence: Evidence = 'atomic_rename',
  ): Promise<Claimed> {
    this.pass(1_000)
    const found = (await listSources(this.sql, this.organization)).find((one) => one.key === source)
    if (!found) throw new Error(`no source ${source}`)
    const folder = folderOf(found)
    await folder.drop(name, typeof content === 'string' ? new TextEncoder().encode(content) : content)
    const path = await folder.claim({ name, evidence }, this.at)
    if (!path) throw new Error('the file was not there to claim')
    return { source: found.id, path }
  }

  async receive({ source, path }: Claimed): Promise<Observed> {
    const observed = await receive(this.parts, this.organization, source, { path, evidence: 'atomic_rename' })
    if (!observed) throw new Error('the file was gone')
    return observed
  }

  propose(because: ProposeBecause = 'snapshot'): Promise<Proposed> {
    return propose(this.parts, this.organization, { actor: KIM, because })
  }

  async plan(id: number | undefined): Promise<PlanRow> {
    const plan = await readPlan(this.sql, this.organization, id ?? 0)
    if (!plan) throw new Error('no such plan')
    return plan
  }

  items(plan: number): Promise<ItemRow[]> {
    return readItems(this.sql, this.organization, plan, { after: 0, limit: 100_000 })
  }

  /** Items as words: `invite ada@acme.example`, `assign ada@acme.example vray`. */
  async actions(plan: number | undefined): Promise<string[]> {
    const items = await this.items(plan ?? 0)
    return items.map((item) => [item.kind, item.email, item.product].filter(Boolean).join(' '))
  }

  async outcomes(plan: number | undefined): Promise<string[]> {
    const items = await this.items(plan ?? 0)
    return items.map((item) => [item.kind, item.email, item.product, item.state, item.code].filter(Boolean).join(' '))
  }

  async approve(id: number, override?: { count: number; reason: string }): Promise<void> {
    const plan = await this.plan(id)
    await approve(this.parts, this.organization, id, {
      actor: KIM,
      hash: plan.hash,
      start: false,
      ...(override && { override }),
    })
  }

  run(id: number): Promise<PlanState> {
    return execute(this.parts, this.organization, id, new AbortController().signal)
  }

  /** Approves what waits and runs every plan of the proposal, in order. */
  async applyAll(proposed: Proposed): Promise<PlanState[]> {
    const states: PlanState[] = []
    for (const id of proposed.plans) {
      if ((await this.plan(id)).state === 'awaiting_approval') await this.approve(id)
      states.push(await this.run(id))
    }
    return states
  }

  /** Drop, propose, approve, apply. */
  async sync(name: string, content: string, source = 'hr'): Promise<Proposed> {
    await this.drop(name, content, source)
    const proposed = await this.propose()
    await this.applyAll(proposed)
    return proposed
  }

  async members(): Promise<MemberLine[]> {
    return await this.sql<MemberLine[]>`
      select m.email, m.state, coalesce(array_agg(p.key order by p.key) filter (where p.key is not null), '{}') as products
      from members m
      left join assignments a on a.organization_id = m.organization_id and a.person_id = m.person_id
      left join products p on p.organization_id = a.organization_id and p.id = a.product_id
      where m.organization_id = ${this.organization} and m.state <> 'removed'
      group by m.person_id, m.email, m.state order by m.email`
  }

  close(): Promise<void> {
    return this.#close()
  }
}

export async function openWorld(setting: Setting = {}): Promise<World> {
  const database = await freshDatabase()
  const folder = await mkdtemp(join(tmpdir(), 'rosterd-world-'))
  const nothing = async () => undefined
  const parts = (now: () => Date): Parts => ({
    sql: database.sql,
    log: pino({ level: 'silent' }),
    now,
    jobs: { propose: nothing, execute: nothing, deliver: nothing, tidy: nothing },
  })
  const world = new World(parts, folder, async () => {
    await database.drop()
    await rm(folder, { recursive: true, force: true })
  })
  world.url = database.url
  await world.configure(setting)
  return world
}
