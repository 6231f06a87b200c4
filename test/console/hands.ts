/** Ways to use the console: by keys alone, with a look at every place where the focus stops; and with a mouse. */
import type { ElementHandle, Locator, Page } from 'playwright-core'
import { lookAtFocus } from './focus.ts'

/** What somebody does on a page, however they do it. Names are those that are read out. */
export interface Hands {
  page: Page
  /** Whether the page runs its script. */
  scripts: boolean
  /** A button, a link, or what opens a menu. */
  press(name: string | RegExp): Promise<void>
  /** A checkbox or a radio button; ticks it, or takes the tick away. */
  tick(label: string | RegExp): Promise<void>
  write(label: string, text: string): Promise<void>
  /** A day, as `2027-06-30`. */
  day(label: string, day: string): Promise<void>
  choose(label: string, option: string): Promise<void>
  /** Gives a file to a field. */
  give(label: string, file: { name: string; text: string }): Promise<void>
  /** Searches a list: where a script runs, it is found while somebody writes. */
  search(label: string, text: string): Promise<void>
}

/** As many stops as nobody would walk. */
const MOST_STOPS = 400

const pressable = (page: Page, name: string | RegExp): Locator => {
  const of = typeof name === 'string' ? { name, exact: true } : { name }
  const scope = page.locator('dialog[open]').or(page.locator('body:not(:has(dialog[open]))'))
  const menu = scope.locator('summary').filter({ hasText: name })
  return scope
    .getByRole('button', of)
    .or(scope.getByRole('link', of))
    .or(typeof name === 'string' ? menu.or(scope.locator(`summary[aria-label="${name}"]`)) : menu)
    .filter({ visible: true })
    .first()
}
const field = (page: Page, label: string | RegExp): Locator =>
  page
    .getByLabel(label, typeof label === 'string' ? { exact: true } : {})
    .filter({ visible: true })
    .first()

const fileOf = ({ name, text }: { name: string; text: string }) => ({
  name,
  mimeType: 'text/csv',
  buffer: Buffer.from(text),
})

/** @param unseen where the focus went and was not to be seen: should stay empty */
export function keys(page: Page, unseen: Set<string>): Hands {
  const place = () => new URL(page.url()).pathname.replaceAll(/\d+/g, '0')
  async function look(wanted: ElementHandle): Promise<boolean> {
    const stop = await lookAtFocus(page, wanted)
    if (stop.unseen !== null) unseen.add(`${place()}: ${stop.name}: ${stop.unseen}`)
    return stop.there
  }
  /** Goes from where the focus is to the element, and not further than once around. */
  async function go(to: Locator): Promise<void> {
    const element = await to.elementHandle({ timeout: 10_000 })
    if (element === null) throw new Error(`there is no ${to}`)
    for (let stops = 0; stops < MOST_STOPS; stops += 1) {
      if (await look(element)) return
      await page.keyboard.press('Tab')
    }
    throw new Error(`${to} at ${page.url()} is not reached by Tab`)
  }
  let given = { name: '', text: '' }
  page.on('filechooser', (chooser) => void chooser.setFiles(fileOf(given)))
  const write = async (label: string, text: string) => {
    await go(field(page, label))
    await page.keyboard.press('Control+A')
    await page.keyboard.type(text)
  }
  return {
    page,
    scripts: true,
    press: async (name) => {
      await go(pressable(page, name))
      await page.keyboard.press('Enter')
    },
    tick: async (label) => {
      const box = field(page, label)
      if ((await box.getAttribute('type')) !== 'radio') {
        await go(box)
        return await page.keyboard.press('Space')
      }
      // Tab stops at one of a group; the arrows choose.
      const group = page.locator(`input[type=radio][name="${await box.getAttribute('name')}"]`)
      await go((await group.and(page.locator(':checked')).count()) > 0 ? group.and(page.locator(':checked')) : box)
      for (let turn = 0; turn < 10 && !(await box.isChecked()); turn += 1) await page.keyboard.press('ArrowDown')
    },
    write,
    day: async (label, day) => {
      const [year, month, date] = day.split('-')
      await go(field(page, label))
      await page.keyboard.type(`${month}${date}${year}`)
    },
    choose: async (label, option) => {
      await go(field(page, label))
      await page.keyboard.type(option)
    },
    give: async (label, file) => {
      await go(field(page, label))
      given = file
      await page.keyboard.press('Enter')
      await page.locator('input:focus:valid').waitFor()
    },
    search: write,
  }
}

export function mouse(page: Page, scripts: boolean): Hands {
  return {
    page,
    scripts,
    press: (name) => pressable(page, name).click(),
    tick: (label) => field(page, label).click(),
    write: (label, text) => field(page, label).fill(text),
    day: (label, day) => field(page, label).fill(day),
    choose: async (label, option) => void (await field(page, label).selectOption({ label: option })),
    give: (label, file) => field(page, label).setInputFiles(fileOf(file)),
    search: async (label, text) => {
      await field(page, label).fill(text)
      if (scripts) return
      const sends = page.getByRole('button', { name: /^(Show|Search)$/ })
      await sends.first().click()
    },
  }
}
