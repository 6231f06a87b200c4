/** The items of a plan as a CSV file for people: what was looked at, with the reasons, and what became of it. */
import { outcomeText, reasonText } from '../reconcile/describe.ts'
import { lastDay } from '../reconcile/expiry.ts'
import { changeWords, expectedWords, stateWords } from '../reconcile/item-words.ts'
import type { ItemFilter } from '../store/plan-filter.ts'
import { readEnded, readPeopleItems } from '../store/plan-people.ts'
import { csvLines } from './csv/failures.ts'
import { guarded } from './csv/prefix.ts'
import type { Parts } from './parts.ts'

const COLUMNS = [
  'item',
  'email',
  'name',
  'change',
  'product',
  'expires',
  'because',
  'file',
  'line',
  'expected',
  'outcome',
  'code',
  'reason',
  'next_step',
]
const PER_PAGE = 1_000

/** What reads items by this filter: by person, or those that came to some end one by one. */
export const readerOf = ({ states, code }: ItemFilter) =>
  states === undefined && code === undefined ? readPeopleItems : readEnded

/** UTF-8 with BOM, CRLF; read page by page, those of a person together. */
export async function* planFile(
  { sql }: Pick<Parts, 'sql'>,
  organization: { id: number; zone: string },
  plan: number,
  filter: ItemFilter,
): AsyncGenerator<string> {
  yield `\uFEFF${csvLines([COLUMNS], ',')}`
  const read = readerOf(filter)
  for (let after = 0; ; ) {
    const items = await read(sql, organization.id, plan, { ...filter, after, limit: PER_PAGE })
    const last = items.at(-1)
    if (last === undefined) return
    const records = items.map((item) => {
      const { number, email, name, productName, after: image, reason, evidence, code, state } = item
      const foreseen = item.foreseen === null ? null : outcomeText(item.foreseen)
      const told = outcomeText(item)
      const end = image?.expiresAt ?? null
      return [
        String(number),
        ...[
          email,
          name ?? '',
          changeWords(item),
          productName ?? '',
          end === null ? '' : lastDay(end, organization.zone),
        ],
        ...[reasonText(reason), evidence?.file ?? '', evidence?.line == null ? '' : String(evidence.line)],
        ...[expectedWords({ ...item, foreseen }), state === 'pending' ? '' : stateWords(state), code ?? ''],
        ...[told?.message ?? '', told?.next ?? ''],
      ].map((cell) => guarded(cell))
    })
    yield csvLines(records, ',')
    after = last.lead
  }
}
