/** A product that people manage here: made, changed and retired. */
import { isRosterdError } from '../../errors.ts'
import { retireProduct, setProduct } from '../../sync/set-product.ts'
import type { Door } from '../door.ts'
import type { Form as Sent } from '../form.ts'
import { useAddress } from '../here.ts'
import { Field, Form } from '../parts/form.tsx'
import { action, page } from '../route.ts'
import type { Screen } from '../screen.ts'
import { setterOf } from '../settings/configured.tsx'
import { productOf } from './product.tsx'
import { pathOf } from './products.tsx'

const MOST_SEATS = 1_000_000_000

/** As it was typed: what is wrong with it is said beside it. */
interface Typed {
  key: string
  name: string
  owned: string
  reserve: string
  aliases: string
}

export function productEditRoutes(door: Door): void {
  page(door, { path: '/products/new', role: 'admin' }, async () =>
    screenOf({ key: '', name: '', owned: '', reserve: '0', aliases: '' }, { isNew: true }),
  )
  action(door, { path: '/products/new', role: 'admin' }, async ({ parts, organization, actor, form, at }) => {
    const typed = typedOf(form, form.text('key'))
    const set = await attempt(typed, true, (setting) => setProduct(parts, organization, setting, setterOf(door, actor)))
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
  action(door, { path: '/products/:product/retire', role: 'admin' }, async (asked) => {
    const { parts, organization, actor, at, param } = asked
    const { product, note } = await retireProduct(parts, organization, param('product'), setterOf(door, actor))
    return { go: at(pathOf(product)), notice: { kind: 'done', text: note ?? `${product.name} is retired.` } }
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

interface Mistakes {
  isNew: boolean
  owned?: string
  reserve?: string
  whole?: string
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

function Edit({ typed, mistakes: { isNew, owned, reserve, whole } }: { typed: Typed; mistakes: Mistakes }) {
  const at = useAddress()
  return (
    <div class="card narrow">
      {whole !== undefined && (
        <p class="notice error" role="alert">
          {whole}
        </p>
      )}
      <Form to={at(isNew ? '/products/new' : pathOf(typed, '/edit'))}>
        {isNew && (
          <Field id="key" label="Key" hint="Lower-case letters, digits and dashes; rules and files name it so.">
            <input
              id="key"
              name="key"
              value={typed.key}
              required
              maxlength={64}
              autocomplete="off"
              spellcheck={false}
            />
          </Field>
        )}
        <Field id="name" label="Name" hint="What people call it.">
          <input id="name" name="name" value={typed.name} required maxlength={200} autocomplete="off" />
        </Field>
        <Field
          id="owned"
          label="Seats owned"
          hint="Where more people hold it, nobody loses it, and nobody gets it until there is a seat."
          mistake={owned}
        >
          <input id="owned" name="owned" value={typed.owned} inputmode="numeric" required autocomplete="off" />
        </Field>
        <Field
          id="reserve"
          label="Reserved"
          hint="Seats that sources leave for people who assign by hand."
          mistake={reserve}
        >
          <input id="reserve" name="reserve" value={typed.reserve} inputmode="numeric" autocomplete="off" />
        </Field>
        <Field id="aliases" label="Other names" hint="Under which files mention it, with commas between.">
          <input id="aliases" name="aliases" value={typed.aliases} autocomplete="off" />
        </Field>
        <button type="submit" class="primary">
          {isNew ? 'Add the product' : 'Save'}
        </button>{' '}
        <a href={at(isNew ? '/products' : pathOf(typed))}>Cancel</a>
      </Form>
      {!isNew && (
        <Form to={at(pathOf(typed, '/retire'))} kind="apart">
          <h2>Retire it</h2>
          <p class="hint">
            Nobody gets it any more, and nobody loses it. Adding it again under its key brings it back.
          </p>
          <button type="submit" class="danger">
            {`Retire ${typed.name}`}
          </button>
        </Form>
      )}
    </div>
  )
}
