/** Members and products, and questions that a person answers. */
import { z } from 'zod'
import { typed } from '../typed.ts'
import { decision, member, product, setBy } from './answers.ts'
import { writeExport } from './assignments.ts'
import { usage } from './exit.ts'
import { type Column, table } from './render/table.ts'
import { count, lastDay, moment, number, person, plainly } from './render/words.ts'
import { allOf, firstOf, fullId, type Session } from './session.ts'

const STATES = ['invited', 'active', 'suspended', 'removed', 'all']

type Member = z.output<typeof member>

export interface MemberOptions {
  state?: string
  search?: string
  product?: string
  source?: string
  role?: string
  leaving?: boolean
  where?: string
  all?: boolean
  csv?: boolean
  output?: string
}

export async function listMembers(session: Session, options: MemberOptions): Promise<number> {
  const { state, search, product, source, role, where } = options
  if (options.csv || options.output !== undefined) return await exportMembers(session, options)
  if (state !== undefined && !STATES.includes(state)) {
    throw usage(`There is no state ${state}.`, `The states are ${STATES.join(', ')}.`)
  }
  const given = { state, q: search, product, source, role, leaving: options.leaving ? 'true' : undefined }
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(given)) if (value) query.set(name, value)
  if (where !== undefined) query.set('where', where)
  const filter = query.toString()
  const list = session.client.each(`/members${filter === '' ? '' : `?${filter}`}`, member)
  if (session.json) return session.show(await allOf(list), '')
  const { items, more } = await firstOf(list, options.all ? Number.POSITIVE_INFINITY : 500)
  const page = await session.page()
  if (items.length === 0)
    return session.show(items, filter === '' ? 'There are no members yet.\n' : 'There are no such members.\n')
  const shown = table(
    items,
    [
      { title: 'MEMBER', cell: person, gives: true },
      {
        title: 'STATE',
        cell: (one) => one.state,
        paint: (text, one) => (one.state === 'active' ? page.paint.good(text) : page.paint.warn(text)),
      },
      { title: 'ROLE', cell: (one) => (one.role === 'member' ? '' : one.role) },
      {
        title: 'PRODUCTS',
        cell: (one) =>
          one.assignments
            .map(
              ({ productName, expiresAt }) =>
                productName + (expiresAt === null ? '' : ` until ${lastDay(expiresAt, page.zone)}`),
            )
            .join(', '),
        gives: true,
      },
      ...(options.leaving ? goingColumns(page.zone) : []),
      { title: 'WANTED BY', cell: (one) => one.claims.map((claim) => claim.sourceName).join(', '), gives: true },
      { title: 'ID', cell: (one) => one.id },
    ],
    page,
  )
  const total = more ? `There are more: add --search or --all.\n` : `${count(items.length, 'member')}.\n`
  return session.show(items, shown + total)
}

/** A file is chosen by a filter alone, which can say all that the other options can. */
async function exportMembers(session: Session, options: MemberOptions): Promise<number> {
  const other = (['state', 'search', 'product', 'source', 'role', 'leaving'] as const).find((name) => options[name])
  if (other !== undefined) {
    throw usage(
      `--${other} does not choose what stands in a file.`,
      `Use --where, as in: ${typed(`members --csv --where 'products.value eq "vray"'`)}`,
    )
  }
  return await writeExport(session, 'members', options)
}

/** When somebody who is on the way out loses what; what has no date waits for an approval. */
const goingColumns = (zone: string): Column<Member>[] => [
  {
    title: 'ACCESS UNTIL',
    cell: ({ leaving, state }) => (state === 'suspended' ? 'ended' : dateOf(leaving?.accessEndsAt, zone)),
  },
  { title: 'MEMBER UNTIL', cell: ({ leaving }) => dateOf(leaving?.membershipEndsAt, zone) },
]

const dateOf = (at: string | null | undefined, zone: string): string =>
  typeof at === 'string' ? moment(at, zone) : 'an approval'

export async function listProducts(session: Session): Promise<number> {
  const { items } = await session.client.get('/products', z.object({ items: z.array(product) }))
  const page = await session.page()
  if (items.length === 0)
    return session.show(
      items,
      `There are no products; the configuration lists them, or ${typed('product set')} makes one.\n`,
    )
  return session.show(
    items,
    table(
      items,
      [
        { title: 'PRODUCT', cell: (one) => one.name + (one.retired ? ' (retired)' : ''), gives: true },
        { title: 'OWNED', cell: (one) => number(one.owned), right: true },
        { title: 'USED', cell: (one) => number(one.used), right: true },
        { title: 'BORROWED', cell: (one) => (one.borrowed === 0 ? '' : number(one.borrowed)), right: true },
        { title: 'FREE', cell: (one) => number(one.free), right: true },
        { title: 'RESERVED', cell: (one) => (one.reserve === 0 ? '' : number(one.reserve)), right: true },
        {
          title: 'WAITING',
          cell: (one) => (one.waiting === 0 ? '' : number(one.waiting)),
          right: true,
          paint: (text) => page.paint.warn(text),
        },
        { title: 'KEY', cell: (one) => one.key },
        { title: 'SET BY', cell: setBy(items) },
      ],
      page,
    ),
  )
}

const CHOICES: Readonly<Record<string, string>> = {
  link: 'it is the same person',
  create_new: 'it is somebody new',
  ignore: 'leave the newcomer out',
}
const FAREWELLS: Readonly<Record<string, string>> = {
  end_access: 'they lose here what anybody loses who is gone',
  keep: 'they keep all access',
}

export async function listDecisions(session: Session, options: { all?: boolean }): Promise<number> {
  const items = await allOf(session.client.each(`/decisions?state=${options.all ? 'all' : 'open'}`, decision))
  const page = await session.page()
  const texts = items.map((one) => {
    const whom = one.candidates.map(
      (candidate) =>
        `    ${candidate.id}  ${person(candidate)}${candidate.memberState === null ? '' : `, ${candidate.memberState}`}`,
    )
    const gone = one.kind === 'gone'
    const open = one.state === 'open'
    const ways = Object.entries(gone ? FAREWELLS : CHOICES).map(([choice, meaning]) => {
      const target = choice === 'link' ? ` --target ${one.candidates[0]?.id ?? 'PERSON'}` : ''
      return `  ${typed(`decide ${one.id} ${choice}${target}`)}    ${page.paint.dim(meaning)}`
    })
    return [
      `${page.paint.bold(one.id)}  ${gone ? `Does ${person(one.person)} keep their access` : `Who is ${person(one.person)}`}?  ${page.paint.dim(moment(one.at, page.zone))}`,
      `  ${one.why}`,
      ...whom,
      ...(open ? ways : [`  Answered: ${plainly(one.choice ?? '')}`]),
      '',
    ].join('\n')
  })
  return session.show(items, texts.length === 0 ? 'No questions are open.\n' : texts.join('\n'))
}

export async function decideWho(
  session: Session,
  given: string,
  choice: string,
  options: { target?: string },
): Promise<number> {
  const target = options.target === undefined ? undefined : fullId('per', options.target)
  const id = encodeURIComponent(fullId('dec', given))
  const answer = await session.client.post(
    `/decisions/${id}`,
    { choice: choice.replaceAll('-', '_'), target },
    decision,
  )
  return session.show(
    answer,
    `Decided: ${CHOICES[answer.choice ?? ''] ?? FAREWELLS[answer.choice ?? ''] ?? plainly(answer.choice ?? '')}. The next plan acts on it.\n`,
  )
}
