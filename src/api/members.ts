/** Members: the list, one person, an invitation by hand, and its acceptance. */
import { z } from '@hono/zod-openapi'
import { RosterdError } from '../errors.ts'
import { showId } from '../reconcile/identifiers.ts'
import { fold } from '../reconcile/normalise.ts'
import type { Handle } from '../store/connection.ts'
import { listMembers, type MemberListRow, readMember } from '../store/member-list.ts'
import { accept, invite } from '../sync/by-hand.ts'
import { askWhere, memberCondition } from '../sync/where.ts'
import { cursor, instant, limit, numberOf, page, pageOf, readCursor, shown, text, where, words } from './fields.ts'
import { type Door, route } from './openapi.ts'

const STATES = ['invited', 'active', 'suspended', 'removed'] as const
const ROLES = ['member', 'admin', 'owner'] as const

const member = z
  .object({
    id: z.string(),
    personId: z.string(),
    state: z.enum(STATES),
    role: z.enum(ROLES),
    email: z.string(),
    userName: z.string().nullable(),
    name: z.string().nullable(),
    firstName: z.string().nullable(),
    lastName: z.string().nullable(),
    language: z.string().nullable(),
    assignments: z.array(
      z.object({
        id: z.string(),
        product: z.string(),
        productName: z.string(),
        expiresAt: instant.nullable(),
        borrows: z.array(z.object({ device: z.string(), until: instant })),
      }),
    ),
    claims: z.array(z.object({ source: z.string(), sourceName: z.string(), rule: z.string() })),
    leaving: z
      .object({ since: instant.nullable(), accessEndsAt: instant.nullable(), membershipEndsAt: instant.nullable() })
      .nullable()
      .openapi({ description: 'Of somebody whom nobody wants any more; what has no date waits for an approval.' }),
    invitedAt: instant,
    acceptedAt: instant.nullable(),
    suspendedAt: instant.nullable(),
    removedAt: instant.nullable(),
  })
  .openapi('Member')

function showMember(row: MemberListRow): z.input<typeof member> {
  const full = [row.firstName, row.lastName].filter((part) => part !== null && part !== '').join(' ')
  return {
    ...row,
    id: showId('mem', row.id),
    personId: showId('per', row.personId),
    name: row.displayName ?? (full === '' ? null : full),
    assignments: row.assignments.map((one) => ({ ...one, id: showId('asg', one.id) })),
    invitedAt: row.invitedAt.toISOString(),
    acceptedAt: shown(row.acceptedAt),
    suspendedAt: shown(row.suspendedAt),
    removedAt: shown(row.removedAt),
  }
}

const query = z.strictObject({
  q: text(200).optional().openapi({ description: 'Part of an address, a user name or a name.' }),
  state: z
    .enum([...STATES, 'all'])
    .optional()
    .openapi({ description: 'Without it: everybody who is not removed.' }),
  role: z.enum(ROLES).optional(),
  product: text(200).optional().openapi({ description: 'Key of a product that they hold.' }),
  source: text(200).optional().openapi({ description: 'Key of a source that wants them.' }),
  leaving: z.enum(['true']).optional().openapi({ description: 'Only whoever is on the way out.' }),
  where,
  limit,
  cursor,
})
const place = z.tuple([text(1_000), z.int().positive()])

function statesFor(asked: (typeof STATES)[number] | 'all' | undefined): readonly (typeof STATES)[number][] {
  if (asked === 'all') return STATES
  return asked === undefined ? STATES.filter((state) => state !== 'removed') : [asked]
}

export function memberRoutes(door: Door): void {
  const noun = 'members'
  route(
    door,
    {
      method: 'get',
      path: '/members',
      noun,
      summary: 'Members in the order of their addresses, with what they hold',
      role: 'viewer',
      query,
      answer: pageOf(member),
    },
    async ({ parts, organization, query: asked }) => {
      const after = readCursor(place, asked.cursor)
      const find = (handle: Handle) =>
        listMembers(handle, organization.id, {
          states: statesFor(asked.state),
          search: asked.q ? { typed: asked.q, key: fold(asked.q) } : null,
          role: asked.role,
          product: asked.product,
          source: asked.source,
          leaving: asked.leaving === 'true',
          where:
            asked.where === undefined
              ? undefined
              : memberCondition(asked.where, { at: parts.now(), zone: organization.zone }),
          at: parts.now(),
          after: after === null ? null : { emailKey: after[0], personId: after[1] },
          limit: asked.limit + 1,
        })
      const rows = asked.where === undefined ? await find(parts.sql) : await askWhere(parts, find)
      return page(rows, asked.limit, (row) => [row.emailKey, row.personId], showMember)
    },
  )

  route(
    door,
    { method: 'get', path: '/members/{member}', noun, summary: 'One member', role: 'viewer', answer: member },
    async ({ parts, organization, param }) => {
      const row = await readMember(
        parts.sql,
        organization.id,
        numberOf('mem', param('member'), 'MEMBER_NOT_FOUND'),
        parts.now(),
      )
      if (row === null) throw new RosterdError('MEMBER_NOT_FOUND', { id: param('member') })
      return showMember(row)
    },
  )

  route(
    door,
    {
      method: 'post',
      path: '/members',
      noun,
      summary: 'Plan an invitation by hand; nothing happens before its plan is approved',
      role: 'operator',
      body: z.strictObject({
        email: words(1_000),
        firstName: words(200).optional(),
        lastName: words(200).optional(),
        language: words(35).optional(),
        quiet: z.boolean().optional().openapi({ description: 'No letter is sent to the person.' }),
      }),
      answer: z.object({ plan: z.string() }),
    },
    async ({ parts, organization, actor, body }) => {
      const { email, firstName, lastName, language, quiet } = body
      const plan = await invite(parts, organization.id, {
        actor,
        email,
        ...(firstName === undefined ? {} : { firstName }),
        ...(lastName === undefined ? {} : { lastName }),
        ...(language === undefined ? {} : { language }),
        ...(quiet === undefined ? {} : { quiet }),
      })
      return { plan: showId('pln', plan) }
    },
  )

  route(
    door,
    {
      method: 'post',
      path: '/members/{member}/accept',
      noun,
      summary: 'Make an invited member active; again does nothing',
      role: 'operator',
      body: z.strictObject({}),
      answer: member,
    },
    async ({ parts, organization, actor, param }) => {
      const id = numberOf('mem', param('member'), 'MEMBER_NOT_FOUND')
      await accept(parts, organization.id, id, { actor })
      const row = await readMember(parts.sql, organization.id, id, parts.now())
      if (row === null) throw new RosterdError('MEMBER_NOT_FOUND', { id: param('member') })
      return showMember(row)
    },
  )
}
