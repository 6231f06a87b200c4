/** What failed of a plan, or could not be read of a file. */
import { z } from 'zod'
import { typed } from '../typed.ts'
import { failure } from './answers.ts'
import { CliError } from './exit.ts'
import { written } from './look.ts'
import { table } from './render/table.ts'
import { person, plainly } from './render/words.ts'
import { fullId, type Session } from './session.ts'

export interface FailureOptions {
  csv?: boolean
  jsonl?: boolean
  output?: string
}

const list = z.object({ items: z.array(failure), more: z.boolean() })

/** `failures PLAN`, or `failures SNAPSHOT` for the rows of a file, whether a plan came of it or not: as a table, or as a file. */
export async function showFailures(session: Session, given: string, options: FailureOptions): Promise<number> {
  const ofFile = given.startsWith('snp_')
  const path = `/${ofFile ? 'snapshots' : 'plans'}/${encodeURIComponent(fullId('pln', given))}/failures`
  if (options.csv || options.jsonl || options.output !== undefined) {
    const body = await session.client.download(path, options.jsonl ? 'application/jsonl' : 'text/csv')
    return await written(session, body, options.output)
  }
  // The list that is made for looking ends early; whoever asks for JSON wants all of them.
  if (session.json) return session.show(await everyLine(session, path), '')
  const { items, more } = await session.client.get(path, list)
  if (items.length === 0) {
    const nothing = ofFile
      ? `No row of this file was in error. Whether it was used: ${typed('snapshots')}\n`
      : 'Nothing failed.\n'
    return session.show(items, nothing)
  }
  const shown = table(
    items,
    [
      { title: 'PERSON', cell: person, gives: true },
      { title: 'CHANGE', cell: (one) => plainly(one.kind ?? 'not read') },
      { title: 'LINE', cell: (one) => (one.line === null ? '' : String(one.line)), right: true },
      { title: 'REASON', cell: (one) => one.reason, gives: true },
      { title: 'NEXT STEP', cell: (one) => one.nextStep, gives: true },
      { title: 'CODE', cell: (one) => one.code },
    ],
    await session.page(),
  )
  const all = `There are more; all of them: ${typed(`failures ${given} --csv`)}\n`
  return session.show(items, more ? shown + all : shown)
}

async function everyLine(session: Session, path: string): Promise<unknown[]> {
  const body = await session.client.download(path, 'application/jsonl')
  const decoder = new TextDecoder()
  const found: unknown[] = []
  let rest = ''
  try {
    for await (const bytes of body) {
      const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) found.push(JSON.parse(line))
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new CliError('DOWNLOAD_BROKEN', `The list broke off: ${reason}.`, 'Try again.')
  }
  return found
}
