/** What is said when somebody asks for a plan: of rows of which nothing can come, and of items that are known to fail. */
import { ANN, BOB, type Case, CEM, PRODUCTS, ROSTER } from './ground.ts'

const THREE = `email,products,seat_priority\n${BOB},vray,1\n${CEM},vray,2\nkim@acme.example,vray,3\n`

const users = (...emails: string[]) => ({ users: emails })

export const DRAFTS: Case[] = [
  {
    code: 'MEMBER_NOT_FOUND',
    when: 'a row of nobody, who looks like somebody',
    asks: true,
    says: 'cme@acme.example is not a member. Did you mean cem@acme.example?',
    next: 'Check the spelling, or invite them first.',
    provoke: async (here) =>
      here.rows(await here.askFile('assign', 'email,products\ncme@acme.example,FX\nbob@acme.example,FX\n')),
  },
  {
    code: 'MEMBER_NOT_FOUND',
    when: 'a row of nobody who could be removed',
    asks: true,
    says: 'eve@other.example is not a member.',
    next: 'Check the spelling.',
    provoke: async (here) => here.rows(await here.askFile('remove', 'email\neve@other.example\nbob@acme.example\n')),
  },
  {
    code: 'AMBIGUOUS_MATCH',
    when: 'an id that two sources have for two people',
    setting: {
      sources: 'hr: { kind: csv, approval: manual }\nlab: { kind: csv, approval: manual }',
      rules:
        'all: { source: hr, when: { everyone: true }, then: [{ member: member }] }\nlab: { source: lab, when: { everyone: true }, then: [{ member: member }] }',
    },
    says: '7 could be dee@acme.example or eli@acme.example.',
    next: 'Write their e-mail address into the row.',
    async provoke(here) {
      await here.world.sync('lab.csv', 'external_id,email\n7,dee@acme.example\n', 'lab')
      await here.world.sync('hr.csv', `${ROSTER}7,eli@acme.example,Eli,Fox,\n`)
      return here.rows(await here.askFile('remove', 'email,external_id\n,7\nbob@acme.example,\n'))
    },
  },
  {
    code: 'ROW_CONFLICT',
    when: 'one person by address and by id, with two dates',
    asks: true,
    says: 'Lines 2 and 3 disagree about expires.',
    next: 'Keep one of them.',
    provoke: async (here) =>
      here.rows(
        await here.askFile(
          'assign',
          'email,external_id,products,expires\nbob@acme.example,,FX,2027-06-30\n,E2,FX,2027-07-31\ncem@acme.example,,FX,\n',
        ),
      ),
  },
  {
    code: 'PRODUCT_MISSING',
    when: 'a row without a product, and none for all',
    asks: true,
    says: 'Row 3 names no product.',
    next: 'Write one into the column products; there are Houdini, V-Ray. Or name it for all rows with --product.',
    provoke: async (here) =>
      here.rows(await here.askFile('assign', 'email,products\nbob@acme.example,FX\ncem@acme.example,\n')),
  },
  {
    code: 'SEATS_EXHAUSTED',
    when: 'the draft counts more people than seats',
    asks: true,
    says: 'No free seat of V-Ray: 2 of 2 will be used by then. They would get none.',
    next: 'Free or buy 1 seat. Then assign again, or use --wait.',
    provoke: async (here) =>
      here.foreseen(await here.askFile('assign', `email,products,seat_priority\n${BOB},vray,1\n${CEM},vray,2\n`)),
  },
  {
    code: 'SEATS_EXHAUSTED',
    when: 'and they may wait',
    asks: true,
    says: 'No free seat of V-Ray: 2 of 2 will be used by then. They would be number 1 in the waiting list.',
    next: 'Free or buy 1 seat. It then happens by itself.',
    provoke: async (here) =>
      here.foreseen(
        await here.askFile('assign', `email,products,seat_priority\n${BOB},vray,1\n${CEM},vray,2\n`, { wait: true }),
      ),
  },
  {
    code: 'SEATS_EXHAUSTED',
    when: 'several get none: buying once is enough for all of them',
    asks: true,
    says: 'No free seat of V-Ray: 2 of 2 will be used by then. They would get none.',
    next: 'Free or buy 2 seats. Then assign again, or use --wait.',
    provoke: async (here) => await here.foreseen(await here.askFile('assign', THREE)),
  },
  {
    code: 'MEMBER_SUSPENDED',
    when: 'whom their source has suspended is to get something',
    says: 'Bob Ray is suspended.',
    next: 'Have them activated again in the directory that suspended them, and ask again then.',
    async provoke(here) {
      const lines = ROSTER.trimEnd().split('\n')
      const status = lines.map((line, at) => `${line},${at === 0 ? 'status' : line.includes(BOB) ? 'leave' : ''}`)
      await here.world.sync('leave.csv', `${status.join('\n')}\n`)
      return here.foreseen(await here.ask({ verb: 'assign', selection: users(BOB), products: ['FX'] }))
    },
  },
  {
    code: 'PRODUCT_NOT_OWNED',
    when: 'a file that was uploaded before its product went',
    says: 'The organization has no subscription for Houdini.',
    next: 'Buy it, or take it out of the rule or the file that names it.',
    async provoke(here) {
      const { id } = await here.upload('assign', `email,products\n${BOB},houdini\n`)
      await here.world.configure({ products: PRODUCTS.split('\n')[0] ?? '' })
      return here.foreseen(await here.ask({ verb: 'assign', selection: { upload: id } }))
    },
  },
  {
    code: 'HAS_PRODUCTS',
    when: 'a removal without the revokes',
    says: 'Ann Lee still holds V-Ray.',
    next: 'Revoke first (rosterd revoke, or --revoke-first).',
    provoke: async (here) => here.foreseenAndDone(await here.ask({ verb: 'remove', selection: users(ANN) })),
  },
  {
    code: 'BORROWED_OFFLINE',
    when: 'a removal of somebody with a licence on a device',
    says: 'Ann Lee has V-Ray borrowed on WS-204 until 25 Nov 2026, 13:00 (Europe/Berlin).',
    next: 'Ask them to return it. With --revoke-first the removal then happens by itself.',
    async provoke(here) {
      await here.lend(ANN, 5)
      return here.foreseenAndDone(await here.ask({ verb: 'remove', selection: users(ANN) }))
    },
  },
  {
    code: 'USERNAME_IN_USE',
    when: 'an invitation with the user name of another',
    says: 'The user name ray is taken by Bob Ray.',
    next: 'Change the user name of one of them, or ignore this.',
    async provoke(here) {
      await here.apply(
        await here.askFile('invite', 'email,user_name,first_name,last_name\nbo@acme.example,ray,Bob,Ray\n'),
      )
      return here.foreseenAndDone(await here.askFile('invite', 'email,user_name\nnew@acme.example,ray\n'))
    },
  },
]
