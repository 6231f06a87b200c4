/** Operations: what a person asks for becomes a draft of a plan. */
import { z } from '@hono/zod-openapi'
import { RosterdError } from '../errors.ts'
import { LONGEST_FILTER } from '../filter/lexer.ts'
import { dateIn, readExpiry } from '../reconcile/expiry.ts'
import { readId } from '../reconcile/identifiers.ts'
import type { Instant } from '../reconcile/model.ts'
import { PIN_DEFAULT, type PinFor, VERBS } from '../reconcile/operation.ts'
import { reasonSentence } from '../reconcile/reasons.ts'
import { readPlan } from '../store/plans.ts'
import { draft } from '../sync/draft.ts'
import type { Selection } from '../sync/select.ts'
import { text, words } from './fields.ts'
import { type Door, route } from './openapi.ts'
import { LONG_PATIENCE_MS } from './patience.ts'
import { plan, showPlan, sourceNames } from './plan.ts'

const MOST_TYPED = 1_000

const body = z.strictObject({
  verb: z.enum(VERBS),
  upload: text(100).optional().openapi({ description: 'An upload that was read: `snp_7`.' }),
  users: z.array(words(1_000)).min(1).max(MOST_TYPED).optional().openapi({ description: 'Addresses.' }),
  where: words(LONGEST_FILTER).optional().openapi({ description: 'A filter over members, as SCIM writes them.' }),
  members: z.array(text(100)).min(1).max(MOST_TYPED).optional().openapi({ description: 'Ids of members: `mem_7`.' }),
  products: z
    .array(words(200))
    .max(100)
    .default([])
    .openapi({ description: 'Keys, names or aliases, for everybody; beside those of the rows of an upload.' }),
  allProducts: z.boolean().default(false).openapi({ description: 'Of `revoke`: everything that they hold.' }),
  expires: text(100).optional().openapi({
    description: 'Of `assign` and `invite`: the last day (2027-06-30) or `never`. What a row says counts first.',
  }),
  dateOrder: z.enum(['dmy', 'mdy']).optional().openapi({ description: 'How to read 01/02/2027.' }),
  role: z.enum(['member', 'admin', 'owner']).default('member').openapi({
    description: 'Of `invite`; above `member` it needs the role admin. What a row says counts first.',
  }),
  revokeFirst: z
    .boolean()
    .default(false)
    .openapi({ description: 'Of `remove`: products are revoked first. Otherwise who holds one stays.' }),
  wait: z
    .boolean()
    .default(false)
    .openapi({ description: 'Whoever gets no seat waits for one. Otherwise that is a failure.' }),
  pin: z
    .union([z.enum(['next_sync', 'always']), z.strictObject({ days: z.int().min(1).max(3_650) })])
    .optional()
    .openapi({ description: 'How long it holds against a source that still wants them; 30 days without it.' }),
  reason: words(500)
    .optional()
    .openapi({ description: 'Of `remove` and `revoke`: why. It stands with the pins that come of it.' }),
  quiet: z.boolean().default(false).openapi({ description: 'Nobody is mailed.' }),
  again: z.boolean().default(false).openapi({ description: 'Also where the same file was applied within a day.' }),
})

const drafted = plan
  .extend({
    repeated: z.boolean().openapi({ description: 'The plan was there: the same file, asked for in the same way.' }),
    pinned: z.int().openapi({ description: 'People who are pinned against sources that still want them.' }),
    letters: z.int().openapi({ description: 'People who get one letter each.' }),
  })
  .openapi('DraftedPlan')

export function operationRoutes(door: Door): void {
  route(
    door,
    {
      method: 'post',
      path: '/operations',
      noun: 'operations',
      summary: 'Invite, remove, assign or revoke: a draft of a plan, of which nothing happens before it is approved',
      role: 'operator',
      body,
      answer: drafted,
      patience: LONG_PATIENCE_MS,
    },
    async ({ parts, organization, actor, body: asked }) => {
      const { verb, products, allProducts, role, revokeFirst, wait, quiet, again } = asked
      if (asked.pin !== undefined && verb !== 'remove' && verb !== 'revoke')
        throw unclear('only a removal or a revoke is pinned against sources')
      const said = asked.reason === undefined ? {} : { reason: asked.reason.trim() }
      const expiresAt = endOf(asked, organization.zone, parts.now())
      const pin = pinOf(asked.pin)
      const options = { verb, products, allProducts, expiresAt, role, revokeFirst, wait, pin, ...said }
      const selection = selectionOf(asked)
      const { plan: id, ...told } = await draft(parts, organization.id, {
        actor,
        operation: { ...options, selection },
        quiet,
        again,
      })
      const row = await readPlan(parts.sql, organization.id, id)
      if (row === null) throw new Error('a draft that is gone')
      return { ...showPlan(row, await sourceNames(parts, organization)), ...told }
    },
  )
}

type Asked = z.output<typeof body>

const unclear = (why: string) => new RosterdError('OPERATION_AMBIGUOUS', { why })

/** Exactly one way to say who is meant. */
function selectionOf({ upload, users, where, members }: Asked): Selection {
  const said: Selection[] = []
  if (upload !== undefined) said.push({ upload: idOf('snp', upload) })
  if (users !== undefined) said.push({ users })
  if (where !== undefined) said.push({ where })
  if (members !== undefined) said.push({ members: members.map((id) => idOf('mem', id)) })
  const [selection, another] = said
  if (selection === undefined) throw unclear('nobody is named. Give one of upload, users, where and members')
  if (another !== undefined)
    throw unclear('people are named in several ways. Give one of upload, users, where and members')
  return selection
}

function idOf(prefix: 'snp' | 'mem', given: string): number {
  const id = readId(prefix, given)
  if (id !== null) return id
  throw new RosterdError(prefix === 'snp' ? 'SNAPSHOT_NOT_FOUND' : 'MEMBER_NOT_FOUND', { id: given })
}

function endOf({ expires, dateOrder }: Asked, zone: string, at: Date): Instant | null {
  if (expires === undefined) return null
  const today = dateIn(at.toISOString(), zone)
  const end = readExpiry(expires, {
    zone,
    today,
    declare: DECLARE,
    ...(dateOrder !== undefined && { order: dateOrder }),
  })
  if (end.ok) return end.expiresAt
  throw new RosterdError('INPUT_INVALID', { detail: `body.expires: ${reasonSentence(end.code, end.params)}` })
}

const DECLARE = 'say dmy or mdy as dateOrder (--date-order)'

function pinOf(pin: Asked['pin']): PinFor {
  if (pin === undefined) return PIN_DEFAULT
  return typeof pin === 'string' ? { kind: pin } : { kind: 'days', days: pin.days }
}
