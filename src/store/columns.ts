import { customType, integer, timestamp } from 'drizzle-orm/pg-core'

/**
 * Column types that every table shares.
 *
 * Keys are compared byte by byte (`COLLATE "C"`): folding happened in TypeScript, because what `lower()` does to "Ä"
 * differs from one machine's locale to the next.
 */
export const keyText = customType<{ data: string }>({ dataType: () => 'text COLLATE "C"' })
export const bytes = customType<{ data: Buffer }>({ dataType: () => 'bytea' })

/** The tenant: first column of every primary key, so that organizations can be spread over machines. */
export const organizationId = () => integer('organization_id').notNull()
/** An instant in UTC. */
export const instant = (name: string) => timestamp(name, { withTimezone: true, precision: 3 })
