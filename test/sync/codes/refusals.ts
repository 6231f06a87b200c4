/** What is said where a verb refuses what it is asked for: the very answer that a door gives. */
import { cancel } from '../../../src/sync/cancel.ts'
import { edit } from '../../../src/sync/edit.ts'
import { discardUpload } from '../../../src/sync/upload.ts'
import { ANN, BOB, type Case, CEM, type Ground, OLA, refusal } from './ground.ts'

const users = (...emails: string[]) => ({ users: emails })
const refused = (here: Ground, work: Promise<unknown>) => refusal(here.world, work)

/** What contradicts itself, before anybody is looked up. */
const UNCLEAR: [when: string, given: Parameters<Ground['ask']>[0], why: string][] = [
  [
    'all products are removed',
    { verb: 'remove', selection: users(BOB), allProducts: true },
    'only a revoke is about all products that somebody holds',
  ],
  [
    'some of all products',
    { verb: 'revoke', selection: users(BOB), allProducts: true, products: ['FX'] },
    'either name the products, or say all of them',
  ],
  [
    'a removal of products',
    { verb: 'remove', selection: users(BOB), products: ['FX'] },
    'a removal names no products. To take some of them and keep the members, revoke',
  ],
  [
    'a removal with an end',
    { verb: 'remove', selection: users(BOB), expiresAt: '2027-06-30T22:00:00.000Z' },
    'only what is assigned has an end',
  ],
  [
    'an assignment that revokes first',
    { verb: 'assign', selection: users(BOB), revokeFirst: true },
    'only a removal can revoke first',
  ],
  [
    'a revoke that waits',
    { verb: 'revoke', selection: users(BOB), wait: true },
    'only who is assigned a product can wait for a seat',
  ],
  [
    'a pin of no days',
    { verb: 'remove', selection: users(BOB), pin: { kind: 'days', days: 0 } },
    'a pin lasts 1 to 3650 days',
  ],
]

