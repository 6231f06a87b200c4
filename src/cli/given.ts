/** A setting as somebody writes it: a YAML or JSON file, or what another program writes into this one. */
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { readYaml } from '../config/index.ts'
import { usage } from './exit.ts'
import { refusedBySystem } from './file-unreadable.ts'
import type { Session } from './session.ts'

const group = z.record(z.string(), z.unknown())

/** Whether anything stands to be read: a file was named, or something is piped in. */
export const isGiven = ({ terminal }: Session, file: string | undefined): boolean =>
  file !== undefined || terminal.piped !== undefined

/** @param example what such a file says, as one line */
export async function readGiven(
  { terminal }: Session,
  file: string | undefined,
  example: string,
): Promise<Record<string, unknown>> {
  const next = `Write it as YAML or JSON, such as: ${example}`
  if (file === undefined && terminal.piped === undefined)
    throw usage('Nothing says what to set.', `Name a file. ${next}`)
  const text = file === undefined || file === '-' ? await terminal.piped?.() : await textOf(file)
  const name = file === undefined || file === '-' ? 'The input' : file
  const { value, problems } = readYaml(text ?? '')
  const [problem] = problems
  if (problem !== undefined) throw usage(`${name}, line ${problem.line}: ${problem.message}`, next)
  const read = group.safeParse(value)
  if (!read.success) throw usage(`${name} holds no settings.`, next)
  return read.data
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw refusedBySystem(file, error)
  }
}
