/** The step of the products: to be assigned, with the seats that are free, or to be revoked, with how many of the chosen hold them. */
import { count, number } from '../../reconcile/amount.ts'
import type { Verb } from '../../reconcile/operation.ts'
import type { ChosenFacts } from '../../store/chosen-facts.ts'
import type { ProductListRow } from '../../store/product-list.ts'
import { SeatBar } from '../parts/chart-seats.tsx'
import { Carried } from '../parts/form.tsx'
import { Empty } from '../parts/pill.tsx'
import { pairsOf } from './choice.ts'
import { StepEnd, stepAddress, type Way } from './frame.tsx'
import { users } from './words.ts'

interface ProductsProps {
  way: Way
  products: ProductListRow[]
  total: number
  /** Null where they are too many to look at each. */
  facts: ChosenFacts | null
  /** Whether rows of the file name products themselves. */
  inRows: boolean
}

export function Products({ way, products, total, facts, inRows }: ProductsProps) {
  const { verb, choice } = way
  const shown = products.filter(({ key, retired }) => {
    const held = facts?.products.some((one) => one.key === key)
    // What nobody of them holds cannot be taken; what is gone can still be taken, and is not given.
    return verb === 'revoke' ? held !== false || (facts === null && !retired) : !retired
  })
  return (
    <form method="get" action={stepAddress(way, 'options').split('?')[0] ?? ''} data-choosing>
      <Carried pairs={pairsOf(choice, ['product', 'every'])} />
      <div class="list">
        {inRows && (
          <p class="list-note">
            The file names products in its rows. What is ticked here is for everybody, besides those.
          </p>
        )}
        {verb === 'invite' && (
          <p class="list-note">You may assign products with the invitation, or go on without any.</p>
        )}
        {shown.length === 0 ? (
          <Empty title={verb === 'revoke' ? 'None of them holds a product.' : 'No product is listed yet.'}>
            <p>
              {verb === 'revoke' ? 'There is nothing to revoke. Go back and choose others.' : 'Add products first.'}
            </p>
          </Empty>
        ) : (
          <fieldset class="picks">
            <legend class="unseen">Products</legend>
            {verb === 'revoke' && (
              <label class="pick">
                <input type="checkbox" name="every" value="1" checked={choice.every} />
                <span class="pick-name">
                  <b>All products that they hold</b>
                </span>
                <span class="pick-numbers">
                  {facts !== null && `${count(facts.holders, 'user holds', 'users hold')} any product`}
                </span>
              </label>
            )}
            {shown.map((product) => (
              <label class="pick">
                <input
                  type="checkbox"
                  name="product"
                  value={product.key}
                  checked={choice.products.includes(product.key)}
                  data-tick
                />
                <span class="pick-name">
                  <b>{product.name}</b>
                  {product.retired && <span class="beneath">no longer offered</span>}
                </span>
                <span class="pick-bar">
                  <SeatBar {...product} />
                </span>
                <span class="pick-numbers">
                  <Numbers verb={verb} product={product} total={total} facts={facts} />
                </span>
              </label>
            ))}
          </fieldset>
        )}
        <div class="bar is-active">
          <p class="bar-count">{`${users(total)} chosen`}</p>
          <div class="bar-menus">
            <StepEnd back={stepAddress(way, 'users')}>
              <button type="submit" class="primary">
                Continue
              </button>
            </StepEnd>
          </div>
        </div>
      </div>
    </form>
  )
}

function Numbers({
  verb,
  product: { key, owned, used, waiting },
  total,
  facts,
}: { verb: Verb; product: ProductListRow } & Pick<ProductsProps, 'total' | 'facts'>) {
  const held = facts?.products.find((one) => one.key === key)
  if (verb === 'revoke') {
    if (held === undefined) return <>{`${number(used)} of ${number(owned)} seats used`}</>
    return (
      <>
        {`${number(held.holders)} of the ${users(total)} ${held.holders === 1 ? 'holds' : 'hold'} it`}
        {held.borrowed > 0 && <span class="short">{`${number(held.borrowed)} borrowed offline`}</span>}
      </>
    )
  }
  // By hand, the reserve is there to be used.
  const free = Math.max(0, owned - used)
  const needed = facts === null ? 0 : Math.max(0, total - (held?.holders ?? 0))
  return (
    <>
      {`${number(free)} of ${count(owned, 'seat')} free`}
      {held !== undefined && held.holders > 0 && (
        <span class="beneath">{`${number(held.holders)} of them hold it already`}</span>
      )}
      {needed > free && <span class="short">{`${count(needed - free, 'seat')} too few for all`}</span>}
      {waiting > 0 && <span class="beneath">{`${count(waiting, 'person waits', 'people wait')} for one`}</span>}
    </>
  )
}
