/**
 * The life of the process: open, start, say what waits, drain, stop. Everything it prints is for the person who started it; everything
 * a machine reads goes to the log.
 */
import { once } from 'node:events'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createApp } from './app.ts'
import { hashToken, makeSecret } from './auth.ts'
import { baseUrlOf, type Config, isLoopback, placeIn } from './config/index.ts'
import { type Context, openContext } from './context.ts'
import { RosterdError } from './errors.ts'
import { Health } from './health.ts'
import { Herald } from './herald.ts'
import { closeListener, openListener } from './listener.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import { hasEnded } from './reconcile/review.ts'
import { Reception, Reloader } from './reload.ts'
import { whileAway } from './store/disconnection.ts'
import { nobodySignedIn } from './store/login-links.ts'
import { readPlan } from './store/plans.ts'
import { startClock } from './sync/clock.ts'
import { execute } from './sync/execute.ts'
import { type Parts, SYSTEM } from './sync/parts.ts'
import { propose } from './sync/propose.ts'
import { receive } from './sync/receive.ts'
import { reconcile } from './sync/reconcile.ts'
import { startSealing } from './sync/seal.ts'
import { makeLink } from './sync/sign-in.ts'
import { tidyEverything } from './sync/tidy.ts'
import { createLogger, logStream } from './telemetry.ts'
import { terminalWatch } from './terminal-watch.ts'
import { typed } from './typed.ts'
import { VERSION } from './version.ts'
import { CONFIGURATION, Vitals } from './vitals.ts'

/** Requests and batches under way get this long before the process ends without them. */
const DRAIN_MS = 8_000
const SIGNALS = ['SIGTERM', 'SIGINT'] as const

/**
 * Runs until SIGTERM or SIGINT, or until its terminal is closed; any other SIGHUP reads the configuration again. Resolves when
 * everything is stopped, the embedded database included.
 *
 * @param read reads the config file; called again whenever it is to be read again
 * @param say prints one line for a person.
 * @throws RosterdError for whatever the person who started it can put right; nothing is left running then.
 */
