/** The API with a configuration that is read again, as on SIGHUP, and what it leaves in the rows. */
import { parse } from 'yaml'
import { checkText, readEnvironment } from '../../src/config/index.ts'
import { configure } from '../../src/sync/configure.ts'
import { type Answer, NOW, openWorld } from './world.ts'

export interface File {
  products?: string
  sources?: string
  rules?: string
  limits?: string
}

export const FILE = {
  products: '{ cad: { name: CAD Pro, seats: 10, reserve: 2, aliases: [AutoDraw] } }',
  sources: '{ hr: { kind: csv } }',
  everyone: 'everyone: { source: hr, when: { everyone: true }, then: [{ member: member }] }',
}

export const VRAY = { name: 'V-Ray', owned: 20, aliases: ['VRay'], reserve: 1 }
/** A rule, as YAML writes it. */
export const artists = (gives = '{ product: cad }') => parse(`{ when: { group: { name: Artists } }, then: [${gives}] }`)
export const ARTISTS = artists()

export const refused = ({ status, json }: Answer) => `${status} ${json['code']}: ${json['detail']}`

export async function openSettings() {
  const world = await openWorld()
  const { sql, ids } = world
  /** What was asked to be proposed. */
  const proposed: number[] = []
  world.parts.jobs.propose = async (organization) => void proposed.push(organization)
  const acme = ids['acme'] ?? 0

  /** Reads a configuration, as a start of the daemon does, and SIGHUP; gives what the log was warned of. */
  async function reload(file: File = {}) {
    const people = ['viewer', 'operator', 'admin'].map((role) => `{ email: ${role}@acme.example, role: ${role} }`)
    const text = `organizations:
  acme:
    name: Acme
    zone: Europe/Berlin
    administrators: [${people.join(', ')}]
${file.limits === undefined ? '' : `    limits: ${file.limits}\n`}    products: ${file.products ?? FILE.products}
    sources: ${file.sources ?? FILE.sources}
    rules: ${file.rules ?? `{ ${FILE.everyone} }`}
  globex: { name: Globex, administrators: [{ email: admin@globex.example, role: admin }] }
`
    const { config, problems } = checkText('rosterd.yaml', text, readEnvironment({ ROSTERD_DATA: '/nowhere' }))
    if (config === null) throw new Error(problems.map(({ message }) => message).join('\n'))
    const warned: string[] = []
    const log = { warn: (_: unknown, message?: string) => void warned.push(String(message)) }
    await configure(sql, config, NOW, log)
    return { config, warned }
  }

  const ask = (who: string, method: string, path: string, body?: unknown, organization = 'acme') =>
    world.ask(who, method, `/api/v1/organizations/${organization}${path}`, body)
  const items = async (path: string): Promise<Record<string, unknown>[]> => {
    const { json } = await ask('admin', 'GET', path)
    return Array.isArray(json['items']) ? json['items'] : []
  }

  async function versions(): Promise<{ ruleset: number; settings: number; dirty: number }> {
    const [row] = await sql<{ ruleset: number; settings: number; dirty: number }[]>`
      select ruleset_version as ruleset, settings_version as settings,
        (select count(*) from dirty_people d where d.organization_id = o.id)::int as dirty
      from organizations o where id = ${acme}`
    if (row === undefined) throw new Error('acme is gone')
    return row
  }

  /** Somebody whom the source wants, and who is evaluated with everybody. */
  async function addSomebody(): Promise<void> {
    await sql`insert into people (organization_id, id, from_change) values (${acme}, 7, 1)`
    await sql`
      insert into claims (organization_id, person_id, source_id, status, role, rule, from_change)
      select ${acme}, 7, id, 'active', 'member', 'everyone', 1 from sources where organization_id = ${acme} and key = 'hr'`
    await sql`delete from dirty_people`
  }

  await reload()
  const put = (path: string, body: unknown) => ask('admin', 'PUT', path, body)
  /** What was done to products, rules and limits, newest first. */
  const audit = async () => (await items('/audit')).filter(({ act }) => act !== 'configuration.changed')
  return { ...world, acme, proposed, reload, ask, put, items, audit, versions, addSomebody }
}

export type Settings = Awaited<ReturnType<typeof openSettings>>
