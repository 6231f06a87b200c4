/**
 * Photographs every screen of the console into docs/screens: with the sample organization, and with 100,000 people.
 *
 *   node --import ./test/support/tsx.ts scripts/make-screens.ts            # the sample
 *   node --import ./test/support/tsx.ts scripts/make-screens.ts 100000     # as many people; the files say so in their names
 *
 * Everything happens in a directory of its own with a daemon of its own, which are gone afterwards.
 */
import { mkdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { z } from 'zod'
import { openBrowser, openTab } from '../test/support/browser.ts'
import { type Daemon, Installation, until } from '../test/support/daemon.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const FOLDER = `${ROOT}docs/screens`
/** 100,000 people take minutes. */
const PATIENCE_MS = 1_800_000

const people = Number(process.argv[2] ?? 0)
const suffix = people === 0 ? '' : `-${people >= 1_000 ? `${people / 1_000}k` : people}`

const GROUPS = ['Artists', 'Artists;Lighting', 'Lighting', 'IT', 'Sales', 'Sales', '', '']
const FIRST = ['Amara', 'Ben', 'Chloé', 'Dmitri', 'Éva', 'Farah', 'Grace', 'Hiro', 'Ines', 'Jonas', 'Kwame', 'Lena']
const LAST = ['Okafor', 'Winter', 'Herrera', 'Novák', 'Svensson', 'Tanaka', 'Brandt', 'Moreau', 'Silva', 'Kaya', 'Haas']

/** As the sample has it, or as many rows. */
async function rosterRows(): Promise<string[]> {
  if (people === 0) return (await readFile(`${ROOT}config/sample-roster.csv`, 'utf8')).trimEnd().split('\n')
  const rows = Array.from({ length: people }, (_, at) => {
    const [first = '', last = ''] = [FIRST[at % FIRST.length], LAST[(at * 7) % LAST.length]]
    const address = `${first}.${last}.${at}`
      .normalize('NFD')
      .replace(/[^\w.]/g, '')
      .toLowerCase()
    return `${1_000 + at},${address}@acme.example,${first},${last},${GROUPS[(at * 5) % GROUPS.length]},active,`
  })
  return ['external_id,email,first_name,last_name,groups,status,expires', ...rows]
}

/** The sample with more seats where there are more people, short in the same way. */
async function settings(): Promise<string> {
  const text = await readFile(`${ROOT}config/rosterd.yaml`, 'utf8')
  if (people === 0) return text
  const more = (seats: number) => String(Math.round((seats * people) / 40))
  return text.replace(/seats: (\d+)/g, (_, seats) => `seats: ${more(Number(seats))}`)
}

const plan = z.looseObject({
  id: z.string(),
  state: z.string(),
  hash: z.string(),
  verdict: z.string(),
  overrideCount: z.number().nullable(),
})
const member = z.looseObject({
  id: z.string(),
  email: z.string(),
  assignments: z.array(z.looseObject({ product: z.string() })),
})
const snapshot = z.looseObject({ id: z.string(), state: z.string() })

/** What happens is done by an administrator, as it would be: the first token of all makes theirs. */
async function signedBy(daemon: Daemon, administrator: string): Promise<Api> {
  const { body } = await daemon.ask('POST', '/tokens', { administrator })
  const { token } = z.object({ token: z.string() }).parse(body)
  return async (method, path, sent) => {
    const answer = await fetch(`${daemon.url}/api/v1/organizations/acme${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(sent && { body: JSON.stringify(sent) }),
    })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`)
    return JSON.parse(text)
  }
}

type Api = (method: string, path: string, sent?: object) => Promise<unknown>

async function readOne(daemon: Daemon, id: string): Promise<z.output<typeof plan>> {
  return plan.parse((await daemon.ask('GET', `/plans/${id}`)).body)
}

/** Approves, whatever a guard says, and waits for the end. */
async function apply(daemon: Daemon, api: Api, id: string, reason = 'Asked for by the works council'): Promise<void> {
  const { hash, overrideCount } = await readOne(daemon, id)
  const override = overrideCount === null ? {} : { override: { count: overrideCount, reason } }
  await api('POST', `/plans/${id}/approve`, { hash, ...override })
  await until(async () => /^(applied|partially_failed|failed)$/.test((await readOne(daemon, id)).state), PATIENCE_MS)
}

async function waiting(daemon: Daemon, after: string[]): Promise<string> {
  return await until(async () => {
    const plans = await daemon.list('/plans', plan)
    return plans.find(({ id, state }) => state === 'awaiting_approval' && !after.includes(id))?.id
  }, PATIENCE_MS)
}

const ask = async (api: Api, operation: object): Promise<string> =>
  plan.parse(await api('POST', '/operations', operation)).id

interface Lived {
  first: string
  failed: string
  waits: string
  draft: string
  person: string
  file: string
}

/** A week in the life of the organization, in some minutes. */
async function live(place: Installation, daemon: Daemon): Promise<Lived> {
  const rows = await rosterRows()
  const [kim, dana] = [
    await signedBy(daemon, 'kim.larsen@acme.example'),
    await signedBy(daemon, 'dana.fischer@acme.example'),
  ]
  if (people > 0) await place.drop('roster-1.csv', `${rows.join('\n')}\n`)
  const first = await waiting(daemon, [])
  await apply(daemon, kim, first, 'The first file; the numbers are right')
  const members = await daemon.list('/members?product=vray', member).catch(() => daemon.list('/members', member))
  for (const { id } of members.slice(0, 30)) await kim('POST', `/members/${id}/accept`)
  const some = members.slice(5, 17).map(({ email }) => email)
  await apply(daemon, kim, await ask(dana, { verb: 'assign', users: some, products: ['houdini'], wait: true }))
  const soon = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)
  for (const [at, days] of [12, 33, 61].entries()) {
    const users = members.slice(20 + 3 * at, 23 + 3 * at).map(({ email }) => email)
    await apply(
      daemon,
      kim,
      await ask(dana, { verb: 'assign', users, products: ['toolbox'], expires: soon(days), wait: true }),
    )
  }
  const failed = await ask(dana, { verb: 'remove', users: some.slice(0, 6) })
  await apply(daemon, kim, failed)
  const draft = await ask(dana, {
    verb: 'assign',
    users: some.slice(2, 9),
    products: ['toolbox'],
    expires: '2027-06-30',
  })
  // Some leave, some change their group, some are new.
  const changed = rows.flatMap((row, at) => {
    if (at > 5 && at % (people === 0 ? 19 : 43) === 0) return []
    if (at > 5 && at % 7 === 0) return [row.replace(/,(Artists|Lighting|IT)?,active/, ',Artists,active')]
    return [row]
  })
  const joined = [1, 2, 3, 4, 5].map((n) => `new-${n},new.person.${n}@acme.example,New,Person ${n},Artists,active,`)
  await place.drop('roster-2.csv', `${[...changed, ...joined].join('\n')}\n`)
  const waits = await waiting(daemon, [draft])
  await place.drop('roster-3.csv', `${changed.slice(0, Math.ceil(changed.length / 4)).join('\n')}\n`)
  const stopped = await until(async () => {
    const all = await daemon.list('/snapshots', snapshot)
    return all.find(({ state }) => state === 'held' || state === 'refused')?.id
  }, PATIENCE_MS)
  return { first, failed, waits, draft, person: members[7]?.id ?? '', file: stopped }
}

