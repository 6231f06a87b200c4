/** The review of plans: a part of one, one that guards hold, one that is rejected; a running one that is stopped. */
import { expect } from 'vitest'
import { email, path, people } from './plan-scene.ts'
import { ended, type Walk } from './walks-bulk.ts'

/** More than the guards let pass, of those whom no other walk needs. */
const HELD = people(240, 299)

export const PLANS: Walk[] = [
  {
    name: 'leave a person out of a plan, and approve the rest',
    from: '/plans',
    go: async (hands, person, rooms) => {
      const { page } = hands
      const users = [0, 1].map((at) => email(person(at)))
      const plan = await rooms.ask({ verb: 'remove', revokeFirst: true, selection: { users } })
      await page.goto(rooms.url + path(plan))
      await hands.tick(new RegExp(`^Tick remove .* Person ${person(1)}$`))
      await hands.press('Leave out what is not ticked')
      await page.getByText('is left out').first().waitFor()
      await hands.press('Remove 1 user…')
      await hands.tick(/Only approve it/)
      await hands.press('Remove 1 user')
      await page.getByText('It waits for somebody to start it.').first().waitFor()
      await hands.press('Start it')
      await ended(hands, rooms)
    },
  },
  {
    name: 'let happen what guards hold, by its number and a reason',
    from: '/plans',
    go: async (hands, _, rooms) => {
      const verb = hands.scripts ? 'revoke' : 'remove'
      const users = HELD
      const plan = await rooms.ask({
        verb,
        allProducts: verb === 'revoke',
        revokeFirst: verb === 'remove',
        selection: { users },
      })
      await hands.page.goto(rooms.url + path(plan))
      await hands.press(/^(Remove|Revoke) .*…$/)
      const asks = (await hands.page.getByLabel(/^Type/).first().getAttribute('id')) ?? ''
      const label = (await hands.page.locator(`label[for=${asks}]`).first().textContent()) ?? ''
      await hands.write(label, String(Number(/\d+/.exec(label)?.[0]) + 1))
      await hands.write('Why is it right?', 'The studio closes.')
      await hands.press(/^(Remove|Revoke) .*\w$/)
      await hands.page.getByText('Look at it again').waitFor()
      await hands.write(label, /\d+/.exec(label)?.[0] ?? '')
      await hands.press(/^(Remove|Revoke) .*\w$/)
      await ended(hands, rooms)
    },
  },
  {
    name: 'submit a draft and reject it, and let another go',
    from: '/plans',
    go: async (hands, person, rooms) => {
      const { page } = hands
      const plan = await rooms.assigned(person(1))
      await page.goto(rooms.url + path(plan))
      await hands.press('Submit for approval')
      await page.getByText('waits for somebody to approve it').waitFor()
      await hands.press('Reject…')
      await hands.write('Why?', 'They have it already.')
      await hands.press('Reject the plan')
      await page.getByText('Reason: They have it already.').waitFor()
      const other = await rooms.assigned(person(1))
      await page.goto(rooms.url + path(other))
      await hands.press('Discard')
      await page.getByText('It was let go, and nothing of it was done.').waitFor()
    },
  },
  {
    name: 'stop a plan that runs',
    from: '/plans',
    go: async (hands, person, rooms) => {
      const { page } = hands
      const plan = await rooms.assigned(person(1))
      rooms.gate.open = false
      await page.goto(rooms.url + path(plan))
      await hands.press(/^Assign to .*…$/)
      await hands.press(/^Assign to .*\w$/)
      await page.getByText(/^0 of \d items?$/).waitFor()
      await hands.press('Cancel the rest…')
      await hands.press('Cancel the rest')
      await page.getByText(/was cancelled: /).waitFor()
      rooms.gate.waiting.splice(0)
      rooms.gate.open = true
    },
  },
  {
    name: 'find a plan, and compare with the sources',
    from: '/plans',
    go: async (hands) => {
      const { page } = hands
      await hands.search('Search by number, words, file or person', 'pln_1')
      await page.waitForURL('**q=pln_1**')
      await expect.poll(() => page.locator('#plans tbody tr').count()).toBe(1)
      await hands.press('Compare with the sources now')
      await page.getByText(/^Compared\./).waitFor()
    },
  },
]
