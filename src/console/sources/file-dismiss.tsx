/** Turning a file away: first what of it is never used, then nothing of it ever is. */
import { count, number } from '../../reconcile/amount.ts'
import { showId } from '../../reconcile/identifiers.ts'
import type { SnapshotListRow } from '../../store/snapshot-list.ts'
import { dismiss } from '../../sync/admission.ts'
import type { Door } from '../door.ts'
import { Confirm } from '../parts/confirm.tsx'
import { action, page } from '../route.ts'
import { sourcePath } from './facts.ts'
import { fileOf } from './file.tsx'
import { filePath, isOpenFile } from './files.tsx'

export function fileDismissRoutes(door: Door): void {
  page(door, { path: '/sources/:source/files/:file/dismiss', role: 'operator' }, async (asked) => {
    const row = await fileOf(asked)
    if (!isOpenFile(row)) return asked.c.redirect(asked.at(filePath(row)), 303)
    return {
      title: `Turn ${row.file} away`,
      place: 'sources',
      crumbs: [
        ['Sources', '/sources'],
        [row.sourceName, sourcePath(row.source)],
        [showId('snp', row.id), filePath(row)],
      ],
      body: (
        <Confirm
          to={filePath(row, '/dismiss')}
          back={filePath(row)}
          does="Turn it away"
          follows={[
            `Nothing of ${row.file} is used: ${count(row.rows, 'row')}, ${count(row.people, 'person', 'people')}.`,
            lossText(row),
            row.full
              ? `${row.sourceName} stays as its last file that was used has it, until the next one comes.`
              : `Later files of ${row.sourceName} are read without it: what it says of anybody stays unsaid.`,
            'It cannot be let in after this; its writer can drop it again.',
          ]}
        />
      ),
    }
  })

  action(door, { path: '/sources/:source/files/:file/dismiss', role: 'operator' }, async (asked) => {
    const { parts, organization, actor, at } = asked
    const file = await fileOf(asked)
    await dismiss(parts, organization.id, file.id, { actor })
    const text = `${file.file} is turned away. Nothing of it was used.`
    return { go: at(sourcePath(file.source)), notice: { kind: 'done', text } }
  })
}

function lossText({ missing }: SnapshotListRow): string {
  if (missing === 0) return 'Nobody loses anything by it.'
  return missing === 1
    ? 'The person who is missing from it loses nothing.'
    : `The ${number(missing)} people who are missing from it lose nothing.`
}