/** Every screen, by the name of its picture. */
const screensOf = ({ first, failed, waits, draft, person, file }: Lived): [name: string, path: string][] => [
  ['people', ''],
  ['overview', '/overview'],
  ['plans', '/plans'],
  ['plan-review', `/plans/${waits}`],
  ['plan-groups', `/plans/${waits}?by=rule`],
  ['plan-compare', `/plans/${waits}/compare`],
  ['plan-approve', `/plans/${waits}/approve`],
  ['plan-reject', `/plans/${waits}/reject`],
  ['plan-applied', `/plans/${first}`],
  ['plan-failed', `/plans/${failed}`],
  ['person', `/people/${person}`],
  ['person-explain', `/people/${person}/explain`],
  ['products', '/products'],
  ['product', '/products/houdini'],
  ['product-ends', '/products/toolbox'],
  ['product-waiting', '/products/houdini/waiting'],
  ['product-edit', '/products/new'],
  ['sources', '/sources'],
  ['source', '/sources/hr'],
  ['source-file', `/sources/hr/files/${file}`],
  ['source-pushed', '/sources/idp'],
  ['source-new', '/sources/new'],
  ['source-setup-connect', '/sources/idp/setup/connect'],
  ['source-setup-folder', '/sources/hr/setup/folder'],
  ['decisions', '/decisions'],
  ['rules', '/rules'],
  ['rule', '/rules/artists'],
  ['rule-new', '/rules/new'],
  ['guards', '/guards'],
  ['guards-edit', '/guards/edit'],
  ['activity', '/activity'],
  ['mails', '/activity/mails'],
  ['failures', '/activity/failures'],
  ['seal', '/activity/seal'],
  ['administrators', '/administrators'],
  ['account', '/account'],
  ['bulk-invite', '/bulk/invite'],
  ['bulk-remove', '/bulk/remove'],
  ['bulk-assign-users', '/bulk/assign/users?all=1'],
  ['bulk-assign-products', '/bulk/assign/products?all=1'],
  ['bulk-assign-options', '/bulk/assign/options?all=1&product=toolbox'],
  ['bulk-remove-options', '/bulk/remove/options?all=1'],
  ['bulk-assign-summary', `/bulk/assign/summary/${draft}`],
]

