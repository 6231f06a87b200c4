/**
 * `npm run bench:console [-- PEOPLE]`: how long the daemon takes to the first byte of the console's pages in an organization of PEOPLE
 * members (1,000,000), one request after the other, as one administrator asks. The members are written by SQL; the daemon is a real one.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openConnection, type Sql } from '../src/store/connection.ts'
import { startEmbedded } from '../src/store/embedded/index.ts'
import { Daemon } from './daemon.ts'

const people = Number(process.argv[2] ?? 1_000_000)
const ROUNDS = 20
const CONFIG = `organizations:
  bench:
    name: Bench
    zone: UTC
    domains: [bench.example]
    products:
      vray: { name: V-Ray, seats: ${people} }
    sources: { hr: { kind: csv } }
    rules:
      everyone: { source: hr, when: { everyone: true }, then: [{ member: member }] }
`

const PAGES: [string, string][] = [
  ['the main page', ''],
  ['its second page', 'NEXT'],
  ['sorted by name', '?sort=name'],
  ['one product only', '?product=vray'],
  ['a name that many have', '?q=grace'],
  ['an address that one has', `?q=p${String(people - 1).padStart(7, '0')}`],
  ['a name that nobody has', '?q=zzzz'],
  ['a person', '/people/mem_77'],
  ['products', '/products'],
  ['who holds a product', '/products/vray'],
  ['the overview', '/overview'],
]

const home = await mkdtemp(join(tmpdir(), 'rosterd-bench-'))
const database = await startEmbedded(join(home, 'postgres'))
try {
  const data = join(home, 'data')
  await mkdir(data)
  const file = join(home, 'rosterd.yaml')
  await writeFile(file, CONFIG)
  const daemon = await Daemon.start(data, file, { DATABASE_URL: database.url })
  try {
    const sql = await openConnection(database.url)
    await populate(sql)
    await sql.end()
    const cookie = await signIn(daemon)
    const base = `${daemon.url}/o/bench`
    const first = await (await fetch(base, { headers: { cookie } })).text()
    const next = /href="\/o\/bench(\?[^"]*after=[^"]*)"/.exec(first)?.[1]?.replaceAll('&amp;', '&')
    if (next === undefined) throw new Error('the main page has no second one')
    console.log(`${people.toLocaleString('en-US')} members, ${ROUNDS} requests each\n`)
    console.log('| page | p50 ms | most ms |\n|---|---|---|')
    for (const [name, path] of PAGES) {
      const times: number[] = []
      for (let round = 0; round < ROUNDS; round += 1) {
        const started = performance.now()
        const answer = await fetch(base + (path === 'NEXT' ? next : path), { headers: { cookie }, redirect: 'manual' })
        times.push(performance.now() - started)
        await answer.text()
        if (answer.status !== 200) throw new Error(`${path} was answered ${answer.status}`)
      }
      times.sort((a, b) => a - b)
      console.log(`| ${name} | ${times[ROUNDS / 2]?.toFixed(0)} | ${times.at(-1)?.toFixed(0)} |`)
    }
  } finally {
    await daemon.stop()
  }
} finally {
  await database.stop()
  await rm(home, { recursive: true, force: true })
}

/** Every third holds the product, every fifth is only invited. */
async function populate(sql: Sql): Promise<void> {
  const [{ id } = { id: 0 }] = await sql<{ id: number }[]>`select id from organizations where key = 'bench'`
  await sql`insert into people (organization_id, id, from_change) select ${id}, n, 1 from generate_series(1, ${people}::int) n`
  await sql`
    insert into members (organization_id, person_id, id, state, role, email, email_key, first_name, last_name, invited_at)
    select ${id}, n, n, case when n % 5 = 0 then 'invited' else 'active' end, 'member', address, address,
      (array['Ada', 'Bo', 'Chloé', 'Dmitri', 'Éva', 'Farah', 'Grace'])[1 + n % 7], 'Person ' || n, now()
    from (select n, 'p' || lpad(n::text, 7, '0') || '@bench.example' as address from generate_series(1, ${people}::int) n) numbered`
  await sql`
    insert into assignments (organization_id, person_id, product_id, since)
    select ${id}, n, (select id from products where organization_id = ${id} and key = 'vray'), now() from generate_series(3, ${people}::int, 3) n`
  await sql`update products set used = ${Math.floor(people / 3)} where organization_id = ${id}`
  await sql`select setval('person_ids', ${people}), setval('member_ids', ${people})`
  await sql`vacuum analyze people, members, assignments`
}

async function signIn(daemon: Daemon): Promise<string> {
  const link = new URLSearchParams({ link: await daemon.loginLink() })
  const headers = { origin: daemon.url }
  const answer = await fetch(`${daemon.url}/sign-in`, { method: 'POST', body: link, headers, redirect: 'manual' })
  const cookie = answer.headers.get('set-cookie')?.split(';')[0]
  if (cookie === undefined) throw new Error(`signing in was answered ${answer.status}`)
  return cookie
}
