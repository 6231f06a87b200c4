/** Lifting a pin: first what sources want of the person without it, then what people decided against that counts no more. */
import { RosterdError } from '../../errors.ts'
import { reasonText } from '../../reconcile/describe.ts'
import { formatEnd } from '../../reconcile/expiry.ts'
import type { Claim, Grant } from '../../reconcile/model.ts'
import { PIN_KINDS, type PinKind } from '../../reconcile/pinned.ts'
import type { MemberListRow } from '../../store/member-list.ts'
import { listProducts, listSources } from '../../store/organizations.ts'
import { listPins, type PinListRow } from '../../store/pin-list.ts'
import { lift } from '../../sync/pin-ends.ts'
import { type LiftPreview, previewLift } from '../../sync/preview-lift.ts'
import type { Door } from '../door.ts'
import { Confirm } from '../parts/confirm.tsx'
import { lostByComparing } from '../plans/comparing.tsx'
import { type Asked, action, page } from '../route.ts'
import { personName } from './people-columns.tsx'
import { memberOf } from './person.tsx'
import { pinText } from './person-pins.tsx'

const MOST_PINS = 100

export function liftRoutes(door: Door): void {
  page(door, { path: '/people/:member/lift', role: 'operator' }, async (asked) => {
    const { parts, organization, query, param } = asked
    const row = await memberOf(asked)
    const pin = await pinOf(asked, row, { kind: query.get('kind') ?? '', product: query.get('product') ?? '' })
    const { personId } = row
    const preview = await previewLift(parts, organization.id, { personId, kind: pin.kind, productId: pin.productId })
    const back = `/people/${param('member')}`
    return {
      title: 'Lift a pin',
      place: 'people',
      crumbs: [
        ['People', ''],
        [personName(row), back],
      ],
      body: (
        <Confirm
          to={`${back}/lift`}
          back={back}
          does="Lift the pin"
          tone="primary"
          follows={[
            `${personName(row)}: “${pinText(pin)}” counts no more.`,
            ...wantedText(pin, preview, await wordsOf(asked)),
            'Everybody is compared with the sources then, and a new plan shows what differs; what a source may do without approval starts at once.',
            ...(await lostByComparing(asked)),
            'Lifted, it cannot be put back: to have it again, they are removed or revoked by hand once more.',
          ]}
        >
          <input type="hidden" name="kind" value={pin.kind} />
          <input type="hidden" name="product" value={pin.product ?? ''} />
        </Confirm>
      ),
    }
  })

  action(door, { path: '/people/:member/lift', role: 'operator' }, async (asked) => {
    const { parts, organization, actor, form, param, at } = asked
    const row = await memberOf(asked)
    const pin = await pinOf(asked, row, { kind: form.text('kind'), product: form.text('product') })
    await lift(parts, organization.id, { person: row.personId, kind: pin.kind, product: pin.productId }, actor)
    const text = 'The pin is lifted: what sources say of them counts again, and the next plan shows what follows.'
    return { go: at(`/people/${param('member')}`), notice: { kind: 'done', text } }
  })
}

/** @throws RosterdError PIN_NOT_FOUND */
async function pinOf(
  { parts, organization }: Asked<'member'>,
  { personId }: MemberListRow,
  named: { kind: string; product: string },
): Promise<PinListRow> {
  const kind: PinKind | null = PIN_KINDS.find((one) => one === named.kind) ?? null
  const filter = { kind, emailKey: null, of: personId, after: null, limit: MOST_PINS }
  const pins = kind === null ? [] : await listPins(parts.sql, organization.id, filter)
  const pin = pins.find(({ product }) => (product ?? '') === named.product)
  if (pin === undefined) throw new RosterdError('PIN_NOT_FOUND')
  return pin
}

interface Words {
  source(id: number): string
  product(id: number): string
  zone: string
}

async function wordsOf({ parts, organization }: Asked<'member'>): Promise<Words> {
  const [sources, products] = await Promise.all([
    listSources(parts.sql, organization.id),
    listProducts(parts.sql, organization.id),
  ])
  const name = (rows: { id: number; name: string }[]) => (id: number) => rows.find((one) => one.id === id)?.name ?? ''
  return { source: name(sources), product: name(products), zone: organization.zone }
}

/** What would be wanted of them, with who wants it and why; one sentence each. */
function wantedText(pin: PinListRow, { wanted, claims, grants }: LiftPreview, words: Words): string[] {
  const given = grants.map((grant) => givenText(grant, words))
  if (pin.kind === 'force_revoke') {
    const name = pin.productName ?? pin.product ?? 'it'
    if (given.length === 0)
      return [`Nothing gives them ${name} now, so nothing changes before a source or a rule does.`]
    return wanted ? given : [...given, 'But nobody wants them as a member, so they do not get it.']
  }
  if (!wanted) return ['No source wants them now, so nothing changes before one does.']
  return [...claims.map((claim) => claimText(claim, words)), ...given]
}

const claimText = ({ sourceId, rule, role }: Claim, { source }: Words): string =>
  `${source(sourceId)} wants them as ${role}${rule === 'column' ? '' : `, by the rule ${rule}`}.`

function givenText({ sourceId, productId, rule, actor, expiresAt }: Grant, { source, product, zone }: Words): string {
  const until = expiresAt === null ? '' : `, until ${formatEnd(expiresAt, zone)}`
  const name = product(productId)
  if (rule === 'manual') return `${actor ?? 'Somebody'} gave them ${name} by hand${until}.`
  const code = rule === 'column' ? 'products_column' : 'matched_rule'
  const text = reasonText({ code, params: { rule, source: source(sourceId), product: name } })
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${until}.`
}
