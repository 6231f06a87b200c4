/**
 * Work that another moment, or another daemon, does: pg-boss queues by name. One waiting job per key, so that asking twice costs
 * nothing; a worker that dies is noticed by its missing heartbeat and its job taken over.
 */
import { PgBoss } from 'pg-boss'
import type { Logger } from 'pino'
import type { FileEvidence } from './drop/claim.ts'
import type { Jobs, ProposeBecause } from './parts.ts'
import type { Schedule } from './schedule.ts'

interface Payloads {
  observe: { organization: number; source: number; path: string; evidence: FileEvidence }
  propose: { organization: number; because: ProposeBecause }
  execute: { organization: number; plan: number }
  reconcile: { organization: number; source: number; schedule: Schedule }
  tidy: Record<string, never>
}
export type JobName = keyof Payloads

export type Handlers = { [Name in JobName]: (data: Payloads[Name], signal: AbortSignal) => Promise<void> }

/**
 * `stately` keeps at most one waiting and one running job per key; `singleton` lets any number wait and one run; `short` keeps one that
 * waits, and begins it whatever runs. The urgent lane has queues, and with them workers, of its own: however many organizations are
 * busy with a large plan, whoever was deactivated does not wait for a free hand.
 */
const QUEUES = [
  { name: 'observe', policy: 'singleton', job: 'observe', hands: 2 },
  { name: 'propose', policy: 'stately', job: 'propose', hands: 2 },
  { name: 'propose_urgent', policy: 'short', job: 'propose', hands: 2 },
  { name: 'execute', policy: 'stately', job: 'execute', hands: 2 },
  { name: 'execute_urgent', policy: 'stately', job: 'execute', hands: 2 },
  { name: 'reconcile', policy: 'stately', job: 'reconcile', hands: 2 },
  { name: 'tidy', policy: 'stately', job: 'tidy', hands: 1 },
] as const satisfies { name: string; policy: string; job: JobName; hands: number }[]
type QueueName = (typeof QUEUES)[number]['name']

/** A job that fails is tried again for a day, ever more slowly, so that work goes on by itself once the cause is gone. */
const PATIENCE = { retryLimit: 1_500, retryDelay: 1, retryBackoff: true, retryDelayMax: 60 }

/** How many jobs a queue has: ready to be taken, not before a later moment, being done, and given up. */
export interface QueueDepth {
  queue: string
  ready: number
  delayed: number
  active: number
  failed: number
}

export interface Worker extends Jobs {
  /** A file was claimed and lies at this path of its source's folder; nothing is asked for twice. */
  observe(organization: number, source: number, path: string, evidence: FileEvidence): Promise<void>
  /** The schedule of a source has fired. */
  reconcile(organization: number, source: number, schedule: Schedule): Promise<void>
  /** As last counted, at most a few seconds ago. */
  depths(): Promise<QueueDepth[]>
  /** Begins to take jobs. */
  start(handlers: Handlers): Promise<void>
  /** Stops taking jobs and waits for those under way, at most `milliseconds`. */
  stop(milliseconds: number): Promise<void>
}

export async function openJobs(url: string, log: Logger, deliver: () => void): Promise<Worker> {
  const boss = new PgBoss({
    connectionString: url,
    max: 4,
    schema: 'jobs',
    application_name: 'rosterd jobs',
    useListenNotify: true,
    schedule: false,
    superviseIntervalSeconds: 1,
    monitorIntervalSeconds: 1,
    // A fetch passes over the keys that were running when this was read: an old answer would leave their next job lying that long.
    queueCacheIntervalSeconds: 1,
  })
  boss.on('error', (error) => log.error({ err: error }, 'the job queue has a problem'))
  await boss.start()
  for (const queue of QUEUES) {
    const { name, policy } = queue
    await boss.createQueue(name, { policy, ...PATIENCE, notify: true, heartbeatSeconds: 10, expireInSeconds: 7200 })
  }
  const send = async (name: QueueName, data: Payloads[JobName], key: string) => {
    await boss.send(name, data, { singletonKey: key })
  }
  return {
    async observe(organization, source, path, evidence) {
      const key = `${organization}:${source}`
      const jobs = await boss.findJobs('observe', { key, data: { path } })
      if (jobs.some(({ state }) => state === 'created' || state === 'retry' || state === 'active')) return
      await send('observe', { organization, source, path, evidence }, key)
    },
    propose: (organization, because) =>
      send(
        because === 'urgent' ? 'propose_urgent' : 'propose',
        { organization, because },
        `${organization}:${because}`,
      ),
    execute: (organization, plan, lane) =>
      send(lane === 'urgent' ? 'execute_urgent' : 'execute', { organization, plan }, `${organization}:${plan}`),
    reconcile: (organization, source, schedule) =>
      send('reconcile', { organization, source, schedule }, `${organization}:${source}`),
    tidy: () => send('tidy', {}, 'all'),
    async deliver() {
      deliver()
    },
    async depths() {
      const queues = await boss.getQueues(QUEUES.map(({ name }) => name))
      return queues.map(({ name, readyCount, deferredCount, activeCount, failedCount }) => ({
        queue: name,
        ready: readyCount,
        delayed: deferredCount,
        active: activeCount,
        failed: failedCount,
      }))
    },
    async start(handlers) {
      const work = async <Job extends JobName>(name: QueueName, job: Job, hands: number) => {
        await boss.work<Payloads[Job]>(
          name,
          {
            pollingIntervalSeconds: 1,
            notifyPollingIntervalSeconds: 1,
            heartbeatRefreshSeconds: 3,
            // Two at once, so that the long file or plan of one source or organization does not keep everybody else waiting.
            localConcurrency: hands,
          },
          async ([taken]) => {
            if (!taken) return
            try {
              await handlers[job](taken.data, taken.signal)
            } catch (error) {
              log.error({ err: error, job: name, data: taken.data }, 'a job failed; it is tried again')
              throw error
            }
          },
        )
      }
      for (const { name, job, hands } of QUEUES) await work(name, job, hands)
    },
    async stop(milliseconds) {
      await boss.stop({ graceful: true, timeout: milliseconds, close: true })
    },
  }
}
