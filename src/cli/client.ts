/** The way to a running daemon: where it is, with which token, and what its errors mean here. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { RosterdError } from '../errors.ts'
import { type Organization, organization, pageOf } from './answers.ts'
import { CliError, exitOf, usage } from './exit.ts'
import { configIfAny } from './settings.ts'

export interface Way {
  url?: string | undefined
  token?: string | undefined
  organization?: string | undefined
}

type Env = Readonly<Record<string, string | undefined>>

const problem = z.object({
  code: z.string(),
  detail: z.string(),
  next: z.string().default(''),
  id: z.string().optional(),
  found: z.array(z.string()).optional(),
})
/** So often in a row it waits for its turn, some seconds each time. */
const MOST_WAITS = 10

const daemonFile = z.object({ url: z.string() })

/** What stands in a request. */
interface Sent {
  type: string
  content: string | Blob
}

const jsonOf = (body: object): Sent => ({ type: 'application/json', content: JSON.stringify(body) })

export class Client {
  readonly #url: string
  readonly #token: string | null
  readonly #key: string | undefined
  #organization: Promise<Organization> | undefined

  private constructor(url: string, token: string | null, key: string | undefined) {
    this.#url = url
    this.#token = token
    this.#key = key
  }

  /** Options come first, then the environment, then what the daemon left in its data directory. */
  static async find(way: Way, env: Env): Promise<Client> {
    const data = env['ROSTERD_DATA'] || (configIfAny(env)?.dataDirectory ?? './data')
    const left = await leftBehind(data)
    const named = way.url || env['ROSTERD_URL']
    const url = (named ?? left ?? `http://${env['HOST'] || '127.0.0.1'}:${env['PORT'] || '8080'}`).replace(/\/+$/, '')
    if (!URL.canParse(url)) throw usage(`${url} is not a URL.`, 'Give it as http://127.0.0.1:8080.')
    const given = way.token || env['ROSTERD_TOKEN'] || env['ROSTERD_ADMIN_TOKEN']
    // The token in the data directory opens this machine's daemon and is sent to no other.
    const kept = isLoopback(url) || url === left ? await readOr(join(data, 'admin-token')) : null
    return new Client(url, given ?? kept, way.organization || env['ROSTERD_ORGANIZATION'] || undefined)
  }

  /** The organization that is meant: the named one, else the only one. */
  organization(): Promise<Organization> {
    this.#organization ??= this.#findOrganization()
    return this.#organization
  }

