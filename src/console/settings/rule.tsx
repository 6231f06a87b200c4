/** One rule: in words, and as the configuration file writes it; made, changed and retired where the file has none of its name. */
import type { Child } from 'hono/jsx'
import { isRosterdError } from '../../errors.ts'
import { describeCondition } from '../../reconcile/condition.ts'
import type { RuleRow } from '../../store/organizations.ts'
import { isCountedAtOnce, type Reaches, ruleReaches } from '../../store/rule-reach.ts'
import { setRule } from '../../sync/set-rule.ts'
import type { Door } from '../door.ts'
import { useMay } from '../here.ts'
import { action, page } from '../route.ts'
import type { Screen } from '../screen.ts'
import { OfTheFile, placeOf, setterOf } from './configured.tsx'
import { Edit } from './rule-edit.tsx'
import { rulePreviewRoutes } from './rule-preview.tsx'
import { Reach } from './rule-reach.tsx'
import { readYaml, type Typed, yamlOf } from './rule-text.ts'
import { givesText, type Names, namesOf, ruleOf, rulePath } from './rule-words.ts'

const EXAMPLE = `source: hr
when:
  group: { name: Artists }
then:
  - product: vray
`

export function rulePageRoutes(door: Door): void {
  rulePreviewRoutes(door, (typed, preview) => screenOf(typed, { preview }))

  page(door, { path: '/rules/new', role: 'admin' }, async () => screenOf({ key: '', text: EXAMPLE, isNew: true }))
  action(door, { path: '/rules/new', role: 'admin' }, async ({ parts, organization, actor, form, at }) => {
    const typed = { key: form.text('key'), text: form.text('rule'), isNew: true }
    const set = await attempt(typed, (given) =>
      setRule(parts, organization, { key: typed.key, given }, { ...setterOf(door, actor), anew: true }),
    )
    return 'title' in set ? set : { go: at(rulePath(set.key)), notice: { kind: 'done', text: NEXT } }
  })

  page(door, { path: '/rules/:rule', role: 'viewer' }, async (asked) => {
    const row = await ruleOf(asked)
    const names = await namesOf(asked)
    const place = placeOf(door, asked.organization.key, `rules.${row.key}`)
    const { parts, organization } = asked
    const now = await isCountedAtOnce(parts.sql, organization.id)
    const reaches = now ? await ruleReaches(parts.sql, organization.id, [row.key]) : null
    return {
      title: row.key,
      place: 'rules',
      crumbs: [['Rules', '/rules']],
      body: <Rule row={row} names={names} place={place} reaches={reaches} />,
    }
  })
  action(door, { path: '/rules/:rule', role: 'admin' }, async (asked) => {
    const { parts, organization, actor, form, at } = asked
    const { key } = await ruleOf(asked)
    const typed = { key, text: form.text('rule'), isNew: false }
    const set = await attempt(typed, (given) => setRule(parts, organization, { key, given }, setterOf(door, actor)))
    return 'title' in set ? set : { go: at(rulePath(key)), notice: { kind: 'done', text: NEXT } }
  })
}

export const NEXT = 'What follows from it becomes a plan that waits for you.'

/** The form again, where what was typed cannot be. */
async function attempt<T>(typed: Typed, set: (given: unknown) => Promise<T>): Promise<T | Screen> {
  const read = readYaml(typed.text)
  if ('mistake' in read) return screenOf(typed, { mistake: read.mistake })
  try {
    return await set(read.given)
  } catch (error) {
    if (isRosterdError(error) && error.code === 'INPUT_INVALID') return screenOf(typed, { mistake: error.message })
    throw error
  }
}

function screenOf(typed: Typed, { mistake, preview }: { mistake?: string; preview?: Child } = {}): Screen {
  return {
    title: typed.isNew ? 'Add a rule' : typed.key,
    place: 'rules',
    crumbs: [['Rules', '/rules']],
    body: (
      <Edit
        typed={typed}
        {...(mistake === undefined ? {} : { mistake })}
        {...(preview === undefined ? {} : { preview })}
      />
    ),
    ...(mistake === undefined ? {} : { status: 422 }),
  }
}

function Rule({ row, names, place, reaches }: { row: RuleRow; names: Names; place: string; reaches: Reaches | null }) {
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
          {reaches !== null && (
            <>
              <dt>Gives it to</dt>
              <dd>
                <Reach row={row} reaches={reaches} />
              </dd>
            </>
          )}
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
