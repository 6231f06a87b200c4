/** The flows of the help page, each from where it begins to its end: what somebody presses, in their words. */
import { expect } from 'vitest'
import type { Hands } from './hands.ts'
import { email } from './plan-scene.ts'
import type { Rooms } from './rooms-scene.ts'

/** One way through the console. */
export interface Walk {
  name: string
  who?: 'kim' | 'olga'
  /** Where it begins, below the organization. */
  from: string
  /** People whom the walk may use up: every third of them, by number, holds V-Ray; the first is one of those. */
  go(hands: Hands, person: (at: number) => number, rooms: Rooms): Promise<void>
}

const line = (n: number) => `${email(n)}\n`
const ENDED = /(was applied(: | in part)|failed: )/

/** Waits for the end of the plan that was approved; without a script, its page is loaded again by then. */
export async function ended({ page, scripts }: Hands, rooms: Rooms): Promise<void> {
  await page.waitForURL('**/plans/pln_*')
  if (!scripts) {
    const plan = Number(/pln_(\d+)/.exec(page.url())?.[1])
    await expect.poll(() => rooms.stateOf(plan), { timeout: 10_000 }).toMatch(/^(applied|partially_failed|failed)$/)
    await page.goto(page.url())
  }
  await page.getByText(ENDED).first().waitFor()
}

/** From the list of all users, past the search. */
async function pick(hands: Hands, n: number): Promise<void> {
  await hands.write('Search by name or e-mail', email(n))
  await hands.press('Search')
  await hands.page.waitForURL('**q=**')
  await hands.tick(/^Tick (?!all)/)
}

const assignTo = async (hands: Hands, rooms: Rooms, day: string | null) => {
  await hands.tick(/^V-Ray/)
  await hands.press('Continue')
  if (day !== null) {
    await hands.tick('Until the end of a day')
    await hands.day('Last day', day)
  }
  await hands.press('Continue with 1 product')
  await hands.press('Assign to 1 user')
  await ended(hands, rooms)
}
const revokeFrom = async (hands: Hands, rooms: Rooms, n: number) => {
  await hands.tick(/^V-Ray/)
  await hands.press('Continue')
  await hands.write('Reason', `Not needed by ${n}`)
  await hands.press('Continue with 1 product')
  await hands.press('Revoke 1 product from 1 user')
  await ended(hands, rooms)
}
const removed = async (hands: Hands, rooms: Rooms) => {
  await hands.press('Continue with 1 user')
  await hands.press('Remove 1 user')
  await ended(hands, rooms)
}

const file = (...people: number[]) => ({ name: 'people.csv', text: `email\n${people.map(line).join('')}` })

const menu = async (hands: Hands, tile: 'users' | 'products', entry: string) => {
  await hands.press(`Actions for ${tile}`)
  await hands.press(entry)
}
const bar = async (hands: Hands, title: string, entry: string) => {
  await hands.press(title)
  await hands.press(entry)
}
const OF_USERS = 'Do something with the selected users: Users'
const OF_PRODUCTS = 'Assign products to the selected users, or revoke them: Products'

