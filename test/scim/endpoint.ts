/** The SCIM endpoint in a database of its own: two organizations, a source of every dialect, and a token for each. */
import { type DestinationStream, pino } from 'pino'
import { z } from 'zod'
import { createApp } from '../../src/app.ts'
import { hashToken, makeSourceToken } from '../../src/auth.ts'
import type { ScimExtension } from '../../src/reconcile/scim-extension.ts'
import { nextChange } from '../../src/store/changes.ts'
import { listSources } from '../../src/store/organizations.ts'
import { insertSourceToken } from '../../src/store/source-tokens.ts'
import { type OrganizationConfig, writeConfig } from '../../src/store/write-config.ts'
import type { Parts } from '../../src/sync/parts.ts'
import type { ScimSourceSettings } from '../../src/sync/scim-settings.ts'
import { freshDatabase } from '../support/database.ts'
import { metricsOf } from '../support/metrics.ts'

export const USER = 'urn:ietf:params:scim:schemas:core:2.0:User'
export const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group'
export const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
export const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp'
export const SEARCH = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest'
export const BULK = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest'
export const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error'
const BASE = 'https://rosterd.example'
export const SCIM = `${BASE}/scim/v2`

/** A source each; `globex` has one of its own that is called like one of acme. */
export const SOURCES = ['idp', 'entra', 'okta', 'strict', 'slow', 'second'] as const
export type SourceName = (typeof SOURCES)[number] | 'globex'

const EXTENSION: ScimExtension = {
  urn: 'urn:acme:scim:2.0:User',
  resource: 'User',
  name: 'Acme',
  description: 'What Acme knows of its people.',
  required: false,
  attributes: [
    {
      name: 'badge',
      description: 'Number of the badge.',
      type: 'string',
      multiValued: false,
      required: false,
      caseExact: true,
      mutability: 'immutable',
      returned: 'default',
    },
    {
      name: 'secret',
      description: 'Shown to whoever asks for it.',
      type: 'string',
      multiValued: false,
      required: false,
      caseExact: false,
      mutability: 'readWrite',
      returned: 'request',
    },
  ],
}

function settingsOf(name: string): ScimSourceSettings {
  return {
    dialect: name === 'entra' || name === 'okta' || name === 'strict' ? name : 'lenient',
    groupLossWait: 3_600_000,
    othersKeep: 'suspended',
    uniqueGroupNames: name !== 'second',
    quiet: 10_000,
    longestWait: 300_000,
    urgentQuiet: 1_000,
    rate: name === 'slow' ? { rate: 1, burst: 3 } : { rate: 1e6, burst: 1e6 },
    bodyLimit: 10 * 1_048_576,
    extensions: [EXTENSION],
    leaverGrace: 0,
  }
}

const config = (key: string, sources: readonly string[]): OrganizationConfig => ({
  key,
  name: key,
  zone: 'Europe/Berlin',
  settings: { domains: [`${key}.example`], protected: [], limits: {} },
  administrators: [],
  products: [
    { key: 'vray', name: 'V-Ray', aliases: [], owned: 10, reserve: 0 },
    { key: `${key}-cad`, name: 'CAD', aliases: [], owned: 5, reserve: 0 },
  ],
  sources: sources.map((name) => ({
    key: name,
    name,
    kind: 'scim',
    mode: 'delta',
    approval: 'manual',
    trust: 1,
    managesAdmins: false,
    settings: settingsOf(name),
  })),
  rules: [],
})

type Json = Record<string, unknown>
export interface Answer {
  status: number
  headers: Headers
  text: string
  /** Empty where the answer has no body. */
  json: Json
}

export interface Asked {
  source?: SourceName | null
  headers?: Record<string, string>
}

const object = z.record(z.string(), z.unknown())

