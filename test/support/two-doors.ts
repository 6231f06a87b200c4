/** One thing asked for through both doors: as requests of the API, and as commands that are typed. What comes of it is looked up alike. */
import { z } from 'zod'
import type { Verb } from '../../src/reconcile/operation.ts'
import { BulkScene, draftedShape, planIn, planShape, progressShape } from './bulk-scene.ts'
import { type Ended, run, until } from './daemon.ts'
import type { Mail } from './read-mail.ts'
import { WIDE_LIMITS } from './wide-limits.ts'

export const DOORS = ['API', 'CLI'] as const
export type Door = (typeof DOORS)[number]
/** Kim and Dana may do everything, Olga operates, Vic looks, Gus is of another organization; root is whoever started the daemon. */
const PEOPLE = ['kim', 'dana', 'olga', 'vic', 'gus'] as const
export type Who = (typeof PEOPLE)[number] | 'root'

/** Two organizations; the first with a source, for whoever wants to be contradicted by one. */
const twoOrganizations = (limits = WIDE_LIMITS): string => `organizations:
  acme:
    name: Acme
    zone: Europe/Berlin
    domains: [acme.example]
    administrators:
      - { email: kim@acme.example, role: admin }
      - { email: dana@acme.example, role: admin }
      - { email: olga@acme.example, role: operator }
      - { email: vic@acme.example, role: viewer }
    products:
      vray: { name: V-Ray, seats: 1000, aliases: [VRay] }
      houdini: { name: Houdini, seats: 1000 }
      toolbox: { name: Admin Toolbox, seats: 1000 }
    sources: { hr: { name: HR feed, kind: csv, approval: manual, settle: 50ms } }
    rules:
      everyone: { source: hr, when: { everyone: true }, then: [{ member: member }] }
      artists: { source: hr, when: { group: { name: Artists } }, then: [{ product: vray }] }
    ${limits}
  globex:
    name: Globex
    domains: [globex.example]
    administrators: [{ email: gus@globex.example, role: admin }]
    products: { vray: { name: V-Ray, seats: 5 } }
`

/** What somebody asks for, in words that both doors have; whom by one of the first three. */
export interface Wish {
  verb: Verb
  /** The text of a file. */
  csv?: string
  users?: string[]
  where?: string
  products?: string[]
  allProducts?: boolean
  expires?: string
  revokeFirst?: boolean
  quiet?: boolean
  pin?: 'next_sync' | 'always' | { days: number }
}

const failureShape = z.looseObject({
  email: z.string().nullable(),
  line: z.number().nullable(),
  code: z.string(),
  reason: z.string(),
  nextStep: z.string(),
})
const memberShape = z.looseObject({
  id: z.string(),
  state: z.string(),
  email: z.string(),
  assignments: z.array(z.looseObject({ id: z.string(), product: z.string(), expiresAt: z.string().nullable() })),
})
type Plan = z.output<typeof planShape>
type Drafted = z.output<typeof draftedShape>

export interface Outcome {
  plan: Plan
  /** Items, and people by the worst of their items: how many came to what. */
  states: Record<string, number>
  people: Record<string, number>
  /** `line CODE sentence`, or with an address where it is about somebody. */
  failures: string[]
  /** What the person read: the sentences of the draft, or everything that was printed. */
  said: string
  /** Of the command; null for a request. */
  exit: number | null
}

const ANSWER = z.record(z.string(), z.unknown())

/** Its tests tell one story and run in order. */
export class TwoDoors {
  readonly scene: BulkScene
  readonly #tokens: ReadonlyMap<Who, string>

  private constructor(scene: BulkScene, tokens: ReadonlyMap<Who, string>) {
    this.scene = scene
    this.#tokens = tokens
  }

  static async open(config = twoOrganizations()): Promise<TwoDoors> {
    const scene = await BulkScene.open(config)
    const tokens = new Map<Who, string>([['root', scene.daemon.token]])
    for (const who of PEOPLE) {
      const organization = who === 'gus' ? 'globex' : 'acme'
      const wish = { administrator: `${who}@${organization}.example` }
      const { body } = await scene.daemon.ask('POST', '/tokens', wish, organization)
      tokens.set(who, z.string().parse(body['token']))
    }
    return new TwoDoors(scene, tokens)
  }

