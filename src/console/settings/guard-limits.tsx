/** The limits, changed here where the configuration file has none. */
import { stringify } from 'yaml'
import { isRosterdError } from '../../errors.ts'
import { count } from '../../reconcile/amount.ts'
import { type Limits as InForce, limitsSchema } from '../../reconcile/guard.ts'
import { limitsOf } from '../../store/limits.ts'
import { resetLimits, setLimits } from '../../sync/set-limits.ts'
import type { Door } from '../door.ts'
import { useAddress } from '../here.ts'
import { Confirm } from '../parts/confirm.tsx'
import { Field, Form } from '../parts/form.tsx'
import { action, page } from '../route.ts'
import type { Screen } from '../screen.ts'
import { setterOf } from './configured.tsx'
import { limitChanges } from './limit-list.tsx'
import { readYaml } from './rule-text.ts'

export function limitRoutes(door: Door): void {
  page(door, { path: '/guards/edit', role: 'admin' }, async ({ organization }) => {
    const { limits, managed } = limitsOf(organization)
    return screenOf({ text: stringify(limits), set: managed === 'api' })
  })
  action(door, { path: '/guards/edit', role: 'admin' }, async ({ parts, organization, actor, form, at }) => {
    const text = form.text('limits')
    const typed = { text, set: limitsOf(organization).managed === 'api' }
    const read = readYaml(text)
    if ('mistake' in read) return screenOf(typed, read.mistake)
    try {
      await setLimits(parts, organization, read.given ?? {}, setterOf(door, actor))
    } catch (error) {
      if (isRosterdError(error) && error.code === 'INPUT_INVALID') return screenOf(typed, error.message)
      throw error
    }
    return { go: at('/guards'), notice: { kind: 'done', text: SET } }
  })
  page(door, { path: '/guards/reset', role: 'admin' }, async ({ organization, at, c }) => {
    const { limits, managed } = limitsOf(organization)
    if (managed !== 'api') return c.redirect(at('/guards'), 303)
    return {
      title: 'Use the usual limits',
      place: 'guards',
      crumbs: [['Guard rails', '/guards']],
      body: <Reset limits={limits} />,
    }
  })
  action(door, { path: '/guards/reset', role: 'admin' }, async ({ parts, organization, actor, at }) => {
    await resetLimits(parts, organization, setterOf(door, actor))
    return { go: at('/guards'), notice: { kind: 'done', text: 'The usual limits count again, from the next plan on.' } }
  })
}

const SET = 'The limits are set. They count from the next plan on, and a person looks at that one.'

interface Typed {
  text: string
  /** Whether somebody has set limits here, which can be taken back. */
  set: boolean
}

function screenOf(typed: Typed, mistake?: string): Screen {
  return {
    title: 'Change the limits',
    place: 'guards',
    crumbs: [['Guard rails', '/guards']],
    body: <Edit {...typed} {...(mistake === undefined ? {} : { mistake })} />,
    ...(mistake === undefined ? {} : { status: 422 }),
  }
}

function Edit({ text, set, mistake }: Typed & { mistake?: string }) {
  const at = useAddress()
  return (
    <div class="card narrow">
      <Form to={at('/guards/edit')}>
        <Field
          id="limits"
          label="Limits"
          hint="As the configuration file writes them. What is left out is as usual. No setting turns a guard off."
          mistake={mistake}
        >
          <textarea id="limits" name="limits" rows={24} spellcheck={false} class="yaml">
            {text}
          </textarea>
        </Field>
        <button type="submit" class="primary">
          Save
        </button>{' '}
        <a href={at('/guards')}>Cancel</a>
      </Form>
      {set && (
        <p class="apart">
          <a href={at('/guards/reset')}>Use the usual limits…</a>
        </p>
      )}
    </div>
  )
}

function Reset({ limits }: { limits: InForce }) {
  const changes = limitChanges(limits, limitsSchema.parse({}))
  return (
    <Confirm
      to="/guards/reset"
      back="/guards/edit"
      does="Use the usual limits"
      follows={[
        changes.length === 0
          ? 'The limits that were set here are the usual ones: nothing changes.'
          : `${count(changes.length, 'limit')} ${changes.length === 1 ? 'changes' : 'change'} from the next plan on:`,
        changes.length > 0 && (
          <ul class="said">
            {changes.map(({ name, before, after }) => (
              <li>
                <code>{name}</code>
                {`: ${before} → ${after}`}
              </li>
            ))}
          </ul>
        ),
        'What was set here is gone then; the audit has it.',
        'A person looks at the next plan.',
      ]}
    />
  )
}
