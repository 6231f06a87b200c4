/** What decides, beside the bytes of a file, what its rows mean. */
import { createHash } from 'node:crypto'
import type { Sql } from '../store/connection.ts'
import { listProducts, readOrganization, type SourceRow } from '../store/organizations.ts'
import { VERSION } from '../version.ts'
import { csvSettings } from './source-settings.ts'

/**
 * sha256 (hex) over the csv settings of the source, the zone, the names of the products, and the version of this program: the same
 * bytes say the same only while it stays the same. The day is left out, or no file would ever repeat another.
 */
export async function readingOf(sql: Sql, organization: number, source: SourceRow): Promise<string> {
  const [settings, products] = await Promise.all([readOrganization(sql, organization), listProducts(sql, organization)])
  const { today, ...rest } = csvSettings(source.settings, settings.zone, products, new Date(0))
  return createHash('sha256')
    .update(JSON.stringify([VERSION, rest]))
    .digest('hex')
}
