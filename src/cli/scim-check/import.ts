/** Okta's import: pages of 100, each beginning where the one before ended, until totalResults are there. */
import { count, number } from '../render/words.ts'
import type { Endpoint } from './endpoint.ts'
import { type Finding, readList, SERVER } from './reading.ts'

const PAGE = 100
/** Okta would go on to the end; what can be wrong shows before. */
const MOST_PAGES = 5

export async function importOf(endpoint: Endpoint, path: '/Users' | '/Groups'): Promise<Finding> {
  const noun = path === '/Users' ? { one: 'person', more: 'people' } : { one: 'group', more: 'groups' }
  const seen = new Set<string>()
  let total = 0
  let slowest = 0
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const startIndex = 1 + page * PAGE
    const reply = await endpoint.get(path, { startIndex: String(startIndex), count: String(PAGE) })
    const list = readList(reply, endpoint)
    const where = `the page from ${number(startIndex)}`
    if ('saw' in list) return { verdict: 'fault', saw: `${where}: ${list.saw}`, next: list.next }
    const { resources, itemsPerPage } = list
    slowest = Math.max(slowest, reply.milliseconds)
    total = list.totalResults
    const wrong =
      (list.startIndex !== null && list.startIndex !== startIndex && `startIndex is ${list.startIndex}`) ||
      (itemsPerPage !== null &&
        itemsPerPage !== resources.length &&
        `itemsPerPage is ${itemsPerPage}, and ${resources.length} came`) ||
      (resources.length > PAGE && `${resources.length} came where ${PAGE} were asked for`) ||
      (resources.length === 0 && seen.size < total && `it is empty, though totalResults is ${total}`) ||
      faultIn(resources, path, seen)
    if (wrong) return { verdict: 'fault', saw: `${where}: ${wrong}.`, next: SERVER }
    if (seen.size >= total) break
  }
  const took = `, at most ${Math.round(slowest)} ms a page`
  const saw = `${count(total, noun.one, noun.more)}${seen.size < total ? `, of which the first ${number(seen.size)} were read` : ''}${took}.`
  if (total === 0) return { verdict: 'ok', saw: `no ${noun.more} yet.`, next: '' }
  return { verdict: 'ok', saw, next: '' }
}

/** Notes the ids; what no resource may lack or have twice, or null. */
function faultIn(resources: Record<string, unknown>[], path: string, seen: Set<string>): string | null {
  for (const one of resources) {
    const id = one['id']
    if (typeof id !== 'string' || id === '') return 'a resource has no id'
    if (seen.has(id)) return `${id} came twice, so that the order is not stable and somebody else is left out`
    seen.add(id)
    const name = path === '/Users' ? 'userName' : 'displayName'
    if (typeof one[name] !== 'string') return `${id} has no ${name}`
    if (path === '/Users' && typeof one['active'] !== 'boolean')
      return `active of ${id} is ${JSON.stringify(one['active']) ?? 'missing'} and not true or false`
  }
  return null
}
