/** Bulk requests as tests write them, and what they are answered. */
import { expect } from 'vitest'
import { z } from 'zod'
import { type Asked, BULK, type Endpoint } from './endpoint.ts'

const outcome = z.object({
  method: z.string(),
  bulkId: z.string().optional(),
  version: z.string().optional(),
  location: z.string().optional(),
  status: z.string(),
  response: z.object({ status: z.string(), scimType: z.string().optional(), detail: z.string() }).optional(),
})
export type BulkOutcome = z.output<typeof outcome>

export const answered = z.object({
  schemas: z.tuple([z.literal('urn:ietf:params:scim:api:messages:2.0:BulkResponse')]),
  Operations: z.array(outcome),
})

/** Sends the operations; `more`: what else the request says. */
export async function bulkAt(
  here: Endpoint,
  Operations: object[],
  more: object = {},
  asked?: Asked,
): Promise<BulkOutcome[]> {
  const answer = await here.ask('POST', '/Bulk', { schemas: [BULK], Operations, ...more }, asked)
  expect(answer.status).toBe(200)
  return answered.parse(answer.json).Operations
}

/** POST of a user who is called like the bulkId. */
export const post = (bulkId: string, over: object = {}) => ({
  method: 'POST',
  path: '/Users',
  bulkId,
  data: { userName: bulkId, ...over },
})

/** POST of a group that is called like the bulkId. */
export const group = (bulkId: string, members: string[], over: object = {}) => ({
  method: 'POST',
  path: '/Groups',
  bulkId,
  data: { displayName: bulkId, members: members.map((value) => ({ value })), ...over },
})

export const statuses = (operations: BulkOutcome[]) => operations.map((one) => one.status)
export const idOf = (operation: BulkOutcome | undefined) => operation?.location?.split('/').at(-1) ?? ''
