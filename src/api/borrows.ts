/** Assignments, and licences that are borrowed: registered and returned by whoever hands them out. */
import { z } from '@hono/zod-openapi'
import { RosterdError } from '../errors.ts'
import { showId } from '../reconcile/identifiers.ts'
import { type AssignmentRow, listAssignments } from '../store/assignment-list.ts'
import { registerBorrow, returnBorrow } from '../sync/borrow.ts'
import type { Parts } from '../sync/parts.ts'
import {
  cursor,
  idPlace,
  instant,
  limit,
  moment,
  numberOf,
  page,
  pageOf,
  readCursor,
  shown,
  text,
  words,
} from './fields.ts'
import { type Door, route } from './openapi.ts'

const assignment = z
  .object({
    id: z.string(),
    member: z.string(),
    email: z.string(),
    name: z.string().nullable(),
    product: z.string(),
    productName: z.string(),
    expiresAt: instant.nullable(),
    since: instant,
    borrows: z.array(z.object({ device: z.string(), until: instant, since: instant })).openapi({
      description: 'Devices that have the licence offline; its seat is not free before all of them are back.',
    }),
    takenBack: z.object({ at: instant, plan: z.string().nullable() }).nullable().openapi({
      description: 'A plan has asked for it: it ends once it is back, or at this time. Nobody can borrow it any more.',
    }),
  })
  .openapi('Assignment')

function showAssignment(row: AssignmentRow): z.input<typeof assignment> {
  const full = [row.firstName, row.lastName].filter((part) => part !== null && part !== '').join(' ')
  const { takenBack } = row
  return {
    ...row,
    id: showId('asg', row.id),
    member: showId('mem', row.memberId),
    name: row.displayName ?? (full === '' ? null : full),
    expiresAt: shown(row.expiresAt),
    since: row.since.toISOString(),
    takenBack: takenBack && {
      at: takenBack.at,
      plan: takenBack.planId === null ? null : showId('pln', takenBack.planId),
    },
  }
}

async function readAssignment(parts: Parts, organization: number, id: number): Promise<z.input<typeof assignment>> {
  const [row] = await listAssignments(parts.sql, organization, { id, after: null, limit: 1 }, parts.now())
  if (row === undefined) throw new RosterdError('ASSIGNMENT_NOT_FOUND', { id: showId('asg', id) })
  return showAssignment(row)
}

const query = z.strictObject({
  product: text(200).optional().openapi({ description: 'Key of a product.' }),
  member: text(30).optional().openapi({ description: 'Id of a member.' }),
  borrowed: z.enum(['true']).optional().openapi({ description: 'Only what some device has.' }),
  limit,
  cursor,
})
const device = words(200).openapi({ description: 'What the device is called, such as WS-204; one loan each.' })
const missing = 'ASSIGNMENT_NOT_FOUND'

export function borrowRoutes(door: Door): void {
  const noun = 'assignments'
  route(
    door,
    {
      method: 'get',
      path: '/assignments',
      noun,
      summary: 'Who holds which product until when, and on which devices it is',
      role: 'viewer',
      query,
      answer: pageOf(assignment),
    },
    async ({ parts, organization, query: asked }) => {
      const filter = {
        member: asked.member === undefined ? undefined : numberOf('mem', asked.member, 'MEMBER_NOT_FOUND'),
        product: asked.product,
        borrowed: asked.borrowed === 'true',
        after: readCursor(idPlace, asked.cursor),
        limit: asked.limit + 1,
      }
      const rows = await listAssignments(parts.sql, organization.id, filter, parts.now())
      return page(rows, asked.limit, (row) => row.id, showAssignment)
    },
  )

  route(
    door,
    {
      method: 'get',
      path: '/assignments/{assignment}',
      noun,
      summary: 'One assignment',
      role: 'viewer',
      answer: assignment,
    },
    async ({ parts, organization, param }) =>
      await readAssignment(parts, organization.id, numberOf('asg', param('assignment'), missing)),
  )

  route(
    door,
    {
      method: 'put',
      path: '/assignments/{assignment}/borrow',
      noun,
      summary: 'Ask whether a device may have the licence offline until then, and take it down; again does nothing',
      role: 'operator',
      body: z.strictObject({
        device,
        until: moment,
        offline: z.boolean().optional().openapi({
          description:
            'The device has prolonged its loan without asking: it is taken down, and what waits for it waits longer.',
        }),
      }),
      answer: assignment,
    },
    async ({ parts, organization, actor, param, body }) => {
      const id = numberOf('asg', param('assignment'), missing)
      const { offline = false } = body
      const until = new Date(body.until)
      await registerBorrow(parts, organization.id, id, { actor, device: body.device, until, offline })
      return await readAssignment(parts, organization.id, id)
    },
  )

  route(
    door,
    {
      method: 'delete',
      path: '/assignments/{assignment}/borrow',
      noun,
      summary: 'The licence is back from a device; again does nothing',
      role: 'operator',
      query: z.strictObject({ device }),
      answer: assignment,
    },
    async ({ parts, organization, actor, param, query: asked }) => {
      const id = numberOf('asg', param('assignment'), missing)
      await returnBorrow(parts, organization.id, id, { actor, device: asked.device })
      return await readAssignment(parts, organization.id, id)
    },
  )
}
