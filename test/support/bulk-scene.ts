/** An organization on a started daemon, with a mail server: people ask for something over the API, and by commands as processes. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { type Daemon, type Ended, Installation, until } from './daemon.ts'
import { type FreshDatabase, freshDatabase } from './database.ts'
import { type MailServer, mailServer } from './mail-server.ts'
import { type Mail, readMail } from './read-mail.ts'

export const planShape = z.looseObject({
  id: z.string(),
  state: z.string(),
  hash: z.string(),
  headline: z.string(),
  verdict: z.string(),
  itemCount: z.number(),
  counts: z.record(z.string(), z.number()),
  seats: z.array(z.looseObject({ product: z.string(), owned: z.number(), used: z.number(), after: z.number() })),
  quiet: z.boolean(),
})
export const draftedShape = planShape.extend({ repeated: z.boolean(), pinned: z.number(), letters: z.number() })
export const progressShape = z.looseObject({
  state: z.string(),
  itemCount: z.number(),
  states: z.record(z.string(), z.number()),
  people: z.record(z.string(), z.number()).optional(),
})
const memberShape = z.looseObject({
  id: z.string(),
  email: z.string(),
  state: z.string(),
  assignments: z.array(z.looseObject({ product: z.string(), expiresAt: z.string().nullable() })),
})
const itemShape = z.looseObject({
  number: z.number(),
  kind: z.string(),
  email: z.string(),
  product: z.string().nullable(),
  state: z.string(),
  predicted: z.string(),
  code: z.string().nullable(),
  foreseen: z.looseObject({ code: z.string(), message: z.string(), nextStep: z.string() }).nullable(),
})

interface Request {
  body?: object
  /** A file, as it lies there. */
  csv?: string | Uint8Array<ArrayBuffer>
  headers?: Record<string, string>
  token?: string
}

interface Answer {
  status: number
  headers: Headers
  text: string
  json: Record<string, unknown>
}

interface Mails {
  members: Mail[]
  administrators: Mail[]
}

const isOfficial = ({ subject }: Mail): boolean => subject.startsWith('[rosterd]')

const FIELDS = z.record(z.string(), z.unknown())
const ENDED = new Set(['applied', 'partially_failed', 'failed', 'stale', 'cancelled'])

/** Its tests tell one story and run in order. */
export class BulkScene {
  readonly place: Installation
  readonly #database: FreshDatabase
  readonly #server: MailServer
  #daemon: Daemon

  private constructor(place: Installation, database: FreshDatabase, server: MailServer, daemon: Daemon) {
    this.place = place
    this.#database = database
    this.#server = server
    this.#daemon = daemon
  }

  static async open(config: string, files: Record<string, string> = {}): Promise<BulkScene> {
    const [database, server] = await Promise.all([freshDatabase(), mailServer()])
    const place = await Installation.make(config, files)
    const daemon = await place.start({ DATABASE_URL: database.url, SMTP_URL: `smtp://127.0.0.1:${server.port}` })
    return new BulkScene(place, database, server, daemon)
  }

  async close(): Promise<void> {
    await this.place.remove()
    await this.#server.close()
    await this.#database.drop()
  }

  get daemon(): Daemon {
    return this.#daemon
  }

  /** The database itself, for what no door does: letting time go by. */
  get sql(): FreshDatabase['sql'] {
    return this.#database.sql
  }

