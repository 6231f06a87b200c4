/** What a rule would do if it was saved as it is written now: said while it is written, and before it is retired. */
import type { Child } from 'hono/jsx'
import { isRosterdError } from '../../errors.ts'
import { count, number } from '../../reconcile/amount.ts'
import { previewRule, type RulePreview, type Shift } from '../../sync/preview-rule.ts'
import type { Door } from '../door.ts'
import { useAddress } from '../here.ts'
import { type Asked, action } from '../route.ts'
import type { Screen } from '../screen.ts'
import { setterOf } from './configured.tsx'
import { readYaml, type Typed } from './rule-text.ts'
import { type Names, namesOf } from './rule-words.ts'

const PREVIEW = 'rule-preview'

type Foreseen = { preview: RulePreview; names: Names } | { mistake: string }

/** @param whole the page with the form, for whoever asks without script */
export function rulePreviewRoutes(door: Door, whole: (typed: Typed, preview: Child) => Screen): void {
  action(door, { path: '/rule-preview', role: 'admin' }, async (asked) => {
    const { form } = asked
    const typed = { key: form.text('key'), text: form.text('rule'), isNew: form.text('new') !== '' }
    const read = readYaml(typed.text)
    const foreseen = 'mistake' in read ? read : await foresee(door, asked, { key: typed.key, given: read.given })
    const body = <Preview foreseen={foreseen} />
    if (asked.part === PREVIEW) return { title: 'Preview', place: 'rules', body }
    return whole(typed, body)
  })
}

/** @param wish as the configuration file would write it; null: without it */
export async function foresee(
  door: Door,
  asked: Pick<Asked, 'parts' | 'organization' | 'actor'>,
  { key, given }: { key: string; given: unknown },
): Promise<Foreseen> {
  const { parts, organization, actor } = asked
  try {
    const wish = { key: key === '' ? 'new' : key, given }
    return {
      preview: await previewRule(parts, organization, wish, setterOf(door, actor)),
      names: await namesOf(asked),
    }
  } catch (error) {
    if (isRosterdError(error) && error.code === 'INPUT_INVALID') return { mistake: error.message }
    throw error
  }
}

/** Where it will stand, before anything was asked. */
export function NoPreview() {
  return <section id={PREVIEW} class="preview" aria-live="polite" aria-label="What it would do" />
}

/** Sends what is written whenever it has changed and its writer pauses. */
export function usePreview() {
  const at = useAddress()
  return {
    'hx-post': at('/rule-preview'),
    'hx-trigger': 'input changed delay:700ms',
    'hx-target': `#${PREVIEW}`,
    'hx-swap': 'outerHTML',
  }
}

/** @param ends whether it is about the rule being no more */
export function Preview({ foreseen, ends = false }: { foreseen: Foreseen; ends?: boolean }) {
  return (
    <section id={PREVIEW} class="preview" aria-live="polite" aria-label="What it would do">
      <h2>{ends ? 'If it was retired' : 'If it was saved like this'}</h2>
      {'mistake' in foreseen ? <p class="hint">{foreseen.mistake}</p> : <Told {...foreseen} />}
    </section>
  )
}

function Told({ preview, names }: { preview: RulePreview; names: Names }) {
  const { people, all, members, products } = preview
  const looked = all
    ? `${count(people, 'person', 'people')} whom sources show`
    : `first ${number(people)} people whom sources show; the rest was not looked at`
  const lines = [
    ...linesOf(
      members,
      ['would become a member', 'would become members'],
      ['would be none any more', 'would be none any more'],
    ),
    ...[...products].flatMap(([key, shift]) => {
      const name = names.products.get(key) ?? key
      return linesOf(shift, [`would get ${name}`, `would get ${name}`], [`would lose ${name}`, `would lose ${name}`])
    }),
  ]
  if (lines.length === 0) return <p>{`Nothing would change for the ${looked}.`}</p>
  return (
    <>
      <p>{`Of the ${looked}:`}</p>
      <ul>
        {lines.map((line) => (
          <li>{line}</li>
        ))}
      </ul>
      <p class="hint">Nothing of it happens before somebody has approved the plan.</p>
    </>
  )
}

type Words = [one: string, many: string]

function linesOf({ come, go, named }: Shift, gains: Words, loses: Words): string[] {
  const line = (people: number, [one, many]: Words, some: string[]) =>
    people === 0 ? [] : [`${count(people, 'person', 'people')} ${people === 1 ? one : many}: ${someOf(some, people)}`]
  return [...line(come, gains, named.come), ...line(go, loses, named.go)]
}

function someOf(some: string[], all: number): string {
  const rest = all - some.length
  return rest > 0 ? `${some.join(', ')} and ${count(rest, 'other')}` : some.join(', ')
}
