/** Open and answered questions, with the people they speak of by name. */
import type { Handle } from './connection.ts'
import type { StoredDecision } from './matching.ts'

export interface DecisionPerson {
  personId: number
  email: string | null
  name: string | null
  /** Null for somebody who is no member. */
  memberState: string | null
  role: string | null
}

export type DecisionListRow = Omit<StoredDecision, 'candidates' | 'evidence' | 'personId' | 'targetId'> & {
  why: string
  source: string
  person: DecisionPerson
  candidates: DecisionPerson[]
  targetId: number | null
}

/** Newest first. */
export async function listDecisions(
  handle: Handle,
  organization: number,
  filter: { states: StoredDecision['state'][]; id: number | null; before: number | null; limit: number },
): Promise<DecisionListRow[]> {
  return await handle<DecisionListRow[]>`
    select d.id, d.kind, d.state, d.choice, d.target_id as "targetId", d.at, d.decided_by as "decidedBy",
      d.decided_at as "decidedAt", coalesce(d.evidence->>'why', '') as why, coalesce(s.key, '') as source,
      ${personOf(handle, handle`d.person_id`)} as person,
      coalesce((
        select json_agg(${personOf(handle, handle`c.id::bigint`)} order by c.id::bigint)
        from jsonb_array_elements_text(d.candidates) c(id)), '[]') as candidates
    from decisions d
    left join sources s on s.organization_id = d.organization_id and s.id = (d.evidence->>'sourceId')::int
    where d.organization_id = ${organization} and d.state = any(${filter.states}::text[])
      and (${filter.id}::bigint is null or d.id = ${filter.id})
      and (${filter.before}::bigint is null or d.id < ${filter.before})
    order by d.id desc limit ${filter.limit}`
}

/** The member's address and name where the person is one, else what a source says of them. */
function personOf(handle: Handle, id: ReturnType<Handle>) {
  return handle`(
    select json_build_object('personId', ${id}, 'email', coalesce(m.email, u.email), 'memberState', m.state, 'role', m.role,
      'name', coalesce(m.display_name, nullif(concat_ws(' ', m.first_name, m.last_name), ''),
        u.display_name, nullif(concat_ws(' ', u.first_name, u.last_name), '')))
    from (select 1) one
    left join members m on m.organization_id = d.organization_id and m.person_id = ${id}
    left join lateral (
      select * from directory_users r
      where r.organization_id = d.organization_id and r.person_id = ${id} and r.to_change is null
      order by r.source_id limit 1) u on true)`
}
