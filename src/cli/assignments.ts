/** Who holds which product until when, as a table or as a file. */
import { z } from 'zod'
import { typed } from '../typed.ts'
import { usage } from './exit.ts'
import { written } from './look.ts'
import { table } from './render/table.ts'
import { count, lastDay, moment, person } from './render/words.ts'
import { allOf, firstOf, fullId, type Session } from './session.ts'

export interface AssignmentOptions {
  product?: string
  member?: string
  borrowed?: boolean
  where?: string
  all?: boolean
  csv?: boolean
  output?: string
}

const assignment = z.looseObject({
  id: z.string(),
  email: z.string(),
  name: z.string().nullable(),
  productName: z.string(),
  expiresAt: z.string().nullable(),
  borrows: z.array(z.looseObject({ device: z.string(), until: z.string() })),
})

/** Downloads `members` or `assignments` of everybody whom the filter finds. */
export async function writeExport(
  session: Session,
  name: 'members' | 'assignments',
  { where, output }: { where?: string; output?: string },
): Promise<number> {
  if (session.json && output === undefined)
    throw usage('--csv writes a file, and --json a list.', 'Leave one of them out.')
  const query = where === undefined ? '' : `?where=${encodeURIComponent(where)}`
  return await written(session, await session.client.download(`/exports/${name}${query}`, 'text/csv'), output)
}

export async function listAssignments(session: Session, options: AssignmentOptions): Promise<number> {
  const { product, member, borrowed, where, output } = options
  if (options.csv || output !== undefined) {
    if (product !== undefined || member !== undefined || borrowed) {
      throw usage(
        'What stands in a file is chosen by --where alone.',
        `Type, for example: ${typed(`assignments --csv --where 'products.value eq "vray"'`)}`,
      )
    }
    return await writeExport(session, 'assignments', options)
  }
  if (where !== undefined) {
    throw usage('--where chooses what stands in a file.', `Add --csv, or type: ${typed('members --where …')}`)
  }
  const query = new URLSearchParams()
  if (product !== undefined) query.set('product', product)
  if (member !== undefined) query.set('member', fullId('mem', member))
  if (borrowed) query.set('borrowed', 'true')
  const filter = query.toString()
  const list = session.client.each(`/assignments${filter === '' ? '' : `?${filter}`}`, assignment)
  if (session.json) return session.show(await allOf(list), '')
  const { items, more } = await firstOf(list, options.all ? Number.POSITIVE_INFINITY : 500)
  if (items.length === 0)
    return session.show(items, filter === '' ? 'Nobody holds a product yet.\n' : 'Nobody holds such a product.\n')
  const page = await session.page()
  const shown = table(
    items,
    [
      { title: 'MEMBER', cell: person, gives: true },
      { title: 'PRODUCT', cell: (one) => one.productName, gives: true },
      { title: 'UNTIL', cell: (one) => (one.expiresAt === null ? '' : lastDay(one.expiresAt, page.zone)) },
      {
        title: 'BORROWED',
        cell: (one) => one.borrows.map(({ device, until }) => `${device} until ${moment(until, page.zone)}`).join(', '),
        gives: true,
      },
      { title: 'ID', cell: (one) => one.id },
    ],
    page,
  )
  return session.show(
    items,
    shown + (more ? 'There are more: add --product or --all.\n' : `${count(items.length, 'assignment')}.\n`),
  )
}
