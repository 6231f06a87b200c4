/**
 * What identity providers push is planned soon: whoever loses access a second after the first request, everything else once no more
 * comes, or after a while. The daemon that took the requests knows at once; what it left behind when it died, another finds by looking.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { type LeftPushed, listLeftPushed, listPushing, type PushingSource } from '../store/pushes.ts'
import { analyzePushed } from '../store/statistics.ts'
import type { Parts, ProposeBecause } from './parts.ts'
import { isRenewed } from './urgent.ts'

const LOOK_EVERY_MS = 5_000
/** What is not taken up by then, its own daemon does not take up. */
const PATIENCE_MS = 2_000
/** Where a plan has ended that kept people from being planned, they are found so often. */
const LEFT_EVERY = 12

/** As it is stored with a source, in milliseconds: from the last request to the plan; from the first, whatever comes; from the first urgent one. */
const paceSchema = z.object({
  quiet: z.number().default(10_000),
  longestWait: z.number().default(300_000),
  urgentQuiet: z.number().default(1_000),
})
type Pace = z.output<typeof paceSchema>

const USUAL_PACE = paceSchema.parse({})

interface Waiting {
  first: number
  last: number
  timer: NodeJS.Timeout
}

export interface Push {
  /** A request has written something. Never throws, and waits for nothing. */
  pushed(organization: number, urgent: boolean): void
  /** Looks for what nobody took up, until the signal aborts; timers end with it. */
  run(signal: AbortSignal): Promise<void>
}

export function createPush(parts: Pick<Parts, 'sql' | 'log' | 'jobs' | 'now'>): Push {
  const waiting = { urgent: new Map<number, Waiting>(), pushed: new Map<number, Waiting>() }
  let paces = new Map<number, Pace>()
  let stopped = false

  const ask = (organization: number, because: ProposeBecause) => {
    parts.jobs.propose(organization, because).catch((error: unknown) => {
      parts.log.error(
        { err: error, organization, because },
        'what was pushed could not be planned yet; it is found again',
      )
    })
  }
  const wait = (organization: number, because: 'urgent' | 'pushed', milliseconds: number) =>
    setTimeout(() => fire(organization, because), Math.max(0, milliseconds)).unref()
  const fire = (organization: number, because: 'urgent' | 'pushed') => {
    const one = waiting[because].get(organization)
    if (one === undefined || stopped) return
    const rest = because === 'urgent' ? 0 : restOf(one, paces.get(organization) ?? USUAL_PACE, performance.now())
    if (rest > 0) {
      one.timer = wait(organization, because, rest)
      return
    }
    waiting[because].delete(organization)
    ask(organization, because)
  }
  const pushed = (organization: number, urgent: boolean) => {
    if (stopped) return
    const because = urgent ? 'urgent' : 'pushed'
    const now = performance.now()
    const known = waiting[because].get(organization)
    if (known !== undefined) {
      known.last = now
      return
    }
    const { urgentQuiet, quiet } = paces.get(organization) ?? USUAL_PACE
    const timer = wait(organization, because, urgent ? urgentQuiet : quiet)
    waiting[because].set(organization, { first: now, last: now, timer })
  }
  return {
    pushed,
    async run(signal) {
      for (let tick = 0; !signal.aborted; tick += 1) {
        try {
          const sources = await listPushing(parts.sql)
          paces = pacesOf(sources)
          if (sources.length > 0) await analyzePushed(parts.sql)
          await proposePushed(parts, { sources, left: tick % LEFT_EVERY === 0 })
        } catch (error) {
          parts.log.error({ err: error }, 'what was pushed could not be looked for; it is tried again')
        }
        await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined)
      }
      stopped = true
      for (const { timer } of [...waiting.urgent.values(), ...waiting.pushed.values()]) clearTimeout(timer)
    },
  }
}

/** How long a plan still waits for more. */
function restOf({ first, last }: { first: number; last: number }, { quiet, longestWait }: Pace, now: number): number {
  return Math.min(last + quiet, first + longestWait) - now
}

/** Of several sources of an organization, the one in the greatest hurry. */
function pacesOf(sources: PushingSource[]): Map<number, Pace> {
  const paces = new Map<number, Pace>()
  for (const { organizationId, settings } of sources) {
    const { quiet, longestWait, urgentQuiet } = paceSchema.parse(settings)
    const known = paces.get(organizationId) ?? { quiet, longestWait, urgentQuiet }
    paces.set(organizationId, {
      quiet: Math.min(known.quiet, quiet),
      longestWait: Math.min(known.longestWait, longestWait),
      urgentQuiet: Math.min(known.urgentQuiet, urgentQuiet),
    })
  }
  return paces
}

/**
 * Asks for plans where something was pushed that nobody took up in its time. Asking once too often costs a proposal that finds nothing.
 *
 * @param look the sources as just read, and whether people are looked for who were left by a plan that is over
 */
export async function proposePushed(
  parts: Pick<Parts, 'sql' | 'jobs' | 'now'>,
  look: { sources?: PushingSource[]; left?: boolean } = {},
): Promise<void> {
  const now = parts.now().getTime()
  const sources = look.sources ?? (await listPushing(parts.sql))
  const due = new Set<string>()
  const add = (organization: number, because: 'urgent' | 'pushed') => due.add(`${organization} ${because}`)
  for (const { organizationId, settings, first, last, urgent } of sources) {
    const pace = paceSchema.parse(settings)
    if (urgent !== null && urgent.getTime() + pace.urgentQuiet + PATIENCE_MS <= now) add(organizationId, 'urgent')
    if (first === null || last === null) continue
    const times = { first: first.getTime(), last: last.getTime() }
    if (restOf(times, pace, now) + PATIENCE_MS <= 0) add(organizationId, 'pushed')
  }
  for (const left of await listLeftPushed(parts.sql, new Date(now - PATIENCE_MS), look.left ?? true)) {
    if (left.urgent || isHeldBackDue(left, parts.now())) add(left.organizationId, 'urgent')
    if (left.pushed) add(left.organizationId, 'pushed')
  }
  for (const one of due) {
    const [organization = '', because] = one.split(' ')
    await parts.jobs.propose(Number(organization), because === 'urgent' ? 'urgent' : 'pushed')
  }
}

/** Where the plan that they wait beside is over, or is to be replaced by one that names them. */
function isHeldBackDue({ heldBack, held }: LeftPushed, at: Date): boolean {
  return heldBack !== null && (held === null || isRenewed(at, { heldBack, held }))
}
