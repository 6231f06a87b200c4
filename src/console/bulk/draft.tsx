/** The end of a bulk operation: a draft of what was chosen, its summary, and the decision about it. */
import { bodyLimit } from 'hono/body-limit'
import { isRosterdError, RosterdError } from '../../errors.ts'
import { dateIn, readExpiry } from '../../reconcile/expiry.ts'
import { showId } from '../../reconcile/identifiers.ts'
import type { Instant } from '../../reconcile/model.ts'
import { PIN_DEFAULT, type PinFor } from '../../reconcile/operation.ts'
import { reasonSentence } from '../../reconcile/reasons.ts'
import { isDraftByHand } from '../../reconcile/review.ts'
import { readPlan } from '../../store/plans.ts'
import { draftOnce } from '../../sync/draft-once.ts'
import { leaveOutLines } from '../../sync/leave-out-lines.ts'
import { checkFormToken, type Door } from '../door.ts'
import { Form } from '../form.ts'
import { addressOf } from '../here.ts'
import { type AskedToDo, action } from '../route.ts'
import { type Choice, readChoice, verbOf } from './choice.ts'
import { decideRoutes, planAddress, summaryAddress } from './decide.tsx'
import { stepAddress, type Way } from './frame.tsx'
import { selectionOfChoice } from './people.ts'
import { optionsStep } from './steps.tsx'

const FIELDS = [
  'who',
  'all',
  'filter',
  'upload',
  'browse',
  'without',
  'product',
  'every',
  'end',
  'expires',
  'role',
  'wait',
  'first',
  'pin',
  'reason',
  'quiet',
]
const MOST_BYTES = 1_048_576

export function draftRoutes(door: Door): void {
  keepChoices(door)

  action(door, { path: '/bulk/:verb/draft', role: 'operator' }, async (asked) => {
    const { parts, organization, actor, form, at, here } = asked
    const way = sentWay(asked)
    const { verb, choice } = way
    if (form.text('end') === 'day' && choice.expires === '')
      return await optionsStep(asked, way, { wrongDate: 'Choose the last day.', status: 422 })
    const end = endOf(choice, organization.zone, parts.now())
    if (typeof end === 'object' && end !== null)
      return await optionsStep(asked, way, { wrongDate: end.wrong, status: 422 })
    const lines = choice.whom?.kind === 'upload' ? choice.except : []
    try {
      const plan = await draftOnce(
        parts,
        organization.id,
        {
          actor,
          operation: {
            verb,
            products: choice.every ? [] : choice.products,
            allProducts: choice.every,
            expiresAt: end,
            role: choice.role,
            revokeFirst: choice.revokeFirst,
            wait: choice.wait,
            pin: pinOf(choice),
            ...(choice.reason !== '' && (verb === 'remove' || verb === 'revoke') && { reason: choice.reason }),
            selection: selectionOfChoice(choice),
          },
          quiet: choice.quiet,
          again: form.ticked('again'),
        },
        lines,
      )
      const row = await readPlan(parts.sql, organization.id, plan)
      if (row === null || !isDraftByHand(row)) {
        const text = `The same was asked for before: it is plan ${showId('pln', plan)}.`
        return { go: planAddress(here, at, plan), notice: { kind: 'note', text } }
      }
      if (choice.whom?.kind === 'upload') await leaveOutLines(parts, organization.id, row, { actor, lines })
      return { go: summaryAddress(way, plan) }
    } catch (error) {
      if (!isRosterdError(error) || error.status >= 500 || error.status === 403) throw error
      const repeated = error.code === 'DUPLICATE_OPERATION'
      const mistake = `${error.message} ${repeated ? '' : error.next}`.trim()
      return await optionsStep(asked, way, { mistake, repeated, status: error.status })
    }
  })

  decideRoutes(door)
}

function sentWay({ form, at, param }: Pick<AskedToDo<'verb'>, 'form' | 'at' | 'param'>): Way {
  const query = new URLSearchParams(form.pairs(...FIELDS))
  return { verb: verbOf(param('verb')), choice: readChoice(query), at }
}

function endOf({ expires }: Choice, zone: string, at: Date): Instant | null | { wrong: string } {
  if (expires === '') return null
  const read = readExpiry(expires, { zone, today: dateIn(at.toISOString(), zone) })
  return read.ok ? read.expiresAt : { wrong: reasonSentence(read.code, read.params) }
}

const pinOf = ({ pin }: Choice): PinFor => (pin === 'days' ? PIN_DEFAULT : { kind: pin })

/**
 * The last form holds more than the address of its page. When the session is over, or was begun anew in another tab, it is shown again
 * with all that it held: at once, or after signing in.
 */
function keepChoices(door: Door): void {
  const limited = bodyLimit({
    maxSize: MOST_BYTES,
    onError: () => {
      throw new RosterdError('BODY_TOO_LARGE', { limit: MOST_BYTES })
    },
  })
  door.app.post('/o/:organization/bulk/:verb/draft', limited, async (c, next) => {
    const form = new Form(await c.req.formData().catch(() => new FormData()))
    try {
      if (c.var.signedIn === null) throw new RosterdError('SESSION_OVER')
      checkFormToken(c.var.secret ?? '', form.text('token'))
    } catch (error) {
      if (!isRosterdError(error)) throw error
      const at = (path?: string) => addressOf(c.req.param('organization'), path)
      const step = stepAddress(sentWay({ form, at, param: () => c.req.param('verb') }), 'options')
      return c.redirect(c.var.signedIn === null ? `/sign-in?to=${encodeURIComponent(step)}` : step, 303)
    }
    await next()
  })
}
