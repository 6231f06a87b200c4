/** What a viewer is shown: every screen that is for them, and on none of them anything to send. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { hashToken, makeSecret } from '../../src/auth.ts'
import { makeLink } from '../../src/sync/sign-in.ts'
import { openEverything } from './everything.ts'

/** How the page looks, the way out, and a session of their own elsewhere. */
const OWN = ['/theme', '/sign-out', '/o/acme/account/end']

let everything: Awaited<ReturnType<typeof openEverything>>
beforeAll(async () => {
  everything = await openEverything('')
}, 120_000)
afterAll(() => everything.close())

/** The pages as somebody gets them, one after the other; null where they may not. */
async function pagesOf(whom: string): Promise<Map<string, string | null>> {
  const { world, url, screens } = everything
  const link = makeSecret()
  await makeLink(world.parts, hashToken(link), { only: 0, administratorKey: whom, createdBy: 'test' })
  const headers = { origin: url }
  const body = new URLSearchParams({ link })
  const entered = await fetch(`${url}/sign-in`, { method: 'POST', redirect: 'manual', headers, body })
  const cookie = (entered.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
  const pages = new Map<string, string | null>()
  for (const screen of screens.filter((one) => !/\/live$|came$|\.csv$/.test(one))) {
    const answer = await fetch(`${url}/o/acme${screen}`, { headers: { cookie } })
    const text = await answer.text()
    pages.set(screen, answer.status === 403 ? null : text)
  }
  return pages
}

/** Where the forms of a page, and the buttons in them, send what they hold. */
const sentTo = (page: string): string[] =>
  [...page.matchAll(/<form method="post" action="([^"]+)"|formaction="([^"]+)"/g)].map(
    ([, form, button]) => form ?? button ?? '',
  )

test('a viewer finds nothing to press on any screen, where others do', { timeout: 60_000 }, async () => {
  const [viewer, admin] = [await pagesOf('lee@acme.example'), await pagesOf('kim@acme.example')]
  const shown = [...viewer].flatMap(([screen, page]) =>
    page === null ? [] : sentTo(page).flatMap((to) => (OWN.includes(to) ? [] : [`${screen} sends to ${to}`])),
  )
  expect(shown).toEqual([])
  // Nor a link to a screen that would turn them away.
  const closed = new Set([...viewer].flatMap(([screen, page]) => (page === null ? [`/o/acme${screen}`] : [])))
  const led = [...viewer].flatMap(([screen, page]) =>
    [...(page ?? '').matchAll(/href="([^"?#]+)/g)].flatMap(([, to = '']) =>
      closed.has(to) ? [`${screen} leads to ${to}`] : [],
    ),
  )
  expect(led).toEqual([])
  // Many screens are for viewers, beside those that ask before something is done; and the same screens hold much for an admin.
  const open = [...viewer].filter(([, page]) => page !== null)
  expect(open.length).toBeGreaterThan(viewer.size / 3)
  const forms = open.flatMap(([screen]) => sentTo(admin.get(screen) ?? '').filter((to) => !OWN.includes(to)))
  expect(new Set(forms).size).toBeGreaterThan(15)
})