  close(): Promise<void> {
    return this.scene.close()
  }

  /** Asks for it, lets it happen, and waits for its end. */
  async does(door: Door, wish: Wish, who: Who = 'kim'): Promise<Outcome> {
    if (door === 'CLI') {
      const ended = await this.type(who, ...(await this.argsOf(wish)), '--yes')
      return { ...(await this.outcome(planIn(ended))), said: ended.out + ended.err, exit: ended.code }
    }
    const drafted = await this.draft(who, wish)
    await this.approve(who, drafted)
    await this.scene.ended(drafted.id)
    return { ...(await this.outcome(drafted.id)), said: drafted.headline }
  }

  /** Asks what it would do; a draft stays. */
  async looks(door: Door, wish: Wish, who: Who = 'kim'): Promise<Outcome> {
    if (door === 'CLI') {
      const ended = await this.type(who, ...(await this.argsOf(wish)), '--dry-run')
      return { ...(await this.outcome(planIn(ended))), said: ended.out + ended.err, exit: ended.code }
    }
    const { id, headline } = await this.draft(who, wish)
    const foreseen = (await this.scene.items(id)).flatMap(({ foreseen }) => foreseen ?? [])
    const said = [headline, ...foreseen.map(({ message, nextStep }) => `${message} ${nextStep}`)].join('\n')
    return { ...(await this.outcome(id)), said }
  }

