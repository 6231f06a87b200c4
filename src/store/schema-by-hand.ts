/**
 * What people ask for themselves: the files they upload, what outlives the plan that did it (products given by hand, pins against what
 * a source says), and licences that are borrowed.
 */
import { sql } from 'drizzle-orm'
import { bigint, boolean, index, integer, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { bytes, instant, keyText, organizationId } from './columns.ts'

const id = (name: string) => bigint(name, { mode: 'number' })
const personId = () => id('person_id').notNull()

/** A file that somebody uploaded for one operation; its header is a snapshot of the source `upload`. */
export const uploads = pgTable(
  'uploads',
  {
    organizationId: organizationId(),
    snapshotId: id('snapshot_id').notNull(),
    verb: text('verb').notNull(),
    /** How its bytes are read: encoding, delimiter, order of dates, columns. */
    reading: jsonb('reading').notNull(),
    createdBy: text('created_by').notNull(),
    at: instant('at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.organizationId, table.snapshotId] })],
)

/** Its bytes, a few hundred KiB a row, so that nobody holds the file and any process can read it again in another way. */
export const uploadChunks = pgTable(
  'upload_chunks',
  {
    organizationId: organizationId(),
    snapshotId: id('snapshot_id').notNull(),
    number: integer('number').notNull(),
    content: bytes('content').notNull(),
  },
  (table) => [primaryKey({ columns: [table.organizationId, table.snapshotId, table.number] })],
)

/** A product that a person gave, until when they said. It claims no membership: who leaves every source still leaves. */
export const handGrants = pgTable(
  'hand_grants',
  {
    organizationId: organizationId(),
    personId: personId(),
    productId: integer('product_id').notNull(),
    expiresAt: instant('expires_at'),
    actor: text('actor').notNull(),
    planId: id('plan_id').notNull(),
    since: instant('since').notNull(),
  },
  (table) => [primaryKey({ columns: [table.organizationId, table.personId, table.productId] })],
)

/** A person's word against what sources say of somebody. Past its end it counts no more, and is kept to be told of. */
export const pins = pgTable(
  'pins',
  {
    organizationId: organizationId(),
    personId: personId(),
    /** 0 where the pin is about the membership. */
    productId: integer('product_id').notNull().default(0),
    /** exclude | force_revoke */
    kind: text('kind').notNull(),
    until: instant('until'),
    /** It ends with the next file, or the next schedule, of a source that wants the person. */
    nextSync: boolean('next_sync').notNull().default(false),
    reason: text('reason'),
    createdBy: text('created_by').notNull(),
    planId: id('plan_id').notNull(),
    since: instant('since').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.personId, table.productId, table.kind] }),
    index('pins_until').on(table.until).where(sql`until is not null`),
  ],
)

/** A licence that somebody took offline on one device: until it is back, or its time is over, its seat is not free. */
export const borrows = pgTable(
  'borrows',
  {
    organizationId: organizationId(),
    personId: personId(),
    productId: integer('product_id').notNull(),
    deviceKey: keyText('device_key').notNull(),
    device: text('device').notNull(),
    until: instant('until').notNull(),
    since: instant('since').notNull(),
    /** The token that registered it; null for the bootstrap token. */
    tokenId: id('token_id'),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.personId, table.productId, table.deviceKey] }),
    index('borrows_until').on(table.organizationId, table.until),
  ],
)
