/** What identity providers ask, each with the plain work that it is set against. */
import type { Call } from './load.ts'
import { person } from './people.ts'
import type { Peer, Place } from './place.ts'

export interface Step {
  name: string
  /** What the ceiling does. */
  against: 'insert' | 'select' | 'page'
  call(place: Place): Call
  ceiling(peer: Peer): Call
  /** False: the other server cannot do it. */
  peer?: false
}

const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp'
const some = (ids: string[]): string => ids[Math.floor(Math.random() * ids.length)] ?? ''
const anybody = ({ people }: { people: number }): number => 1 + Math.floor(Math.random() * people)
const insert = (): Call => ({ method: 'POST', path: '/plain', body: JSON.stringify(person(1)) })
const select = (peer: Peer): Call => ({ method: 'GET', path: `/plain/${some(peer.ids)}` })

/** Everybody in turn, so that two requests rarely mean the same person. */
const turns = new WeakMap<Place, number>()
function turn(place: Place): { id: string; number: number } {
  const number = (turns.get(place) ?? 0) + 1
  turns.set(place, number)
  return { id: place.ids[number % place.ids.length] ?? '', number }
}

export const STEPS: Step[] = [
  {
    name: 'create a user',
    against: 'insert',
    call: (place) => ({ method: 'POST', path: '/Users', body: JSON.stringify(person(place.next())) }),
    ceiling: insert,
  },
  {
    name: 'find by userName',
    against: 'select',
    call(place) {
      const filter = encodeURIComponent(`userName eq "person.${anybody(place)}@bench.example"`)
      return { method: 'GET', path: `/Users?filter=${filter}&startIndex=1&count=100` }
    },
    ceiling: (peer) => ({ method: 'GET', path: `/named?name=person.${anybody(peer)}` }),
  },
  {
    name: 'GET by id',
    against: 'select',
    call: (place) => ({ method: 'GET', path: `/Users/${some(place.ids)}` }),
    ceiling: select,
  },
  {
    name: 'a page of 100',
    against: 'page',
    call: () => ({ method: 'GET', path: '/Users?startIndex=1&count=100' }),
    ceiling: () => ({ method: 'GET', path: '/page' }),
  },
  {
    name: 'PATCH active',
    against: 'insert',
    call(place) {
      const { id, number } = turn(place)
      const active = Math.floor(number / place.ids.length) % 2 === 1
      const body = JSON.stringify({ schemas: [PATCH], Operations: [{ op: 'replace', value: { active } }] })
      return { method: 'PATCH', path: `/Users/${id}`, body }
    },
    ceiling: insert,
  },
  {
    name: 'group: one member out, one in',
    against: 'insert',
    call(place) {
      const { id, number } = turn(place)
      const value = [{ value: id }]
      const operation =
        number % 2 === 0 ? { op: 'add', path: 'members', value } : { op: 'remove', path: `members[value eq "${id}"]` }
      const body = JSON.stringify({ schemas: [PATCH], Operations: [operation] })
      return { method: 'PATCH', path: `/Groups/${place.group}`, body }
    },
    ceiling: insert,
  },
  {
    name: 'GET a group without its members',
    against: 'select',
    call: (place) => ({ method: 'GET', path: `/Groups/${place.group}?excludedAttributes=members` }),
    ceiling: select,
  },
]
