/**
 * Questions about who somebody is: until one is answered, nothing happens with the newcomer. And about members who are gone and from whom
 * no source takes anything: until one is answered, they keep their access.
 */
import { z } from '@hono/zod-openapi'
import { RosterdError } from '../errors.ts'
import { readId, showId } from '../reconcile/identifiers.ts'
import { type DecisionListRow, type DecisionPerson, listDecisions } from '../store/decision-list.ts'
import type { StoredDecision } from '../store/matching.ts'
import { answer } from '../sync/decide.ts'
import type { Parts } from '../sync/parts.ts'
import { cursor, idPlace, instant, limit, numberOf, page, pageOf, readCursor, shown, text, words } from './fields.ts'
import { type Door, route } from './openapi.ts'

const person = z.object({
  id: z.string(),
  email: z.string().nullable(),
  name: z.string().nullable(),
  memberState: z.string().nullable(),
  role: z.string().nullable(),
})
const decision = z
  .object({
    id: z.string(),
    kind: z.string(),
    state: z.enum(['open', 'decided']),
    email: z.string().nullable(),
    source: z.string(),
    why: z.string(),
    person,
    candidates: z.array(person),
    choice: z.string().nullable(),
    target: z.string().nullable(),
    at: instant,
    decidedBy: z.string().nullable(),
    decidedAt: instant.nullable(),
  })
  .openapi('Decision')

const showPerson = ({ personId, ...rest }: DecisionPerson) => ({ ...rest, id: showId('per', personId) })

function showDecision(row: DecisionListRow): z.input<typeof decision> {
  return {
    ...row,
    id: showId('dec', row.id),
    email: row.person.email,
    person: showPerson(row.person),
    candidates: row.candidates.map(showPerson),
    target: row.targetId === null ? null : showId('per', row.targetId),
    at: row.at.toISOString(),
    decidedAt: shown(row.decidedAt),
  }
}

interface Where {
  parts: Parts
  organization: { id: number }
}

const STATES: Record<'open' | 'decided' | 'all', StoredDecision['state'][]> = {
  open: ['open'],
  decided: ['decided'],
  all: ['open', 'decided'],
}

export function decisionRoutes(door: Door): void {
  const noun = 'decisions'
  route(
    door,
    {
      method: 'get',
      path: '/decisions',
      noun,
      summary: 'Questions about who somebody is, and about the access of who is gone; newest first',
      role: 'viewer',
      query: z.strictObject({ state: z.enum(['open', 'decided', 'all']).default('open'), limit, cursor }),
      answer: pageOf(decision),
    },
    async ({ parts, organization, query }) => {
      const rows = await listDecisions(parts.sql, organization.id, {
        states: STATES[query.state],
        id: null,
        before: readCursor(idPlace, query.cursor),
        limit: query.limit + 1,
      })
      return page(rows, query.limit, (row) => row.id, showDecision)
    },
  )

  const one = async ({ parts, organization }: Where, id: number) => {
    const [row] = await listDecisions(parts.sql, organization.id, { states: STATES.all, id, before: null, limit: 1 })
    if (row === undefined) throw new RosterdError('DECISION_NOT_FOUND', { id: showId('dec', id) })
    return showDecision(row)
  }

  route(
    door,
    { method: 'get', path: '/decisions/{decision}', noun, summary: 'One question', role: 'viewer', answer: decision },
    async (where) => one(where, numberOf('dec', where.param('decision'), 'DECISION_NOT_FOUND')),
  )

  route(
    door,
    {
      method: 'post',
      path: '/decisions/{decision}',
      noun,
      summary: 'Answer a question; the next plan acts on it',
      role: 'operator',
      body: z.strictObject({
        choice: words(100).openapi({
          description:
            'Who somebody is: `link`, `create_new` or `ignore`. Of the kind `gone`: `keep`, or `end_access`, which needs the role admin.',
        }),
        target: text(100).optional().openapi({ description: 'The person meant, where several are possible: `per_7`.' }),
      }),
      answer: decision,
    },
    async (where) => {
      const { parts, organization, actor, body, param } = where
      const id = numberOf('dec', param('decision'), 'DECISION_NOT_FOUND')
      const target = body.target === undefined ? undefined : readId('per', body.target)
      if (target === null)
        throw new RosterdError('INPUT_INVALID', { detail: 'body.target: is not the id of a person.' })
      await answer(parts, organization.id, id, {
        actor,
        choice: body.choice,
        ...(target === undefined ? {} : { target }),
      })
      return one(where, id)
    },
  )
}
