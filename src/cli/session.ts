/** One run of a command: the way to the daemon, and how answers are shown. */
import { Client, type Way } from './client.ts'
import { CliError, DONE, WAITS } from './exit.ts'
import { type Paint, painter } from './render/colour.ts'
import type { Page } from './render/plan.ts'
import type { Terminal } from './terminal.ts'

export interface SharedOptions extends Way {
  json?: boolean | undefined
  yes?: boolean | undefined
}

export interface Session {
  terminal: Terminal
  client: Client
  json: boolean
  yes: boolean
  paint: Paint
  /** Width, colours and the organization's zone. */
  page(): Promise<Page>
  /** Shows an answer: the value as JSON, or the text. Gives the exit code of a command that is done. */
  show(value: unknown, text: string): number
}

export async function openSession(terminal: Terminal, options: SharedOptions): Promise<Session> {
  const client = await Client.find(options, terminal.env)
  const paint = painter(terminal.colours)
  return {
    terminal,
    client,
    paint,
    json: options.json === true,
    yes: options.yes === true,
    page: async () => ({ width: terminal.width, paint, zone: (await client.organization()).zone }),
    show: (value, text) => {
      terminal.out(options.json === true ? `${JSON.stringify(value, null, 2)}\n` : text)
      return DONE
    },
  }
}

/**
 * Asks before a plan is approved. `--yes` answers; where nobody can be asked, the plan waits and the line to type is the answer.
 *
 * @throws CliError with exit code 3 where nobody can be asked
 */
export async function confirmed(session: Session, question: string, line: string): Promise<boolean> {
  if (session.yes) return true
  if (!session.terminal.interactive || session.json) {
    throw new CliError(
      'CONFIRMATION_NEEDED',
      'Nobody can be asked here, so nothing was done.',
      `To go on, type: ${line} --yes`,
      WAITS,
    )
  }
  return /^y(es)?$/i.test((await session.terminal.ask(`${question} [y/N] `)).trim())
}

/** Ids may be typed without their prefix: `7` for `pln_7`. */
export const fullId = (prefix: string, typed: string): string => (/^\d+$/.test(typed) ? `${prefix}_${typed}` : typed)

/** Everything of a list, up to `most`; `more` when something was left. */
export async function firstOf<T>(list: AsyncIterable<T>, most: number): Promise<{ items: T[]; more: boolean }> {
  const items: T[] = []
  for await (const one of list) {
    if (items.length === most) return { items, more: true }
    items.push(one)
  }
  return { items, more: false }
}

export async function allOf<T>(list: AsyncIterable<T>): Promise<T[]> {
  return (await firstOf(list, Number.POSITIVE_INFINITY)).items
}
