/** A server with people in it: where it is, how it is spoken to, and whom it knows. */
import { z } from 'zod'
import { send } from './load.ts'
import { person } from './people.ts'

export interface Place {
  url: string
  headers: Record<string, string>
  /** Ids of some users, all of them members of the group. */
  ids: string[]
  group: string
  people: number
  /** Creates a second while filling. */
  bulkRate: number
  /** A number that was not used yet. */
  next(): number
}

const created = z.looseObject({ id: z.string() })
const bulkAnswer = z.looseObject({ Operations: z.array(z.looseObject({ status: z.string(), location: z.string() })) })
const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group'
const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp'
const BULK = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest'
const KNOWN = 5_000

/** Creates the people and a group of them all; in calls of 1,000 where the server can, and else one by one, eight at a time. */
export async function fill(url: string, token: string, people: number, how: { bulk: boolean }): Promise<Place> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' }
  let last = people
  const ids: string[] = []
  const members: string[] = []
  const ask = async (method: string, path: string, body: object) => {
    const { status, text } = await send(url, { method, path, body: JSON.stringify(body) }, headers)
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${text.slice(0, 300)}`)
    return text
  }
  const started = performance.now()
  for (let first = 1; how.bulk && first <= people; first += 1_000) {
    const numbers = Array.from({ length: Math.min(1_000, people - first + 1) }, (_, index) => first + index)
    const operations = numbers.map((n) => ({ method: 'POST', path: '/Users', bulkId: `b${n}`, data: person(n) }))
    const answer = bulkAnswer.parse(JSON.parse(await ask('POST', '/Bulk', { schemas: [BULK], Operations: operations })))
    for (const { status, location } of answer.Operations) {
      if (status !== '201') throw new Error(`an operation of a bulk was answered ${status}`)
      members.push(location.slice(location.lastIndexOf('/') + 1))
    }
  }
  for (let first = 1; !how.bulk && first <= people; first += 8) {
    const numbers = Array.from({ length: Math.min(8, people - first + 1) }, (_, index) => first + index)
    const made = await Promise.all(numbers.map((n) => ask('POST', '/Users', person(n))))
    members.push(...made.map((text) => created.parse(JSON.parse(text)).id))
  }
  const seconds = (performance.now() - started) / 1_000
  ids.push(...members.filter((_, index) => index % Math.ceil(people / KNOWN) === 0))
  const first = how.bulk ? [] : members.map((value) => ({ value }))
  const group = created.parse(
    JSON.parse(await ask('POST', '/Groups', { schemas: [GROUP], displayName: 'Everybody', members: first })),
  ).id
  for (let from = 0; how.bulk && from < members.length; from += 10_000) {
    const value = members.slice(from, from + 10_000).map((id) => ({ value: id }))
    await ask('PATCH', `/Groups/${group}`, { schemas: [PATCH], Operations: [{ op: 'add', path: 'members', value }] })
  }
  return { url, headers, ids, group, people, bulkRate: people / seconds, next: () => (last += 1) }
}

/** The ceiling's own place. */
export class Peer {
  readonly url: string
  readonly headers = { 'content-type': 'application/json' }
  readonly ids: string[]
  readonly people: number

  private constructor(url: string, ids: string[], people: number) {
    this.url = url
    this.ids = ids
    this.people = people
  }

  static async fill(url: string, people: number): Promise<Peer> {
    const body = JSON.stringify(person(1))
    const { text } = await send(url, { method: 'POST', path: `/fill/${people}`, body }, {})
    const rows = z.array(z.looseObject({ id: z.string() })).parse(JSON.parse(text))
    return new Peer(
      url,
      rows.map((row) => row.id),
      people,
    )
  }
}
