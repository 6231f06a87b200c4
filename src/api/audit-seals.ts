/** The seals of the audit: the chain, whether the audit still fits it, and what was sealed, byte by byte. */
import { z } from '@hono/zod-openapi'
import { streamed, watched } from '../download.ts'
import { SEAL_FAULT_KINDS } from '../reconcile/seal-fault.ts'
import { writeAudit } from '../store/audit.ts'
import { listSeals, type StoredSeal } from '../store/audit-seals.ts'
import { fingerprint } from '../sync/audit-key.ts'
import { signed } from '../sync/parts.ts'
import { sealedText } from '../sync/sealed-export.ts'
import { verifyAudit } from '../sync/verify-audit.ts'
import { cursor, idPlace, instant, limit, page, pageOf, readCursor, text } from './fields.ts'
import { type Door, route } from './openapi.ts'

const seal = z
  .object({
    number: z.int(),
    from: z.int().openapi({ description: 'It covers rows with ids above this one,' }),
    to: z.int().openapi({ description: 'up to this one.' }),
    rows: z.int(),
    at: instant,
    digest: z
      .string()
      .openapi({ description: 'SHA-256, as hex, of what GET /exports/audit gives for this seal alone.' }),
    head: z
      .object({
        key: z.string().openapi({ description: 'SHA-256, as hex, of `publicKey`.' }),
        publicKey: z.string().openapi({ description: 'Ed25519, as DER in base64.' }),
        signature: z
          .string()
          .openapi({ description: 'In base64, over `{"at":…,"digest":…,"organization":…,"seal":…}`.' }),
      })
      .nullable()
      .openapi({ description: 'The first seal of a day is signed.' }),
  })
  .openapi('AuditSeal')

const showSeal = ({ number, from, to, rows, at, digest, head }: StoredSeal): z.input<typeof seal> => ({
  ...{ number, from, to, rows, at, digest },
  head: head && {
    key: fingerprint(head.publicKey),
    publicKey: base64(head.publicKey),
    signature: base64(head.signature),
  },
})

const base64 = (hex: string): string => Buffer.from(hex, 'hex').toString('base64')

const check = z
  .object({
    seals: z.int().openapi({ description: 'How many were checked and fit.' }),
    rows: z.int(),
    since: instant.nullable().openapi({ description: 'When the first of those rows was written.' }),
    until: instant.nullable(),
    head: z
      .object({ seal: z.int(), at: instant, key: z.string() })
      .nullable()
      .openapi({ description: 'The last of them that was signed.' }),
    fault: z
      .object({ seal: z.int(), kind: z.enum(SEAL_FAULT_KINDS), sentence: z.string(), next: z.string() })
      .nullable()
      .openapi({ description: 'The first that does not fit; null: all fit.' }),
    next: z.int().nullable().openapi({ description: 'Time was up: ask again with it as `after`.' }),
    unsealed: z
      .object({ rows: z.int(), since: instant.nullable() })
      .openapi({ description: 'Newer rows, which no seal covers yet.' }),
  })
  .openapi('AuditCheck')

const place = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER)
const KEYS = /^[0-9a-f]{64}(,[0-9a-f]{64})*$/

export function auditSealRoutes(door: Door): void {
  route(
    door,
    {
      method: 'get',
      path: '/audit/seals',
      noun: 'audit',
      summary: 'The chain of digests over the audit, newest first',
      role: 'admin',
      query: z.strictObject({ limit, cursor }),
      answer: pageOf(seal),
    },
    async ({ parts, organization, query }) => {
      const before = readCursor(idPlace, query.cursor)
      const rows = await listSeals(parts.sql, organization.id, { before, limit: query.limit + 1 })
      return page(rows, query.limit, (row) => row.number, showSeal)
    },
  )
  route(
    door,
    {
      method: 'get',
      path: '/audit/verify',
      noun: 'audit',
      summary: 'Whether the audit still is what was sealed',
      role: 'admin',
      query: z.strictObject({
        after: place.default(0).openapi({ description: 'Only seals after this one, which was checked before.' }),
        keys: text(10_000)
          .regex(KEYS, 'must be names of keys as GET /audit/seals has them, with commas between')
          .optional()
          .openapi({ description: 'Names of keys that are yours, besides that of the data directory.' }),
      }),
      answer: check,
    },
    async ({ parts, organization, query }) => {
      const others = new Set(query.keys?.split(','))
      const trust = { key: door.context.auditKey ?? null, others }
      return await verifyAudit(parts.sql, organization.id, trust, { after: query.after })
    },
  )
  route(
    door,
    {
      method: 'get',
      path: '/exports/audit',
      noun: 'exports',
      summary: 'The sealed audit as JSON Lines: of each seal the bytes that its digest is over',
      role: 'admin',
      query: z.strictObject({
        from: place.min(1).default(1).openapi({ description: 'The number of the first seal.' }),
        to: place.min(1).optional().openapi({ description: 'The number of the last.' }),
      }),
      answer: z.never(),
      files: ['application/jsonl'],
    },
    async ({ parts, organization, actor, query }) => {
      const { from, to = Number.MAX_SAFE_INTEGER } = query
      const at = parts.now()
      const about = { organizationId: organization.id, at, ...signed(actor), act: 'export.read', object: 'audit' }
      await writeAudit(parts.sql, { ...about, after: { from, to: query.to ?? null } })
      const text = sealedText(parts.sql, organization.id, { from, to })
      return streamed(watched(text, parts.log), 'application/jsonl', 'audit.jsonl')
    },
  )
}
