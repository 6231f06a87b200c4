/** A directory whose every name would run if it were not shown as text, through all screens. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chromiumPath, openBrowser, openTab } from '../support/browser.ts'
import { openEverything } from './everything.ts'

const HOSTILE = `"'><img src=x onerror=alert(1)><script>alert(2)</script>`
/** Elements and attributes that only a name could have brought. */
const STRANGE = `Array.from(document.querySelectorAll('*')).flatMap((element) => [
  ...(['IMG', 'IFRAME', 'OBJECT'].includes(element.tagName) ? [element.outerHTML] : []),
  ...(element.tagName === 'SCRIPT' && !(element.getAttribute('src') ?? '').startsWith('/assets/') ? [element.outerHTML] : []),
  ...element.getAttributeNames().filter((name) => /^on|[^\\w:-]/.test(name)).map((name) => element.tagName + ' ' + name),
])`

describe.skipIf(chromiumPath() === null)('a hostile directory', () => {
  let browser: Browser
  let console: Awaited<ReturnType<typeof openEverything>>
  beforeAll(async () => {
    console = await openEverything(HOSTILE)
    browser = await openBrowser()
  })
  afterAll(async () => {
    await browser.close()
    await console.close()
  })

  async function strange(page: Page): Promise<unknown[]> {
    const found = await page.evaluate(STRANGE)
    return Array.isArray(found) ? found : [found]
  }

  test('is text on every screen', async () => {
    const { page, context, complaints } = await openTab(browser)
    page.on('dialog', (dialog) => {
      complaints.push(`${page.url()} said ${dialog.message()}`)
      void dialog.dismiss()
    })
    await console.signIn(page)
    const found: string[] = []
    const shown: string[] = []
    for (const screen of console.screens.flatMap((one) => [
      one,
      `${one}${one.includes('?') ? '&' : '?'}q=${encodeURIComponent(HOSTILE)}`,
    ])) {
      const answer = await page.request.get(`${console.url}/o/acme${screen}`, { maxRedirects: 0 })
      if (!answer.headers()['content-type']?.startsWith('text/html') || answer.status() === 303) continue
      await page.goto(`${console.url}/o/acme${screen}`)
      found.push(...(await strange(page)).map((one) => `${screen}: ${one}`))
      if ((await page.locator('body').innerText()).includes('<img src=x')) shown.push(screen)
    }
    expect(found).toEqual([])
    expect(complaints).toEqual([])
    // Where it is not shown, nothing is proved: most screens have some name on them.
    expect(shown.length).toBeGreaterThan(console.screens.length / 2)
    // And the eye sees: the same name as markup is found.
    await page.evaluate(`document.body.insertAdjacentHTML('beforeend', ${JSON.stringify(HOSTILE)})`)
    expect(await strange(page)).not.toEqual([])
    await context.close()
  }, 400_000)

  test.each(['invite', 'remove', 'assign', 'revoke'])('is text in what was understood of a file: %s', async (verb) => {
    const { page, context, complaints } = await openTab(browser)
    await console.signIn(page)
    await page.goto(`${console.url}/o/acme/bulk/${verb}`)
    const name = `${HOSTILE.replaceAll('/', '')}.csv`
    const cell = `"${HOSTILE.replaceAll('"', '""')}"`
    const text = `email,first_name,products,${cell}\n${cell},${cell},${cell},x\np5@acme.example,${cell},V-Ray,x\n`
    const chooser = page.locator('input[type=file]').first()
    await chooser.setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(text) })
    await page.locator('form', { has: chooser }).locator('button[type=submit]').first().click()
    await page.waitForLoadState()
    await page.locator('main').getByText('<img src=x').first().waitFor()
    expect(await strange(page)).toEqual([])
    expect(complaints).toEqual([])
    await context.close()
  })
})
