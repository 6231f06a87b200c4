/** Who is meant, as it is sent: the selection of the main page, a file, or pasted addresses. Each leads to the list with checkboxes. */
import { showId } from '../../reconcile/identifiers.ts'
import { reasonNext, reasonSentence } from '../../reconcile/reasons.ts'
import { CsvRefusal } from '../../sync/csv/index.ts'
import { readAgain, receiveUpload } from '../../sync/upload.ts'
import { UPLOAD_LIMITS } from '../../sync/upload-settings.ts'
import type { Door } from '../door.ts'
import { selectionOf } from '../people/selection.ts'
import { type AskedToDo, action, type Go } from '../route.ts'
import type { Screen } from '../screen.ts'
import { few, readChoice, verbOf } from './choice.ts'
import { stepAddress, stepScreen, type Way } from './frame.tsx'
import { pack } from './packed.ts'
import { PASTED, pastedFile, readPasted } from './pasted.ts'
import { readingOf } from './reading.tsx'
import { Start, type StartMistake } from './start.tsx'
import { WORDS } from './words.ts'

/** The fields around a file, and what a browser writes between them. */
const AROUND = 65_536
/** A thousand addresses with long names are a tenth of it. */
const MOST_PASTED = 2_000_000

export function sendRoutes(door: Door): void {
  action(door, { path: '/bulk/:verb', role: 'operator' }, async ({ form, at, param }) => {
    const verb = verbOf(param('verb'))
    const selected = selectionOf(form)
    const query =
      'where' in selected
        ? new URLSearchParams({ all: '1', filter: form.text('filter') })
        : new URLSearchParams({ who: pack(few(selected.members)) })
    if (form.ticked('every')) query.set('every', '1')
    return { go: stepAddress({ verb, choice: readChoice(query), at }, 'users') }
  })

  action(door, { path: '/bulk/:verb/file', role: 'operator', most: UPLOAD_LIMITS.bytes + AROUND }, async (asked) => {
    const file = asked.form.file('file')
    if (file === null) return wrongStart(asked, { file: 'Choose a file first.' })
    return await read(asked, 'file', { name: file.name.slice(0, 200) || 'upload.csv', body: file.stream() })
  })

  action(door, { path: '/bulk/:verb/paste', role: 'operator', most: MOST_PASTED }, async (asked) => {
    const verb = verbOf(asked.param('verb'))
    const text = asked.form.text('pasted')
    const pasted = readPasted(text)
    if (pasted.people.length === 0 || (pasted.wrong.length > 0 && !asked.form.ticked('anyway')))
      return wrongStart(asked, { pasted: { text, read: pasted } })
    const bytes = new TextEncoder().encode(pastedFile(pasted.people, verb === 'invite'))
    return await read(asked, 'pasted', { name: PASTED, body: oneByOne(bytes) })
  })

  action(
    door,
    { path: '/bulk/:verb/read', role: 'operator' },
    async ({ parts, organization, actor, form, at, param }) => {
      const verb = verbOf(param('verb'))
      const choice = readChoice(new URLSearchParams(form.pairs('upload')))
      const way: Way = { verb, choice, at }
      if (choice.whom?.kind !== 'upload') return { go: at(`/bulk/${verb}`) }
      try {
        await readAgain(parts, organization.id, choice.whom.id, { actor, reading: readingOf(form) })
        return { go: stepAddress(way, 'users'), notice: { kind: 'done', text: 'The file was read again.' } }
      } catch (error) {
        if (!(error instanceof CsvRefusal)) throw error
        return { go: stepAddress(way, 'users'), notice: { kind: 'error', text: toldOf(error) } }
      }
    },
  )
}

const toldOf = ({ code, params }: CsvRefusal): string => `${reasonSentence(code, params)} ${reasonNext(code, params)}`

type Sent = AskedToDo<'verb'>

/** Keeps and reads what was sent; where nothing of it can be read, the page is shown again and says why. */
async function read(
  asked: Sent,
  kind: 'file' | 'pasted',
  { name, body }: { name: string; body: AsyncIterable<Uint8Array> },
): Promise<Go | Screen> {
  const { parts, organization, actor, at } = asked
  const verb = verbOf(asked.param('verb'))
  try {
    const { id } = await receiveUpload(parts, organization.id, { actor, verb, name, body, reading: {} })
    const choice = readChoice(new URLSearchParams({ upload: showId('snp', id) }))
    return { go: stepAddress({ verb, choice, at }, 'users') }
  } catch (error) {
    if (!(error instanceof CsvRefusal)) throw error
    const text = asked.form.text('pasted')
    if (kind === 'file') return wrongStart(asked, { file: toldOf(error) })
    return wrongStart(asked, {
      pasted: { text, read: { people: [], repeated: 0, wrong: [{ text: '', why: toldOf(error) }] } },
    })
  }
}

function wrongStart({ at, param }: Sent, mistake: StartMistake): Screen {
  const verb = verbOf(param('verb'))
  const way: Way = { verb, choice: readChoice(new URLSearchParams()), at }
  return stepScreen(way, 'users', {
    status: 422,
    lead: WORDS[verb].users,
    body: <Start verb={verb} mistake={mistake} />,
  })
}

async function* oneByOne(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}
