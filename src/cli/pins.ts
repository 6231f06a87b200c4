/** Pins: what people decided against sources, as a list, and how one is lifted. */
import { z } from 'zod'
import { typed } from '../typed.ts'
import { usage } from './exit.ts'
import { table } from './render/table.ts'
import { count, moment, person } from './render/words.ts'
import { allOf, firstOf, type Session } from './session.ts'

export interface PinOptions {
  user?: string
  all?: boolean
}

const pin = z.looseObject({
  member: z.string(),
  email: z.string(),
  name: z.string().nullable(),
  kind: z.enum(['exclude', 'force_revoke']),
  product: z.string().nullable(),
  productName: z.string().nullable(),
  until: z.string().nullable(),
  nextSync: z.boolean(),
  lapsed: z.boolean(),
  reason: z.string().nullable(),
  createdBy: z.string(),
  plan: z.string(),
})
type Pin = z.output<typeof pin>

const pinsOf = (session: Session, email: string | undefined) =>
  session.client.each(`/pins${email === undefined ? '' : `?email=${encodeURIComponent(email)}`}`, pin)

export async function listPins(session: Session, { user, all }: PinOptions): Promise<number> {
  const list = pinsOf(session, user)
  if (session.json) return session.show(await allOf(list), '')
  const { items, more } = await firstOf(list, all ? Number.POSITIVE_INFINITY : 500)
  if (items.length === 0)
    return session.show(items, user === undefined ? 'Nobody is pinned.\n' : `Nothing is pinned of ${user}.\n`)
  const page = await session.page()
  const shown = table(
    items,
    [
      { title: 'WHO', cell: person, gives: true },
      { title: 'IS', cell: what },
      { title: 'UNTIL', cell: (one) => endOf(one, page.zone) },
      { title: 'BY', cell: (one) => one.createdBy, gives: true },
      { title: 'PLAN', cell: (one) => one.plan },
      { title: 'REASON', cell: (one) => one.reason ?? '', gives: true },
      { title: 'MEMBER', cell: (one) => one.member },
    ],
    page,
  )
  const total = more ? 'There are more: add --user or --all.\n' : `${count(items.length, 'pin')}.\n`
  return session.show(items, `${shown}${total}To let a source decide again: ${typed('pins lift E-MAIL [PRODUCT]')}\n`)
}

const what = ({ kind, productName, product }: Pin): string =>
  kind === 'exclude' ? 'kept out' : `kept without ${productName ?? product ?? 'a product'}`

function endOf({ until, nextSync, lapsed }: Pin, zone: string): string {
  if (nextSync) return 'the next sync'
  if (until === null) return 'somebody lifts it'
  return lapsed ? `over since ${moment(until, zone)}` : moment(until, zone)
}

/** `pins lift E-MAIL [PRODUCT]`: the membership, or one product. Members may also be named by their id. */
export async function liftPin(session: Session, who: string, product: string | undefined): Promise<number> {
  const member = /^mem_\d+$/.test(who) ? who : await memberOf(session, who)
  const path = product === undefined ? 'exclude' : `force_revoke/${encodeURIComponent(product)}`
  const lifted = await session.client.delete(`/pins/${member}/${path}`, z.object({ member: z.string() }))
  const may = product === undefined ? `want ${who} again` : `give ${product} to ${who} again`
  return session.show(lifted, `Lifted. Sources may ${may}; the next plan acts on it.\n`)
}

async function memberOf(session: Session, email: string): Promise<string> {
  const members = [...new Set((await allOf(pinsOf(session, email))).map((one) => one.member))]
  const [member, another] = members
  if (member === undefined) throw usage(`Nothing is pinned of ${email}.`, `Who is: ${typed('pins')}`)
  if (another === undefined) return member
  throw usage(
    `${email} was the address of several people who are pinned.`,
    `Name one of ${members.join(', ')}; whom is whom: ${typed(`pins --user ${email}`)}`,
  )
}