  /** The answer of the API, whatever its status. */
  async ask(who: Who, method: string, path: string, body?: object, organization = 'acme') {
    const response = await fetch(`${this.scene.daemon.url}/api/v1/organizations/${organization}${path}`, {
      method,
      headers: { authorization: `Bearer ${this.#tokens.get(who)}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    })
    return { status: response.status, body: ANSWER.parse(await response.json()) }
  }

  /** The same where nothing else than success is expected. */
  async must<S extends z.ZodType>(shape: S, who: Who, method: string, path: string, body?: object) {
    const answer = await this.ask(who, method, path, body)
    if (answer.status !== 200)
      throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}\n${this.scene.daemon.logged()}`)
    return shape.parse(answer.body)
  }

  async draft(who: Who, { csv, ...asked }: Wish): Promise<Drafted> {
    if (csv === undefined) return await this.must(draftedShape, who, 'POST', '/operations', asked)
    const sent = await this.scene.ask('POST', `/uploads?verb=${asked.verb}`, {
      csv,
      token: this.#tokens.get(who) ?? '',
    })
    if (sent.status !== 200) throw new Error(sent.text)
    return await this.must(draftedShape, who, 'POST', '/operations', { ...asked, upload: sent.json['id'] })
  }

  /** Lets it happen as it was seen. */
  async approve(who: Who, { id, hash }: Pick<Plan, 'id' | 'hash'>, more: object = {}): Promise<Plan> {
    return await this.must(planShape, who, 'POST', `/plans/${id}/approve`, { hash, ...more })
  }

  type(who: Who, ...args: string[]): Promise<Ended> {
    const token = this.#tokens.get(who) ?? ''
    const organization = who === 'gus' ? 'globex' : 'acme'
    const own = { ROSTERD_TOKEN: token, ROSTERD_ORGANIZATION: organization }
    return run(args, { ...this.scene.place.environment, ...own })
  }

  async argsOf({ verb, csv, users = [], where, products = [], pin, ...rest }: Wish): Promise<string[]> {
    const { allProducts, expires, revokeFirst, quiet } = rest
    return [
      verb,
      ...(csv === undefined ? [] : ['--csv', await this.scene.file('people.csv', csv)]),
      ...users.flatMap((one) => ['--user', one]),
      ...(where === undefined ? [] : ['--where', where]),
      ...products.flatMap((one) => ['--product', one]),
      ...(allProducts ? ['--all-products'] : []),
      ...(expires === undefined ? [] : ['--expires', expires]),
      ...(revokeFirst ? ['--revoke-first'] : []),
      ...(quiet ? ['--quiet'] : []),
      ...(pin === undefined ? [] : pinArgs(pin)),
    ]
  }

  async outcome(id: string): Promise<Outcome> {
    const failed = z.object({ items: z.array(failureShape) })
    const progress = await this.must(progressShape, 'root', 'GET', `/plans/${id}/progress`)
    const { items } = await this.must(failed, 'root', 'GET', `/plans/${id}/failures`)
    return {
      plan: await this.scene.plan(id),
      states: progress.states,
      people: Object.fromEntries(Object.entries(progress.people ?? {}).filter(([, many]) => many > 0)),
      failures: items.map(({ email, line, code, reason }) => `${email ?? `line ${line}`} ${code} ${reason}`),
      said: '',
      exit: null,
    }
  }

  /** `active houdini vray`: the state of each of them, and what they hold. */
  async stands(...emails: string[]): Promise<string[]> {
    const all = await this.scene.daemon.list('/members?state=all', memberShape)
    return emails.map((email) => {
      const one = all.find((member) => member.email === email)
      return one === undefined ? 'nobody' : [one.state, ...one.assignments.map(({ product }) => product)].join(' ')
    })
  }

  /** Ids of members: `mem_7`. */
  async ids(...emails: string[]): Promise<string[]> {
    const all = await this.scene.daemon.list('/members', memberShape)
    return all.filter((one) => emails.includes(one.email)).map((one) => one.id)
  }

  /** The ends of what they hold of a product. */
  async endsOf(product: string, ...emails: string[]): Promise<(string | null | undefined)[]> {
    const all = await this.scene.daemon.list('/members', memberShape)
    const held = emails.map((email) => all.find((one) => one.email === email)?.assignments ?? [])
    return held.map((assignments) => assignments.find((one) => one.product === product)?.expiresAt)
  }

  /** Plans of a lane, newest first. */
  async plansOf(lane: string): Promise<Plan[]> {
    const all = await this.scene.daemon.list('/plans', planShape.extend({ lane: z.string() }))
    return all.filter((one) => one.lane === lane)
  }

  /** Mails about a plan: once so many members have theirs, and three administrators, or all four when it has ended. */
  mailsOf(plan: string, members = 0): ReturnType<BulkScene['mailsOf']> {
    return this.scene.mailsOf(plan, { members, administrators: 3 })
  }

  /** What one of them got about a plan: subjects and texts. */
  async letters(to: string, plan: string): Promise<Mail[]> {
    return await until(async () => {
      const { members } = await this.scene.mailsOf(plan, { members: 0, administrators: 0 })
      const own = members.filter((mail) => mail.to === to)
      return own.length > 0 && own
    }, 20_000)
  }

  /** Makes members of them by a file, quietly: address and products; with an account, so that they are active. */
  async seed(people: Record<string, string>): Promise<void> {
    const lines = Object.entries(people).map(([email, products]) => `${email},${products}`)
    const csv = `email,products\n${lines.join('\n')}\n`
    const { plan } = await this.does('API', { verb: 'invite', csv, quiet: true })
    if (plan.state !== 'applied') throw new Error(`the seed is ${plan.state}`)
    for (const one of await this.scene.daemon.list('/members?state=invited', memberShape))
      await this.must(ANSWER, 'root', 'POST', `/members/${one.id}/accept`, {})
  }

  /** The id of an assignment, for whoever lends licences. */
  async assignment(email: string, product: string): Promise<string> {
    const all = await this.scene.daemon.list('/members', memberShape)
    const found = all.find((one) => one.email === email)?.assignments.find((one) => one.product === product)
    if (found === undefined) throw new Error(`${email} does not hold ${product}`)
    return found.id
  }

  /** As a licence server does it: the device has the licence offline until then. */
  async lend(email: string, product: string, device: string, until: string): Promise<void> {
    const id = await this.assignment(email, product)
    await this.must(ANSWER, 'olga', 'PUT', `/assignments/${id}/borrow`, { device, until })
  }

  async giveBack(email: string, product: string, device: string): Promise<void> {
    const id = await this.assignment(email, product)
    await this.must(ANSWER, 'olga', 'DELETE', `/assignments/${id}/borrow?device=${encodeURIComponent(device)}`)
  }
}

function pinArgs(pin: NonNullable<Wish['pin']>): string[] {
  if (pin === 'next_sync') return ['--until-next-sync']
  return pin === 'always' ? ['--always'] : ['--for', `${pin.days}d`]
}

/** So many days from now, as an instant. */
export const inDays = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString()
