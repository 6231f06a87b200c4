/** A daemon of its own for a measurement: a real process on a fresh data directory, stopped and measured at the end. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

const PROGRAM = fileURLToPath(new URL('../dist/cli/index.js', import.meta.url))
const ANSWER = z.record(z.string(), z.unknown())
const WHEREABOUTS = z.object({ url: z.string() })
const START_WITHIN_MS = 60_000

export class Daemon {
  readonly #process: ChildProcess
  readonly #url: string
  readonly #token: string

  private constructor(process: ChildProcess, url: string, token: string) {
    this.#process = process
    this.#url = url
    this.#token = token
  }

  /** @param settings further environment variables, such as DATABASE_URL */
  static async start(directory: string, config: string, settings: Record<string, string> = {}): Promise<Daemon> {
    const own = { ROSTERD_DATA: directory, ROSTERD_CONFIG: config, PORT: '0', LOG_LEVEL: 'warn' }
    const env = { ...process.env, ...own, ...settings }
    // As `npm start` does.
    const child = spawn(process.execPath, ['--max-semi-space-size=32', '--max-old-space-size=512', PROGRAM, 'serve'], {
      env,
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    const deadline = Date.now() + START_WITHIN_MS
    while (child.exitCode === null && Date.now() < deadline) {
      const left = await readFile(join(directory, 'daemon.json'), 'utf8').catch(() => null)
      if (left !== null) {
        const { url } = WHEREABOUTS.parse(JSON.parse(left))
        return new Daemon(child, url, (await readFile(join(directory, 'admin-token'), 'utf8')).trim())
      }
      await sleep(50)
    }
    child.kill('SIGKILL')
    throw new Error('the daemon did not start')
  }

  get url(): string {
    return this.#url
  }

  async call(method: string, path: string, body?: object): Promise<Record<string, unknown>> {
    return await this.#ask(method, path, 'application/json', body === undefined ? null : JSON.stringify(body))
  }

  /** The secret of a link that lets the bootstrap administrator into the console, once. */
  async loginLink(): Promise<string> {
    const headers = { authorization: `Bearer ${this.#token}`, 'content-type': 'application/json' }
    const response = await fetch(`${this.#url}/api/v1/login-links`, { method: 'POST', headers, body: '{}' })
    const { url } = WHEREABOUTS.parse(await response.json())
    return new URL(url).searchParams.get('link') ?? ''
  }

  async upload(path: string, file: Readable): Promise<Record<string, unknown>> {
    return await this.#ask('POST', path, 'text/csv', file)
  }

  async #ask(
    method: string,
    path: string,
    type: string,
    body: string | Readable | null,
  ): Promise<Record<string, unknown>> {
    const response = await fetch(`${this.#url}/api/v1/organizations/bench${path}`, {
      method,
      headers: { authorization: `Bearer ${this.#token}`, 'content-type': type },
      body,
      duplex: 'half',
    })
    const answer = ANSWER.parse(await response.json())
    if (!response.ok) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`)
    return answer
  }

  /** Asks until the answer is there; five times a second, so that asking costs the daemon next to nothing. */
  async until<T>(ask: () => Promise<T | undefined>, withinMs: number): Promise<T> {
    const deadline = Date.now() + withinMs
    while (Date.now() < deadline) {
      const found = await ask()
      if (found !== undefined) return found
      await sleep(200)
    }
    throw new Error(`nothing within ${withinMs} ms`)
  }

  /** The most memory that the daemon has ever held, in MiB; the database is a process of its own. */
  async peakMemory(): Promise<number> {
    const status = await readFile(`/proc/${this.#process.pid}/status`, 'utf8')
    return Math.round(Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1024)
  }

  /** Reads its configuration again. */
  reload(): void {
    this.#process.kill('SIGHUP')
  }

  async stop(): Promise<void> {
    const ended = once(this.#process, 'exit')
    this.#process.kill('SIGTERM')
    await ended
  }
}
