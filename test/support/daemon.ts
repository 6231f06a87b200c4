/** The program as people run it: `rosterd serve` as a process of its own, and `rosterd …` as one beside it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { access, chmod, mkdtemp, readdir, readFile, readlink, realpath, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const PROGRAM = join(ROOT, 'src/cli/index.ts')
/** As `npm start` has it. */
const FLAGS = ['--max-semi-space-size=32', '--max-old-space-size=512', '--import', join(ROOT, 'test/support/tsx.ts')]
const WHEREABOUTS = z.object({ url: z.string(), pid: z.number() })
const START_WITHIN_MS = 80_000

export interface Ended {
  /** Null when a signal ended it. */
  code: number | null
  out: string
  err: string
}

type Env = Record<string, string>

/** Runs one command to its end. Only what a person's shell would hand over is in its environment, and `env`. */
export async function run(args: string[], env: Env = {}, within = 80_000): Promise<Ended> {
  const child = launch(args, env)
  const [out, err] = [collect(child.stdout), collect(child.stderr)]
  const late = setTimeout(() => child.kill('SIGKILL'), within)
  const ended = await closed(child)
  clearTimeout(late)
  return { code: ended, out: out(), err: err() }
}

function launch(args: string[], env: Env): ChildProcess {
  const { PATH, HOME, USER } = process.env
  const shell = Object.fromEntries(Object.entries({ PATH, HOME, USER }).filter(([, value]) => value !== undefined))
  return spawn(process.execPath, [...FLAGS, PROGRAM, ...args], {
    cwd: ROOT,
    env: { ...shell, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

function collect(stream: ChildProcess['stdout']): () => string {
  const chunks: Buffer[] = []
  stream?.on('data', (chunk: Buffer) => chunks.push(chunk))
  return () => Buffer.concat(chunks).toString('utf8')
}

async function closed(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'close')
  return child.exitCode
}

/** A data directory and a configuration file, and the daemons that run on them one after the other. */
export class Installation {
  readonly directory: string
  readonly config: string
  #running: Daemon | null = null

  private constructor(directory: string) {
    this.directory = directory
    this.config = join(directory, 'rosterd.yaml')
  }

  /** @param files by name, beside the configuration */
  static async make(config: string, files: Record<string, string> = {}): Promise<Installation> {
    const directory = await mkdtemp(join(await realpath(tmpdir()), 'rosterd-e2e-'))
    // Under root the database runs as a system account, which must be able to pass through.
    await chmod(directory, 0o711)
    const made = new Installation(directory)
    await writeFile(made.config, config)
    for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text)
    return made
  }

  get data(): string {
    return join(this.directory, 'data')
  }

  get environment(): Env {
    return { ROSTERD_DATA: this.data, ROSTERD_CONFIG: this.config, PORT: '0', LOG_LEVEL: 'warn' }
  }

  /** @param onSpawn is told the process id at once: for whoever wants to end it before it has started */
  async start(env: Env = {}, onSpawn: (pid: number) => void = () => {}): Promise<Daemon> {
    this.#running = await Daemon.start(this, { ...this.environment, ...env }, onSpawn)
    return this.#running
  }

  /** A command of the command line; it finds the daemon by the data directory, as people's commands do. */
  rosterd(...args: string[]): Promise<Ended> {
    return run(args, this.environment)
  }

  folder(source = 'hr', organization = 'acme'): string {
    return join(this.data, 'drop', organization, source)
  }

  /** Drops a file as a careful writer does: aside, then renamed. What is too large for memory comes in parts. */
  async drop(
    name: string,
    content: string | Uint8Array | Iterable<Uint8Array>,
    source = 'hr',
    organization = 'acme',
  ): Promise<void> {
    const inbox = join(this.folder(source, organization), 'in')
    await until(() =>
      access(inbox).then(
        () => true,
        () => false,
      ),
    )
    await writeFile(join(inbox, `.${name}.tmp`), content)
    await rename(join(inbox, `.${name}.tmp`), join(inbox, name))
  }

  /** Names of the files below `processed` or `failed`, reason files included. */
  async putAway(place: 'processed' | 'failed', source = 'hr'): Promise<string[]> {
    const names = await readdir(join(this.folder(source), place), { recursive: true })
    return names.filter((name) => /\d{8}T/.test(name)).sort()
  }

  /** The reason file of a dropped file; undefined while there is none. */
  async reason(
    name: string,
    source = 'hr',
    place: 'processed' | 'failed' = 'failed',
  ): Promise<Record<string, unknown> | undefined> {
    const found = (await this.putAway(place, source)).find((one) => one.endsWith(`-${name}.reason.json`))
    if (found === undefined) return undefined
    const text = await readFile(join(this.folder(source), place, found), 'utf8')
    return z.record(z.string(), z.unknown()).parse(JSON.parse(text))
  }

  /** Ends what runs and removes everything. */
  async remove(): Promise<void> {
    await this.#running?.stop()
    await rm(this.directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  }
}

const ANSWER = z.record(z.string(), z.unknown())

/** A running daemon. */
export class Daemon {
  readonly url: string
  readonly token: string
  /** What it has printed for people so far. */
  readonly said: () => string
  /** What it has printed to its log so far. */
  readonly logged: () => string
  readonly #process: ChildProcess

  private constructor(
    child: ChildProcess,
    where: { url: string; token: string; said: () => string; logged: () => string },
  ) {
    this.#process = child
    this.url = where.url
    this.token = where.token
    this.said = where.said
    this.logged = where.logged
  }

  static async start(installation: Installation, env: Env, onSpawn: (pid: number) => void): Promise<Daemon> {
    const child = launch(['serve'], env)
    if (child.pid !== undefined) onSpawn(child.pid)
    const [said, logged] = [collect(child.stdout), collect(child.stderr)]
    const deadline = Date.now() + START_WITHIN_MS
    while (child.exitCode === null && child.signalCode === null && Date.now() < deadline) {
      // One that was killed leaves its own file behind: only the file of this process counts.
      const left = await readFile(join(installation.data, 'daemon.json'), 'utf8').catch(() => null)
      const where = left === null ? null : WHEREABOUTS.parse(JSON.parse(left))
      if (where?.pid === child.pid && where !== null) {
        const token = await readFile(join(installation.data, 'admin-token'), 'utf8')
        return new Daemon(child, { url: where.url, token: token.trim(), said, logged })
      }
      await sleep(20)
    }
    child.kill('SIGKILL')
    throw new Error(`the daemon did not start:\n${said()}\n${logged()}`)
  }

  get pid(): number {
    return this.#process.pid ?? 0
  }

  /** How it ended, with all that it printed; null while it runs. */
  get ending(): string | null {
    const { exitCode, signalCode } = this.#process
    if (exitCode === null && signalCode === null) return null
    return `the daemon has ended (${signalCode ?? `exit code ${exitCode}`}):\n${this.said()}\n${this.logged()}`
  }

  /** Bytes of memory that the process has needed at most so far. */
  async peakMemory(): Promise<number> {
    const status = await readFile(`/proc/${this.pid}/status`, 'utf8')
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1]) * 1024
  }

  /** The answer of the API below one organization, whatever its status. */
  async ask(method: string, path: string, body?: object, organization = 'acme') {
    const response = await fetch(`${this.url}/api/v1/organizations/${organization}${path}`, {
      method,
      headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    })
    return { status: response.status, body: ANSWER.parse(await response.json()) }
  }

  /** Every thing of a list, page after page. */
  async list<T extends z.ZodType>(path: string, thing: T): Promise<z.output<T>[]> {
    const page = z.object({ items: z.array(thing), next: z.string().optional() })
    const all: z.output<T>[] = []
    for (let cursor = ''; ; ) {
      const next = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`
      const { status, body } = await this.ask('GET', `${path}${path.includes('?') ? '&' : '?'}limit=500${next}`)
      if (status !== 200) throw new Error(`${path}: ${JSON.stringify(body)}`)
      const answer = page.parse(body)
      all.push(...answer.items)
      if (answer.next === undefined) return all
      cursor = answer.next
    }
  }

  /** Asks it to end; resolves with its exit code. */
  async stop(): Promise<number | null> {
    this.#process.kill('SIGTERM')
    return await closed(this.#process)
  }

  /** Ends it at once, as a power cut does. */
  async kill(): Promise<void> {
    this.#process.kill('SIGKILL')
    await closed(this.#process)
  }
}

/** Looks until there is something to see; every 50 ms. */
export async function until<T>(look: () => Promise<T | undefined | null | false>, within = 60_000): Promise<T> {
  const deadline = Date.now() + within
  for (;;) {
    const found = await look()
    if (found !== undefined && found !== null && found !== false) return found
    if (Date.now() > deadline) throw new Error(`nothing within ${within} ms: ${look}`)
    await sleep(50)
  }
}

/** Ids of the processes whose working directory lies below this one: the embedded database and its workers. */
export async function processesBelow(directory: string): Promise<number[]> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const below = await Promise.all(
    ids.map(async (id) => {
      const at = await readlink(`/proc/${id}/cwd`).catch(() => '')
      return at === directory || at.startsWith(`${directory}/`)
    }),
  )
  return ids.filter((_, index) => below[index]).map(Number)
}
