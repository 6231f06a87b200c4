import { expect } from 'vitest'
import { waitRejected } from '../../../src/store/plans.ts'
import { liftRejections } from '../../../src/store/rejections.ts'
import { type Cases, found, type Ground, NOON } from './ground.ts'
import { broken, links, merge, row } from './mirror.ts'

type File = { rows: string[]; errors?: Parameters<typeof broken>[1][]; absences?: boolean }

async function drop(ground: Ground, { rows, errors = [], absences = true }: File) {
  const staged = rows.map((anchor, index) => row(anchor, { line: index + 2 }))
  await merge(ground, staged, { absences, errors: errors.map((error, index) => broken(index + 50, error)) })
  const [last] = await ground.sql<{ id: number }[]>`
    select max(id) as id from snapshots where organization_id = ${ground.id}`
  return { id: found(last).id, absences }
}

const waiting = async (ground: Ground) => {
  const rows = await ground.sql<{ anchor: string }[]>`
    select l.anchor from waits w join person_links l on l.organization_id = w.organization_id and l.person_id = w.person_id
    where w.organization_id = ${ground.id} and w.kind = 'rejected' order by 1`
  return rows.map((one) => one.anchor)
}

/** ann and bob were there; bob may have gone since; what was planned for either was rejected. */
async function rejected(ground: Ground, first: string[] = ['ann', 'bob']) {
  await drop(ground, { rows: ['ann', 'bob'] })
  await drop(ground, { rows: first })
  for (const { personId } of await links(ground)) await ground.wait(personId, 'rejected')
}

const lifts = (file: File, still: string[], first?: string[]) => async (ground: Ground) => {
  await rejected(ground, first)
  const snapshot = await drop(ground, file)
  await liftRejections(ground.sql, ground.id, { source: ground.source('partners'), snapshot })
  expect(await waiting(ground)).toEqual(['ann', 'bob'])
  await liftRejections(ground.sql, ground.id, { source: ground.source('hr'), snapshot })
  expect(await waiting(ground)).toEqual(still)
}

export const rejections: Cases = {
  'a full file repeats whom it names and who is gone': lifts({ rows: ['ann'] }, []),
  'and an absence that lasts': lifts({ rows: ['ann'] }, [], ['ann']),
  'a file of changes repeats whom it names': lifts({ rows: ['ann'], absences: false }, ['bob']),
  'and no absence, however long': lifts({ rows: ['ann'], absences: false }, ['bob'], ['ann']),
  'whoever stands in a broken row is not said to be gone': lifts(
    { rows: ['ann'], errors: [{ anchorKey: 'bob' }] },
    ['bob'],
    ['ann'],
  ),
  'nor is anybody where a broken row names nobody': lifts({ rows: ['ann'], errors: [{}] }, ['bob'], ['ann']),
  'a file that was admitted before repeats everything': async (ground) => {
    await rejected(ground, ['ann'])
    await liftRejections(ground.sql, ground.id, { source: ground.source('hr'), snapshot: null })
    expect(await waiting(ground)).toEqual([])
  },
  'what two sources show is lifted by the one that had let go': async (ground) => {
    await drop(ground, { rows: ['ann'] })
    const [ann] = await links(ground)
    const person = found(ann).personId
    await ground.sql`
      insert into person_links (organization_id, source_id, anchor_key, anchor, person_id, state, since)
      values (${ground.id}, ${ground.source('partners')}, 'ann', 'ann', ${person}, 'ghost', ${NOON})`
    const plan = await ground.plan([person, person])
    await ground.sql`
      update plan_items set effect = case number when 1 then 'additive' else 'subtractive' end,
        source_ids = case number when 1 then array[${ground.source('hr')}::int] else array[${ground.source('partners')}::int] end
      where organization_id = ${ground.id} and plan_id = ${plan}`
    await waitRejected(ground.sql, ground.id, plan, NOON)
    await liftRejections(ground.sql, ground.id, { source: ground.source('hr'), snapshot: null })
    expect(await waiting(ground)).not.toEqual([])
    await liftRejections(ground.sql, ground.id, { source: ground.source('partners'), snapshot: null })
    expect(await waiting(ground)).toEqual([])
  },
}
