/** Products that people create, change and retire through the API. */
import { checkProduct } from '../config/index.ts'
import { RosterdError } from '../errors.ts'
import { count, number } from '../reconcile/amount.ts'
import { nameKey } from '../reconcile/normalise.ts'
import { listRules, type Organization } from '../store/organizations.ts'
import {
  listProductSeats,
  type ProductListRow,
  type ProductSetting,
  retireProduct as retire,
  writeProduct,
} from '../store/product-list.ts'
import type { Parts } from './parts.ts'
import { ofTheFile, requireNew, type Setter, setOne, valid } from './setting.ts'

export interface SetProduct {
  product: ProductListRow
  /** What people may not expect of it, as a sentence; null for nothing. */
  note: string | null
}

/**
 * Creates a product, or changes it; one that was retired is back. More seats are given to whoever waits by the next plan; fewer take
 * nothing from anybody.
 *
 * @throws RosterdError MANAGED_BY_CONFIG, KEY_TAKEN, INPUT_INVALID, FORBIDDEN
 */
export async function setProduct(
  parts: Parts,
  organization: Organization,
  setting: ProductSetting,
  setter: Setter,
): Promise<SetProduct> {
  return await setOne(parts, organization, setter.actor, async (transaction, at) => {
    const all = await listProductSeats(transaction, organization.id, at)
    const before = all.find((one) => one.key === setting.key)
    const live = before === undefined || before.retired ? null : before
    if (live?.managed === 'config') throw ofTheFile(organization, setter, 'products', setting.key)
    const { owned: seats, ...rest } = setting
    const { seats: owned, ...checked } = valid(checkProduct({ ...rest, seats }, organization.key))
    const wanted = { ...checked, owned }
    requireOwnNames(wanted, all)
    const product = {
      ...(before ?? { used: 0, borrowed: 0, waiting: 0 }),
      ...wanted,
      retired: false,
      managed: 'api' as const,
    }
    const result = { product, note: shortNote(product) }
    if (live !== null && isSame(settingOf(live), wanted)) return { result, deed: null }
    requireNew(setter, 'product', setting.key, live !== null)
    await writeProduct(transaction, organization.id, wanted)
    const named = live !== null && isSame({ ...settingOf(live), owned, reserve: wanted.reserve }, wanted)
    const deed = {
      act: before === undefined ? 'product.created' : 'product.changed',
      object: `products/${wanted.key}`,
      before: before === undefined ? null : { ...settingOf(before), retired: before.retired, managed: before.managed },
      after: wanted,
      renews: named ? ('compare' as const) : ('everybody' as const),
    }
    return { result, deed }
  })
}

/**
 * Retires a product: nobody gets it any more, and nobody loses it. Again does nothing.
 *
 * @throws RosterdError PRODUCT_NOT_FOUND, MANAGED_BY_CONFIG, FORBIDDEN
 */
export async function retireProduct(
  parts: Parts,
  organization: Organization,
  key: string,
  setter: Setter,
): Promise<SetProduct> {
  return await setOne(parts, organization, setter.actor, async (transaction, at) => {
    const before = (await listProductSeats(transaction, organization.id, at)).find((one) => one.key === key)
    if (before === undefined) throw new RosterdError('PRODUCT_NOT_FOUND', { product: key })
    if (before.managed === 'config' && !before.retired) throw ofTheFile(organization, setter, 'products', key)
    const giving = (await listRules(transaction, organization.id)).filter((rule) =>
      rule.then.some((one) => 'product' in one && one.product === key),
    )
    const rules = giving.map((rule) => rule.key)
    const result = { product: { ...before, retired: true }, note: retiredNote(before, rules) }
    if (before.retired) return { result, deed: null }
    await retire(transaction, organization.id, key)
    const deed = {
      act: 'product.retired',
      object: `products/${key}`,
      before: settingOf(before),
      after: { ...settingOf(before), retired: true },
      renews: 'everybody' as const,
    }
    return { result, deed }
  })
}

const settingOf = ({ key, name, aliases, owned, reserve }: ProductSetting): ProductSetting => ({
  key,
  name,
  aliases,
  owned,
  reserve,
})

const isSame = (one: ProductSetting, other: ProductSetting): boolean =>
  JSON.stringify(settingOf(one)) === JSON.stringify(settingOf(other))

/** A cell of a file that says "V-Ray" must mean one product. */
function requireOwnNames({ key, name, aliases }: ProductSetting, all: ProductListRow[]): void {
  const others = all.filter((one) => one.key !== key && !one.retired)
  const owners = new Map(
    others.flatMap((one) => [one.key, one.name, ...one.aliases].map((word) => [nameKey(word), one.key] as const)),
  )
  for (const word of [key, name, ...aliases]) {
    const product = owners.get(nameKey(word))
    if (product !== undefined) throw new RosterdError('KEY_TAKEN', { name: word, product })
  }
}

function shortNote({ name, owned, used }: ProductListRow): string | null {
  if (used <= owned) return null
  const over = used - owned + 1
  return `${count(used, 'person holds', 'people hold')} ${name} and ${count(owned, 'seat is', 'seats are')} owned: nobody loses it, and nobody gets it before ${number(over)} of them ${over === 1 ? 'has' : 'have'} given it back.`
}

function retiredNote({ name, used }: ProductListRow, rules: string[]): string | null {
  const keep = used === 0 ? null : `${count(used, 'person keeps', 'people keep')} ${name}; nobody gets it any more.`
  if (rules.length === 0) return keep
  const still = `${rules.length === 1 ? 'The rule' : 'The rules'} ${rules.join(', ')} still ${rules.length === 1 ? 'gives' : 'give'} it, which now only lets keep it who has it.`
  return keep === null ? still : `${keep} ${still}`
}
