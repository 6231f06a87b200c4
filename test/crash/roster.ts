/** An organization whose roster turns over from one generation to the next: people join and leave, others change their group. */

/** People on each roster. */
const PEOPLE = 240
/** So many leave and so many join from one generation to the next. */
const TURNOVER = 30
/** Of those who stay, one in so many changes the group. */
const MOVES = 6
const GROUPS = ['Artists', 'Lighting', '']
const HELD = new Map([
  ['Artists', 'vray'],
  ['Lighting', 'houdini'],
])

/** Limits are far away: what is tested is not what a guard stops. */

/** Limits are far away: what is tested is not what a guard stops. */
const FAR = 'floor: 1000000, refuse_percent: null'

export const CONFIG = `
mail: { per_minute: 10000 }
organizations:
  acme:
    name: Acme
    administrators: [{ email: admin@acme.example, role: admin }]
    limits:
      remove: { ${FAR}, half_from: 1000000 }
      revoke: { ${FAR} }
      revoke_all: { ${FAR} }
      invite: { floor: 1000000 }
      group: { floor: 1000000 }
    products: { vray: { name: V-Ray, seats: 10000 }, houdini: { name: Houdini, seats: 10000 } }
    sources: { hr: { kind: csv, approval: manual, settle: 50ms } }
    rules:
      everyone: { source: hr, when: { everyone: true }, then: [{ member: member }] }
      artists: { source: hr, when: { group: { name: Artists } }, then: [{ product: vray }] }
      lighting: { source: hr, when: { group: { name: Lighting } }, then: [{ product: houdini }] }
`

const idsOf = (generation: number) => Array.from({ length: PEOPLE }, (_, n) => n + generation * TURNOVER)
const emailOf = (id: number) => `p${id}@acme.example`
const groupOf = (id: number, generation: number) =>
  GROUPS[(id + (id % MOVES === 0 ? generation : 0)) % GROUPS.length] ?? ''

export const fileOf = (generation: number) => `roster-${String(generation).padStart(3, '0')}.csv`

/** The file of a generation. */
export function roster(generation: number): string {
  const lines = idsOf(generation).map((id) => `${id},${emailOf(id)},P,N${id},${groupOf(id, generation)}`)
  return `external_id,email,first_name,last_name,groups\n${lines.join('\n')}\n`
}

/** Who is a member once it is applied, and with which product: `p1@acme.example vray`. */
export function membersOf(generation: number): string[] {
  return idsOf(generation)
    .map((id) => `${emailOf(id)} ${HELD.get(groupOf(id, generation)) ?? ''}`.trim())
    .sort()
}
