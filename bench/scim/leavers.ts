/** From `active: false` to a licence that is revoked: requests to the endpoint, outcomes in the database. */
import type { Sql } from '../../src/store/connection.ts'
import type { Daemon } from '../daemon.ts'
import { send } from './load.ts'
import type { Place } from './place.ts'

const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp'
const LEAVERS = 200
const PAUSE_MS = 100
const WITHIN_MS = 3_600_000

/** Applies whatever waits, deactivates people one by one at ten a second, and says how long their licences lived on. */
export async function leavers(daemon: Daemon, place: Place, sql: Sql): Promise<string> {
  const started = performance.now()
  await daemon.call('POST', '/sources/idp/go-live', {})
  await settle(daemon)
  const minutes = ((performance.now() - started) / 60_000).toFixed(1)
  const holding = await sql<{ anchor: string }[]>`
    select l.anchor from person_links l join assignments a on a.organization_id = l.organization_id and a.person_id = l.person_id
    join members m on m.organization_id = l.organization_id and m.person_id = l.person_id and m.state <> 'suspended'
    order by l.anchor limit ${LEAVERS}`
  const sent = new Map<string, number>()
  for (const { anchor } of holding) {
    const body = JSON.stringify({ schemas: [PATCH], Operations: [{ op: 'replace', value: { active: false } }] })
    sent.set(anchor, Date.now())
    const { status, text } = await send(place.url, { method: 'PATCH', path: `/Users/${anchor}`, body }, place.headers)
    if (status >= 300) throw new Error(`a deactivation was answered ${status}: ${text}`)
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
  }
  const anchors = [...sent.keys()]
  const outcomes = await daemon.until(async () => {
    const rows = await sql<{ anchor: string; at: Date }[]>`
      select l.anchor, max(o.at) as at from person_links l
      join plan_items i on i.organization_id = l.organization_id and i.person_id = l.person_id and i.kind = 'revoke'
      join outcomes o on o.organization_id = i.organization_id and o.plan_id = i.plan_id and o.number = i.number and o.state = 'succeeded'
      where l.anchor = any(${anchors}::text[]) group by l.anchor`
    return rows.length >= anchors.length ? rows : undefined
  }, 120_000)
  const waits = outcomes.map(({ anchor, at }) => at.getTime() - (sent.get(anchor) ?? 0)).sort((a, b) => a - b)
  const at = (share: number) => ((waits[Math.floor(waits.length * share)] ?? 0) / 1_000).toFixed(2)
  return `From active: false to the revoked licence, ${waits.length} leavers in ${Math.round((LEAVERS * PAUSE_MS) / 1_000)} s: p50 ${at(0.5)} s, p99 ${at(0.99)} s (first plan and its apply before: ${minutes} minutes).`
}

/** Approves plans, the first of which may take minutes to come, until none waits and none runs. */
async function settle(daemon: Daemon): Promise<void> {
  let quiet = 0
  let seen = false
  await daemon.until(async () => {
    const { items } = await daemon.call('GET', '/plans')
    const open = (Array.isArray(items) ? items : []).filter((plan) =>
      ['awaiting_approval', 'approved', 'applying', 'paused'].includes(plan.state),
    )
    for (const plan of open.filter(({ state }) => state === 'awaiting_approval')) {
      const { overrideCount } = await daemon.call('GET', `/plans/${plan.id}`)
      const override =
        typeof overrideCount === 'number' ? { override: { count: overrideCount, reason: 'benchmark' } } : {}
      await daemon.call('POST', `/plans/${plan.id}/approve`, { hash: plan.hash, ...override }).catch(() => undefined)
    }
    // Pushed people are planned after ten seconds of quiet.
    seen ||= open.length > 0
    quiet = seen && open.length === 0 ? quiet + 1 : 0
    return quiet > 75 ? true : undefined
  }, WITHIN_MS)
}
