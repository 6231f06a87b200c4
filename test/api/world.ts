/** Two organizations in a database of their own, a token of every role, and the app that serves them. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DestinationStream, pino } from 'pino'
import { createApp } from '../../src/app.ts'
import { hashToken, makeToken } from '../../src/auth.ts'
import type { Pace } from '../../src/config/index.ts'
import { insertToken } from '../../src/store/access.ts'
import { nextChange } from '../../src/store/changes.ts'
import { type OrganizationConfig, writeConfig } from '../../src/store/write-config.ts'
import { AuditKey } from '../../src/sync/audit-key.ts'
import type { Parts } from '../../src/sync/parts.ts'
import { freshDatabase } from '../support/database.ts'
import { metricsOf } from '../support/metrics.ts'

export const NOW = new Date('2026-11-22T10:00:00.000Z')
const ROLES = ['viewer', 'operator', 'admin'] as const

export const configOf = (key: string, name: string): OrganizationConfig => ({
  key,
  name,
  zone: 'Europe/Berlin',
  settings: { domains: [`${key}.example`], protected: [], limits: {} },
  administrators: ROLES.map((role) => ({
    email: `${role}@${key}.example`,
    emailKey: `${role}@${key}.example`,
    role,
  })),
  products: [{ key: 'cad', name: 'CAD Pro', aliases: ['AutoDraw'], owned: 10, reserve: 2 }],
  sources: [
    {
      key: 'hr',
      name: 'HR feed',
      kind: 'csv',
      mode: 'snapshot',
      approval: 'manual',
      trust: 1,
      managesAdmins: false,
      settings: {},
    },
    {
      key: 'manual',
      name: 'by hand',
      kind: 'manual',
      mode: 'delta',
      approval: 'manual',
      trust: 9,
      managesAdmins: false,
      settings: {},
    },
    {
      key: 'upload',
      name: 'uploads',
      kind: 'upload',
      mode: 'delta',
      approval: 'manual',
      trust: 0,
      managesAdmins: false,
      settings: {},
    },
  ],
  rules: [],
})

export type Answer = { status: number; type: string; headers: Headers; text: string; json: Record<string, unknown> }

/** Tests ask faster than anybody; those that are about it give a pace of their own. */
const UNHURRIED: Pace = { rate: 1e6, burst: 1e6 }

export async function openWorld(pace = UNHURRIED) {
  const database = await freshDatabase()
  const { sql } = database
  const lines: string[] = []
  const stream: DestinationStream = { write: (line) => void lines.push(line) }
  const executed: number[] = []
  const parts: Parts = {
    sql,
    log: pino({ level: 'debug' }, stream),
    jobs: {
      propose: async () => {},
      deliver: async () => {},
      tidy: async () => {},
      execute: async (_, plan) => void executed.push(plan),
    },
    now: () => NOW,
  }
  const ids: Record<string, number> = {}
  for (const one of [configOf('acme', 'Acme'), configOf('globex', 'Globex')]) {
    const { id } = await sql.begin((transaction) =>
      writeConfig(transaction, one, NOW, (organization) => nextChange(transaction, organization, NOW, 'rules')),
    )
    ids[one.key] = id
  }
  const bootstrap = makeToken()
  const tokens = { bootstrap, viewer: makeToken(), operator: makeToken(), admin: makeToken(), foreign: makeToken() }
  const issue = (
    organization: string,
    administrator: string,
    token: string,
    role: 'viewer' | 'operator' | 'admin' = 'admin',
  ) =>
    insertToken(sql, ids[organization] ?? 0, {
      hash: hashToken(token),
      hint: '…test',
      role,
      administratorKey: administrator,
      createdBy: 'test',
      createdAt: NOW,
      expiresAt: null,
    })
  for (const role of ROLES) await issue('acme', `${role}@acme.example`, tokens[role])
  await issue('globex', 'admin@globex.example', tokens.foreign)
  const data = await mkdtemp(join(tmpdir(), 'rosterd-api-'))
  const auditKey = await AuditKey.open(data)
  const state = { notReady: null as string | null }
  const app = createApp({
    parts,
    bootstrap: hashToken(bootstrap),
    version: '0.0.0',
    notReady: async () => state.notReady,
    metrics: metricsOf(parts, [hashToken(bootstrap)]),
    pace,
    baseUrl: () => 'https://rosterd.example',
    auditKey,
  })

  /** Asks as `who` (a name of `tokens`, a token itself, or nobody). */
  async function ask(
    who: keyof typeof tokens | (string & {}) | null,
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const token = who === null ? null : who in tokens ? Object.entries(tokens).find(([name]) => name === who)?.[1] : who
    const response = await app.request(path, {
      method,
      headers: {
        ...(token ? { authorization: `Bearer ${token}` } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const bytes = Buffer.from(await response.arrayBuffer())
    const type = response.headers.get('content-type') ?? ''
    const text = bytes.toString('utf8')
    return {
      status: response.status,
      type,
      headers: response.headers,
      text,
      json: /json\b(?!l)/.test(type) ? JSON.parse(text) : {},
    }
  }
  const drop = async () => {
    await database.drop()
    await rm(data, { recursive: true, force: true })
  }
  return { ...database, drop, directory: data, auditKey, parts, app, ids, tokens, ask, issue, lines, executed, state }
}

export type World = Awaited<ReturnType<typeof openWorld>>
