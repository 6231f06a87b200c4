/** What was asked for, point by point, as it stands in the draft. */
import { number } from '../../reconcile/amount.ts'
import { formatEnd } from '../../reconcile/expiry.ts'
import type { PinFor } from '../../reconcile/operation.ts'
import { useHere } from '../here.ts'
import { PASTED } from './pasted.ts'
import type { Summary } from './summary.tsx'

const PRODUCTS_SHOWN = 6

export function Asked({ summary: { plan, concerned, productNames } }: { summary: Summary }) {
  const { zone } = useHere()
  const { operation, quiet } = plan
  if (operation === null) return null
  const { people, asked } = concerned
  const { verb, products, allProducts, expiresAt, revokeFirst, wait, pin, reason, file, role } = operation
  const names = products.map((key) => productNames.get(key) ?? key)
  const rest = names.length - PRODUCTS_SHOWN
  const shown = `${names.slice(0, PRODUCTS_SHOWN).join(', ')}${rest > 0 ? ` and ${number(rest)} more` : ''}`
  const taken = verb === 'remove' || verb === 'revoke'
  const given = verb === 'assign' || (verb === 'invite' && products.length > 0)
  const points: [string, string | null][] = [
    ['Users', people === asked ? number(asked) : `${number(people)} of ${number(asked)}`],
    ['File', file === null || file.name === PASTED ? null : file.name],
    [
      'Products',
      allProducts
        ? 'all that they hold'
        : names.length > 0
          ? shown
          : file !== null && file.name !== PASTED && verb !== 'remove'
            ? 'as in the file'
            : null,
    ],
    ['Role', verb === 'invite' && role !== 'member' ? role : null],
    ['Expiration date', given ? (expiresAt === null ? 'none' : formatEnd(expiresAt, zone)) : null],
    ['Too few seats', given ? (wait ? 'wait for a seat' : 'fail') : null],
    ['Their products', verb === 'remove' ? (revokeFirst ? 'revoked first' : 'kept: who holds any stays') : null],
    ['Against sources', taken ? lasting(pin) : null],
    ['Reason', reason ?? null],
    ['Mails', quiet ? 'nobody is mailed' : 'one for each user'],
  ]
  return (
    <section class="card" aria-labelledby="asked-title">
      <h2 id="asked-title">What you asked for</h2>
      <dl class="asked">
        {points.flatMap(([name, value]) =>
          value === null ? (
            []
          ) : (
            <div>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ),
        )}
      </dl>
    </section>
  )
}

function lasting(pin: PinFor): string {
  if (pin.kind === 'days') return `holds for ${number(pin.days)} days`
  return pin.kind === 'always' ? 'holds until somebody lifts it' : 'holds until the next sync'
}
