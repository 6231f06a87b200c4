/** Retiring a rule: first what it alone gives, and who would lose it. */
import { retireRule } from '../../sync/set-rule.ts'
import type { Door } from '../door.ts'
import { Confirm } from '../parts/confirm.tsx'
import { lostByComparing } from '../plans/comparing.tsx'
import { action, page } from '../route.ts'
import { setterOf } from './configured.tsx'
import { NEXT } from './rule.tsx'
import { foresee, Preview } from './rule-preview.tsx'
import { givesText, namesOf, ruleOf, rulePath } from './rule-words.ts'

export function ruleRetireRoutes(door: Door): void {
  page(door, { path: '/rules/:rule/retire', role: 'admin' }, async (asked) => {
    const { key, then, managed } = await ruleOf(asked)
    // The file retires its own.
    if (managed === 'config') return asked.c.redirect(asked.at(rulePath(key)), 303)
    const names = await namesOf(asked)
    return {
      title: `Retire ${key}`,
      place: 'rules',
      crumbs: [
        ['Rules', '/rules'],
        [key, rulePath(key)],
      ],
      body: (
        <Confirm
          to={rulePath(key, '/retire')}
          back={rulePath(key)}
          does={`Retire ${key}`}
          follows={[
            `The rule ${key} gives nothing any more: ${then.map((one) => givesText(one, names)).join('; ')}.`,
            'What it alone gave is taken away by a plan that waits for you; nobody loses anything before that is approved.',
            'It can be written anew under the same key.',
            ...(await lostByComparing(asked)),
            <Preview foreseen={await foresee(door, asked, { key, given: null })} ends />,
          ]}
        />
      ),
    }
  })

  action(door, { path: '/rules/:rule/retire', role: 'admin' }, async ({ parts, organization, actor, param, at }) => {
    await retireRule(parts, organization, param('rule'), setterOf(door, actor))
    return { go: at('/rules'), notice: { kind: 'done', text: `The rule ${param('rule')} is retired. ${NEXT}` } }
  })
}
