/** An organization that has lived a little: two sources, seats that are short, a pin, a loan, a held file, rows in error. */

import { registerBorrow } from '../../src/sync/borrow.ts'
import { accept } from '../../src/sync/by-hand.ts'
import { KIM } from '../support/pipeline.ts'
import { email, openScene, roster, type Scene } from './plan-scene.ts'

const DAY_MS = 86_400_000

export const HOSTILE = `<img src=x onerror="document.title='run'">"'&amp;`

/** Products that end soon, more who want Houdini than seats, and a name that would run where it is not shown as text. */
const file = (people: number): string =>
  roster(people)
    .split('\n')
    .map((line, at) => {
      if (at === 0) return `${line},products,expires_at`
      if (line === '') return line
      if (at === 2) return `${line.replace('Person 2', `"${HOSTILE.replaceAll('"', '""')}"`)},,`
      return `${line},${at % 20 === 0 ? 'Houdini' : ''},${at % 3 === 0 ? `2026-12-${String(1 + (at % 28)).padStart(2, '0')}` : ''}`
    })
    .join('\n')

export interface Rooms extends Scene {
  /** A question about who a newcomer is, and the person it may be. */
  question: number
  /** Ids of members: one who holds much, the one with the hostile name, one who is pinned. */
  rich: number
  hostile: number
  pinned: number
}

export async function openRooms(people = 120): Promise<Rooms> {
  const scene = await openScene()
  const { world, sql, organization } = scene
  await world.configure({
    sources:
      'hr: { kind: csv, approval: manual }\nidp: { kind: scim, approval: within_limits, name: Identity provider }',
    products: 'vray: { name: V-Ray, seats: 400, aliases: [VRay] }\nhoudini: { name: Houdini, seats: 3, reserve: 1 }',
    rules: `everyone: { source: hr, when: { everyone: true }, then: [{ member: member }] }
artists: { source: hr, when: { group: { name: Artists } }, then: [{ product: vray }] }
pushed: { source: idp, when: { everyone: true }, then: [{ member: member }] }`,
    more: 'protected: [p0001@acme.example, ceo@acme.example]',
  })
  for (const [name, role] of [
    ['dana', 'admin'],
    ['olga', 'operator'],
    ['vic', 'viewer'],
  ] as const)
    await sql`insert into administrators (organization_id, email, email_key, role)
      values (${organization}, ${`${name}@acme.example`}, ${`${name}@acme.example`}, ${role}) on conflict do nothing`
  await world.sync('roster-1.csv', file(people))
  world.pass(DAY_MS)
  await world.sync('roster-2.csv', file(people + 6))
  world.pass(DAY_MS)
  const rich = await memberOf(scene, email(9))
  const pinned = await memberOf(scene, email(6))
  const revoke = await scene.ask({ verb: 'revoke', products: ['vray'], selection: { users: [email(6)] } })
  await world.approve(revoke)
  await world.run(revoke)
  const assign = await scene.ask({
    verb: 'assign',
    products: ['houdini', 'vray'],
    wait: true,
    selection: { users: [1, 2, 3, 4, 5, 9].map(email) },
  })
  await world.approve(assign)
  await world.run(assign)
  await accept(world.parts, organization, rich, { actor: KIM })
  const [held] = await sql<{ id: number }[]>`
    select a.id from assignments a join members m on m.organization_id = a.organization_id and m.person_id = a.person_id
    where a.organization_id = ${organization} and m.id = ${rich} order by a.product_id limit 1`
  const until = new Date(world.at.getTime() + 5 * DAY_MS)
  await registerBorrow(world.parts, organization, held?.id ?? 0, {
    actor: KIM,
    device: 'WS-204',
    until,
    offline: false,
  })
  const remove = await scene.ask({ verb: 'remove', selection: { users: [email(9), email(12)] } })
  await world.approve(remove)
  await world.run(remove)
  // Somebody is missing, rows are broken, and then a file comes that nobody should believe.
  await world.drop(
    'roster-3.csv',
    file(people + 6)
      .replace(`\n7,${email(7)},`, '\n7,no address,')
      .replace(/\n11,.*/, ''),
  )
  await world.propose()
  const [one, two] = await sql<{ id: number }[]>`
    select person_id as id from members where organization_id = ${organization} order by id limit 2`
  const why = { code: 'email', why: 'The HR feed has somebody with the address of a member.', sourceId: 1, anchor: 'x' }
  const [question] = await sql<{ id: number }[]>`
    insert into decisions (organization_id, kind, person_id, candidates, evidence, state, at)
    values (${organization}, 'email', ${one?.id ?? 0}, ${JSON.stringify([two?.id ?? 0])}::text::jsonb,
      ${JSON.stringify(why)}::text::jsonb, 'open', ${world.at}) returning id`
  world.pass(DAY_MS)
  await world.drop('roster-4.csv', file(12))
  return { ...scene, question: question?.id ?? 0, rich, hostile: await memberOf(scene, email(2)), pinned }
}

async function memberOf({ sql, organization }: Scene, address: string): Promise<number> {
  const [row] = await sql<{ id: number }[]>`
    select id from members where organization_id = ${organization} and email_key = ${address}`
  return row?.id ?? 0
}
