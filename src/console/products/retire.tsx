/** Retiring a product: first who keeps it, who waits for it in vain, and which rules go on naming it. */
import { count } from '../../reconcile/amount.ts'
import { listRules } from '../../store/organizations.ts'
import type { ProductListRow } from '../../store/product-list.ts'
import { retireProduct } from '../../sync/set-product.ts'
import type { Door } from '../door.ts'
import { Confirm } from '../parts/confirm.tsx'
import { lostByComparing } from '../plans/comparing.tsx'
import { action, page } from '../route.ts'
import { setterOf } from '../settings/configured.tsx'
import { productOf } from './product.tsx'
import { pathOf } from './products.tsx'

export function productRetireRoutes(door: Door): void {
  page(door, { path: '/products/:product/retire', role: 'admin' }, async (asked) => {
    const row = await productOf(asked)
    if (row.managed === 'config' || row.retired) return asked.c.redirect(asked.at(pathOf(row)), 303)
    const rules = await listRules(asked.parts.sql, asked.organization.id)
    const giving = rules.filter(({ then }) => then.some((one) => 'product' in one && one.product === row.key))
    const keys = giving.map(({ key }) => key)
    return {
      title: `Retire ${row.name}`,
      place: 'products',
      crumbs: [
        ['Products & seats', '/products'],
        [row.name, pathOf(row)],
      ],
      body: (
        <Confirm
          to={pathOf(row, '/retire')}
          back={pathOf(row, '/edit')}
          does={`Retire ${row.name}`}
          follows={[
            `Nobody gets ${row.name} any more, neither from sources nor by hand.`,
            keptText(row),
            row.waiting > 0 &&
              `${count(row.waiting, 'person', 'people')} who ${row.waiting === 1 ? 'waits' : 'wait'} for a seat of it ${row.waiting === 1 ? 'does' : 'do'} not get one.`,
            keys.length > 0 &&
              `${keys.length === 1 ? 'The rule' : 'The rules'} ${keys.join(', ')} still ${keys.length === 1 ? 'names' : 'name'} it, which then only lets keep it who has it.`,
            'Adding it again under its key brings it back.',
            ...(await lostByComparing(asked)),
          ]}
        />
      ),
    }
  })

  action(door, { path: '/products/:product/retire', role: 'admin' }, async (asked) => {
    const { parts, organization, actor, at, param } = asked
    const { product, note } = await retireProduct(parts, organization, param('product'), setterOf(door, actor))
    return { go: at(pathOf(product)), notice: { kind: 'done', text: note ?? `${product.name} is retired.` } }
  })
}

const keptText = ({ used, name }: ProductListRow): string =>
  used === 0 ? `Nobody holds ${name}.` : `${count(used, 'person keeps', 'people keep')} it: nobody loses it by this.`
