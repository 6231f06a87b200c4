/** Addresses without an organization: the first page, and the links of letters. */
import { RosterdError } from '../errors.ts'
import { readId } from '../reconcile/identifiers.ts'
import { mayApprove, needs } from '../reconcile/review.ts'
import { readPlan } from '../store/plans.ts'
import type { OpenOrganization } from '../store/sessions.ts'
import type { Door } from './door.ts'
import { drawBare } from './draw.tsx'
import { addressOf } from './here.ts'
import { Organizations } from './organizations.tsx'

export function landingRoutes(door: Door): void {
  const { app, context } = door
  app.get('/', async (c) => {
    const { signedIn } = c.var
    if (signedIn === null) throw new RosterdError('SESSION_OVER')
    const [only, ...others] = signedIn.organizations
    if (only !== undefined && others.length === 0) return c.redirect(addressOf(only.key), 302)
    return await drawBare(door, c, { title: 'Organizations', body: Organizations({ all: signedIn.organizations }) })
  })

  // As letters have it. Ids of plans are given once for all organizations.
  app.get('/plans/:plan', async (c) => {
    const { signedIn } = c.var
    if (signedIn === null) throw new RosterdError('SESSION_OVER')
    const id = readId('pln', c.req.param('plan'))
    const query = new URL(c.req.url).searchParams
    const key = query.get('organization')
    query.delete('organization')
    const rest = query.size === 0 ? '' : `?${query}`
    for (const organization of candidates(signedIn.organizations, key)) {
      const plan = id === null ? null : await readPlan(context.parts.sql, organization.id, id)
      if (plan === null) continue
      // What guards stopped at comes first.
      const held = rest === '' && mayApprove(plan) && needs(plan.findings) !== 'pass'
      const at = `/plans/${c.req.param('plan')}${held ? '?guard=held' : rest}`
      return c.redirect(addressOf(organization.key, at), 302)
    }
    throw new RosterdError('PLAN_NOT_FOUND', { id: c.req.param('plan') })
  })
}

/** The one that the link names, or all that are open. */
function candidates(open: OpenOrganization[], key: string | null): OpenOrganization[] {
  return key === null ? open : open.filter((one) => one.key === key)
}
