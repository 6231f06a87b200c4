/**
 * The postman: takes letters out of the letterbox and sends them. A letter to a member leaves at most once, a letter to an
 * administrator at least once: nobody is invited twice, and no held plan goes unnoticed.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import { countLetter } from '../counters.ts'
import type { EventName } from '../events.ts'
import { whileAway } from '../store/disconnection.ts'
import type { LetterBox, OutgoingLetter } from './letter-box.ts'
import { writeLetter } from './letters.ts'
import type { Mailer } from './mail.ts'
import { nextTry, Pace } from './pace.ts'
import { MailError } from './transport.ts'

export interface DispatchParts {
  box: LetterBox
  mailer: Mailer
  log: Logger
  /** Where administrators reach rosterd, without a slash at its end. */
  baseUrl: string
  /** Letters per minute and process. */
  perMinute: number
  now?: () => Date
  /** Milliseconds between two looks into the letterbox when nobody calls. */
  poll?: number
  /** Milliseconds that letters under way may take once the signal aborts. */
  drain?: number
}

export interface Dispatcher {
  /** Sends until the signal aborts; then lets the letters under way finish for `drain` milliseconds, and cuts them. Never rejects. */
  run(signal: AbortSignal): Promise<void>
  /** There may be something in the letterbox: look now. */
  wake(): void
}

/** So many at a time, and never more taken than sent at once: a letter that only waits must not look as if it were leaving. */
const HANDS = 4
/** Milliseconds of rest after the letterbox itself failed. */
const PAUSE = 5_000

/** A dispatcher; several may share one letterbox, in one process or in many. */
export function createDispatcher(parts: DispatchParts): Dispatcher {
  const { box, mailer, log, now = () => new Date(), poll = 5_000, drain = 4_000 } = parts
  const pace = new Pace(() => parts.perMinute)
  let bell = new AbortController()
  let rung = false

  const rest = async (milliseconds: number, signal: AbortSignal) => {
    if (!rung)
      await sleep(milliseconds, undefined, { signal: AbortSignal.any([signal, bell.signal]) }).catch(() => undefined)
    rung = false
    if (bell.signal.aborted) bell = new AbortController()
  }

  const round = async (cut: AbortSignal): Promise<number> => {
    const limit = Math.min(HANDS, pace.free(now().getTime()))
    if (limit < 1) return 0
    const left = await box.abandoned(limit)
    const repeated = left.filter((letter) => letter.audience === 'administrator')
    const doubtful = left.filter((letter) => letter.audience === 'member')
    await together(doubtful.map((letter) => giveUp(letter)))
    const room = limit - repeated.length
    const due = room > 0 ? await box.take(room, now()) : []
    await together([...repeated, ...due].map((letter) => deliver(letter, cut)))
    return left.length + due.length
  }

  const giveUp = async (letter: OutgoingLetter) => {
    await box.unknown(letter.id)
    countLetter(letter.audience, 'unknown')
    log.warn(
      named(letter, 'letter.unknown'),
      'a process ended while this letter was leaving: it may have arrived, and is not sent again',
    )
  }

  const deliver = async (letter: OutgoingLetter, cut: AbortSignal) => {
    pace.started(now().getTime())
    const name = `${letter.organization.key}-${letter.id}`
    const messageId = await send(letter, name, cut)
    // What became of a letter is kept until the database can take it: forgotten, nobody would ever know whether it left.
    if (messageId instanceof MailError) return whileAway(() => settle(letter, messageId), cut)
    await whileAway(() => box.sent(letter.id, messageId), cut)
    countLetter(letter.audience, 'sent')
    log.info({ ...named(letter, 'letter.sent'), messageId }, 'letter sent')
  }

  /** The Message-ID, or why not. Whatever goes wrong outside the mailer happened before anything could leave. */
  const send = async (letter: OutgoingLetter, name: string, cut: AbortSignal): Promise<string | MailError> => {
    try {
      return await mailer.send({ letter: writeLetter(letter, parts.baseUrl), to: letter.to, name }, cut)
    } catch (error) {
      return error instanceof MailError ? error : new MailError('permanent', 'The letter could not be written.', error)
    }
  }

  const settle = async (letter: OutgoingLetter, error: MailError) => {
    const again = nextTry(letter.attempt, now())
    if (error.failure === 'unknown' && letter.audience === 'member') {
      await box.unknown(letter.id)
      countLetter(letter.audience, 'unknown')
      log.warn(
        { ...named(letter, 'letter.unknown'), err: error },
        'it is unknown whether this letter left; it is not sent again',
      )
    } else if (error.failure === 'permanent' || again === null) {
      await box.failed(letter.id, error.message)
      countLetter(letter.audience, 'failed')
      log.warn({ ...named(letter, 'letter.failed'), err: error }, 'this letter could not be sent')
    } else {
      await box.retry(letter.id, again, error.message)
      countLetter(letter.audience, 'retried')
      log.info(
        { ...named(letter, 'letter.retried'), err: error, at: again.toISOString() },
        'this letter is tried again later',
      )
    }
  }

  return {
    wake() {
      rung = true
      bell.abort()
    },
    async run(signal) {
      const cut = new AbortController()
      const stop = () => setTimeout(() => cut.abort(), drain).unref()
      signal.addEventListener('abort', stop, { once: true })
      while (!signal.aborted) {
        try {
          const moved = await round(cut.signal)
          if (moved > 0) continue
          await rest(Math.max(pace.wait(now().getTime()), poll), signal)
        } catch (error) {
          log.error({ err: error }, 'the letterbox could not be used; the letters wait')
          await rest(PAUSE, signal)
        }
      }
      signal.removeEventListener('abort', stop)
    },
  }
}

/** Waits for all, also when one fails, so that nothing goes on unattended; then throws the first failure. */
async function together(work: Promise<void>[]): Promise<void> {
  const ends = await Promise.allSettled(work)
  for (const end of ends) if (end.status === 'rejected') throw end.reason
}

const named = (letter: OutgoingLetter, event: EventName) => ({
  event,
  organization: letter.organization.key,
  letter: letter.id,
  audience: letter.audience,
})
