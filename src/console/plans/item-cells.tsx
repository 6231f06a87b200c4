/** What stands in the cells of items of a plan. */
import { outcomeText } from '../../reconcile/describe.ts'
import { formatEnd } from '../../reconcile/expiry.ts'
import { showId } from '../../reconcile/identifiers.ts'
import { changeWords, expectedWords, signOf, stateWords } from '../../reconcile/item-words.ts'
import type { ItemImage } from '../../reconcile/model.ts'
import type { PersonItem } from '../../store/plan-people.ts'
import { useAddress, useHere } from '../here.ts'
import { Pill, type Tone } from '../parts/pill.tsx'
import type { ListedItem } from './items.tsx'
import { onPages } from './next-words.ts'

export const personOf = ({ name, email }: Pick<PersonItem, 'name' | 'email'>): string => name || email

export function Person({ item }: { item: ListedItem }) {
  const { offers } = useHere()
  const at = useAddress()
  const { memberId, email } = item
  const name = personOf(item)
  return (
    <div class={item.first ? 'person' : 'person same-person'}>
      {memberId !== null && offers('/people/:member') ? (
        <a href={at(`/people/${showId('mem', memberId)}`)}>{name}</a>
      ) : (
        <b>{name}</b>
      )}
      {name !== email && item.first && <span class="beneath">{email}</span>}
    </div>
  )
}

const SIGNS = { '+': ['gives', 'good'], '-': ['takes', 'bad'], '~': ['changes', 'quiet'] } as const

export function Change({ item }: { item: ListedItem }) {
  const sign = signOf(item.kind)
  const [means, tone] = SIGNS[sign]
  const said = changeWords(item)
  const words = (
    <span class={said.includes('→') ? 'change' : 'change whole'}>
      <span class={`sign ${tone}`} title={means} aria-hidden="true">
        {sign === '-' ? '−' : sign}
      </span>
      {said}
    </span>
  )
  const rows = differences(item.before, item.after)
  if (rows.length === 0) return words
  return (
    <details class="item-more">
      <summary>{words}</summary>
      <dl>
        {rows.map(([name, before, after]) => (
          <div>
            <dt>{name}</dt>
            <dd>{`${before} → ${after}`}</dd>
          </div>
        ))}
      </dl>
    </details>
  )
}

const FIELDS: [keyof ItemImage, string][] = [
  ['state', 'State'],
  ['role', 'Role'],
  ['email', 'E-mail'],
  ['userName', 'User name'],
  ['firstName', 'First name'],
  ['lastName', 'Last name'],
  ['displayName', 'Display name'],
  ['language', 'Language'],
  ['link', 'Link'],
]

/** What the item changes, field by field; ends stand in a column of their own. */
function differences(before: ItemImage | null, after: ItemImage | null): [string, string, string][] {
  return FIELDS.flatMap(([key, name]): [string, string, string][] => {
    const [was, is] = [before?.[key], after?.[key]]
    return was === is || (was === undefined && is == null) ? [] : [[name, was ?? 'none', is ?? 'none']]
  })
}

export function Until({ item: { kind, before, after } }: { item: ListedItem }) {
  const { zone } = useHere()
  const day = (end: string | null | undefined) => (end ? formatEnd(end, zone).replace(/ \(.*/, '') : 'no end')
  if (kind === 'extend' || kind === 'shorten') return <>{`${day(before?.expiresAt)} → ${day(after?.expiresAt)}`}</>
  return <>{kind === 'assign' && after?.expiresAt ? day(after.expiresAt) : ''}</>
}

export function Expected({ item }: { item: ListedItem }) {
  const foreseen = item.foreseen === null ? null : outcomeText(item.foreseen)
  const words = expectedWords({ ...item, foreseen })
  if (words === '') return null
  const [state, ...why] = words.split(': ')
  const tone: Tone = item.predicted.startsWith('waiting')
    ? 'wait'
    : state === 'will fail' || item.predicted === 'blocked'
      ? 'bad'
      : 'quiet'
  return (
    <>
      <Pill tone={tone}>{state ?? ''}</Pill>
      {why.length > 0 && <span class="beneath why">{`${why.join(': ')} ${onPages(foreseen?.next ?? '')}`}</span>}
    </>
  )
}

export function Outcome({ item: { state } }: { item: ListedItem }) {
  const tone: Tone =
    state === 'succeeded' || state === 'noop'
      ? 'good'
      : state.startsWith('failed') || state === 'blocked'
        ? 'bad'
        : state.startsWith('waiting')
          ? 'wait'
          : 'quiet'
  return <Pill tone={tone}>{stateWords(state)}</Pill>
}
