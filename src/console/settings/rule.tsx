/** One rule: in words, and as the configuration file writes it; made, changed and retired where the file has none of its name. */
import { parseDocument, stringify } from 'yaml'
import { isRosterdError } from '../../errors.ts'
import { describeCondition } from '../../reconcile/condition.ts'
import type { RuleRow } from '../../store/organizations.ts'
import { retireRule, setRule } from '../../sync/set-rule.ts'
import type { Door } from '../door.ts'
import { useAddress, useMay } from '../here.ts'
import { Field, Form } from '../parts/form.tsx'
import { action, page } from '../route.ts'
import type { Screen } from '../screen.ts'
import { OfTheFile, placeOf, setterOf } from './configured.tsx'
import { givesText, type Names, namesOf, ruleOf, rulePath } from './rules.tsx'

const EXAMPLE = `source: hr
when:
  group: { name: Artists }
then:
  - product: vray
`

export function rulePageRoutes(door: Door): void {
  page(door, { path: '/rules/new', role: 'admin' }, async () => screenOf({ key: '', text: EXAMPLE, isNew: true }))
  action(door, { path: '/rules/new', role: 'admin' }, async ({ parts, organization, actor, form, at }) => {
    const typed = { key: form.text('key'), text: form.text('rule'), isNew: true }
    const set = await attempt(typed, (given) =>
      setRule(parts, organization, { key: typed.key, given }, setterOf(door, actor)),
    )
    return 'title' in set ? set : { go: at(rulePath(set.key)), notice: { kind: 'done', text: NEXT } }
  })

  page(door, { path: '/rules/:rule', role: 'viewer' }, async (asked) => {
    const row = await ruleOf(asked)
    const names = await namesOf(asked)
    const place = placeOf(door, asked.organization.key, `rules.${row.key}`)
    return {
      title: row.key,
      place: 'rules',
      crumbs: [['Rules', '/rules']],
      body: <Rule row={row} names={names} place={place} />,
    }
  })
  action(door, { path: '/rules/:rule', role: 'admin' }, async (asked) => {
    const { parts, organization, actor, form, at } = asked
    const { key } = await ruleOf(asked)
    const typed = { key, text: form.text('rule'), isNew: false }
    const set = await attempt(typed, (given) => setRule(parts, organization, { key, given }, setterOf(door, actor)))
    return 'title' in set ? set : { go: at(rulePath(key)), notice: { kind: 'done', text: NEXT } }
  })
  action(door, { path: '/rules/:rule/retire', role: 'admin' }, async ({ parts, organization, actor, param, at }) => {
    await retireRule(parts, organization, param('rule'), setterOf(door, actor))
    return { go: at('/rules'), notice: { kind: 'done', text: `The rule ${param('rule')} is retired. ${NEXT}` } }
  })
}

const NEXT = 'What follows from it becomes a plan that waits for you.'

interface Typed {
  key: string
  text: string
  isNew: boolean
}

/** The form again, where what was typed cannot be. */
async function attempt<T>(typed: Typed, set: (given: unknown) => Promise<T>): Promise<T | Screen> {
  const read = readYaml(typed.text)
  if ('mistake' in read) return screenOf(typed, read.mistake)
  try {
    return await set(read.given)
  } catch (error) {
    if (isRosterdError(error) && error.code === 'INPUT_INVALID') return screenOf(typed, error.message)
    throw error
  }
}

/** One document without aliases: what is repeated could grow without end. */
export function readYaml(text: string): { given: unknown } | { mistake: string } {
  const document = parseDocument(text, { prettyErrors: true })
  const [first] = document.errors
  if (first !== undefined) return { mistake: first.message.split('\n')[0] ?? 'This is no YAML.' }
  try {
    return { given: document.toJS({ maxAliasCount: 0 }) }
  } catch {
    return { mistake: 'Aliases (*name) are not understood here.' }
  }
}

/** As the configuration file would have it under `rules:`. */
const yamlOf = ({ priority, source, when, then }: RuleRow): string =>
  stringify({
    ...(priority === 500 ? {} : { priority }),
    ...(source === null ? {} : { source }),
    when,
    // biome-ignore lint/suspicious/noThenProperty: the word of the config file; its value is a list, so nothing awaits it
    then: [...then],
  })

function screenOf(typed: Typed, mistake?: string): Screen {
  return {
    title: typed.isNew ? 'Add a rule' : typed.key,
    place: 'rules',
    crumbs: [['Rules', '/rules']],
    body: <Edit typed={typed} {...(mistake === undefined ? {} : { mistake })} />,
    ...(mistake === undefined ? {} : { status: 422 }),
  }
}

function Rule({ row, names, place }: { row: RuleRow; names: Names; place: string }) {
  const may = useMay()
  const source = row.source === null ? 'every source' : (names.sources.get(row.source) ?? row.source)
  return (
    <>
      <section class="card" aria-label="In words">
        <dl class="about">
          <dt>Who</dt>
          <dd>{`${describeCondition(row.when)}, of ${source}`}</dd>
          <dt>Gets</dt>
          <dd>{row.then.map((one) => givesText(one, names)).join('; ')}</dd>
          <dt>Priority</dt>
          <dd>{`${row.priority} of 1,000; the smaller is served first where seats are short`}</dd>
          <dt>Version</dt>
          <dd>{String(row.version)}</dd>
        </dl>
      </section>
      {row.managed === 'api' && may('admin') ? (
        <Edit typed={{ key: row.key, text: yamlOf(row), isNew: false }} />
      ) : (
        <>
          <h2 class="over-list">As the configuration file writes it</h2>
          <pre tabindex={0}>{`${row.key}:\n${yamlOf(row).replaceAll(/^(?=.)/gm, '  ')}`}</pre>
          {row.managed === 'config' && <OfTheFile what="this rule" path={`rules.${row.key}`} place={place} />}
        </>
      )}
    </>
  )
}

function Edit({ typed: { key, text, isNew }, mistake }: { typed: Typed; mistake?: string }) {
  const at = useAddress()
  return (
    <div class="card narrow apart">
      <Form to={at(isNew ? '/rules/new' : rulePath(key))}>
        {isNew && (
          <Field id="key" label="Key" hint="Lower-case letters, digits and dashes; reasons name the rule so.">
            <input id="key" name="key" value={key} required maxlength={64} autocomplete="off" spellcheck={false} />
          </Field>
        )}
        <Field
          id="rule"
          label="The rule"
          hint="As the configuration file writes it: source, when and then. Nothing happens before a plan is approved."
          mistake={mistake}
        >
          <textarea id="rule" name="rule" rows={10} spellcheck={false} class="yaml" required>
            {text}
          </textarea>
        </Field>
        <button type="submit" class="primary">
          {isNew ? 'Add the rule' : 'Save'}
        </button>{' '}
        <a href={at('/rules')}>Cancel</a>
      </Form>
      {!isNew && (
        <Form to={at(rulePath(key, '/retire'))} kind="apart">
          <h2>Retire it</h2>
          <p class="hint">What it alone gave is taken away by a plan that waits for you.</p>
          <button type="submit" class="danger">
            {`Retire ${key}`}
          </button>
        </Form>
      )}
    </div>
  )
}
