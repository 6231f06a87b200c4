/** What a plan that somebody asked for is expected not to do, before it is approved. */
import { z } from 'zod'
import { expectedWords } from '../reconcile/item-words.ts'
import { typed } from '../typed.ts'
import { failure, type Item, item, type PlanWhole, pageOf } from './answers.ts'
import { typeable } from './exit.ts'
import { safe } from './render/text.ts'
import { count, person } from './render/words.ts'
import type { Session } from './session.ts'

const MOST_SHOWN = 10
const MOST_READ = 200
const EXAMPLES = 3
const UNLUCKY = ['failed_permanent', 'waiting_seat', 'waiting_borrow'] as const

/**
 * Who would fail or wait, and why, the first of each; and rows that come to nothing. Empty where all of it is expected to succeed.
 *
 * @param told lines of the file of which that was said already
 */
export async function expectedText(session: Session, whole: PlanWhole, told: readonly number[]): Promise<string> {
  const { id, rowErrors, state } = whole
  if (state !== 'draft' && state !== 'awaiting_approval') return ''
  const lines: string[] = []
  for (const predicted of UNLUCKY) lines.push(...(await unlucky(session, id, predicted)))
  if (rowErrors > 0) lines.push(...(await rowsInError(session, whole, told)))
  if (lines.length === 0) return ''
  return `${session.paint.bold('What to know before')}\n${lines.map((line) => `  ${line}`).join('\n')}\n`
}

/** The first of those who share a reason stand for the others. */
async function unlucky({ client, paint }: Session, id: string, predicted: string): Promise<string[]> {
  const query = `predicted=${predicted}&state=pending&limit=${MOST_READ}`
  const { items, next } = await client.get(`/plans/${id}/items?${query}`, pageOf(item))
  const alike = new Map<string, Item[]>()
  for (const one of items) {
    const cause = `${one.foreseen?.code ?? ''} ${one.productName ?? ''}`
    alike.set(cause, [...(alike.get(cause) ?? []), one])
  }
  const lines = [...alike.values()].slice(0, MOST_SHOWN).flatMap((group) => {
    const shown = group.slice(0, EXAMPLES).map((one) => paint.warn(safe(typeable(sentenceOf(one)))))
    const others = group.length - shown.length
    return others === 0 ? shown : [...shown, `and ${count(others, 'more', 'more')} for the same reason.`]
  })
  if (next !== undefined || alike.size > MOST_SHOWN)
    lines.push(`There are more; all of them: ${typed(`show ${id} --all`)}`)
  return lines
}

const sentenceOf = (one: Item): string =>
  `${person(one)}: ${expectedWords(one)} ${one.foreseen?.nextStep ?? ''}`.trimEnd()

async function rowsInError(
  { client, paint }: Session,
  { id, rowErrors, operation }: PlanWhole,
  told: readonly number[],
): Promise<string[]> {
  const { items } = await client.get(`/plans/${id}/failures`, z.object({ items: z.array(failure) }))
  const rows = items.filter((one) => one.item === null && !told.includes(one.line ?? 0)).slice(0, MOST_SHOWN)
  // Addresses that were typed stand on no line.
  const where = (line: number | null) => (operation?.file ? `line ${line ?? '?'}: ` : '')
  const are = rowErrors === 1 ? 'row comes' : 'rows come'
  return [
    `${count(rowErrors, are, are)} to nothing; all of them: ${typed(`failures ${id}`)}`,
    ...rows.map((one) => paint.bad(safe(`${where(one.line)}${one.reason} ${one.nextStep} (${one.code})`))),
  ]
}
