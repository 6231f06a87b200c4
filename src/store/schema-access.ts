/** Who may come in, what they asked for, and the audit of what was done, sealed so that nobody can change it unseen. */
import { sql } from 'drizzle-orm'
import { bigint, index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core'
import { bytes, instant, keyText, organizationId } from './columns.ts'

const id = (name = 'id') => bigint(name, { mode: 'number' })

export const tokens = pgTable(
  'tokens',
  {
    organizationId: organizationId(),
    id: id().notNull().generatedAlwaysAsIdentity(),
    /** sha256 of the token; the token itself is shown once and never stored. */
    hash: bytes('hash').notNull(),
    hint: text('hint').notNull(),
    /** The most that it may do, and for whom it acts; null for a token of a source. */
    role: text('role'),
    administratorKey: keyText('administrator_key'),
    /** The source whose identity provider holds it; null for a token of an administrator. */
    sourceId: integer('source_id'),
    createdBy: text('created_by').notNull(),
    createdAt: instant('created_at').notNull(),
    expiresAt: instant('expires_at'),
    revokedAt: instant('revoked_at'),
    lastUsedAt: instant('last_used_at'),
  },
  (table) => [primaryKey({ columns: [table.organizationId, table.id] }), uniqueIndex('tokens_hash').on(table.hash)],
)

/** Browsers in which somebody is signed in to the console. */
export const sessions = pgTable(
  'sessions',
  {
    /** The only organization that it opens; 0: each of which its administrator is one. */
    organizationId: organizationId(),
    id: id().notNull().generatedAlwaysAsIdentity(),
    /** sha256 of what the cookie holds. */
    hash: bytes('hash').notNull(),
    /** Null: the bootstrap administrator, to whom every organization is open. */
    administratorKey: keyText('administrator_key'),
    /** Roles by key of organization, as an OpenID provider gave them; null: those of the administrators. */
    roles: jsonb('roles'),
    /** How they came in: `link` or `oidc`. */
    via: text('via').notNull(),
    browser: text('browser').notNull(),
    createdAt: instant('created_at').notNull(),
    seenAt: instant('seen_at').notNull(),
    /** When it ends, however much it is used. */
    endsAt: instant('ends_at').notNull(),
    /** What the next page says first. */
    notice: jsonb('notice'),
  },
  (table) => [primaryKey({ columns: [table.organizationId, table.id] }), uniqueIndex('sessions_hash').on(table.hash)],
)

/** Links that let somebody in once. */
export const loginLinks = pgTable(
  'login_links',
  {
    /** The only organization that the session will open; 0: each of which the administrator is one. */
    organizationId: organizationId(),
    id: id().notNull().generatedAlwaysAsIdentity(),
    /** sha256 of the secret in the link. */
    hash: bytes('hash').notNull(),
    /** Null: the bootstrap administrator. */
    administratorKey: keyText('administrator_key'),
    createdBy: text('created_by').notNull(),
    createdAt: instant('created_at').notNull(),
    expiresAt: instant('expires_at').notNull(),
    usedAt: instant('used_at'),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.id] }),
    uniqueIndex('login_links_hash').on(table.hash),
  ],
)

/** Requests that carried an Idempotency-Key: what was asked under it, and the answer, which a repetition gets again. */
export const repeatableRequests = pgTable(
  'repeatable_requests',
  {
    organizationId: organizationId(),
    /** 0 = the bootstrap token, which has no row. */
    tokenId: id('token_id').notNull(),
    key: keyText('key').notNull(),
    /** sha256 over the route and the body as it was understood. */
    digest: bytes('digest').notNull(),
    /** JSON as it was sent, without what is shown only once; null while it is being worked on. */
    answer: text('answer'),
    at: instant('at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.tokenId, table.key] }),
    index('repeatable_requests_at').on(table.organizationId, table.at),
  ],
)

export const audit = pgTable(
  'audit',
  {
    organizationId: organizationId(),
    id: id().notNull().generatedAlwaysAsIdentity(),
    at: instant('at').notNull(),
    actor: text('actor').notNull(),
    act: text('act').notNull(),
    object: text('object').notNull(),
    planId: id('plan_id'),
    requestId: text('request_id'),
    /** The token that the actor came in with; null for the bootstrap token and for what no request asked for. */
    tokenId: id('token_id'),
    before: jsonb('before'),
    after: jsonb('after'),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.id] }),
    // What was done to a plan is asked for while others wait; what is pushed, nearly all of an audit, is in neither index.
    index('audit_plan').on(table.organizationId, table.planId, table.act).where(sql`plan_id is not null`),
    index('audit_invited').on(table.organizationId, table.object).where(sql`act = 'administrator.invited'`),
  ],
)

/** One link of the chain over the audit of an organization: the rows of a range of ids, of which none can come any more. */
export const auditSeals = pgTable(
  'audit_seals',
  {
    organizationId: organizationId(),
    /** From 1, without a gap. */
    number: id('number').notNull(),
    /** Rows with an id above `from_id`, up to `to_id`. */
    fromId: id('from_id').notNull(),
    toId: id('to_id').notNull(),
    rows: integer('rows').notNull(),
    /** sha256 over the digest of the seal before and over the rows. */
    digest: bytes('digest').notNull(),
    at: instant('at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.organizationId, table.number] })],
)

/** The digest of a seal, signed once a day with the key of a data directory: who has only the database cannot make another one. */
export const auditHeads = pgTable(
  'audit_heads',
  {
    organizationId: organizationId(),
    number: id('number').notNull(),
    /** The public half of the key, as DER. */
    publicKey: bytes('public_key').notNull(),
    signature: bytes('signature').notNull(),
    at: instant('at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.organizationId, table.number] })],
)
