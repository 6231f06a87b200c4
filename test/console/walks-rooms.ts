/** The other rooms: people and pins, products, sources, rules, guards, questions, administrators, and the way out. */
import { showId } from '../../src/reconcile/identifiers.ts'
import type { Hands } from './hands.ts'
import { email } from './plan-scene.ts'
import type { Rooms } from './rooms-scene.ts'
import type { Walk } from './walks-bulk.ts'

const told = ({ page }: Hands, text: string | RegExp) => page.getByText(text).first().waitFor()

/** A question about somebody who may be somebody else. */
const ask = ({ sql, organization }: Rooms, n: number) => sql`
  insert into decisions (organization_id, kind, person_id, candidates, evidence, state, at)
  select organization_id, 'email', person_id, jsonb_build_array(person_id + 1),
    jsonb_build_object('code', 'email', 'why', 'The same address.', 'sourceId', 1, 'anchor', 'x'), 'open', now()
  from members where organization_id = ${organization} and email_key = ${email(n)}`

export const ROOMS: Walk[] = [
  {
    name: 'find a person, choose columns, and take the list along',
    from: '',
    go: async (hands, person) => {
      const { page } = hands
      await hands.search('Search by name or e-mail', `p00${String(person(0)).slice(0, 1)}`)
      await page.waitForURL('**q=**')
      await hands.choose('Product', 'V-Ray')
      if (!hands.scripts) await hands.press('Show')
      await page.waitForURL('**product=vray**')
      await hands.press('Columns')
      await hands.tick('Role')
      await hands.press('Show these')
      await page.waitForURL('**columns=role**')
      await page.getByRole('columnheader', { name: 'Role' }).waitFor()
      const download = page.waitForEvent('download')
      await hands.press('Download CSV')
      await (await download).path()
      await hands.press(/Person \d+$/)
      await page.waitForURL('**/people/mem_*')
      await hands.press('More actions: More')
      await hands.press('Remove user')
      await page.waitForURL('**/bulk/remove/users**')
    },
  },
  {
    name: 'lift a pin',
    from: '',
    go: async (hands, person, rooms) => {
      const [row] = await rooms.sql<{ id: number; person: number }[]>`
        select id, person_id as person from members where email_key = ${email(person(0))}`
      await rooms.sql`
        insert into pins (organization_id, person_id, product_id, kind, created_by, plan_id, since)
        values (${rooms.organization}, ${row?.person ?? 0}, 1, 'force_revoke', 'kim', 1, now()) on conflict do nothing`
      await hands.page.goto(`${rooms.url}/o/acme/people/${showId('mem', row?.id ?? 0)}`)
      await hands.press('Lift the pin…')
      await hands.press('Lift the pin')
      await told(hands, 'The pin is lifted')
    },
  },
  {
    name: 'add, change and retire a product',
    from: '/products',
    go: async (hands, person) => {
      await hands.press('Add a product')
      await hands.write('Key', `p${person(0)}`)
      await hands.write('Name', `Product ${person(0)}`)
      await hands.write('Seats owned', 'many')
      await hands.press('Add the product')
      await told(hands, 'Write a whole number of seats')
      await hands.write('Seats owned', '25')
      await hands.press('Add the product')
      await hands.press('Change seats and name')
      await hands.write('Seats owned', '26')
      await hands.press('Save')
      await told(hands, 'It is changed.')
      await hands.press('Change seats and name')
      await hands.press(/^Retire .*…$/)
      await hands.press(/^Retire .*\w$/)
      await told(hands, 'is retired.')
    },
  },
  {
    name: 'make a token of a source, and revoke it',
    from: '/sources',
    go: async (hands) => {
      await hands.press('Identity provider')
      await hands.press('Make a token')
      await told(hands, 'It is shown this once')
      await hands.press('I have pasted it')
      await hands.press(/^Revoke .*…$/)
      await hands.press('Revoke the token')
      await told(hands, 'The token is revoked')
    },
  },
  {
    name: 'look at a file that was refused, and turn it away',
    from: '/sources/hr',
    go: async (hands, person, rooms) => {
      if (!hands.scripts) await rooms.world.drop(`short-${person(0)}.csv`, `external_id,email\n1,${email(1)}\n`)
      await hands.page.reload()
      await hands.press(/^Look at /)
      await hands.press('Turn it away…')
      await hands.press('Turn it away')
      await told(hands, 'is turned away')
    },
  },
  {
    name: 'write, change and retire a rule',
    from: '/rules',
    go: async (hands, person) => {
      const rule = 'source: hr\nwhen: { group: { name: Artists } }\nthen: [{ product: houdini }]'
      await hands.press('Add a rule')
      await hands.write('Key', `r${person(0)}`)
      await hands.write('The rule', 'when: {')
      await hands.press('Add the rule')
      await hands.page.locator('.mistake').waitFor()
      await hands.write('The rule', rule)
      await hands.press('Add the rule')
      await told(hands, 'What follows from it becomes a plan')
      await hands.press(/^Retire .*…$/)
      await hands.press(/^Retire .*\w$/)
      await told(hands, 'is retired.')
    },
  },
  {
    name: 'set limits, and the usual ones again',
    from: '/guards',
    go: async (hands) => {
      await hands.press('Change the limits')
      await hands.write('Limits', 'remove: { percent: 7 }')
      await hands.press('Save')
      await told(hands, 'The limits are set.')
      await hands.press('Change the limits')
      await hands.press('Use the usual limits…')
      await hands.press('Use the usual limits')
      await told(hands, 'The usual limits count again')
    },
  },
  {
    name: 'answer a question',
    from: '/overview',
    go: async (hands, person, rooms) => {
      await ask(rooms, person(0))
      await hands.page.reload()
      await hands.press(/questions? waits?/)
      await hands.press('Somebody new')
      await told(hands, 'That is decided.')
    },
  },
  {
    name: 'narrow the audit, and look at the mails',
    from: '/activity',
    go: async (hands) => {
      await hands.search('E-mail address of who did it, or an id such as pln_7', 'pln_1')
      await hands.page.waitForURL('**q=pln_1**')
      await hands.press('Mails')
      await hands.choose('State', 'not delivered')
      if (!hands.scripts) await hands.press('Show')
      await told(hands, 'No mail is in this state.')
    },
  },
  {
    name: 'invite an administrator, change the role, and remove them',
    from: '/overview',
    go: async (hands, person) => {
      const who = `lee${person(0)}@acme.example`
      await hands.press('Your account: kim@acme.example')
      await hands.press('Administrators')
      await hands.write('E-mail', who)
      await hands.choose('Role', 'operator')
      await hands.press('Send invitation')
      await told(hands, `${who} is an administrator now`)
      await hands.press(`More for ${who}`)
      await hands.press('Send a sign-in link')
      await told(hands, 'gets a letter with a new link')
      await hands.press(`More for ${who}`)
      await hands.press('Remove…')
      await hands.press('Remove this administrator')
      await told(hands, 'is signed out')
    },
  },
  {
    name: 'sign out elsewhere, and here',
    from: '/overview',
    go: async (hands, _, rooms) => {
      const { page } = hands
      const other = await page.context().browser()?.newPage()
      if (other === undefined) throw new Error('there is no browser')
      await rooms.signIn(other, 'kim', '/o/acme/overview')
      await hands.press('Your account: kim@acme.example')
      await hands.press('Where you are signed in')
      await hands.press('Sign out there')
      await told(hands, 'That browser is signed out.')
      await other.reload()
      await other.waitForURL('**/sign-in**')
      await other.close()
      await hands.press('Your account: kim@acme.example')
      await hands.press('Dark')
      await hands.press('Your account: kim@acme.example')
      await hands.press('Sign out')
      await page.waitForURL('**/sign-in')
    },
  },
]