export async function serve(read: () => Config, say: (line: string) => void): Promise<void> {
  const config = read()
  await makeDataDirectory(config.dataDirectory)
  const { stream, file } = logStream(join(config.dataDirectory, 'rosterd.log'))
  const log = createLogger(config.logLevel, stream, (fields) => vitals.absorbs(fields))
  const health = new Health(log)
  const vitals = new Vitals(health)
  const stopping = new AbortController()
  const stop = (signal: NodeJS.Signals) => {
    if (!stopping.signal.aborted) log.info({ signal }, 'stopping')
    stopping.abort()
  }
  const hangUp = terminalWatch()
  const reload = { again: async () => undefined }
  const onHangUp = () => {
    if (hangUp.isGone()) stop('SIGHUP')
    else void reload.again()
  }
  for (const name of SIGNALS) process.on(name, stop)
  process.on('SIGHUP', onHangUp)
  try {
    const context = await openContext(config, log, stopping.signal, vitals)
    try {
      if (file) say(`The log is in ${file}.`)
      await run(context, { health, vitals, read, reload }, say, stopping.signal)
    } finally {
      await context.close()
    }
    say('rosterd has stopped.')
  } catch (error) {
    // Stopped while it was still starting: that is no failure.
    if (!stopping.signal.aborted || error !== stopping.signal.reason) throw error
  } finally {
    for (const name of SIGNALS) process.off(name, stop)
    process.off('SIGHUP', onHangUp)
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

interface Around {
  health: Health
  vitals: Vitals
  read: () => Config
  /** What SIGHUP asks for; set once there is something to reload. */
  reload: { again(): Promise<void> }
}

async function run(context: Context, around: Around, tell: (line: string) => void, asked: AbortSignal): Promise<void> {
  // Also ends the loops when the start itself fails half-way.
  const ending = new AbortController()
  const signal = AbortSignal.any([asked, ending.signal])
  const say = (line: string) => tell(line.replace(CONTROL, ' '))
  const { config, log, parts, sql, worker, dispatcher, push } = context
  const { health, vitals, read } = around
  const app = createApp({
    parts,
    bootstrap: context.tokenHash,
    version: VERSION,
    notReady: async () => {
      if (signal.aborted) return 'rosterd is stopping'
      return (await vitals.lookAtDatabase(sql)) ? null : 'the database does not answer'
    },
    components: () => health.components(),
    metrics: metricsOf(context),
    pace: config.api.pace,
    auditKey: context.auditKey,
    stopping: signal,
    baseUrl: () => baseUrlOf(context.config.server, context.listening.port),
    oidc: () => {
      const { oidc, secrets } = context.config
      return oidc === null || secrets.oidcClientSecret === null
        ? null
        : { ...oidc, clientSecret: secrets.oidcClientSecret }
    },
    configured: (path) => placeIn(context.config, path),
  })
  const server = await openListener(config.server, app.fetch)
  const address = server.address()
  if (address !== null && typeof address === 'object') context.listening.port = address.port
  const url = baseUrlOf(config.server, context.listening.port)
  const herald = new Herald(parts, say)
  const reception = new Reception(context, say)
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
        if (before === null || hasEnded(before.state)) return
        const state = await execute(parts, data.organization, data.plan, AbortSignal.any([job, signal]))
        await herald.executed(data.organization, data.plan, state)
      },
      async reconcile({ organization, source, schedule }) {
        const proposed = await reconcile(parts, organization, source, schedule)
        if (proposed) await herald.proposed(organization, proposed)
      },
      tidy: () => tidyEverything(parts, worker),
    })
    loops.push(dispatcher.run(signal), startClock(parts, worker, signal), push.run(signal))
    loops.push(startSealing(parts, context.auditKey, signal))
    health.fine(CONFIGURATION)
    say(`rosterd is running at ${url}. Stop it with Ctrl-C.`)
    if (!isLoopback(config.server.host) && !url.startsWith('https://')) {
      const exposed = `Other machines reach ${config.server.host} without TLS: put a proxy with TLS before it and set ROSTERD_BASE_URL.`
      say(exposed)
      log.warn({ event: 'listener.exposed' }, exposed)
    }
    say(`Mail goes to ${context.mailer.destination}.`)
    for (const organization of context.changed) {
      await whileAway(() => parts.jobs.propose(organization, 'rules'), signal)
    }
    loops.push(vitals.watch(sql, () => context.config, signal))
    await whileAway(() => reception.open(config), signal)
    const reloader = new Reloader(context, { reception, health, read, say, signal })
    around.reload.again = () => reloader.again()
    await writeWhereabouts(config, baseUrlOf({ ...config.server, baseUrl: null }, context.listening.port))
    await whileAway(() => herald.welcome(), signal)
    await whileAway(() => welcomeToConsole(parts, url, say), signal)
    if (!signal.aborted) await once(signal, 'abort')
  } finally {
    ending.abort()
    await reception.close()
    await closeListener(server, DRAIN_MS)
    await worker.stop(DRAIN_MS)
    await Promise.all(loops)
    await rm(whereabouts(config), { force: true })
  }
}

/** Until somebody has come in, each start says how. */
async function welcomeToConsole(parts: Parts, url: string, say: (line: string) => void): Promise<void> {
  if (!(await nobodySignedIn(parts.sql))) return
  const secret = makeSecret()
  await makeLink(parts, hashToken(secret), { only: 0, administratorKey: null, createdBy: SYSTEM.name })
  say(`The console, for the first time (once, within ten minutes; ${typed('login-link')} makes another link):`)
  say(`  ${url}/sign-in?link=${secret}`)
}

function metricsOf({ config, log, sql, worker, tokenHash }: Context): Metrics {
  const { metricsToken } = config.secrets
  const tokens = metricsToken === null ? [tokenHash] : [tokenHash, hashToken(metricsToken)]
  return createMetrics({ sql, log, depths: () => worker.depths(), public: config.metrics.public, tokens })
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