  async #findOrganization(): Promise<Organization> {
    const { items } = await this.#json('GET', '/api/v1/organizations', undefined, pageOf(organization))
    if (this.#key !== undefined) {
      const found = items.find((one) => one.key === this.#key)
      if (found === undefined) throw new RosterdError('ORGANIZATION_NOT_FOUND', { organization: this.#key })
      return found
    }
    const [only, ...others] = items
    if (only === undefined)
      throw new CliError('NOT_FOUND', 'There is no organization yet.', 'Add one to the configuration.')
    if (others.length > 0) {
      const { code, message } = new RosterdError('ORGANIZATION_REQUIRED', {
        list: items.map((one) => one.key).join(', '),
      })
      throw new CliError(
        code,
        message,
        `Add --organization and one of them, for example --organization ${only.key}.`,
        exitOf(code),
      )
    }
    return only
  }

  async get<S extends z.ZodType>(path: string, answer: S): Promise<z.output<S>> {
    return this.#json('GET', await this.#below(path), undefined, answer)
  }

  async post<S extends z.ZodType>(path: string, body: object, answer: S): Promise<z.output<S>> {
    return this.#json('POST', await this.#below(path), jsonOf(body), answer)
  }

  async put<S extends z.ZodType>(path: string, body: object, answer: S): Promise<z.output<S>> {
    return this.#json('PUT', await this.#below(path), jsonOf(body), answer)
  }

  /** Of what stands above all organizations. */
  async postAbove<S extends z.ZodType>(path: string, body: object, answer: S): Promise<z.output<S>> {
    return this.#json('POST', `/api/v1${path}`, jsonOf(body), answer)
  }

  /** Sends a CSV file as it lies there. */
  async upload<S extends z.ZodType>(path: string, file: Blob, answer: S): Promise<z.output<S>> {
    return this.#json('POST', await this.#below(path), { type: 'text/csv', content: file }, answer)
  }

  async delete<S extends z.ZodType>(path: string, answer: S): Promise<z.output<S>> {
    return this.#json('DELETE', await this.#below(path), undefined, answer)
  }

  /** Every thing of a list, page after page. */
  async *each<T extends z.ZodType>(path: string, thing: T): AsyncGenerator<z.output<T>> {
    const page = pageOf(thing)
    for (let cursor: string | undefined; ; ) {
      const join = path.includes('?') ? '&' : '?'
      const { items, next } = await this.get(
        `${path}${join}limit=500${cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
        page,
      )
      yield* items
      if (next === undefined) return
      cursor = next
    }
  }

  /** A file, as it is sent. */
  async download(path: string, accept: string): Promise<AsyncIterable<Uint8Array>> {
    const response = await this.#send('GET', await this.#below(path), undefined, accept)
    return response.body ?? ReadableStream.from([])
  }

  async #below(path: string): Promise<string> {
    return `/api/v1/organizations/${encodeURIComponent((await this.organization()).key)}${path}`
  }

  async #json<S extends z.ZodType>(method: string, path: string, body: Sent | undefined, answer: S) {
    const response = await this.#send(method, path, body, 'application/json')
    return answer.parse(await response.json())
  }

  /** What is asked too fast is asked again when the daemon says so: a long list takes a little longer, and does not break off. */
  async #send(method: string, path: string, body: Sent | undefined, accept: string): Promise<Response> {
    for (let waits = 0; ; waits++) {
      const response = await this.#fetch(method, path, body, accept)
      if (response.ok) return response
      const seconds = Number(response.headers.get('retry-after'))
      if (response.status !== 429 || !(seconds > 0) || waits >= MOST_WAITS) throw await this.#refusal(response)
      await response.body?.cancel()
      await sleep(seconds * 1_000)
    }
  }

  #fetch(method: string, path: string, body: Sent | undefined, accept: string): Promise<Response> {
    return fetch(this.#url + path, {
      method,
      headers: {
        accept,
        ...(this.#token === null ? {} : { authorization: `Bearer ${this.#token}` }),
        ...(body === undefined ? {} : { 'content-type': body.type }),
      },
      ...(body === undefined ? {} : { body: body.content }),
    }).catch((error: unknown) => {
      throw new RosterdError('DAEMON_UNREACHABLE', { url: this.#url, reason: reasonOf(error) }, { cause: error })
    })
  }

  async #refusal(response: Response): Promise<Error> {
    const known = problem.safeParse(await response.json().catch(() => null))
    if (!known.success) {
      const reason = `what answers there is not rosterd (HTTP ${response.status})`
      return new RosterdError('DAEMON_UNREACHABLE', { url: this.#url, reason })
    }
    const { code, detail, next, id, found } = known.data
    if (code === 'UNAUTHENTICATED') {
      const sentence =
        this.#token === null ? `There is no token for ${this.#url}.` : `${this.#url} does not accept this token.`
      const hint = 'Set ROSTERD_TOKEN, or run this in the directory (or with the ROSTERD_DATA) of the daemon.'
      return new CliError(code, sentence, hint)
    }
    const named = found?.join(', ') ?? ''
    // The sentence names them itself, unless they are very many.
    const columns = detail.includes(named) ? '' : ` Its columns are: ${named}.`
    return new CliError(code, detail + columns, next, exitOf(code), id)
  }
}

async function leftBehind(data: string): Promise<string | null> {
  const text = await readOr(join(data, 'daemon.json'))
  if (text === null) return null
  try {
    return daemonFile.parse(JSON.parse(text)).url
  } catch {
    return null
  }
}

async function readOr(file: string): Promise<string | null> {
  try {
    return (await readFile(file, 'utf8')).trim()
  } catch {
    return null
  }
}

function isLoopback(url: string): boolean {
  const { hostname } = new URL(url)
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname)
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  if (code === 'ECONNREFUSED') return 'nothing listens there'
  if (code === 'ENOTFOUND') return 'the name is unknown'
  return cause instanceof Error ? cause.message || code : String(cause)
}
