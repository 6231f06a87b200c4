/** Plans that somebody asked for, each in the state in which a route about them does something. */
import type { LivedIn, Route } from './lived-in.ts'

const ROUTES = /\/plans\/\{plan\}\/(leave-out|put-back|submit|discard|cancel|again)$/

let drafts = 0

/** A plan of alpha for the route, with what to tell it; null where any plan will do. */
export async function draftFor(
  { world, alpha }: Pick<LivedIn, 'world' | 'alpha'>,
  { path }: Route,
): Promise<{ plan: number; body: unknown } | null> {
  const verb = ROUTES.exec(path)?.[1]
  if (verb === undefined) return null
  const post = async (rest: string, body: unknown) => {
    const { json } = await world.ask('bootstrap', 'POST', `/api/v1/organizations/${alpha.ground.key}${rest}`, body)
    return { id: String(json['id']), hash: String(json['hash']) }
  }
  drafts += 1
  const users = ['one', 'two'].map((name) => `${name}${drafts}@alpha.test`)
  const { id, hash } = await post('/operations', { verb: 'invite', users })
  const choice = { hash, items: [1] }
  if (verb === 'cancel') await post(`/plans/${id}/approve`, { hash, start: false })
  const edited = verb === 'put-back' ? await post(`/plans/${id}/leave-out`, choice) : null
  const edits = verb === 'leave-out' || verb === 'put-back'
  return { plan: Number(id.slice(4)), body: edits ? { ...choice, hash: edited?.hash ?? hash } : {} }
}
