/** One careless click: nothing is lost, ended or let go that was not named before, and what comes of a comparison is said as it is. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { approve } from '../../src/sync/approve.ts'
import { edit } from '../../src/sync/edit.ts'
import { chromiumPath, openBrowser } from '../support/browser.ts'
import { KIM } from '../support/pipeline.ts'
import { WIDE_LIMITS } from '../support/wide-limits.ts'
import { email, openScene, path, people, roster, type Scene, type Who } from './plan-scene.ts'

const DANA = { ...KIM, name: 'dana@acme.example' }

describe.skipIf(chromiumPath() === null)('a careless click', { timeout: 60_000 }, () => {
  let scene: Scene
  let browser: Browser
  beforeAll(async () => {
    scene = await openScene(WIDE_LIMITS)
    await scene.world.sync('roster-1.csv', roster(60))
    await scene.world.sync('roster-2.csv', roster(61))
    await scene.world.sync('roster-3.csv', roster(62))
    browser = await openBrowser()
  }, 120_000)
  afterAll(async () => {
    await browser.close()
    await scene.close()
  })

  async function on(to: string, work: (page: Page) => Promise<void>, { who = 'kim' as Who, scripts = true } = {}) {
    const { page, context, complaints } = await scene.tab(browser, who, to, { scripts })
    page.setDefaultTimeout(8_000)
    await work(page)
    expect(complaints).toEqual([])
    await context.close()
  }
  const follows = (page: Page) => page.locator('.will > li').allTextContents()
  const leaveOut = async (plan: number, n: number) => {
    const { hash } = await scene.world.plan(plan)
    await edit(scene.world.parts, scene.organization, plan, { actor: DANA, act: 'leave_out', hash, emails: [email(n)] })
  }

  test('on what compares names the plan in which somebody left something out, before it is replaced', async () => {
    await scene.world.drop('roster-4.csv', roster(66))
    const { plans } = await scene.world.propose()
    const plan = plans[0] ?? 0
    await leaveOut(plan, 65)
    const [member] = await scene.sql<{ id: number }[]>`select id from members where email_key = ${email(3)}`
    const person = `/o/acme/people/mem_${member?.id}`
    for (const [from, button] of [
      ['/o/acme/plans', 'Compare with the sources now'],
      ['/o/acme/sources/hr/setup/plan', 'Compare again'],
      [person, 'Check now'],
    ] as const)
      await on(
        from,
        async (page) => {
          await page.getByRole('button', { name: button }).click()
          await page.getByRole('heading', { name: 'Compare with the sources now' }).waitFor()
          expect(await follows(page)).toEqual([
            'Everybody is compared with what all sources say now, and a new plan shows what differs.',
            expect.stringMatching(
              `^pln_${plan} is replaced .Invite 3.*1 item left out.: the 1 item that somebody left out of it comes back in the new one\\.$`,
            ),
            'Nothing of it happens before somebody approves it.',
          ])
          await page.getByRole('link', { name: 'Back' }).click()
          await page.waitForURL((at) => at.pathname.startsWith(from.replace(/\/plan$/, '')))
          expect(await scene.stateOf(plan)).toBe('awaiting_approval')
        },
        { who: 'olga', scripts: false },
      )
    await on(person, async (page) => {
      await page.getByRole('button', { name: 'Check now' }).click()
      await page.getByRole('button', { name: 'Compare now' }).click()
      const text = await page.getByText(/^Checked/).textContent()
      expect(text).toBe(
        `Checked: they are as their sources want them, or wait for a day or a seat. pln_${plan + 1} waits for approval. pln_${plan} is replaced.`,
      )
      expect(new URL(page.url()).pathname).toBe(person)
    })
    expect(await scene.stateOf(plan)).toBe('superseded')
    // Nobody has worked on this one: it is compared at once.
    await on('/o/acme/plans', async (page) => {
      await page.getByRole('button', { name: 'Compare with the sources now' }).click()
      await page.getByText(`Compared. pln_${plan + 1} waits for approval.`).waitFor()
    })
  })

  test('on what compares names the plan of which somebody has said that it is right', async () => {
    const [{ id } = { id: 0 }] = await scene.sql<{ id: number }[]>`
      select id from plans where state = 'awaiting_approval' order by id desc limit 1`
    const consent = { by: 'dana@acme.example', count: 4, reason: 'Yes.', at: scene.world.at.toISOString() }
    await scene.sql`update plans set consent = ${JSON.stringify(consent)}::text::jsonb where id = ${id}`
    await on('/o/acme/plans', async (page) => {
      await page.getByRole('button', { name: 'Compare with the sources now' }).click()
      expect((await follows(page))[1]).toContain(
        'the word of dana@acme.example that it is right does not count for a new one.',
      )
    })
    // A day later it counts no more anyway.
    scene.world.pass(25 * 3_600_000)
    await on('/o/acme/plans', async (page) => {
      await page.getByRole('button', { name: 'Compare with the sources now' }).click()
      await page.getByText(/^Compared\./).waitFor()
    })
  })

  test('on any form asks about what was unticked and is not kept, and whoever stays can press it again', async () => {
    const plan = await scene.assigned(20, 23)
    await on(path(plan), async (page) => {
      const asked: string[] = []
      const answers = [false, true]
      page.on('dialog', (dialog) => {
        asked.push(`${dialog.type()}: ${dialog.message()}`)
        void (answers.shift() ? dialog.accept() : dialog.dismiss())
      })
      await page.locator('#items [data-tick]').first().uncheck()
      await page.getByLabel(/^Your account/).click()
      const dark = page.getByRole('button', { name: 'Dark' })
      await dark.click()
      await expect.poll(() => asked.length).toBe(1)
      expect(await dark.isEnabled()).toBe(true)
      expect(await page.locator('[data-sent]').count()).toBe(0)
      await dark.click()
      await page.locator('html[data-theme=dark]').waitFor()
      // Once for each press: leaving the page asks nobody a second time.
      const question = 'confirm: What you ticked or unticked is not kept yet. Go on without it?'
      expect(asked).toEqual([question, question])
      // The form that keeps it asks nothing.
      await page.locator('#items [data-tick]').first().uncheck()
      await page.getByRole('button', { name: 'Leave out what is not ticked' }).click()
      await page.getByText('is left out').first().waitFor()
      expect(asked.length).toBe(2)
    })
  })

  test('on Discard names what was left out of the draft by hand, also where that came meanwhile', async () => {
    const plan = await scene.assigned(30, 33)
    await on(path(plan), async (page) => {
      await leaveOut(plan, 31)
      await page.getByRole('button', { name: 'Discard' }).click()
      await page.waitForURL(`**${path(plan, '/discard')}`)
      expect(await follows(page)).toContain(
        'Somebody chose 1 item to be left out of it: that choice is lost with the draft.',
      )
      expect(await scene.stateOf(plan)).toBe('draft')
      await page.getByRole('link', { name: 'Back' }).click()
      await page.getByRole('link', { name: 'Discard…' }).click()
      await page.getByRole('button', { name: 'Discard the draft' }).click()
      await page.getByText('It was let go, and nothing of it was done.').waitFor()
    })
  })

  test('on Cancel says how much of it is done and stays, and how much never will be', async () => {
    const plan = await scene.ask({ verb: 'assign', products: ['vray'], selection: { users: people(40, 44) } })
    const { hash } = await scene.world.plan(plan)
    scene.gate.open = false
    await approve(scene.world.parts, scene.organization, plan, { actor: KIM, hash, start: true })
    await scene.sql`
      insert into outcomes (organization_id, plan_id, number, state, params, at)
      select organization_id, plan_id, number, 'succeeded', '{}', now() from plan_items
      where organization_id = ${scene.organization} and plan_id = ${plan} order by number limit 2`
    await on(path(plan), async (page) => {
      await page.getByRole('link', { name: 'Cancel the rest…' }).click()
      expect((await follows(page))[0]).toBe('2 of 5 items are done and stay done; the other 3 will never be.')
      await page.getByRole('link', { name: 'Back' }).click()
      await page.getByText('2 of 5 items').waitFor()
      expect(await scene.stateOf(plan)).toBe('approved')
    })
    scene.gate.waiting.splice(0)
    scene.gate.open = true
  })

  test('does not end the access of somebody who is gone: their products are named first', async () => {
    const why = { code: 'GONE_BUT_KEPT', why: 'hr says that they have left.', sourceId: 1, anchor: 'x' }
    await scene.sql`
      insert into decisions (organization_id, kind, person_id, candidates, evidence, state, at)
      select organization_id, 'gone', person_id, '[]', ${JSON.stringify(why)}::text::jsonb, 'open', now() from members
      where organization_id = ${scene.organization} and email_key = ${email(6)}`
    const state = async () => (await scene.sql`select state, choice from decisions where kind = 'gone'`)[0]
    await on(
      '/o/acme/decisions',
      async (page) => {
        expect(await page.getByRole('button', { name: 'They keep all access' }).count()).toBe(1)
        expect(await page.getByText('Their access ends').count()).toBe(0)
      },
      { who: 'olga' },
    )
    await on(
      '/o/acme/decisions',
      async (page) => {
        await page.getByRole('link', { name: 'Their access ends…' }).click()
        const told = await follows(page)
        const [first, second, held, plan] = told
        expect(first).toContain(email(6))
        expect(second).toBe('hr says that they have left.')
        expect(held).toBe('They hold 1 product: V-Ray.')
        expect(plan).toBe('A plan does it: it waits for approval, or starts at once where its source may act without.')
        expect(told.at(-1)).toBe('This answer cannot be changed. It counts until their source has them back.')
        expect(await state()).toEqual({ state: 'open', choice: null })
        await page.getByRole('button', { name: 'Their access ends' }).click()
        await page.getByText('That is decided.').waitFor()
        expect(await state()).toEqual({ state: 'decided', choice: 'end_access' })
      },
      { scripts: false },
    )
  })

  test('on what compares is told what a policy let start at once', async () => {
    await scene.world.configure({
      products: 'vray: { name: V-Ray, seats: 400 }\nhoudini: { name: Houdini, seats: 3 }',
      sources: 'hr: { kind: csv, approval: additive_auto }',
      more: WIDE_LIMITS,
    })
    await on('/o/acme/plans', async (page) => {
      await page.getByRole('button', { name: 'Compare with the sources now' }).click()
      await page.getByText(/pln_\d+ started at once, approved by policy additive_auto\./).waitFor()
      await page.goto(`${scene.url}/o/acme/plans/propose`)
      expect(await follows(page)).toContain('What hr may do without approval starts at once, where no guard stops it.')
    })
  })
})