export async function openEndpoint() {
  const database = await freshDatabase()
  const { sql } = database
  const lines: string[] = []
  const stream: DestinationStream = { write: (line) => void lines.push(line) }
  const pushes: { organization: number; urgent: boolean }[] = []
  const clock = { now: new Date('2026-11-22T10:00:00.000Z') }
  const nothing = async () => {}
  const parts: Parts = {
    sql,
    log: pino({ level: 'info' }, stream),
    jobs: { propose: nothing, deliver: nothing, tidy: nothing, execute: nothing },
    now: () => clock.now,
    pushed: (organization, urgent) => void pushes.push({ organization, urgent }),
  }
  const scopes = new Map<SourceName, { organization: number; source: number }>()
  const tokens = new Map<SourceName, string>()
  const issue = async (name: SourceName, expiresAt: Date | null = null) => {
    const { organization, source } = scopes.get(name) ?? { organization: 0, source: 0 }
    const token = makeSourceToken()
    const row = {
      hash: hashToken(token),
      hint: '…',
      sourceId: source,
      createdBy: 'test',
      createdAt: clock.now,
      expiresAt,
    }
    return { token, id: await insertSourceToken(sql, organization, row), organization }
  }
  for (const [key, names] of [
    ['acme', SOURCES],
    ['globex', ['idp']],
  ] as const) {
    const { id } = await sql.begin((transaction) =>
      writeConfig(transaction, config(key, names), clock.now, (organization) =>
        nextChange(transaction, organization, clock.now, 'rules'),
      ),
    )
    for (const source of await listSources(sql, id)) {
      const name = key === 'globex' ? 'globex' : SOURCES.find((one) => one === source.key)
      if (name === undefined) continue
      scopes.set(name, { organization: id, source: source.id })
      tokens.set(name, (await issue(name)).token)
    }
  }
  const app = createApp({
    parts,
    bootstrap: hashToken('bootstrap'),
    version: '0.0.0',
    notReady: async () => null,
    metrics: metricsOf(parts, []),
    baseUrl: () => BASE,
  })

  /** Asks below /scim/v2; `body`: text as it is, anything else as JSON. */
  async function ask(
    method: string,
    path: string,
    body?: unknown,
    { source = 'idp', headers = {} }: Asked = {},
  ): Promise<Answer> {
    const token = source === null ? undefined : tokens.get(source)
    const response = await app.request(`/scim/v2${path}`, {
      method,
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/scim+json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: text === '' ? {} : object.parse(JSON.parse(text)),
    }
  }

  let made = 0
  /** Makes a user and gives its id. */
  async function user(over: Json = {}, asked: Asked = {}): Promise<string> {
    made += 1
    const answer = await ask(
      'POST',
      '/Users',
      { schemas: [USER], userName: `user-${made}@acme.example`, ...over },
      asked,
    )
    if (answer.status !== 201) throw new Error(answer.text)
    return String(answer.json['id'])
  }
  async function group(members: string[] = [], over: Json = {}, asked: Asked = {}): Promise<string> {
    made += 1
    const body = {
      schemas: [GROUP],
      displayName: `Group ${made}`,
      members: members.map((value) => ({ value })),
      ...over,
    }
    const answer = await ask('POST', '/Groups', body, asked)
    if (answer.status !== 201) throw new Error(answer.text)
    return String(answer.json['id'])
  }
  const patch = (path: string, operations: object[], asked: Asked = {}) =>
    ask('PATCH', path, { schemas: [PATCH], Operations: operations }, asked)
  async function membersOf(id: string, asked: Asked = {}): Promise<string[]> {
    const { json } = await ask('GET', `/Groups/${id}`, undefined, asked)
    return z
      .array(z.object({ value: z.string() }))
      .parse(json['members'] ?? [])
      .map((one) => one.value)
  }
  return { ...database, parts, app, ask, user, group, patch, membersOf, issue, tokens, scopes, lines, pushes, clock }
}

export type Endpoint = Awaited<ReturnType<typeof openEndpoint>>

export const resources = (answer: Answer): Json[] => z.array(object).parse(answer.json['Resources'])
export const part = (value: unknown): Json => object.parse(value)
