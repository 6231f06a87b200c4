/** Every flow of the console twice: by keys alone, with the focus seen at each stop; and with a mouse, without JavaScript. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chromiumPath, openBrowser } from '../support/browser.ts'
import { type Hands, keys, mouse } from './hands.ts'
import { openRooms, type Rooms } from './rooms-scene.ts'
import { BULK } from './walks-bulk.ts'
import { PLANS } from './walks-plans.ts'
import { ROOMS } from './walks-rooms.ts'

const WALKS = [...BULK, ...PLANS, ...ROOMS]

describe.skipIf(chromiumPath() === null)('somebody', { timeout: 60_000 }, () => {
  let rooms: Rooms
  let browser: Browser
  let used = 12
  beforeAll(async () => {
    rooms = await openRooms(300)
    browser = await openBrowser()
  }, 120_000)
  afterAll(async () => {
    await browser.close()
    await rooms.close()
  })

  describe.each([true, false])('by keys alone: %s; otherwise without JavaScript,', (scripts) => {
    const unseen = new Set<string>()
    let page: Page
    let complaints: string[]
    let hands: Hands
    beforeAll(async () => {
      const opened = await rooms.tab(browser, 'kim', '/o/acme/overview', { scripts })
      page = opened.page
      complaints = opened.complaints
      page.setDefaultTimeout(10_000)
      hands = scripts ? keys(page, unseen) : mouse(page, false)
    })
    afterAll(() => page.context().close())

    test.each(WALKS)('can $name', async ({ from, go }) => {
      unseen.clear()
      complaints.splice(0)
      const first = used
      used += 3
      await page.goto(`${rooms.url}/o/acme${from}`)
      await go(hands, (at) => first + at, rooms)
      expect([...unseen]).toEqual([])
      expect(complaints).toEqual([])
    })
  })
})
