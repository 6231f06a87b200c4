/** Rules that are set here, and not in the configuration file. */
import { typed } from '../typed.ts'
import { rule } from './answers.ts'
import { readGiven } from './given.ts'
import { safe } from './render/text.ts'
import type { Session } from './session.ts'

const EXAMPLE = '{ source: hr, when: { group: { name: Artists } }, then: [{ product: vray }] }'

/** `rule set KEY [FILE]`: all of it, as the configuration file writes a rule. */
export async function setRule(session: Session, key: string, file: string | undefined): Promise<number> {
  const body = await readGiven(session, file, EXAMPLE)
  const answer = await session.client.put(`/rules/${encodeURIComponent(key)}`, body, rule)
  return session.show(answer, `The rule ${safe(answer.key)} is set: ${safe(answer.condition)}.\n${NEXT}`)
}

export async function retireRule(session: Session, key: string): Promise<number> {
  const answer = await session.client.delete(`/rules/${encodeURIComponent(key)}`, rule)
  return session.show(answer, `The rule ${safe(answer.key)} is retired.\n${NEXT}`)
}

const NEXT = `What follows from it waits for an approval: ${typed('plans')}\n`
