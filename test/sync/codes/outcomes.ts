/** What is said of items once the plan has run: what came between, and what nobody could foresee. */
import { makeLinkSecret } from '../../../src/auth.ts'
import { createLetterBox } from '../../../src/store/outbox.ts'
import { cancel } from '../../../src/sync/cancel.ts'
import { edit } from '../../../src/sync/edit.ts'
import { KIM } from '../../support/pipeline.ts'
import { ANN, BOB, type Case, CEM, type Ground, OLA, PRODUCTS, ROSTER, type Told, told } from './ground.ts'

const users = (...emails: string[]) => ({ users: emails })
/** Ann and Bob are administrators of the organization, with accounts. */
async function administrators({ world }: Ground): Promise<void> {
  await world.sql`
    update members set role = 'admin', state = 'active', accepted_at = ${world.at} where email = any(${[ANN, BOB]}::text[])`
}

export const OUTCOMES: Case[] = [
  {
    code: 'ALREADY_MEMBER',
    when: 'an invitation of a member',
    says: 'Bob Ray is already a member.',
    next: 'Nothing to do.',
    async provoke(here) {
      const plan = await here.ask({ verb: 'invite', selection: users(BOB, 'new@acme.example') })
      await here.apply(plan)
      return here.outcomes(plan)
    },
  },
  {
    code: 'GIVEN_LONGER',
    when: 'an end before that of what a source gives',
    says: 'A source gives V-Ray to Ann Lee for longer than was asked for, so it ends no sooner.',
    next: 'Nothing to do; if it is to end sooner, change that in the source.',
    async provoke(here) {
      const expiresAt = '2027-06-30T22:00:00.000Z'
      return await here.foreseenAndDone(
        await here.ask({ verb: 'assign', selection: users(ANN), products: ['vray'], expiresAt }),
      )
    },
  },
  {
    code: 'MEMBER_NOT_FOUND',
    when: 'they were removed between the draft and its start',
    says: 'bob@acme.example is not a member.',
    next: 'Check the spelling, or invite them first.',
    async provoke(here) {
      const plan = await here.ask({ verb: 'assign', selection: users(BOB), products: ['houdini'] })
      await here.apply(await here.ask({ verb: 'remove', selection: users(BOB) }))
      await here.apply(plan)
      return here.outcomes(plan)
    },
  },
  {
    code: 'EMAIL_IN_USE',
    when: 'somebody else took the address meanwhile',
    says: 'new@acme.example already belongs to Bob Ray.',
    next: 'Change the address of one of them, or ignore this.',
    provoke: renamed,
  },
  {
    code: 'BLOCKED_BY',
    when: 'a product for somebody whose invitation failed',
    says: 'Waits for item 1 of the same plan, which did not succeed: EMAIL_IN_USE.',
    next: 'Solve that one first; its own line says how.',
    provoke: renamed,
  },
  {
    code: 'PRODUCT_NOT_OWNED',
    when: 'the product was taken out of the configuration meanwhile',
    says: 'The organization has no subscription for Houdini.',
    next: 'Buy it, or take it out of the rule or the file that names it.',
    async provoke(here) {
      const plan = await here.ask({ verb: 'assign', selection: users(BOB), products: ['houdini'] })
      await here.world.configure({ products: PRODUCTS.split('\n')[0] ?? '' })
      await here.apply(plan)
      return here.outcomes(plan)
    },
  },
  {
    code: 'SEATS_EXHAUSTED',
    when: 'the last seat went to somebody else',
    says: 'No free seat of V-Ray: 2 of 2 are used. Cem Ak got none.',
    next: 'Free or buy 1 seat. Then assign again, or use --wait.',
    async provoke(here) {
      const plan = await here.ask({ verb: 'assign', selection: users(CEM), products: ['vray'] })
      await here.apply(await here.ask({ verb: 'assign', selection: users(BOB), products: ['vray'] }))
      await here.apply(plan)
      return here.outcomes(plan)
    },
  },
  {
    code: 'SEATS_EXHAUSTED',
    when: 'and they may wait: whoever waits already stands before them',
    says: 'No free seat of V-Ray: 2 of 2 are used. Kim Ito is number 2 in the waiting list.',
    next: 'Free or buy 2 seats. It then happens by itself.',
    async provoke(here) {
      const given = { verb: 'assign' as const, products: ['vray'], wait: true }
      await here.apply(await here.ask({ ...given, selection: users(BOB) }))
      await here.apply(await here.ask({ ...given, selection: users(CEM) }))
      const plan = await here.ask({ ...given, selection: users('kim@acme.example') })
      const foreseen = await here.foreseen(plan)
      await here.apply(plan)
      const done = await here.outcomes(plan)
      // What was said before says the same place.
      return foreseen[0]?.says.replace('They would be', 'Kim Ito is') === done[0]?.says ? done : foreseen
    },
  },
  {
    code: 'BORROWED_OFFLINE',
    when: 'a revoke of what is on a device waits for it',
    says: 'Ann Lee has V-Ray borrowed on WS-204 until 25 Nov 2026, 13:00 (Europe/Berlin).',
    next: 'Ask them to return it. It then happens by itself.',
    async provoke(here) {
      await here.lend(ANN, 5)
      return here.foreseenAndDone(await here.ask({ verb: 'revoke', selection: users(ANN), products: ['vray'] }))
    },
  },
  {
    code: 'LAST_ADMIN',
    when: 'both administrators are to go',
    says: 'This would leave 1 administrator able to sign in; 2 required.',
    next: 'Appoint another administrator first.',
    async provoke(here) {
      await administrators(here)
      const plan = await here.ask({ verb: 'remove', selection: users(ANN, BOB), revokeFirst: true })
      const foreseen = await here.foreseen(plan)
      await here.apply(plan)
      return [...foreseen, ...(await here.outcomes(plan))]
    },
  },
  {
    code: 'SELF_CHANGE',
    when: 'whoever approves the plan is one of those whom it removes',
    says: 'Kim Ito has approved this plan, and nobody approves what is taken from themselves.',
    next: 'Ask for it again, and let another administrator approve it.',
    async provoke(here) {
      const plan = await here.ask({ verb: 'remove', selection: users('kim@acme.example', BOB) })
      await here.apply(plan, KIM)
      return here.outcomes(plan)
    },
  },
  {
    code: 'STALE_ITEM',
    when: 'the date was changed by another plan meanwhile',
    says: 'The assignment of Houdini to Ann Lee was changed after this plan was made.',
    next: 'Look at it, and ask for it again if it is still wanted.',
    async provoke(here) {
      // Many others, so that one that no longer fits does not make the whole plan stale.
      const all = users(ANN, ...Array.from({ length: 12 }, (_, n) => `p${n}@acme.example`))
      const until = (month: string) => ({ products: ['houdini'], expiresAt: `2027-${month}-01T22:00:00.000Z` })
      await here.apply(await here.ask({ verb: 'invite', selection: all, ...until('05') }))
      const plan = await here.ask({ verb: 'assign', selection: all, ...until('07') })
      await here.apply(await here.ask({ verb: 'assign', selection: users(ANN), ...until('06') }))
      await here.apply(plan)
      return here.outcomes(plan)
    },
  },
  {
    code: 'LEFT_OUT',
    when: 'a reviewer left them out',
    says: 'ola@acme.example left Bob Ray out of this plan.',
    next: 'Nothing to do; ask for it again if it is wanted after all.',
    async provoke(here) {
      const { world } = here
      const plan = await here.ask({ verb: 'remove', selection: users(BOB, CEM) })
      const { hash } = await world.plan(plan)
      await edit(world.parts, world.organization, plan, { actor: OLA, act: 'leave_out', hash, emails: [BOB] })
      await here.apply(plan)
      return here.outcomes(plan)
    },
  },
  {
    code: 'CANCELLED',
    when: 'somebody stopped it',
    says: 'ola@acme.example cancelled the plan before its turn came.',
    next: 'Nothing to do; ask for it again if it is wanted after all.',
    async provoke(here) {
      const { world } = here
      const plan = await here.ask({ verb: 'remove', selection: users(BOB, CEM) })
      await here.approve(plan)
      await cancel(world.parts, world.organization, plan, { actor: OLA })
      return here.outcomes(plan)
    },
  },
  {
    code: 'INTERNAL',
    when: 'the database refuses one person, whatever it is',
    says: 'Something went wrong inside (pln_2/1).',
    next: 'Report it with this reference.',
    async provoke(here) {
      await here.world.sql`alter table members add constraint refused check (email <> 'bad@acme.example')`
      const plan = await here.ask({ verb: 'invite', selection: users('bad@acme.example', 'good@acme.example') })
      await here.apply(plan)
      return here.outcomes(plan)
    },
  },
  {
    code: 'MAIL_UNKNOWN',
    when: 'the process ends while a letter is leaving',
    says: 'The change is done; it is unknown whether the mail left.',
    next: 'Ask the person, and resend by hand if needed.',
    async provoke(here) {
      const { world } = here
      const { sql } = world
      const invited = await here.ask({ verb: 'invite', selection: users('new@acme.example') })
      await here.apply(invited)
      const at = new Date(world.at.getTime() + 3_600_000)
      await createLetterBox(sql, makeLinkSecret).take(100, at)
      await sql`update letters set taken_at = taken_at - interval '10 minutes'`
      const next = createLetterBox(sql, makeLinkSecret)
      for (const letter of await next.abandoned(100)) if (letter.audience === 'member') await next.unknown(letter.id)
      const letters = await sql<{ error: string }[]>`select error from letters where state = 'unknown'`
      return letters.flatMap(({ error }) => told(error))
    },
  },
]

/** An invitation whose address the next file of HR gives to Bob. */
async function renamed(here: Ground): Promise<Told[]> {
  const plan = await here.ask({ verb: 'invite', selection: users('new@acme.example'), products: ['houdini'] })
  await here.world.sync('renamed.csv', ROSTER.replace(BOB, 'new@acme.example'))
  await here.apply(plan)
  return here.outcomes(plan)
}
