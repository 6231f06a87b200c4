/** The limits, changed here where the configuration file has none. */
import { stringify } from 'yaml'
import { isRosterdError } from '../../errors.ts'
import { limitsOf } from '../../store/limits.ts'
import { resetLimits, setLimits } from '../../sync/set-limits.ts'
import type { Door } from '../door.ts'
import { useAddress } from '../here.ts'
import { Field, Form } from '../parts/form.tsx'
import { action, page } from '../route.ts'
import type { Screen } from '../screen.ts'
import { setterOf } from './configured.tsx'
import { readYaml } from './rule-text.ts'

export function limitRoutes(door: Door): void {
  page(door, { path: '/guards/edit', role: 'admin' }, async ({ organization }) =>
    screenOf(stringify(limitsOf(organization).limits)),
  )
  action(door, { path: '/guards/edit', role: 'admin' }, async ({ parts, organization, actor, form, at }) => {
    const text = form.text('limits')
    const read = readYaml(text)
    if ('mistake' in read) return screenOf(text, read.mistake)
    try {
      await setLimits(parts, organization, read.given ?? {}, setterOf(door, actor))
    } catch (error) {
      if (isRosterdError(error) && error.code === 'INPUT_INVALID') return screenOf(text, error.message)
      throw error
    }
    return { go: at('/guards'), notice: { kind: 'done', text: SET } }
  })
  action(door, { path: '/guards/reset', role: 'admin' }, async ({ parts, organization, actor, at }) => {
    await resetLimits(parts, organization, setterOf(door, actor))
    return { go: at('/guards'), notice: { kind: 'done', text: 'The usual limits count again, from the next plan on.' } }
  })
}

const SET = 'The limits are set. They count from the next plan on, and a person looks at that one.'

function screenOf(text: string, mistake?: string): Screen {
  return {
    title: 'Change the limits',
    place: 'guards',
    crumbs: [['Guard rails', '/guards']],
    body: <Edit text={text} {...(mistake === undefined ? {} : { mistake })} />,
    ...(mistake === undefined ? {} : { status: 422 }),
  }
}

function Edit({ text, mistake }: { text: string; mistake?: string }) {
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
      <Form to={at('/guards/reset')} kind="apart">
        <p class="hint">Or go back to the usual limits.</p>
        <button type="submit">Use the usual limits</button>
      </Form>
    </div>
  )
}