export const REFUSALS: Case[] = [
  {
    code: 'OPERATION_EMPTY',
    when: 'nothing comes of any row',
    asks: true,
    says: 'Nobody is chosen: none of the 2 rows comes to anything: xyz@other.example is not a member.',
    next: 'Correct the selection and ask again. Nothing was stored.',
    provoke: (here) =>
      refused(here, here.ask({ verb: 'remove', selection: users('xyz@other.example', 'uvw@other.example') })),
  },
  {
    code: 'OPERATION_EMPTY',
    when: 'the filter finds nobody',
    asks: true,
    says: 'Nobody is chosen: the filter products.value eq "houdini" finds no member.',
    next: 'Correct the selection and ask again. Nothing was stored.',
    provoke: (here) => refused(here, here.ask({ verb: 'remove', selection: { where: 'products.value eq "houdini"' } })),
  },
  {
    code: 'OPERATION_EMPTY',
    when: 'everything is left out',
    says: 'Nobody is chosen: nothing would be left in the plan, which can be discarded.',
    next: 'Correct the selection and ask again. Nothing was stored.',
    async provoke(here) {
      const { world } = here
      const plan = await here.ask({ verb: 'remove', selection: users(BOB) })
      const { hash } = await world.plan(plan)
      const asked = { actor: OLA, act: 'leave_out' as const, hash, emails: [BOB] }
      return refused(here, edit(world.parts, world.organization, plan, asked))
    },
  },
  {
    code: 'OPERATION_AMBIGUOUS',
    when: 'no product is named at all',
    asks: true,
    says: 'It is not clear what to do: no product is named. Name one or more with --product, or give the file a column products.',
    next: 'Put that right and ask again. Nothing was stored.',
    provoke: (here) => refused(here, here.ask({ verb: 'assign', selection: users(BOB) })),
  },
  {
    code: 'OPERATION_AMBIGUOUS',
    when: 'a file that was uploaded to do something else',
    asks: true,
    says: 'It is not clear what to do: people.csv was uploaded to assign, not to remove.',
    next: 'Put that right and ask again. Nothing was stored.',
    async provoke(here) {
      const { id } = await here.upload('assign', `email,products\n${BOB},vray\n`)
      return refused(here, here.ask({ verb: 'remove', selection: { upload: id } }))
    },
  },
  {
    code: 'PRODUCT_NOT_FOUND',
    when: 'a product with a typing error',
    asks: true,
    says: 'There is no product Houdinni (did you mean Houdini?) in this organization.',
    next: 'Check its key; rosterd products lists them.',
    provoke: (here) => refused(here, here.ask({ verb: 'assign', selection: users(BOB), products: ['Houdinni'] })),
  },
  {
    code: 'FILTER_INVALID',
    when: 'an attribute that there is not',
    asks: true,
    says: 'The filter is wrong at character 1: there is no attribute "nickname"; there are ',
    next: 'Correct it there; a filter reads like: active eq true and products.value eq "vray"',
    provoke: async (here) =>
      (await refused(here, here.ask({ verb: 'remove', selection: { where: 'nickname eq "x"' } }))).map((one) => ({
        ...one,
        says: one.says.replace(/(?<=there are ).*/, ''),
      })),
  },
  {
    code: 'MEMBER_NOT_FOUND',
    when: 'an id of nobody',
    asks: true,
    says: 'There is no member mem_4711 in this organization.',
    next: 'Check the e-mail address or the id.',
    provoke: (here) => refused(here, here.ask({ verb: 'remove', selection: { members: [4711] } })),
  },
  {
    code: 'SNAPSHOT_NOT_FOUND',
    when: 'an upload that is not there',
    asks: true,
    says: 'There is no snapshot snp_4711 in this organization.',
    next: 'List the files with rosterd snapshots and take an id from there.',
    provoke: (here) => refused(here, here.ask({ verb: 'remove', selection: { upload: 4711 } })),
  },
  {
    code: 'UPLOAD_STATE',
    when: 'an upload is discarded of which a plan was made',
    says: 'Upload snp_2 is part of a plan; it can only be discarded while it is not planned yet.',
    next: 'Nothing to do: it is kept with its plan, and goes by itself.',
    async provoke(here) {
      const { parts, organization } = here.world
      const { id } = await here.upload('remove', `email\n${BOB}\n`)
      await here.ask({ verb: 'remove', selection: { upload: id } })
      return refused(here, discardUpload(parts, organization, id, OLA))
    },
  },
  {
    code: 'DUPLICATE_OPERATION',
    when: 'a file that was applied today',
    says: 'people.csv was applied by plan pln_2 on 20 Nov 2026.',
    next: 'Nothing to do; to do it again: --again',
    async provoke(here) {
      await here.apply(await here.askFile('remove', `email\n${BOB}\n`))
      return refused(here, here.askFile('remove', `email\n${BOB}\n`))
    },
  },
  {
    code: 'FORBIDDEN',
    when: 'an operator invites an administrator',
    asks: true,
    says: 'This needs the role admin.',
    next: 'Ask an administrator for that role, or use a token that has it.',
    provoke: (here) => refused(here, here.askFile('invite', 'email,role\nnew@acme.example,admin\n')),
  },
  {
    code: 'PLAN_NOT_FOUND',
    when: 'a plan that is not there',
    asks: true,
    says: 'There is no plan pln_4711 in this organization.',
    next: 'List the plans with rosterd plans and take an id from there.',
    provoke: (here) => refused(here, cancel(here.world.parts, here.world.organization, 4711, { actor: OLA })),
  },
  {
    code: 'PLAN_STATE',
    when: 'a draft is cancelled',
    says: 'Plan pln_2 is draft; it can only be cancelled while it is approved or being applied.',
    next: 'Look at it with rosterd show pln_2; propose a new plan if its work is still wanted.',
    async provoke(here) {
      const plan = await here.ask({ verb: 'remove', selection: users(BOB) })
      return refused(here, cancel(here.world.parts, here.world.organization, plan, { actor: OLA }))
    },
  },
  {
    code: 'PLAN_HASH_MISMATCH',
    when: 'somebody left a person out since it was reviewed',
    says: 'Plan pln_2 is not the plan that was reviewed: its hash is HASH. ola@acme.example left out 1 person at 13:00.',
    next: 'Review it again with rosterd show pln_2 and approve the hash shown there.',
    async provoke(here) {
      const { world } = here
      const plan = await here.ask({ verb: 'remove', selection: users(BOB, CEM) })
      const { hash } = await world.plan(plan)
      await edit(world.parts, world.organization, plan, { actor: OLA, act: 'leave_out', hash, emails: [BOB] })
      const now = (await world.plan(plan)).hash
      const told = await refused(here, here.approve(plan, OLA, hash))
      return told.map((one) => ({ ...one, says: one.says.replace(now, 'HASH') }))
    },
  },
  {
    code: 'BORROW_REFUSED',
    when: 'a loan longer than the licence',
    says: 'This licence cannot be borrowed: Ann Lee has V-Ray until 30 Nov 2026 (Europe/Berlin).',
    next: 'Borrow it for a shorter time if that is the reason; otherwise ask whoever administers the organization.',
    async provoke(here) {
      await here.world.sql`update assignments set expires_at = '2026-11-30T23:00:00Z'`
      return refused(here, here.lend(ANN, 20))
    },
  },
  ...UNCLEAR.map(
    ([when, given, why]): Case => ({
      code: 'OPERATION_AMBIGUOUS',
      when,
      asks: true,
      says: `It is not clear what to do: ${why}.`,
      next: 'Put that right and ask again. Nothing was stored.',
      provoke: (here) => refused(here, here.ask(given)),
    }),
  ),
  {
    code: 'BORROW_REFUSED',
    when: 'an open plan takes the licence back',
    says: 'This licence cannot be borrowed: pln_2 takes V-Ray from Ann Lee.',
    next: 'Borrow it for a shorter time if that is the reason; otherwise ask whoever administers the organization.',
    async provoke(here) {
      await here.approve(await here.ask({ verb: 'revoke', selection: users(ANN), products: ['vray'] }))
      return refused(here, here.lend(ANN, 20))
    },
  },
]
