/** The steps of bulk operations that are read before they are drawn: the users, and the last choices. */

import { z } from 'zod'
import { count } from '../../reconcile/amount.ts'
import { listProducts } from '../../store/organizations.ts'
import { readStaged } from '../../store/staging.ts'
import { showUpload } from '../../sync/upload-preview.ts'
import { cut, readCursor } from '../cursor.ts'
import type { Asked } from '../route.ts'
import type { Screen } from '../screen.ts'
import { FileUsers } from './file.tsx'
import { stepScreen, type Way } from './frame.tsx'
import { Options } from './options.tsx'
import { PASTED } from './pasted.ts'
import { chosenMembers, countChosen, factsOf, PER_PAGE } from './people.ts'
import { MemberUsers } from './users.tsx'
import { stepAfter, users } from './words.ts'

type Asking = Pick<Asked, 'parts' | 'organization' | 'query'>

const place = z.object({ emailKey: z.string().max(1_000), personId: z.int().positive() })
const line = z.int().positive()

export async function usersStep(asked: Asking, way: Way): Promise<Screen> {
  const { parts, organization, query } = asked
  const { whom, browse } = way.choice
  const total = await countChosen(asked, way.choice)
  const later = (query.get('after') ?? '') !== ''
  const mistake = query.has('none') ? { mistake: 'Tick at least one user.', status: 422 } : {}
  if (whom?.kind === 'upload') {
    const upload = await showUpload(parts.sql, organization.id, whom.id)
    const after = readCursor(line, query.get('after')) ?? 0
    const read = await readStaged(parts.sql, organization.id, whom.id, { after, limit: PER_PAGE + 1 })
    const { rows, next } = cut(read, PER_PAGE, (row) => row.line)
    const products = await listProducts(parts.sql, organization.id)
    const productNames = new Map(products.map(({ key, name }) => [key, name]))
    const list = { way, upload, total, rows, next, later, productNames }
    return stepScreen(way, 'users', {
      ...mistake,
      lead: upload.name === PASTED ? LEADS.pasted : LEADS.file,
      body: <FileUsers {...list} />,
    })
  }
  const search = browse ? (query.get('q') ?? '').slice(0, 200) : ''
  const after = readCursor(place, query.get('after'))
  const found = await chosenMembers(asked, way.choice, { search, after })
  const { rows, next } = cut(found, PER_PAGE, ({ emailKey, personId }) => ({ emailKey, personId }))
  const list = { way, total, rows, next, later, search }
  return stepScreen(way, 'users', {
    ...mistake,
    lead: browse ? LEADS.browse : LEADS[stepAfter(way.verb, 'users') === 'options' ? 'remove' : 'selected'],
    body: <MemberUsers {...list} />,
  })
}

const LEADS = {
  browse: 'Tick the users. What is ticked stays ticked while you search and turn pages.',
  selected: 'The users that you selected. Untick whoever is not meant.',
  remove: 'The users that you selected. Untick whoever stays. Nothing happens before the summary.',
  file: 'The users that the file names. Untick whoever is not meant.',
  pasted: 'The users whose addresses you pasted. Untick whoever is not meant.',
}

export async function optionsStep(
  asked: Pick<Asked, 'parts' | 'organization'>,
  way: Way,
  wrong: { mistake?: string; wrongDate?: string; repeated?: boolean; status?: number } = {},
): Promise<Screen> {
  const { mistake, status, ...options } = wrong
  const products = way.choice.products.length
  const total = await countChosen(asked, way.choice)
  const facts = await factsOf(asked, way.choice, total)
  return stepScreen(way, 'options', {
    ...(mistake !== undefined && { mistake }),
    ...(status !== undefined && { status }),
    lead: `${[users(total), ...(products > 0 ? [count(products, 'product')] : [])].join(', ')}.`,
    body: <Options way={way} total={total} facts={facts} {...options} />,
  })
}
