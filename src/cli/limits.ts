/** The limits that the guards measure by. */
import { z } from 'zod'
import { typed } from '../typed.ts'
import { readGiven } from './given.ts'
import { table } from './render/table.ts'
import { plainly } from './render/words.ts'
import type { Session } from './session.ts'

const answer = z.looseObject({ managed: z.string(), limits: z.record(z.string(), z.unknown()) })
type Answer = z.infer<typeof answer>

const EXAMPLE = '{ remove: { percent: 5, number: 20 }, invite: { floor: 200 } }'

export async function showLimits(session: Session): Promise<number> {
  return await show(session, await session.client.get('/limits', answer))
}

/** `limits set [FILE]`: all of them, as they stand under `limits:` of the configuration file; what is left out is as usual. */
export async function setLimits(session: Session, file: string | undefined): Promise<number> {
  const given = await readGiven(session, file, EXAMPLE)
  return await show(session, await session.client.put('/limits', given, answer))
}

export async function resetLimits(session: Session): Promise<number> {
  return await show(session, await session.client.delete('/limits', answer))
}

async function show(session: Session, given: Answer): Promise<number> {
  const page = await session.page()
  const rows = Object.entries(given.limits).flatMap(([name, value]) =>
    typeof value === 'object' && value !== null
      ? Object.entries(value).map(([setting, one]) => ({ name: `${name}.${setting}`, value: shown(one) }))
      : [{ name, value: shown(value) }],
  )
  const columns = [
    { title: 'LIMIT', cell: (one: (typeof rows)[number]) => one.name },
    { title: 'VALUE', cell: (one: (typeof rows)[number]) => one.value, gives: true },
  ]
  return session.show(given, `${table(rows, columns, page)}${BY[given.managed] ?? ''}\n`)
}

const shown = (value: unknown): string => (value === null ? 'none' : plainly(String(value)))

const BY: Readonly<Record<string, string>> = {
  config: 'The configuration file sets them, so that they are read-only here.',
  api: `They were set here, since the configuration file has none. Back to the usual ones: ${typed('limits reset')}`,
  default: `These are the usual ones. Others: ${typed('limits set FILE')}, or limits: in the configuration file.`,
}
