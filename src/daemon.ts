/**
 * The life of the process: open, start, say what waits, drain, stop. Everything it prints is for the person who started it; everything
 * a machine reads goes to the log.
 */
import { once } from 'node:events'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import type { Server } from 'node:http'
import { join } from 'node:path'
import { serve as listen } from '@hono/node-server'
import { createApp } from './app.ts'
import { baseUrlOf, type Config, isLoopback } from './config/index.ts'
import { type Context, openContext } from './context.ts'
import { RosterdError } from './errors.ts'
import { Herald } from './herald.ts'
import { isFinal } from './reconcile/review.ts'
import { answers } from './store/connection.ts'
import { readPlan } from './store/plans.ts'
import { startClock } from './sync/clock.ts'
import { execute } from './sync/execute.ts'
import { receiveFiles } from './sync/inbox.ts'
import { SYSTEM } from './sync/parts.ts'
import { propose } from './sync/propose.ts'
import { receive, tidyEverything } from './sync/receive.ts'
import { createLogger, logStream } from './telemetry.ts'
import { VERSION } from './version.ts'

/** Requests and batches under way get this long before the process ends without them. */
const DRAIN_MS = 8_000
/** The last is what a terminal sends when its window closes. */
const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const

/**
 * Runs until SIGTERM, SIGINT or SIGHUP. Resolves when everything is stopped, the embedded database included.
 *
 * @param say prints one line for a person.
 * @throws RosterdError for whatever the person who started it can put right; nothing is left running then.
 */
export async function serve(config: Config, say: (line: string) => void): Promise<void> {
  await makeDataDirectory(config.dataDirectory)
  const { stream, file } = logStream(join(config.dataDirectory, 'rosterd.log'))
  const log = createLogger(config.logLevel, stream)
  const stopping = new AbortController()
  const stop = (signal: NodeJS.Signals) => {
    if (!stopping.signal.aborted) log.info({ signal }, 'stopping')
    stopping.abort()
  }
  for (const name of SIGNALS) process.on(name, stop)
  try {
    const context = await openContext(config, log, stopping.signal)
    try {
      if (file) say(`The log is in ${file}.`)
      await run(context, say, stopping.signal)
    } finally {
      await context.close()
    }
    say('rosterd has stopped.')
  } catch (error) {
    // Stopped while it was still starting: that is no failure.
    if (!stopping.signal.aborted || error !== stopping.signal.reason) throw error
  } finally {
    for (const name of SIGNALS) process.off(name, stop)
  }
}

/** Names of files come from whoever drops them, and must not steer the terminal. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/g

/** Others may pass through it, to a file whose path they know and that they may read, and not list it. */
async function makeDataDirectory(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o711 })
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new RosterdError('DATA_DIRECTORY_UNUSABLE', { directory, reason }, { cause: error })
  }
}

async function run(context: Context, tell: (line: string) => void, asked: AbortSignal): Promise<void> {
  // Also ends the loops when the start itself fails half-way.
  const ending = new AbortController()
  const signal = AbortSignal.any([asked, ending.signal])
  const say = (line: string) => tell(line.replace(CONTROL, ' '))
  const { config, parts, worker, dispatcher } = context
  const app = createApp({
    parts,
    bootstrap: context.tokenHash,
    version: VERSION,
    notReady: () => notReady(context, signal),
  })
  const server = await openServer(config, app.fetch)
  const address = server.address()
  if (address !== null && typeof address === 'object') context.listening.port = address.port
  const url = baseUrlOf(config.server, context.listening.port)
  const herald = new Herald(parts, say)
  const loops: Promise<void>[] = []
  try {
    await worker.start({
      async observe(data) {
        const observed = await receive(parts, data.organization, data.source, data)
        if (observed) await herald.observed(data.organization, observed)
      },
      async propose(data) {
        const proposed = await propose(parts, data.organization, { actor: SYSTEM, because: data.because })
        await herald.proposed(data.organization, proposed)
      },
      async execute(data, job) {
        const before = await readPlan(parts.sql, data.organization, data.plan)
        // Asked twice, for instance by a sweep and a resumed job: the first has told how it ended.
        if (before === null || isFinal(before.state) || before.state === 'partially_failed') return
        const state = await execute(parts, data.organization, data.plan, AbortSignal.any([job, signal]))
        await herald.executed(data.organization, data.plan, state)
      },
      tidy: () => tidyEverything(parts, worker),
    })
    loops.push(dispatcher.run(signal), startClock(parts, signal))
    say(`rosterd is running at ${url}. Stop it with Ctrl-C.`)
    if (!isLoopback(config.server.host) && !url.startsWith('https://')) {
      say(
        `Other machines reach ${config.server.host} without TLS: put a proxy with TLS before it and set ROSTERD_BASE_URL.`,
      )
    }
    say(`Mail goes to ${context.mailer.destination}.`)
    for (const organization of context.changed) await parts.jobs.propose(organization, 'rules')
    loops.push(...(await receiveFiles(parts, worker, config, say, signal)))
    await writeWhereabouts(config, baseUrlOf({ ...config.server, baseUrl: null }, context.listening.port))
    await herald.welcome()
    if (!signal.aborted) await once(signal, 'abort')
  } finally {
    ending.abort()
    await closeServer(server)
    await worker.stop(DRAIN_MS)
    await Promise.all(loops)
    await rm(whereabouts(config), { force: true })
  }
}

async function notReady({ sql }: Context, signal: AbortSignal): Promise<string | null> {
  if (signal.aborted) return 'rosterd is stopping'
  return (await answers(sql)) ? null : 'the database does not answer'
}

type Fetch = Parameters<typeof listen>[0]['fetch']

/** @throws RosterdError PORT_BUSY */
async function openServer(config: Config, fetch: Fetch): Promise<Server> {
  const { host, port } = config.server
  const server = listen({ fetch, hostname: host, port })
  if (!('address' in server) || !('closeIdleConnections' in server))
    throw new TypeError('an HTTP/1 server was expected')
  await new Promise<void>((resolve, reject) => {
    server.once('listening', resolve)
    server.once('error', (error: NodeJS.ErrnoException) => {
      const busy = error.code === 'EADDRINUSE'
      reject(busy ? new RosterdError('PORT_BUSY', { port, host }, { cause: error }) : error)
    })
  })
  return server
}

async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeIdleConnections()
  const late = setTimeout(() => server.closeAllConnections(), DRAIN_MS)
  await closed
  clearTimeout(late)
}

/** Where the command line on this machine finds the daemon. */
function whereabouts(config: Config): string {
  return join(config.dataDirectory, 'daemon.json')
}

async function writeWhereabouts(config: Config, url: string): Promise<void> {
  const path = whereabouts(config)
  await writeFile(`${path}.tmp`, `${JSON.stringify({ url, pid: process.pid })}\n`, { mode: 0o600 })
  await rename(`${path}.tmp`, path)
}