/** The window without the empty room below a short page. */
async function used(page: Page, width: number, height: number) {
  const end = Number(await page.evaluate("document.querySelector('main').getBoundingClientRect().bottom"))
  return { x: 0, y: 0, width, height: Math.min(height, Math.ceil(end) - 56) }
}

/** In which window and theme: all on a desk by day, and some otherwise. */
const LOOKS = [
  { end: '', width: 1440, height: 1000, scheme: 'light', only: null },
  {
    end: '-dark',
    width: 1440,
    height: 1000,
    scheme: 'dark',
    only: [
      'people',
      'overview',
      'plan-review',
      'plan-failed',
      'product',
      'rules',
      'source-setup-connect',
      'bulk-assign-products',
    ],
  },
  {
    end: '-phone',
    width: 360,
    height: 740,
    scheme: 'light',
    only: ['people', 'overview', 'plan-review', 'plan-approve', 'plan-failed', 'guards', 'bulk-assign-products'],
  },
] as const

async function signIn(page: Page, daemon: Daemon): Promise<void> {
  const answer = await fetch(`${daemon.url}/api/v1/login-links`, {
    method: 'POST',
    headers: { authorization: `Bearer ${daemon.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ administrator: 'kim.larsen@acme.example' }),
  })
  await page.goto(z.object({ url: z.string() }).parse(await answer.json()).url)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL((at) => at.pathname !== '/sign-in')
}

async function photograph(daemon: Daemon, screens: [string, string][]): Promise<void> {
  const browser = await openBrowser()
  try {
    for (const { end, width, height, scheme, only } of LOOKS) {
      const { page, context } = await openTab(browser, { width, height, scheme })
      await page.goto(`${daemon.url}/sign-in`)
      if (end === '' && people === 0) await page.screenshot({ path: `${FOLDER}/sign-in${suffix}.png` })
      await signIn(page, daemon)
      for (const [name, path] of screens) {
        if (only !== null && !only.some((one) => one === name)) continue
        const started = performance.now()
        const answer = await page.goto(`${daemon.url}/o/acme${path}`)
        const took = Math.round(performance.now() - started)
        if (answer?.status() !== 200) throw new Error(`${path}: ${answer?.status()}\n${daemon.logged().slice(-2_000)}`)
        process.stdout.write(`${name}${suffix}${end}: ${took} ms\n`)
        // Some numbers are counted after the page is there.
        await page.waitForLoadState('networkidle')
        await page.screenshot({ path: `${FOLDER}/${name}${suffix}${end}.png`, clip: await used(page, width, height) })
      }
      await context.close()
    }
  } finally {
    await browser.close()
  }
}

await mkdir(FOLDER, { recursive: true })
const sample: Record<string, string> =
  people === 0 ? { 'sample-roster.csv': await readFile(`${ROOT}config/sample-roster.csv`, 'utf8') } : {}
const place = await Installation.make((await settings()).replace(people === 0 ? /^$/ : / *sample: .*\n/, ''), sample)
try {
  // The pages say where a setting stands: in the file as people have it.
  const daemon = await place.start(people === 0 ? { ROSTERD_CONFIG: 'config/rosterd.yaml' } : {})
  await photograph(daemon, screensOf(await live(place, daemon)))
} finally {
  await place.remove()
}
