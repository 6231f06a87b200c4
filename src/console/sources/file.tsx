/** One file of a source: what it said, why it was stopped, its rows in error, and the word that lets it in or turns it away. */

import { z } from 'zod'
import { isRosterdError, RosterdError } from '../../errors.ts'
import { number } from '../../reconcile/amount.ts'
import { readId, showId } from '../../reconcile/identifiers.ts'
import { failedRows } from '../../store/failures.ts'
import { listSnapshots, type SnapshotListRow } from '../../store/snapshot-list.ts'
import { admit } from '../../sync/admission.ts'
import { cut, readCursor } from '../cursor.ts'
import type { Door } from '../door.ts'
import { Figures } from '../parts/figures.tsx'
import { Moment } from '../parts/moment.tsx'
import { type Asked, action, page } from '../route.ts'
import type { Screen } from '../screen.ts'
import { sourcePath } from './facts.ts'
import { Decide } from './file-decide.tsx'
import { Wrong } from './file-rows.tsx'
import { FilePill, filePath, reasonsOf } from './files.tsx'

const PER_PAGE = 50
const place = z.int().positive()

type AskedFile = Asked<'source' | 'file'>

export function sourceFileRoutes(door: Door): void {
  page(door, { path: '/sources/:source/files/:file', role: 'viewer' }, async (asked) =>
    screenOf(asked, await fileOf(asked)),
  )

  action(door, { path: '/sources/:source/files/:file/admit', role: 'admin' }, async (asked) => {
    const { parts, organization, actor, form, at } = asked
    const file = await fileOf(asked)
    const given = form.number('count')
    if (given === null) return screenOf(asked, file, 'Type the number that stands above.')
    try {
      const done = await admit(parts, organization.id, file.id, { actor, count: given })
      const text =
        done === 'consented'
          ? 'You have said that it is right. A second administrator with another e-mail address has to say the same.'
          : `${file.file} is used. What follows from it becomes a plan.`
      return { go: at(filePath(file)), notice: { kind: done === 'consented' ? 'note' : 'done', text } }
    } catch (error) {
      if (isRosterdError(error) && (error.code === 'COUNT_MISMATCH' || error.code === 'SNAPSHOT_NEEDS_ANOTHER'))
        return screenOf(asked, await fileOf(asked), error.message)
      throw error
    }
  })
}

/** @throws RosterdError SNAPSHOT_NOT_FOUND */
export async function fileOf({ parts, organization, param }: AskedFile): Promise<SnapshotListRow> {
  const id = readId('snp', param('file'))
  const source = param('source')
  const [row] =
    id === null
      ? []
      : await listSnapshots(parts.sql, organization.id, { states: null, source, before: id + 1, limit: 1 })
  if (row === undefined || row.id !== id) throw new RosterdError('SNAPSHOT_NOT_FOUND', { id: param('file') })
  return row
}

async function screenOf(asked: AskedFile, row: SnapshotListRow, mistake?: string): Promise<Screen> {
  const after = readCursor(place, asked.query.get('after')) ?? 0
  const wrong =
    row.errors === 0
      ? []
      : await failedRows(asked.parts.sql, asked.organization.id, row.id, { after, limit: PER_PAGE + 1 })
  return {
    title: row.file,
    place: 'sources',
    crumbs: [
      ['Sources', '/sources'],
      [row.sourceName, sourcePath(row.source)],
    ],
    lead: (
      <span class="under-title">
        <span>
          {`${showId('snp', row.id)}, came `}
          <Moment at={row.at} />
        </span>
        <FilePill state={row.state} />
      </span>
    ),
    body: (
      <>
        <section class="card" aria-label="What it said">
          <Figures
            figures={[
              ['Rows', number(row.rows)],
              ['People', number(row.people)],
              ['Rows in error', number(row.errors)],
              ['Missing people', number(row.missing), 'Known from this source, and not in the file'],
            ]}
          />
          <ul class="whys">
            {reasonsOf(row).map((reason) => (
              <li>{reason}</li>
            ))}
          </ul>
          <p class="beneath">
            {'SHA-256 '}
            <code class="break">{row.fileSha256}</code>
          </p>
          {row.decidedBy !== null && row.decidedAt !== null && (
            <p class="beneath">
              {`Decided by ${row.decidedBy}, `}
              <Moment at={row.decidedAt} />
            </p>
          )}
        </section>
        <Decide row={row} {...(mistake === undefined ? {} : { mistake })} />
        {wrong.length > 0 && <Wrong {...cut(wrong, PER_PAGE, ({ line }) => line)} errors={row.errors} />}
        {wrong.length === 0 && row.errors > 0 && after === 0 && (
          <p class="beneath">
            Rows in error are kept for 90 days after a file was decided on. Those of this one are gone.
          </p>
        )}
      </>
    ),
    ...(mistake === undefined ? {} : { status: 422 }),
  }
}