export const BULK: Walk[] = [
  {
    name: 'invite users by a .csv file',
    from: '',
    go: async (hands, person, rooms) => {
      await menu(hands, 'users', 'Invite users')
      const text = `email\nnew${person(0)}@acme.example\nnobody\n`
      await hands.give('.csv file', { name: 'invite.csv', text })
      await hands.press('Upload')
      await hands.page.getByText('Rows that cannot be used').waitFor()
      await hands.press('Continue with 1 user')
      await hands.press('Continue')
      await hands.press('Continue with 1 user')
      await hands.press('Send 1 invite')
      await ended(hands, rooms)
    },
  },
  {
    name: 'invite users by pasted addresses',
    from: '/bulk/invite',
    go: async (hands, person, rooms) => {
      await hands.write('E-mail addresses', `Ann Lee <ann${person(0)}@acme.example>; not(at)acme.example`)
      await hands.press('Continue: Paste addresses')
      await hands.page.getByText('1 address is understood, 1 is not.').waitFor()
      await hands.press('Go on with 1 address')
      await hands.press('Continue with 1 user')
      await hands.tick(/^V-Ray/)
      await hands.press('Continue')
      await hands.tick(/^Mail nobody/)
      await hands.press('Continue with 1 user')
      await hands.press('Send 1 invite')
      await ended(hands, rooms)
    },
  },
  {
    name: 'remove a selection of which some fail, and revoke what stood in the way',
    from: '',
    go: async (hands, person, rooms) => {
      const { page } = hands
      // Without a script, a selection is what is ticked on one page.
      for (const n of hands.scripts ? [0, 1, 2] : [0]) {
        await page.goto(`${rooms.url}/o/acme?q=${email(person(n))}`)
        await hands.tick(/^Tick (?!all)/)
      }
      await bar(hands, OF_USERS, 'Remove users')
      if (hands.scripts) await hands.tick(new RegExp(`^Tick .* Person ${person(2)}$`))
      await hands.press(/^Remove .* …$/)
      await hands.tick(/^Leave them in the organization/)
      await hands.press(/^Continue with/)
      await page.getByText('will fail', { exact: true }).waitFor()
      await hands.press(/^(Remove \d users?|Apply it)$/)
      await ended(hands, rooms)
      await hands.press('Failed 1')
      const download = page.waitForEvent('download')
      await hands.press('Download failures .csv')
      await (await download).path()
      await hands.press('Revoke the products of 1 user')
      await hands.press(/^Continue with/)
      // Whatever stood in the way is ticked already.
      await hands.press('Continue')
      await hands.press('Continue with all products')
      await hands.press('Revoke 1 product from 1 user')
      await ended(hands, rooms)
    },
  },
  {
    name: 'remove users picked by hand',
    from: '',
    go: async (hands, person, rooms) => {
      await menu(hands, 'users', 'Remove users')
      await hands.press('Continue: Manual removal')
      await pick(hands, person(1))
      await hands.press(/^Remove .* …$/)
      await removed(hands, rooms)
    },
  },
  {
    name: 'remove users of a .csv file, their products first',
    from: '/bulk/remove',
    go: async (hands, person, rooms) => {
      await hands.give('.csv file', file(person(0), person(1)))
      await hands.press('Upload')
      await hands.tick(`Tick ${email(person(1))}`)
      await hands.press(/^Remove .* …$/)
      await hands.tick(/^Revoke their products first/)
      await removed(hands, rooms)
    },
  },
  {
    name: 'assign a product to a selection, until a day',
    from: '',
    go: async (hands, person, rooms) => {
      await hands.page.goto(`${rooms.url}/o/acme?q=${email(person(1))}`)
      await hands.tick(/^Tick (?!all)/)
      await bar(hands, OF_PRODUCTS, 'Assign')
      await hands.press(/^Continue with/)
      await assignTo(hands, rooms, '2027-06-30')
    },
  },
  {
    name: 'assign a product to users picked by hand',
    from: '',
    go: async (hands, person, rooms) => {
      await menu(hands, 'products', 'Assign products')
      await hands.press('Continue: Manual product assignment')
      await pick(hands, person(1))
      await hands.press(/^Continue with/)
      await assignTo(hands, rooms, null)
    },
  },
  {
    name: 'assign a product to users of a .csv file',
    from: '/bulk/assign',
    go: async (hands, person, rooms) => {
      await hands.give('.csv file', file(person(1), person(2)))
      await hands.press('Upload')
      await hands.tick(`Tick ${email(person(2))}`)
      await hands.press(/^Continue with/)
      await assignTo(hands, rooms, null)
    },
  },
  {
    name: 'revoke a product from a selection',
    from: '',
    go: async (hands, person, rooms) => {
      await hands.page.goto(`${rooms.url}/o/acme?q=${email(person(0))}`)
      await hands.tick(/^Tick (?!all)/)
      await bar(hands, OF_PRODUCTS, 'Revoke')
      await hands.press(/^Continue with/)
      await revokeFrom(hands, rooms, person(0))
    },
  },
  {
    name: 'revoke a product from users picked by hand',
    from: '',
    go: async (hands, person, rooms) => {
      await menu(hands, 'products', 'Revoke products')
      await hands.press('Continue: Manual product revoke')
      await pick(hands, person(0))
      await hands.press(/^Continue with/)
      await revokeFrom(hands, rooms, person(0))
    },
  },
  {
    name: 'revoke a product from users of a .csv file',
    from: '/bulk/revoke',
    go: async (hands, person, rooms) => {
      await hands.give('.csv file', file(person(0)))
      await hands.press('Upload')
      await hands.press(/^Continue with/)
      await revokeFrom(hands, rooms, person(0))
    },
  },
]
