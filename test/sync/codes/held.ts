/** What is said where guards stop a plan that somebody asked for: its numbers, and the line to type. */
import { approve } from '../../../src/sync/approve.ts'
import { KIM } from '../../support/pipeline.ts'
import { BOB, type Case, type Ground, refusal } from './ground.ts'

const users = (...emails: string[]) => ({ users: emails })
const refused = (here: Ground, work: Promise<unknown>) => refusal(here.world, work)

/** Twenty people, of whom more are removed than one may without being asked. */
async function crowd(here: Ground, removed: number, products: string[] = []): Promise<number> {
  const people = Array.from({ length: 16 }, (_, n) => `p${String(n).padStart(2, '0')}@acme.example`)
  await here.apply(await here.ask({ verb: 'invite', selection: users(...people), products }))
  return await here.ask({
    verb: 'remove',
    selection: users(...people.slice(0, removed)),
    revokeFirst: products.length > 0,
  })
}

async function override(here: Ground, plan: number, count: number, name = KIM.name) {
  const { hash } = await here.world.plan(plan)
  return approve(here.world.parts, here.world.organization, plan, {
    actor: { ...KIM, name },
    hash,
    override: { count, reason: 'as agreed' },
    start: false,
  })
}

const BULK = 'If this is right: rosterd approve'

export const HELD: Case[] = [
  {
    code: 'PLAN_HELD',
    when: 'more removals than pass without a number',
    says: 'Plan pln_3 is held: Removals: 8 of 20 members = 40 %, limit 5 (25 %). 0 of 8 were applied.',
    next: `${BULK} pln_3 --override 8 --reason TEXT`,
    provoke: async (here) => refused(here, here.approve(await crowd(here, 8), KIM)),
  },
  {
    code: 'PLAN_REFUSED',
    when: 'more than half of the members',
    says: 'Plan pln_3 is refused: Removals: 14 of 20 members = 70 %, above 10 (50 %) two administrators have to agree. 0 of 14 were applied.',
    next: 'If this is right, two administrators with different e-mail addresses each type: rosterd approve pln_3 --override 14 --reason TEXT',
    provoke: async (here) => refused(here, here.approve(await crowd(here, 14), KIM)),
  },
  {
    code: 'PLAN_NEEDS_ANOTHER',
    when: 'the same administrator twice',
    says: 'Plan pln_3 was refused, and 0 of 14 items were applied. kim@acme.example has said that it is right; a second administrator with another e-mail address has to say the same.',
    next: "Their own token comes from rosterd token create --administrator E-MAIL, typed on the daemon's machine. With it, not with the bootstrap token: rosterd approve pln_3 --override 14 --reason TEXT",
    async provoke(here) {
      const plan = await crowd(here, 14)
      await override(here, plan, 14)
      return refused(here, override(here, plan, 14))
    },
  },
  {
    code: 'COUNT_MISMATCH',
    when: 'another number than the one shown',
    says: 'You confirmed 7, but it is 8.',
    next: 'Review it again and confirm the number shown.',
    provoke: async (here) => refused(here, override(here, await crowd(here, 8), 7)),
  },
  {
    code: 'COUNT_MISMATCH',
    when: 'a number where nothing is held',
    says: 'You confirmed 1, but it is 0.',
    next: 'Nothing is held: approve it without a number.',
    provoke: async (here) =>
      refused(here, override(here, await here.ask({ verb: 'remove', selection: users(BOB) }), 1)),
  },
  {
    code: 'PLAN_HELD',
    when: 'removals and the revokes before them: the number adds up',
    setting: { products: 'vray: { name: V-Ray, seats: 2 }\nhoudini: { name: Houdini, seats: 20 }' },
    says: 'Plan pln_3 is held: Removals: 8 of 20 members = 40 %, limit 5 (25 %). 0 of 8 were applied. Revokes of Houdini: 8 of 16 holders = 50 %, limit 5 (31.3 %). 0 of 8 were applied. 16 = 8 removals + 8 revokes of Houdini.',
    next: `${BULK} pln_3 --override 16 --reason TEXT`,
    provoke: async (here) => refused(here, here.approve(await crowd(here, 8, ['houdini']), KIM)),
  },
  {
    code: 'PLAN_HELD',
    when: 'more invitations than members call for',
    says: 'Plan pln_2 is held: Invitations: 60 to 4 members, limit 50. 0 of 60 were applied.',
    next: `${BULK} pln_2 --override 60 --reason TEXT`,
    async provoke(here) {
      const people = Array.from({ length: 60 }, (_, n) => `p${n}@acme.example`)
      return refused(here, here.approve(await here.ask({ verb: 'invite', selection: users(...people) }), KIM))
    },
  },
]
