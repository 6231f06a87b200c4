/** What else people decide about a plan: reject, submit, let go, start, cancel the rest, ask for it again. */

import { showId } from '../../reconcile/identifiers.ts'
import { canMove, isDraftByHand } from '../../reconcile/review.ts'
import { again } from '../../sync/again.ts'
import { cancel } from '../../sync/cancel.ts'
import { reject, start } from '../../sync/decide.ts'
import { discard, submit } from '../../sync/submit.ts'
import type { Door } from '../door.ts'
import { useAddress } from '../here.ts'
import { Field, Form } from '../parts/form.tsx'
import { type AskedToDo, action, type Go, page } from '../route.ts'
import { conflict } from './conflict.tsx'
import { CRUMBS, planOf, planPath } from './plan.ts'

type Verb = (asked: AskedToDo<'plan'>, plan: number) => Promise<Go>

const done = ({ at }: AskedToDo<'plan'>, plan: number, text: (name: string) => string): Go => ({
  go: at(planPath(plan)),
  notice: { kind: 'done', text: text(`Plan ${showId('pln', plan)}`) },
})

const VERBS: Record<string, Verb> = {
  reject: async (asked, plan) => {
    const { parts, organization, actor, form } = asked
    const [reason, hash] = [form.text('reason').slice(0, 2_000), form.text('hash')]
    await reject(parts, organization.id, plan, { actor, hash, ...(reason !== '' && { reason }) })
    return done(asked, plan, (name) => `${name} is rejected. Nothing of it was done.`)
  },
  submit: async (asked, plan) => {
    const { parts, organization, actor, form } = asked
    await submit(parts, organization.id, plan, { actor, hash: form.text('hash') })
    return done(
      asked,
      plan,
      (name) => `${name} waits for somebody to approve it. The administrators get a mail with a link.`,
    )
  },
  discard: async (asked, plan) => {
    const { parts, organization, actor } = asked
    await discard(parts, organization.id, plan, { actor })
    return done(asked, plan, (name) => `${name} is let go. Nothing of it was done.`)
  },
  start: async (asked, plan) => {
    const { parts, organization, actor } = asked
    await start(parts, organization.id, plan, { actor })
    return done(asked, plan, (name) => `${name} starts now.`)
  },
  cancel: async (asked, plan) => {
    const { parts, organization, actor } = asked
    await cancel(parts, organization.id, plan, { actor })
    return done(asked, plan, (name) => `${name} is cancelled. What was done already stays done.`)
  },
  again: async (asked, plan) => {
    const { parts, organization, actor } = asked
    const drafted = await again(parts, organization.id, plan, { actor })
    return done(asked, drafted.plan, (name) => `${name} asks for the same once more, with people as they are now.`)
  },
}

export function planDecideRoutes(door: Door): void {
  for (const [verb, act] of Object.entries(VERBS))
    action(door, { path: `/plans/:plan/${verb}`, role: 'operator' }, async (asked) => {
      const { id } = await planOf(asked)
      try {
        return await act(asked, id)
      } catch (error) {
        return await conflict(asked, error)
      }
    })

  page(door, { path: '/plans/:plan/reject', role: 'operator' }, async (asked) => {
    const row = await planOf(asked)
    if (isDraftByHand(row) || !canMove(row.state, 'reject')) return asked.c.redirect(asked.at(planPath(row.id)), 303)
    return {
      title: `Reject plan ${showId('pln', row.id)}`,
      place: 'plans',
      crumbs: [...CRUMBS, [`Plan ${showId('pln', row.id)}`, planPath(row.id)]],
      body: <RejectForm id={row.id} hash={row.hash} headline={row.headline} byHand={row.lane === 'by_hand'} />,
    }
  })
}

function RejectForm({ id, hash, headline, byHand }: { id: number; hash: string; headline: string; byHand: boolean }) {
  const at = useAddress()
  return (
    <div class="card narrow">
      <ul class="will">
        <li>{headline}</li>
        <li>Nothing of it is done, and nobody is mailed.</li>
        {!byHand && <li>Its people are left alone until a source says the same of them again.</li>}
      </ul>
      <Form to={at(planPath(id, '/reject'))}>
        <input type="hidden" name="hash" value={hash} />
        <Field
          id="reason"
          label="Why?"
          hint="It is kept with the plan; whoever looks after the source can read it. It may be left empty."
        >
          <textarea id="reason" name="reason" rows={3} maxlength={2000} />
        </Field>
        <div class="buttons">
          <a class="button" href={at(planPath(id))}>
            Back
          </a>
          <button type="submit" class="danger">
            Reject the plan
          </button>
        </div>
      </Form>
    </div>
  )
}