  /** The daemon is stopped, and another one goes on with what it left. */
  async startAnew(): Promise<void> {
    await this.#daemon.stop()
    const { url } = this.#database
    this.#daemon = await this.place.start({
      DATABASE_URL: url,
      SMTP_URL: `smtp://127.0.0.1:${this.#server.port}`,
    })
  }

  /** A command with what its shell would show. */
  rosterd(...args: string[]): Promise<Ended> {
    return this.place.rosterd(...args)
  }

  /** A file beside the configuration; its path. */
  async file(name: string, content: string | Uint8Array): Promise<string> {
    const path = join(this.place.directory, name)
    await writeFile(path, content)
    return path
  }

  /** The answer of the API below the organization, whatever its status. */
  async ask(method: string, path: string, { body, csv, headers = {}, token }: Request = {}): Promise<Answer> {
    const response = await fetch(`${this.#daemon.url}/api/v1/organizations/acme${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token ?? this.#daemon.token}`,
        'content-type': csv === undefined ? 'application/json' : 'text/csv',
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(csv !== undefined && { body: csv }),
    })
    const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(await response.arrayBuffer())
    const type = response.headers.get('content-type') ?? ''
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: type.includes('json') ? FIELDS.parse(JSON.parse(text)) : {},
    }
  }

  /** The answer as something, where nothing else than success is expected. */
  async read<S extends z.ZodType>(shape: S, method: string, path: string, request: Request = {}): Promise<z.output<S>> {
    const { status, text, json } = await this.ask(method, path, request)
    if (status !== 200) throw new Error(`${method} ${path}: ${status} ${text}`)
    return shape.parse(json)
  }

  /** A draft of what is asked for. */
  operation(body: object): Promise<z.output<typeof draftedShape>> {
    return this.read(draftedShape, 'POST', '/operations', { body })
  }

  plan(id: string): Promise<z.output<typeof planShape>> {
    return this.read(planShape, 'GET', `/plans/${id}`)
  }

  items(id: string): Promise<z.output<typeof itemShape>[]> {
    return this.#daemon.list(`/plans/${id}/items`, itemShape)
  }

  /** Approves the plan as it is now and waits for its end. */
  async apply(id: string): Promise<z.output<typeof progressShape>> {
    const { hash } = await this.plan(id)
    await this.read(planShape, 'POST', `/plans/${id}/approve`, { body: { hash } })
    return await this.ended(id)
  }

  ended(id: string): Promise<z.output<typeof progressShape>> {
    return until(async () => {
      const progress = await this.read(progressShape, 'GET', `/plans/${id}/progress`)
      return ENDED.has(progress.state) && progress
    })
  }

  /** Members by address: their state, and what they hold. */
  async members(): Promise<Record<string, string[]>> {
    const all = await this.#daemon.list('/members', memberShape)
    return Object.fromEntries(
      all.map(({ email, state, assignments }) => [email, [state, ...assignments.map(({ product }) => product)]]),
    )
  }

  async member(email: string): Promise<z.output<typeof memberShape>> {
    const all = await this.#daemon.list('/members', memberShape)
    const found = all.find((one) => one.email === email)
    if (found === undefined) throw new Error(`nobody is ${email}`)
    return found
  }

  /** Seats of a product: how many are used, and how many free. */
  async seats(product: string): Promise<{ used: number; free: number; waiting: number }> {
    return await this.read(
      z.object({ used: z.number(), free: z.number(), waiting: z.number() }),
      'GET',
      `/products/${product}`,
    )
  }

  /** A token of one administrator of the configuration. */
  async token(administrator: string): Promise<string> {
    const made = await this.rosterd('token', 'create', '--administrator', administrator)
    if (made.code !== 0) throw new Error(made.err)
    return made.out.trim()
  }

  /** Mails about one plan, once as many as this have come to members and to administrators. */
  async mailsOf(plan: string, least: { members: number; administrators: number }): Promise<Mails> {
    const about = new RegExp(`\\b${plan}\\b`)
    return await until(async () => {
      const mails = this.#server.deliveries.map(readMail).filter(({ text }) => about.test(text))
      const [administrators, members] = [mails.filter(isOfficial), mails.filter((mail) => !isOfficial(mail))]
      const arrived = members.length >= least.members && administrators.length >= least.administrators
      return arrived && { members, administrators }
    })
  }

  /** `address plan` of every mail to a member so far. */
  letters(): string[] {
    const mails = this.#server.deliveries.map(readMail).filter((mail) => !isOfficial(mail))
    return mails.map(({ to, text }) => `${to} ${/Reference: (pln_\d+)/.exec(text)?.[1]}`)
  }
}

/** The plan that a command names in what it prints: `pln_7`. */
export function planIn({ out, err }: Ended): string {
  const found = /\bpln_\d+\b/.exec(out + err)?.[0]
  if (found === undefined) throw new Error(`no plan in:\n${out}\n${err}`)
  return found
}

/** A line that a command says to type, as the arguments of the next command. */
export function lineIn({ out, err }: Ended, before: string): string[] {
  const text = out + err
  const at = text.indexOf(before)
  const line = text.slice(at + before.length).split('\n')[0] ?? ''
  const [, typed] = /npx rosterd (.+)$/.exec(line) ?? []
  if (at < 0 || typed === undefined) throw new Error(`no line after ${before} in:\n${text}`)
  return typed.trim().split(' ')
}
