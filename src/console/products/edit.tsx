/** A product that people manage here: made, changed and retired. */
import { isRosterdError } from '../../errors.ts'
import { setProduct } from '../../sync/set-product.ts'
import type { Door } from '../door.ts'
import type { Form as Sent } from '../form.ts'
import { action, page } from '../route.ts'
import type { Screen } from '../screen.ts'
import { setterOf } from '../settings/configured.tsx'
import { Edit, type Mistakes, type Typed } from './form.tsx'
import { productOf } from './product.tsx'
import { pathOf } from './products.tsx'

const MOST_SEATS = 1_000_000_000

export function productEditRoutes(door: Door): void {
  page(door, { path: '/products/new', role: 'admin' }, async () =>
    screenOf({ key: '', name: '', owned: '', reserve: '0', aliases: '' }, { isNew: true }),
  )
  action(door, { path: '/products/new', role: 'admin' }, async ({ parts, organization, actor, form, at }) => {
    const typed = typedOf(form, form.text('key'))
    const set = await attempt(typed, true, (setting) =>
      setProduct(parts, organization, setting, { ...setterOf(door, actor), anew: true }),
    )
    if ('title' in set) return set
    return { go: at(pathOf(set.product)), notice: { kind: 'done', text: set.note ?? `${set.product.name} is there.` } }
  })

  page(door, { path: '/products/:product/edit', role: 'admin' }, async (asked) => {
    const { key, name, owned, reserve, aliases } = await productOf(asked)
    const typed = { key, name, owned: String(owned), reserve: String(reserve), aliases: aliases.join(', ') }
    return screenOf(typed, { isNew: false })
  })
  action(door, { path: '/products/:product/edit', role: 'admin' }, async (asked) => {
    const { parts, organization, actor, form, at } = asked
    const { key } = await productOf(asked)
    const set = await attempt(typedOf(form, key), false, (setting) =>
      setProduct(parts, organization, setting, setterOf(door, actor)),
    )
    if ('title' in set) return set
    return { go: at(pathOf(set.product)), notice: { kind: 'done', text: set.note ?? 'It is changed.' } }
  })
}

const typedOf = (form: Sent, key: string): Typed => ({
  key,
  name: form.text('name'),
  owned: form.text('owned'),
  reserve: form.text('reserve') || '0',
  aliases: form.text('aliases'),
})

/** The form again, where what was typed cannot be. */
async function attempt<T>(
  typed: Typed,
  isNew: boolean,
  set: (setting: { key: string; name: string; aliases: string[]; owned: number; reserve: number }) => Promise<T>,
): Promise<T | Screen> {
  const owned = seats(typed.owned)
  const reserve = seats(typed.reserve)
  if (owned === null || reserve === null) {
    const mistake = 'Write a whole number of seats, such as 25.'
    return screenOf(typed, { isNew, ...(owned === null ? { owned: mistake } : { reserve: mistake }) })
  }
  const aliases = typed.aliases.split(',').flatMap((one) => one.trim() || [])
  try {
    return await set({ key: typed.key, name: typed.name, aliases, owned, reserve })
  } catch (error) {
    if (isRosterdError(error) && (error.code === 'INPUT_INVALID' || error.code === 'KEY_TAKEN'))
      return screenOf(typed, { isNew, whole: error.message })
    throw error
  }
}

function seats(text: string): number | null {
  return /^\d{1,10}$/.test(text) && Number(text) <= MOST_SEATS ? Number(text) : null
}

function screenOf(typed: Typed, mistakes: Mistakes): Screen {
  const wrong = mistakes.owned ?? mistakes.reserve ?? mistakes.whole
  return {
    title: mistakes.isNew ? 'Add a product' : `Change ${typed.name}`,
    place: 'products',
    crumbs: [
      ['Products & seats', '/products'],
      ...(mistakes.isNew ? [] : [[typed.name, pathOf(typed)] as [string, string]]),
    ],
    body: <Edit typed={typed} mistakes={mistakes} />,
    ...(wrong === undefined ? {} : { status: 422 }),
  }
}
