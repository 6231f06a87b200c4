/** A turn: one dropped roster on its way from the folder to the last letter, as the database tells it. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Sql } from '../../src/store/connection.ts'
import type { Installation } from '../support/daemon.ts'
import { fileOf } from './roster.ts'

/** In their order. `dropped` and `waiting` wait for the writer's file to settle and for the test's approval. */
export const PHASES = ['dropped', 'observing', 'planning', 'waiting', 'applying', 'mailing', 'done'] as const
export type Phase = (typeof PHASES)[number]

export interface Way {
  generation: number
  phase: Phase
  /** Null while there is no plan. */
  plan: { id: number; hash: string; items: number } | null
  /** When each phase ended; null while it has not. */
  ends: (Date | null)[]
  /** Letters to members, and how many of them are still to leave. */
  letters: number
  leaving: number
}

interface Row {
  path: string | null
  merged: Date | null
  id: number | null
  hash: string
  items: number
  created: Date | null
  approved: Date | null
  finished: Date | null
  letters: number
  leaving: number
  posted: Date | null
}

/** How far the roster of a generation has come. */
export async function wayOf(sql: Sql, place: Installation, generation: number): Promise<Way> {
  const [row] = await sql<Row[]>`
    select s.path, c.at as merged, p.id, p.hash, p.items, p.created_at as created, p.approved_at as approved,
      p.finished_at as finished, l.letters, l.leaving, l.posted
    from (values (0)) as one
    left join snapshots s on s.file = ${fileOf(generation)}
    left join changes c on c.organization_id = s.organization_id and c.cause = 'snapshot' and c.cause_id = s.id
    left join lateral (select * from plans where organization_id = s.organization_id and created_at >= c.at
      and state not in ('superseded', 'discarded') order by id limit 1) p on true
    cross join lateral (select count(*)::int as letters, count(*) filter (where state in ('due', 'sending'))::int as leaving,
        max(taken_at) filter (where state not in ('due', 'sending')) as posted
      from letters where organization_id = p.organization_id and audience = 'member' and plan_id = p.id) l`
  if (!row) throw new Error('one row was expected')
  const { letters, leaving } = row
  const posted = row.finished !== null && leaving === 0 ? row.posted : null
  const claimed = claimedAt(row.path) ?? (await claimedAtNow(place, generation))
  const ends = [claimed, row.merged, row.created, row.approved, row.finished, posted]
  const plan = row.id === null ? null : { id: row.id, hash: row.hash, items: row.items }
  return { generation, plan, ends, letters, leaving, phase: phaseAt(ends, Number.POSITIVE_INFINITY) }
}

/**
 * The phase at an instant (milliseconds), told afterwards. What a crash undoes is done again later, so that an end which stands was
 * reached before the crash if and only if it bears an earlier time.
 */
export function phaseAt(ends: (Date | null)[], at: number): Phase {
  const index = ends.findIndex((end) => end === null || end.getTime() > at)
  return PHASES[index === -1 ? PHASES.length - 1 : index] ?? 'done'
}

/** Claimed files begin with their time. */
function claimedAt(path: string | null): Date | null {
  const [, day, time] = /(\d{8})T(\d{9})Z-[^/]*$/.exec(path ?? '') ?? []
  if (day === undefined || time === undefined) return null
  const [, year, month, date] = /(.{4})(.{2})(.{2})/.exec(day) ?? []
  const [, hour, minute, second, rest] = /(.{2})(.{2})(.{2})(.{3})/.exec(time) ?? []
  return new Date(`${year}-${month}-${date}T${hour}:${minute}:${second}.${rest}Z`)
}

async function claimedAtNow(place: Installation, generation: number): Promise<Date | null> {
  const names = await readdir(join(place.folder(), 'processing')).catch(() => [])
  return claimedAt(names.find((name) => name.endsWith(`-${fileOf(generation)}`)) ?? null)
}
